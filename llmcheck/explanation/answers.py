"""Answers of earlier calls, by key, from a recording or the cache; no model is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from llmcheck.errors import CorruptRecord, FixtureMissing, InvalidReply
from llmcheck.llm.port import Call, Reply, T, canonical_json, digest, parse_reply
from llmcheck.llm.recording.files import fixture_path, read_fixture
from llmcheck.llm.store import ReplyStore
from llmcheck.models import CallRef
from llmcheck.tokens import Tokens


class FoundAnswer(NamedTuple):
    """What is kept of a call; without an answer, ``missing`` says why."""

    raw: str = ""
    """The answer as JSON text."""
    tokens: Tokens = Tokens()
    user: str | None = None
    """The user message, which a recording keeps and the cache does not."""
    missing: str = ""
    in_parts: bool = False
    """Whether no whole answer came, and parts were asked about instead."""


class RecordedAnswers:
    """Those of a recording."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, ref: CallRef) -> FoundAnswer:
        """The answer of a call."""
        path = fixture_path(self._directory, ref)
        try:
            fixture, identity = read_fixture(path)
        except FileNotFoundError:
            return FoundAnswer(missing=f"{self._directory} has no recording of it")
        except (OSError, ValueError) as error:
            return FoundAnswer(missing=f"{path} cannot be read ({error}): record it again")
        if not ref.key == fixture.key == digest(canonical_json(identity)):
            return FoundAnswer(missing=f"{path} is of another call, or was altered")
        tokens = Tokens(fixture.tokens.input, fixture.tokens.output)
        raw = json.dumps(fixture.reply) if fixture.raw is None else fixture.raw
        return FoundAnswer(raw, tokens, identity["user"], fixture.failed or "")


class CachedAnswers:
    """Those of the cache. A port, too, which answers from it alone and keeps what is asked."""

    def __init__(self, store: ReplyStore) -> None:
        self._store = store
        self._holds_any = store.info().replies > 0
        self.asked: dict[str, Call] = {}

    def find(self, ref: CallRef) -> FoundAnswer:
        """The answer of a call."""
        try:
            # To read from a store that is not there would make one.
            stored = self._store.read(ref) if self._holds_any else None
        except CorruptRecord as error:
            return FoundAnswer(missing=str(error))
        if stored is None:
            return FoundAnswer(missing=f"the cache {self._store.directory} does not hold it")
        failed = stored.failed
        return FoundAnswer(stored.raw, stored.tokens, missing=failed, in_parts=bool(failed))

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer from the cache. Raises FixtureMissing for what it does not hold, and
        InvalidReply where parts were asked about instead."""
        self.asked[call.key] = call
        found = self.find(CallRef(call.prompt, call.key))
        if found.missing:
            error = InvalidReply if found.in_parts else FixtureMissing
            raise error(found.missing, call_key=call.key, prompt=call.prompt)
        return Reply(parse_reply(found.raw, call, schema), found.raw, found.tokens, "cache")
