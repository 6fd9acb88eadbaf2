"""Settings: how to reach a model, where replies are kept, and how much may be spent.

Each setting comes from the first of these that gives it:

1. the caller (an argument, a command-line option),
2. the environment: ``LLMCHECK_MODEL``, ``LLMCHECK_BASE_URL``, ... (one per setting but
   ``silence`` and ``extra``), then ``OPENAI_BASE_URL`` and the provider's usual variable for the
   key (``OPENAI_API_KEY``, ``ANTHROPIC_API_KEY``, ...); an empty variable counts as unset,
3. the nearest ``llmcheck.toml``, or ``pyproject.toml`` with a ``[tool.llmcheck]`` table, from
   the start folder upwards; paths in it are relative to it,
4. the default.

Keys belong in the environment: an ``api_key`` in a file is an error. ``OPENAI_API_KEY`` was
set for someone else's use, so it is sent to no other known provider. The file may have come with
the documents: an endpoint that only it names gets no key, and nothing at all unless it is a known
provider or this machine, until the user trusts it (``trust``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from llmcheck.errors import ConfigError
from llmcheck.providers import OPENAI, Place, place_of
from llmcheck.rules import CodePrefixes
from llmcheck.settings_file import check_folders, read_nearest
from llmcheck.trust import is_trusted, objection

FILE_ONLY = frozenset({"silence", "extra"})
"""Settings that no environment variable can give."""

_OURS = frozenset(
    "messages model stream n response_format tools tool_choice functions function_call".split()
)
"""What a request is made of: nothing that a user may set beside it."""
_FOLDERS = ("cache", "replay", "record")


class Silence(BaseModel):
    """A dispute that is known and not to be reported as a finding."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(min_length=1)
    """Id of the dispute."""
    reason: str = Field(min_length=1)
    """Why it is silenced: shown wherever the dispute is."""


