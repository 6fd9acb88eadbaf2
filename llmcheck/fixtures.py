"""Recorded answers as readable files, and the model stand-in that replays them offline.

    DIRECTORY/recording.json               what was recorded: the model, the day, the settings
    DIRECTORY/<prompt>/<16 hex of key>.json    one call and its answer

A call's file says nothing of the day or the machine, so recording the same answer again gives
the same bytes, and a diff shows what the model changed.
"""

from __future__ import annotations

import heapq
import json
import os
import re
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from llmcheck.errors import ConfigError, CorruptRecord, FixtureMissing, InvalidReply
from llmcheck.llm import LLM, Call, Reply, T, Tokens, canonical_json, digest, parse_reply
from llmcheck.models import Frozen

MANIFEST = "recording.json"
_FILE_NAME = re.compile(r"[0-9a-f]{16}\.json")
_EXCERPT_CHARACTERS = 60
_COMPARED = 5


class Manifest(Frozen):
    """What a directory of recordings says of itself."""

    format: Literal[1] = 1
    model: str
    """The model that answered last; replay uses it when the user names none."""
    recorded: date
    """The day (UTC) on which a file last changed."""
    llmcheck: str
    """The version that recorded."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What else decided the answers: server software, sampling. Never a key, a host or a URL."""
    synthetic: bool = False
    """Whether the answers were made up for a test instead of given by the model."""


