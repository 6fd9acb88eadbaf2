"""A model that is made when it is first asked."""

from __future__ import annotations

from collections.abc import Callable

from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import LLM, Call, Reply, T


class LateLLM:
    """Answers as what ``make`` makes at the first call does; safe to call from several threads.

    For what stands behind a cache: a run that the cache answers does not load it.
    """

    def __init__(self, make: Callable[[], LLM]) -> None:
        self._make = make
        self._made: LLM | None = None
        self._lock = FreshLock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Raises what the model raises."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return self._made.complete(call, schema)