class Settings(BaseModel):
    """Every setting of a run.

    Raises ConfigError when two exclude each other, pydantic's ValidationError for a bad value;
    ``load_settings`` raises ConfigError for both.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False
    )

    model: str | None = None
    """Name of the model, as the endpoint knows it; ``provider/name`` where the provider is named
    instead of an endpoint."""
    base_url: str | None = Field(default=None, pattern="^https?://")
    """The OpenAI-compatible endpoint; None for OpenAI's own."""
    api_key: str | None = Field(default=None, repr=False)
    """Sent to the endpoint and written nowhere; a pickle of the settings, made to hand them to
    another process, does hold it."""
    effort: str | None = Field(default=None, pattern="^[a-z]+$")
    """How much a model that thinks is to think (``reasoning_effort``), in the endpoint's words."""
    cache: Path | None = Field(default_factory=lambda: platformdirs.user_cache_path("llmcheck"))
    """Folder of the reply cache; None (or False) for no cache."""
    replay: Path | None = None
    """Folder of recorded replies to answer from, instead of a model."""
    record: Path | None = None
    """Folder to record replies in."""
    max_calls: int | None = Field(default=None, ge=0, strict=True)
    """Stop after so many answers of the model; cached and replayed ones are free."""
    max_tokens: int | None = Field(default=None, ge=0, strict=True)
    """Stop before so many tokens, sent and received, are passed."""
    max_cost: float | None = Field(default=None, ge=0, strict=True)
    """Stop before so many US dollars are passed."""
    requests_per_minute: int | None = Field(default=None, ge=1, strict=True)
    """Send no more requests than this in any minute; waits, where the other limits stop."""
    tokens_per_minute: int | None = Field(default=None, ge=1, strict=True)
    """Send no more than so many tokens, with those received, are used in any minute."""
    price_in: float | None = Field(default=None, ge=0, strict=True)
    """US dollars for a million tokens sent, where the price list is not to be asked."""
    price_out: float | None = Field(default=None, ge=0, strict=True)
    """US dollars for a million tokens received."""
    table_tokens: int = Field(default=24_000, ge=100, strict=True)
    """How much the model is shown at once, in tokens: of documents, of passages to judge."""
    language: str | None = Field(default=None, pattern="^[A-Za-z]{2,3}$")
    """Code of the language to answer in; None for that of the documents."""
    concurrency: int = Field(default=4, ge=1, strict=True)
    """Calls under way at the same time."""
    timeout: float = Field(default=600.0, gt=0, strict=True)
    """Seconds to wait for one answer."""
    silence: tuple[Silence, ...] = ()
    """Disputes that do not count as findings: ``[[silence]]`` tables in the file."""
    select: CodePrefixes = Field(default=("LC",), min_length=1)
    """Codes, or what they begin with, of the disputes that count as findings."""
    ignore: CodePrefixes = ()
    """Codes of those that do not; where both have one, the longer prefix holds, else this."""
    min_confidence: float = Field(default=0.0, ge=0, le=1, strict=True)
    """How sure a dispute must be to count as a finding."""
    extra: dict[str, JsonValue] = {}
    """More fields of every request, as the endpoint knows them: the table ``[extra]`` in the
    file."""
    allow_private_urls: bool = Field(default=False, strict=True)
    """Fetch documents from addresses that are not public, too: for an intranet."""
    _objection: str = PrivateAttr(default="")

    @property
    def objection(self) -> str:
        """Why an endpoint that only a file names must not be asked; empty where it may be."""
        return self._objection

    @field_validator("cache", mode="before")
    @classmethod
    def _switched_off(cls, value: object) -> object:
        return None if value is False or value == "false" else value

    @field_validator("base_url")
    @classmethod
    def _has_a_host(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if not parts.hostname:
                raise ValueError("has no host")
            try:
                none = parts.port == 0
            except ValueError:
                none = True
            if none:
                raise ValueError("its port is no number from 1 to 65535")
        return value

    @field_validator("extra")
    @classmethod
    def _beside_what_is_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if taken := sorted(value.keys() & _OURS):
            raise ValueError(f"{', '.join(taken)} cannot be set: llmcheck itself fills it in")
        return value

    @model_validator(mode="after")
    def _replay_or_record(self) -> Self:
        if self.replay is not None and self.record is not None:
            raise ConfigError(
                "replay and record exclude each other: a replayed run makes no calls to record "
                "(look at the command line, LLMCHECK_REPLAY, LLMCHECK_RECORD and the file)"
            )
        return self


_IN_ENVIRONMENT = tuple(name for name in Settings.model_fields if name not in FILE_ONLY)


class SourcedSettings(NamedTuple):
    """Settings, and where each comes from."""

    settings: Settings
    sources: Mapping[str, str]
    """By setting: ``argument``, a variable's name, a file's path, or ``default``."""


def load_settings(
    start: Path | None = None, environ: Mapping[str, str] = os.environ, **overrides: Any
) -> Settings:
    """The settings from ``overrides`` (None counts as not given), ``environ``, file, defaults.

    The file is looked for from ``start`` (default: the current folder) upwards. Raises
    ConfigError naming the option, the variable, or the file and key that is wrong.

    >>> settings = load_settings(environ={"LLMCHECK_MODEL": "tiny"}, concurrency=2)
    >>> (settings.model, settings.concurrency)
    ('tiny', 2)
    """
    return sourced_settings(start, environ, **overrides).settings


def sourced_settings(
    start: Path | None = None, environ: Mapping[str, str] = os.environ, **overrides: Any
) -> SourcedSettings:
    """What ``load_settings`` returns, and where each setting comes from. Raises as it does."""
    path, from_file = _from_file((start or Path.cwd()).resolve())
    borrowed = _from_environment("OPENAI_", environ, ("base_url",))
    own = _from_environment("LLMCHECK_", environ, _IN_ENVIRONMENT)
    given = _validate(
        {key: value for key, value in overrides.items() if value is not None},
        Settings.model_validate,
        name=lambda key: f"setting {key}",
    )
    chosen = from_file | borrowed | own | given
    place = place_of(chosen.get("model"), chosen.get("base_url"))
    strange = _is_strange(place, from_file, borrowed | own | given)
    held_back = own.pop("api_key", None) if strange else None
    variable = _key_variable(place, environ, strange=strange)
    key = {} if variable is None else {"api_key": environ[variable]}
    settings = Settings(**(key | from_file | borrowed | own | given))
    if strange and path is not None:
        missed = held_back is not None and variable is None and _takes_key(place)
        settings._objection = objection(path, place, carries_key="api_key" in given or missed)
    return SourcedSettings(
        settings,
        dict.fromkeys(Settings.model_fields, "default")
        | dict.fromkeys(from_file, str(path))
        | {name: f"OPENAI_{name.upper()}" for name in borrowed}
        | dict.fromkeys(key, str(variable))
        | {name: f"LLMCHECK_{name.upper()}" for name in own}
        | dict.fromkeys(given, "argument"),
    )


def _is_strange(place: Place, from_file: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    """Whether only the file says where the model is asked, and the user does not trust it."""
    decisive = "base_url" if "base_url" in from_file or "base_url" in later else "model"
    if decisive not in from_file or decisive in later or place.provider is OPENAI:
        return False
    return not is_trusted(place.base_url)


def _takes_key(place: Place) -> bool:
    return place.provider is not None and bool(place.provider.keys)


def _key_variable(place: Place, environ: Mapping[str, str], *, strange: bool) -> str | None:
    """The variable, set for others' use as well, whose key belongs to where the model is asked."""
    # A key for OpenAI is what most servers that speak its protocol are given.
    others: tuple[str, ...] = () if strange else OPENAI.keys
    names = others if place.provider is None else place.provider.keys
    return next((name for name in names if environ.get(name)), None)


def _from_environment(
    prefix: str, environ: Mapping[str, str], keys: tuple[str, ...]
) -> dict[str, Any]:
    values = {key: environ.get(prefix + key.upper()) for key in keys}
    return _validate(
        {key: value for key, value in values.items() if value},
        Settings.model_validate_strings,
        name=lambda key: prefix + key.upper(),
    )


def _from_file(start: Path) -> tuple[Path | None, dict[str, Any]]:
    """The nearest file with settings, and those."""
    found = read_nearest(start)
    if found is None:
        return None, {}
    path, values = found
    checked = _validate(values, Settings.model_validate, name=lambda key: f"{path}: {key}")
    for key in _FOLDERS:
        if checked.get(key) is not None:
            checked[key] = path.parent / os.path.expanduser(checked[key])
    check_folders(path, checked)
    return path, checked


def _validate(
    values: Mapping[str, Any],
    validate: Callable[[Mapping[str, Any]], Settings],
    name: Callable[[str], str],
) -> dict[str, Any]:
    """The values in their types. Raises ConfigError that calls a bad one by ``name(key)``."""
    if not values:
        return {}
    try:
        return validate(values).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        key = ".".join(map(str, first["loc"]))
        reason = (
            f"there is no such setting; there are {', '.join(Settings.model_fields)}"
            if first["type"] == "extra_forbidden" and len(first["loc"]) == 1
            else message[0].lower() + message[1:]
        )
        raise ConfigError(f"{name(key)}: {reason}") from error