def read_manifest(directory: Path) -> Manifest:
    """What ``directory`` holds. Raises ConfigError when it is no recording."""
    path = directory / MANIFEST
    try:
        return Manifest.model_validate(json.loads(path.read_bytes()))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = f"has no {MANIFEST}" if directory.is_dir() else "does not exist"
        raise ConfigError(
            f"there is no recording to replay: {directory} {what} ({_how_to_record(directory)})"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigError(
            f"{path} is no manifest that this llmcheck reads ({_reasons(error)})"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON ({error}): restore it or record again") from error


class RecordingLLM:
    """Passes calls to ``inner`` and writes what it answers to ``directory``.

    Every answer is recorded, wherever ``inner`` has it from. Files whose content would not
    change are left untouched. ``settings`` goes into the manifest for the reader to know how
    the answers came about: no key, host, header or URL belongs in it.
    """

    def __init__(
        self,
        inner: LLM,
        directory: str | Path,
        *,
        settings: Mapping[str, Any] | None = None,
        synthetic: bool = False,
    ) -> None:
        """Raises ConfigError when the directory cannot be used.

        Made-up and real answers do not share one: its manifest would have to lie.
        """
        self._inner = inner
        self._directory = Path(directory)
        self._settings = dict(settings or {})
        self._synthetic = synthetic
        self._recorded: set[Path] = set()
        self._lock = threading.Lock()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        if (self._directory / MANIFEST).exists():
            earlier = read_manifest(self._directory)
            if earlier.synthetic != synthetic:
                held = "made-up" if earlier.synthetic else "real"
                raise ConfigError(
                    f"{self._directory} holds {held} answers: record into another directory, "
                    "or delete it first"
                )

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer from ``inner`` and record it.

        Raises what ``inner`` raises, and ConfigError when the file cannot be written.
        """
        reply = self._inner.complete(call, schema)
        path = _path(self._directory, call)
        with self._lock:
            try:
                changed = _write_if_changed(path, _fixture_json(call, reply))
                if changed or not (self._directory / MANIFEST).exists():
                    self._write_manifest(call.model)
            except OSError as error:
                raise self._unwritable(error) from error
            self._recorded.add(path)
        return reply

    def prune(self) -> list[Path]:
        """Delete the recordings that this object has not recorded; returns their files.

        For the end of a complete run: what is left over belongs to earlier prompts or texts.
        """
        stale = [path for path in _files(self._directory) if path not in self._recorded]
        for path in stale:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        return stale

    def _write_manifest(self, model: str) -> None:
        manifest = Manifest(
            model=model,
            recorded=_today(),
            llmcheck=_version(),
            settings=self._settings,
            synthetic=self._synthetic,
        )
        content = manifest.model_dump(mode="json")
        if not self._synthetic:
            del content["synthetic"]
        _write_if_changed(self._directory / MANIFEST, content)

    def _unwritable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"cannot record into {self._directory}: {error.strerror} (choose another --record DIR)"
        )


class ReplayLLM:
    """Answers calls from the recordings in ``directory``; calls no model."""

    def __init__(self, directory: str | Path) -> None:
        """Raises ConfigError when ``directory`` is no recording."""
        self.directory = Path(directory)
        self.manifest = read_manifest(self.directory)
        self._used: set[Path] = set()
        self._lock = threading.Lock()
        self._known: list[_Recorded] | None = None

    @property
    def model(self) -> str:
        """The model whose answers these are."""
        return self.manifest.model

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as recorded (origin ``replay``).

        Raises FixtureMissing, which says how the nearest recording differs, and CorruptRecord
        when the file is damaged or was altered.
        """
        path = _path(self.directory, call)
        try:
            fixture, identity = _read_fixture(path)
        except FileNotFoundError:
            raise self._missing(call) from None
        except (OSError, ValueError) as error:
            raise _corrupt(path, call, f"cannot be read ({error})") from error
        if not call.key == fixture.key == digest(canonical_json(identity)):
            raise _corrupt(path, call, "its call does not give its key; it was altered")
        raw = json.dumps(fixture.reply) if fixture.raw is None else fixture.raw
        try:
            value = parse_reply(raw, call, schema)
        except InvalidReply as error:
            raise _corrupt(path, call, str(error)) from error
        self._used.add(path)
        tokens = Tokens(fixture.tokens.input, fixture.tokens.output)
        return Reply(value, raw, tokens, "replay")

    def unused(self) -> list[Path]:
        """The recordings that no call has asked for, sorted."""
        return [path for path in _files(self.directory) if path not in self._used]

    def _missing(self, call: Call) -> FixtureMissing:
        recorded = self._recorded_calls()
        pool = [one for one in recorded if one.identity.get("prompt") == call.prompt] or recorded
        if pool:
            nearest = _nearest(call, pool)
            found = (
                f"the nearest, {nearest.path.relative_to(self.directory)}, differs in "
                + "; ".join(_differences(nearest.identity, call.identity))
            )
        else:
            found = "it holds none at all"
        return FixtureMissing(
            f"{self.directory} has no recording of this {call.prompt} call ({call.key[:16]}): "
            f"{found} ({_how_to_record(self.directory)})",
            call_key=call.key,
            prompt=call.prompt,
        )

    def _recorded_calls(self) -> list[_Recorded]:
        with self._lock:
            if self._known is None:
                self._known = []
                for path in _files(self.directory):
                    try:
                        _, identity = _read_fixture(path)
                    except (OSError, ValueError):
                        continue  # Named when it is asked for; here it is only no candidate.
                    words = frozenset(identity["user"].split())
                    self._known.append(_Recorded(path, identity, words))
            return self._known


class _Tokens(Frozen):
    input: int
    output: int


class _Fixture(Frozen):
    call: dict[str, Any]
    """``Call.identity``, with the user message as a list of lines for people to read."""
    key: str
    reply: Any = None
    raw: str | None = None
    """The exact answer, in place of ``reply``, where JSON cannot say it anew."""
    tokens: _Tokens


class _Recorded(NamedTuple):
    path: Path
    identity: dict[str, Any]
    words: frozenset[str]
    """The distinct words of the user message."""


def _path(directory: Path, call: Call) -> Path:
    return directory / call.prompt / f"{call.key[:16]}.json"


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.glob("*/*.json") if _FILE_NAME.fullmatch(path.name))


def _fixture_json(call: Call, reply: Reply[Any]) -> dict[str, Any]:
    identity: dict[str, Any] = json.loads(canonical_json(call.identity))
    return {
        "call": {**identity, "user": call.user.split("\n")},
        "key": call.key,
        **_answer_json(reply),
        "tokens": {"input": reply.tokens.input, "output": reply.tokens.output},
    }


def _answer_json(reply: Reply[Any]) -> dict[str, Any]:
    try:
        parsed = json.loads(reply.raw)
        json.dumps(parsed, allow_nan=False)
    except ValueError:
        # What the model's parser lets pass and JSON proper cannot say, such as 1e999.
        return {"raw": reply.raw}
    return {"reply": parsed}


def _read_fixture(path: Path) -> tuple[_Fixture, dict[str, Any]]:
    """The file and the identity it states. Raises OSError, or ValueError when it is damaged."""
    try:
        fixture = _Fixture.model_validate(json.loads(path.read_bytes()))
    except ValidationError as error:
        raise ValueError(_reasons(error)) from error
    lines = fixture.call.get("user")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("its user message is no list of lines")
    return fixture, {**fixture.call, "user": "\n".join(lines)}


def _write_if_changed(path: Path, content: dict[str, Any]) -> bool:
    """Replace the file in one step, unless it holds this already. Returns whether it did not."""
    # Lone surrogates become the JSON escapes they came from.
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return True


def _nearest(call: Call, pool: list[_Recorded]) -> _Recorded:
    same_text = [one for one in pool if one.identity["user"] == call.user]
    if same_text:
        return min(same_text, key=lambda one: len(_differences(one.identity, call.identity)))
    from rapidfuzz import fuzz

    # Comparing the texts takes 0.2 ms a pair: too slow for hundreds of misses among hundreds
    # of recordings, so shared words choose whom to compare.
    words = frozenset(call.user.split())
    close = heapq.nlargest(_COMPARED, pool, key=lambda one: len(words & one.words))
    return max(close, key=lambda one: fuzz.ratio(one.identity["user"], call.user))


def _differences(recorded: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """How two calls differ, field by field, the deciding ones first."""
    found = [
        f"{name} (recorded {recorded.get(name)!r}, asked {asked[name]!r})"
        for name in ("prompt", "model", "parameters")
        if recorded.get(name) != asked[name]
    ]
    found += [
        f"{name} ({what} has changed)"
        for name, what in (
            ("prompt_digest", "the prompt file"),
            ("system_digest", "the system message"),
            ("schema_digest", "the schema of the answer"),
        )
        if recorded.get(name) != asked[name]
    ]
    if recorded["user"] != asked["user"]:
        found.append(_text_difference(recorded["user"], asked["user"]))
    return found


def _text_difference(recorded: str, asked: str) -> str:
    pairs = enumerate(zip(recorded, asked, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(recorded), len(asked)))
    line = asked.count("\n", 0, at) + 1
    start = max(0, at - _EXCERPT_CHARACTERS // 3)
    was, now = (text[start : start + _EXCERPT_CHARACTERS] for text in (recorded, asked))
    return f"user (from line {line}: recorded {was!r}, asked {now!r})"


def _corrupt(path: Path, call: Call, reason: str) -> CorruptRecord:
    return CorruptRecord(
        f"recording {path}: {reason}; restore it or record it again",
        call_key=call.key,
        prompt=call.prompt,
    )


def _how_to_record(directory: Path) -> str:
    return f"record it: llmcheck ... --record {directory}, in tests pytest --llmcheck-record"


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])


def _today() -> date:
    return datetime.now(UTC).date()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("llmcheck")
    except PackageNotFoundError:
        return "unknown"
