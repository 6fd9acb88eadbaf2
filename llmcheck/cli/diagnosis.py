"""Whether a check could run here: settings and where they come from, cache, recording, a call."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from llmcheck.cli.capacity import Capacity, capacities
from llmcheck.errors import ConfigError, LLMError
from llmcheck.installation import Extra, extras
from llmcheck.llm.connect import connect, endpoint_of, native_of, wishes_of
from llmcheck.llm.endpoint.errors import Endpoint
from llmcheck.llm.endpoint.local_servers import USUAL_PORTS, LocalServer, local_servers
from llmcheck.llm.port import Call, digest
from llmcheck.llm.wishes import WishesLLM
from llmcheck.models import Frozen
from llmcheck.providers import OPENAI, place_of
from llmcheck.settings import Settings, SourcedSettings

TRIAL_SECONDS = 30.0
"""The longest to wait for the answer to the trial call."""

_SYSTEM = 'Answer with JSON: {"answer": "yes"} or {"answer": "no"}.'
_QUESTION = "Is ice frozen water?"
_MODES = {"JSON_SCHEMA": "JSON schema", "TOOLS": "tools", "MD_JSON": "JSON in Markdown"}


class UsedSetting(Frozen):
    """A setting as it would be used."""

    name: str
    value: str | None
    """None where nothing is set. Of a key only that it is set."""
    source: str
    """``argument``, a variable's name, a file's path, or ``default``."""


class CacheState(Frozen):
    """The reply cache."""

    place: str
    answers: int
    bytes: int


class RecordingState(Frozen):
    """The recording to answer from."""

    place: str
    model: str
    """The model that was recorded."""


class Trial(Frozen):
    """A call that was answered."""

    model: str
    seconds: float
    mode: str
    """How the endpoint was asked for JSON."""
    probabilities: bool
    """Whether it tells how sure the model was."""


class Problem(Frozen):
    """What is wrong, and what to do about it, in a sentence."""

    concerns: Literal["configuration", "endpoint", "hint"]
    """``hint`` for what stops no check."""
    text: str


class Diagnosis(Frozen):
    """What a check would use, and what stands in its way."""

    llmcheck: str
    python: str
    settings: tuple[UsedSetting, ...]
    cache: CacheState | None
    """None where there is none, or none that can be used."""
    recording: RecordingState | None
    extras: tuple[Extra, ...]
    servers: tuple[LocalServer, ...]
    """Model servers found on this machine."""
    api: str
    """Whose API is asked: ``openai`` for OpenAI's protocol, which most speak, else the provider's
    own."""
    trial: Trial | None
    """None where no call was made or none was answered."""
    capacities: tuple[Capacity, ...] = ()
    """How much the model carries at once, where that was tried; the last one may be too much."""
    problems: tuple[Problem, ...]


class _Answer(BaseModel):
    answer: Literal["yes", "no"]


def diagnose(
    sourced: SourcedSettings,
    *,
    call: bool,
    sizes: bool = False,
    ports: Mapping[str, int] = USUAL_PORTS,
) -> Diagnosis:
    """Look at everything a check would use; with ``call`` also ask the model one question.

    With ``sizes`` it is also tried how much the model carries at once, in up to four larger calls.
    ``ports`` are those of 127.0.0.1 on which to look for servers, by name. The question goes
    past the cache and is recorded nowhere. What is wrong is in ``problems``, never raised.
    """
    settings = sourced.settings
    servers = local_servers(ports)
    problems: list[Problem] = []
    cache = recording = trial = None
    sizes_tried: tuple[Capacity, ...] = ()
    try:
        cache = _cache(settings.cache)
    except ConfigError as error:
        problems.append(Problem(concerns="configuration", text=str(error)))
    try:
        if settings.replay is not None:
            recording = RecordingState(place=str(settings.replay), model=connect(settings).model)
        else:
            trial = _trial(settings, call)
            if sizes and trial is not None:
                llm = WishesLLM(endpoint_of(settings, max_attempts=1), wishes_of(settings))
                sizes_tried = tuple(capacities(llm, trial.model))
    except ConfigError as error:
        problems.append(Problem(concerns="configuration", text=str(error)))
        problems += _server_hints(servers)
    except LLMError as error:
        problems.append(Problem(concerns="endpoint", text=f"the trial call failed: {error}"))
        problems += _model_hint(settings, servers)
    problems += _held_back(settings)
    problems += _native_hint(settings)
    return Diagnosis(
        llmcheck=_version(),
        python=platform.python_version(),
        settings=tuple(
            UsedSetting(name=name, value=_display_value(name, settings), source=source)
            for name, source in sourced.sources.items()
        ),
        cache=cache,
        recording=recording,
        extras=tuple(extras()),
        servers=tuple(servers),
        api=native.extra if (native := native_of(settings)) else "openai",
        trial=trial,
        capacities=sizes_tried,
        problems=tuple(problems),
    )


def _version() -> str:
    try:
        return metadata.version("llmcheck")
    except metadata.PackageNotFoundError:
        return "not installed"


def _display_value(name: str, settings: Settings) -> str | None:
    value = getattr(settings, name)
    if name == "api_key":
        return None if value is None else "set"
    if name == "base_url":
        return _endpoint(settings).address
    if name == "extra":
        # Not what they are set to: some of it may be nobody else's business.
        return ", ".join(settings.extra) or None
    if name == "silence":
        return ", ".join(silence.id for silence in settings.silence) or None
    if name in ("select", "ignore"):
        return ", ".join(value) or None
    return None if value is None else str(value)


def _endpoint(settings: Settings) -> Endpoint:
    native = native_of(settings)
    url = (native or place_of(settings.model, settings.base_url)).base_url
    return Endpoint(url, "", settings.timeout, max_attempts=1)


def _cache(folder: Path | None) -> CacheState | None:
    from llmcheck.llm.store import ReplyStore

    if folder is None:
        return None
    store = ReplyStore(folder)
    try:
        info = store.info()
    finally:
        store.close()
    return CacheState(place=str(folder), answers=info.replies, bytes=info.bytes)


def _trial(settings: Settings, call: bool) -> Trial | None:
    """Ask one question. Raises ConfigError when none can be asked, LLMError when it fails."""
    model = connect(settings.model_copy(update={"cache": None, "record": None})).model
    # Not the connection of a check: it would try a busy or absent endpoint five times.
    llm = endpoint_of(settings, timeout=min(settings.timeout, TRIAL_SECONDS), max_attempts=1)
    llm.connect()
    if not call:
        return None
    question = Call(
        prompt="doctor",
        prompt_digest=digest(_SYSTEM),
        model=model,
        system=_SYSTEM,
        user=_QUESTION,
        schema=_Answer.model_json_schema(),
        parameters={"temperature": 0.0, "logprobs": True, "top_logprobs": 5},
    )
    begun = time.perf_counter()
    reply = WishesLLM(llm, wishes_of(settings)).complete(question, _Answer)
    return Trial(
        model=model,
        seconds=round(time.perf_counter() - begun, 2),
        mode=_MODES[llm.mode_of(model)],
        probabilities=bool(reply.probabilities),
    )


def _held_back(settings: Settings) -> list[Problem]:
    """That a key is set, and not sent to a server on this machine that only a file names."""
    place = place_of(settings.model, settings.base_url)
    if settings.api_key is not None or settings.replay is not None or settings.objection:
        return []
    held = [name for name in ("LLMCHECK_API_KEY", *OPENAI.keys) if os.environ.get(name)]
    if place.provider is not None or not held:
        return []
    return [
        Problem(
            concerns="hint",
            text=f"{held[0]} is not sent to an endpoint that only a file names; if it wants a "
            f"key, run: llmcheck trust {_endpoint(settings).address}",
        )
    ]


def _native_hint(settings: Settings) -> list[Problem]:
    """That the provider has an API of its own, which an extra is missing for."""
    provider = place_of(settings.model, settings.base_url).provider
    native = provider.native if provider and settings.base_url is None else None
    if native is None or settings.replay is not None or native_of(settings) is not None:
        return []
    return [
        Problem(
            concerns="hint",
            text=f"{native.extra}/ is asked over OpenAI's protocol; to ask over its own API: "
            f"pip install 'llmcheck[{native.extra}]'",
        )
    ]


def _server_hints(servers: list[LocalServer]) -> list[Problem]:
    """What the servers found could do for someone who has set nothing up."""
    return [
        Problem(
            concerns="hint",
            text=f"{server.name} answers here: give --base-url {server.base_url} "
            f"--model {server.models[0]}",
        )
        for server in servers
        if server.models
    ]


def _model_hint(settings: Settings, servers: list[LocalServer]) -> list[Problem]:
    """That the endpoint is a server found here, which has other models than the one named."""
    return [
        Problem(
            concerns="hint",
            text=f"{server.base_url} lists no model {settings.model!r}: give --model "
            + " or ".join(server.models[:5]),
        )
        for server in servers
        if server.base_url == _endpoint(settings).address.rstrip("/")
        and server.models
        and settings.model not in server.models
    ]
