"""Answers kept on disk, so that no call is paid for twice, not even after a crash.

A row is stored the moment its answer arrives, and its answer is held against the schema again
on every read.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from typing import Any

from llmcheck.errors import CorruptRecord, Interrupted, InvalidReply, TooLong
from llmcheck.llm import interruption
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import LLM, Call, Reply, T, parse_reply
from llmcheck.llm.rows import StoredReply
from llmcheck.llm.store import ReplyStore
from llmcheck.tokens import Tokens

_log = logging.getLogger("llmcheck")


class CachedLLM:
    """Answers from the store what it holds, and stores what ``inner`` answers, at once.

    Equal calls made at the same time reach ``inner`` once, those of other processes on the same
    store too; the others get its answer (with origin ``cache``) or, in this process, its error. A
    damaged row, or one that no longer fits its schema, is warned of on the ``llmcheck`` logger,
    dropped and asked again.
    """

    def __init__(self, inner: LLM, store: ReplyStore) -> None:
        """Raises ConfigError when the store's directory cannot be used."""
        store.open()
        self._inner = inner
        self._store = store
        self._lock = FreshLock()
        self._running: dict[str, Future[Reply[Any]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Another process waits for no call that is under way in this one."""
        return {**vars(self), "_running": {}}

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer from the store (origin ``cache``, tokens as stored) or else from ``inner``.

        Raises what ``inner`` raises, and ConfigError when the store becomes unreadable.
        """
        with self._lock:
            running = self._running.get(call.key)
            if running is None:
                mine = self._running[call.key] = Future[Reply[Any]]()
        if running is not None:
            try:
                first = running.result()
            except Interrupted:
                # The run that asked was stopped; this one may not be.
                interruption.current().check(call)
                return self.complete(call, schema)
            return _cached_reply(_stored_reply(first), call, schema)
        try:
            reply = self._read_stored(call, schema) or self._ask_once(call, schema)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(reply)
            return reply
        finally:
            with self._lock:
                del self._running[call.key]

    def _read_stored(self, call: Call, schema: type[T]) -> Reply[T] | None:
        try:
            stored = self._store.read(call)
        except CorruptRecord as error:
            stored, reason = None, str(error)
        else:
            if stored is None or (stored.failed and not call.splittable):
                return None
            if stored.failed:
                raise InvalidReply(stored.failed, call_key=call.key, prompt=call.prompt)
        try:
            if stored is not None:
                return _cached_reply(stored, call, schema)
        except InvalidReply as error:
            reason = f"cache {self._store.directory}: {error}"
        _log.warning("%s; the row is dropped and the call made again", reason)
        self._store.drop(call)
        return None

    def _ask_once(self, call: Call, schema: type[T]) -> Reply[T]:
        """Ask, unless another process did so meanwhile."""
        with self._store.asking(call):
            return self._read_stored(call, schema) or self._ask_inner(call, schema)

    def _ask_inner(self, call: Call, schema: type[T]) -> Reply[T]:
        try:
            reply = self._inner.complete(call, schema)
        except (InvalidReply, TooLong) as error:
            if call.splittable:
                # The parts are kept: without this their whole would be paid for every time.
                self._store.write(call, StoredReply("", Tokens(), failed=str(error)))
            raise
        # A replayed answer may be made up for a test: it must not turn into the model's.
        if reply.origin == "model":
            self._store.write(call, _stored_reply(reply))
        return reply


def _stored_reply(reply: Reply[Any]) -> StoredReply:
    return StoredReply(reply.raw, reply.tokens, reply.probabilities)


def _cached_reply(stored: StoredReply, call: Call, schema: type[T]) -> Reply[T]:
    value = parse_reply(stored.raw, call, schema)
    return Reply(value, stored.raw, stored.tokens, "cache", stored.probabilities)
