"""The stand-in that answers from a recording, offline."""

from __future__ import annotations

import json
from pathlib import Path

from llmcheck.errors import CorruptRecord, FixtureMissing, InvalidReply
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import Call, Reply, T, canonical_json, digest, parse_reply
from llmcheck.llm.recording.files import (
    call_files,
    fixture_path,
    how_to_record,
    read_fixture,
    read_manifest,
)
from llmcheck.llm.recording.nearest import RecordedCall, describe_nearest
from llmcheck.tokens import Tokens


class ReplayLLM:
    """Answers calls from the recordings in ``directory``; calls no model.

    >>> from tempfile import TemporaryDirectory
    >>> from llmcheck import Checker, Corpus, FakeLLM, RecordingLLM
    >>> nothing = {"disputes": [], "lookalikes": [], "agreements": []}
    >>> corpus = Corpus.from_texts({"log": "The dam held.", "map": "The dam is north of Osk."})
    >>> with TemporaryDirectory() as folder:
    ...     recording = RecordingLLM(FakeLLM(lambda call: nothing), folder, synthetic=True)
    ...     recorded = Checker("m", llm=recording).check(corpus)
    ...     replayed = Checker(llm=ReplayLLM(folder)).check(corpus)
    >>> (replayed.usage.calls, replayed.usage.replayed)
    (0, 1)
    """

    def __init__(self, directory: str | Path) -> None:
        """Raises ConfigError when ``directory`` is no recording."""
        self.directory = Path(directory)
        self.manifest = read_manifest(self.directory)
        self._used: set[Path] = set()
        self._lock = FreshLock()
        self._recorded: list[RecordedCall] | None = None

    @property
    def model(self) -> str:
        """The model whose answers these are."""
        return self.manifest.model

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as recorded (origin ``replay``).

        Raises FixtureMissing, which says how the nearest recording differs, and CorruptRecord
        when the file is damaged or was altered.
        """
        path = fixture_path(self.directory, call)
        try:
            fixture, identity = read_fixture(path)
        except FileNotFoundError:
            raise self._fixture_missing(call) from None
        except (OSError, ValueError) as error:
            raise _corrupt_record(path, call, f"cannot be read ({error})") from error
        if not call.key == fixture.key == digest(canonical_json(identity)):
            raise _corrupt_record(path, call, "its call does not give its key; it was altered")
        if fixture.failed is not None:
            self._used.add(path)
            raise InvalidReply(fixture.failed, call_key=call.key, prompt=call.prompt)
        raw = json.dumps(fixture.reply) if fixture.raw is None else fixture.raw
        try:
            value = parse_reply(raw, call, schema)
        except InvalidReply as error:
            raise _corrupt_record(path, call, str(error)) from error
        self._used.add(path)
        tokens = Tokens(fixture.tokens.input, fixture.tokens.output)
        return Reply(value, raw, tokens, "replay", fixture.probabilities)

    def unused(self) -> list[Path]:
        """The recordings that no call has asked for, sorted."""
        return [path for path in call_files(self.directory) if path not in self._used]

    def _fixture_missing(self, call: Call) -> FixtureMissing:
        found = describe_nearest(call, self._recorded_calls())
        return FixtureMissing(
            f"{self.directory} has no recording of this {call.prompt} call ({call.key[:16]}): "
            f"{found} ({how_to_record(self.directory)})",
            call_key=call.key,
            prompt=call.prompt,
        )

    def _recorded_calls(self) -> list[RecordedCall]:
        with self._lock:
            if self._recorded is None:
                self._recorded = []
                for path in call_files(self.directory):
                    try:
                        _, identity = read_fixture(path)
                    except (OSError, ValueError):
                        continue  # Named when it is asked for; here it is only no candidate.
                    name = str(path.relative_to(self.directory))
                    words = frozenset(identity["user"].split())
                    self._recorded.append(RecordedCall(name, identity, words))
            return self._recorded


def _corrupt_record(path: Path, call: Call, reason: str) -> CorruptRecord:
    return CorruptRecord(
        f"recording {path}: {reason}; restore it or record it again",
        call_key=call.key,
        prompt=call.prompt,
    )
