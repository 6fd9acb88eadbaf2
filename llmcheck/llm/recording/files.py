"""The files of a recording: where they lie, what stands in them, how they are read and written.

    DIRECTORY/recording.json               what was recorded: the model, the day, the settings
    DIRECTORY/<prompt>/<16 hex of key>.json    one call and its answer

A call's file says nothing of the day or the machine, so recording the same answer again gives
the same bytes, and a diff shows what the model changed.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from llmcheck.errors import ConfigError
from llmcheck.llm.port import Call, Reply, canonical_json
from llmcheck.models import CallRef, Frozen
from llmcheck.whole_files import write_whole

MANIFEST = "recording.json"
_FILE_NAME = re.compile(r"[0-9a-f]{16}\.json")


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
        return Manifest.model_validate(_json_in(path))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = f"has no {MANIFEST}" if directory.is_dir() else "does not exist"
        raise ConfigError(
            f"there is no recording to replay: {directory} {what} ({how_to_record(directory)})"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigError(
            f"{path} is no manifest that this llmcheck reads ({_reasons(error)})"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON ({error}): restore it or record again") from error


class _Tokens(Frozen):
    input: int
    output: int


class Fixture(Frozen):
    """The file of one call and its answer."""

    call: dict[str, Any]
    """``Call.identity``, with the user message as a list of lines for people to read."""
    key: str
    reply: Any = None
    raw: str | None = None
    """The exact answer, in place of ``reply``, where JSON cannot say it anew."""
    failed: str | None = None
    """Why no whole answer came, in place of one, where the caller asked in parts instead."""
    tokens: _Tokens
    probabilities: dict[str, dict[str, float]] = Field(default_factory=dict)
    """How sure the model was of its choices, where the endpoint told."""


def fixture_path(directory: Path, call: Call | CallRef) -> Path:
    """The file of ``call``, recorded or not."""
    return directory / call.prompt / f"{call.key[:16]}.json"


def call_files(directory: Path) -> list[Path]:
    """The files of all recorded calls, sorted."""
    return sorted(path for path in directory.glob("*/*.json") if _FILE_NAME.fullmatch(path.name))


def fixture_json(call: Call, reply: Reply[Any]) -> dict[str, Any]:
    """The content of the file that records ``reply``."""
    content = {
        **_call_json(call),
        **_answer_json(reply),
        "tokens": {"input": reply.tokens.input, "output": reply.tokens.output},
    }
    if reply.probabilities:
        content["probabilities"] = {name: dict(of) for name, of in reply.probabilities.items()}
    return content


def failure_json(call: Call, reason: str) -> dict[str, Any]:
    """The content of the file that records that no whole answer came."""
    return {**_call_json(call), "failed": reason, "tokens": {"input": 0, "output": 0}}


def _call_json(call: Call) -> dict[str, Any]:
    identity: dict[str, Any] = json.loads(canonical_json(call.identity))
    return {"call": {**identity, "user": call.user.split("\n")}, "key": call.key}


def _answer_json(reply: Reply[Any]) -> dict[str, Any]:
    try:
        parsed = json.loads(reply.raw)
        json.dumps(parsed, allow_nan=False)
    except ValueError:
        # What the model's parser lets pass and JSON proper cannot say, such as 1e999.
        return {"raw": reply.raw}
    return {"reply": parsed}


def read_fixture(path: Path) -> tuple[Fixture, dict[str, Any]]:
    """The file and the identity it states. Raises OSError, or ValueError when it is damaged."""
    try:
        fixture = Fixture.model_validate(_json_in(path))
    except ValidationError as error:
        raise ValueError(_reasons(error)) from error
    lines = fixture.call.get("user")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("its user message is no list of lines")
    return fixture, {**fixture.call, "user": "\n".join(lines)}


def write_if_changed(path: Path, content: dict[str, Any]) -> bool:
    """Replace the file in one step, unless it holds this already. Returns whether it did not."""
    # Lone surrogates become the JSON escapes they came from.
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
    write_whole(path, data)
    return True


def how_to_record(directory: Path) -> str:
    """What to do where a recording is missing, for an error message."""
    return f"record it: llmcheck ... --record {directory}, in tests pytest --llmcheck-record"


def _json_in(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
