"""One thread that does what others hand it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from llmcheck.llm.locks import FreshLock

if TYPE_CHECKING:
    from concurrent.futures import Executor

R = TypeVar("R")


class Keeper:
    """Does one thing after the other, in a thread of its own: for what serves a single one best.

    Thread-safe. Pickled, or in a process that was forked, it is a new one.

    >>> import threading
    >>> keeper = Keeper()
    >>> keeper.do(threading.get_ident) == keeper.do(threading.get_ident) != threading.get_ident()
    True
    """

    def __init__(self) -> None:
        self._lock = FreshLock()
        self._thread: tuple[int, Executor] | None = None
        """The process that it is of, and the thread."""

    def __reduce__(self) -> tuple[type[Keeper], tuple[()]]:
        return Keeper, ()

    def do(self, action: Callable[[], R]) -> R:
        """Wait for the result. Raises what the action raises."""
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if self._thread is None or self._thread[0] != os.getpid():
                self._thread = os.getpid(), ThreadPoolExecutor(1, "keeper")
            thread = self._thread[1]
        return thread.submit(action).result()
