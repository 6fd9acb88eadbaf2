"""How a run is stopped from outside: no call begins any more, and what waits for an answer is cut.

Threads that make the calls of a run know it by a context variable, so nothing between a station
and the endpoint hands it on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from llmcheck.errors import Interrupted
from llmcheck.llm.port import Call


class Interruption:
    """Whether a run was stopped, and the connections that it waits at. Thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    @contextmanager
    def applies(self) -> Iterator[None]:
        """Make this the interruption of whatever the present thread asks."""
        before = _current.set(self)
        try:
            yield
        finally:
            _current.reset(before)

    @property
    def stopped(self) -> bool:
        """Whether the run was stopped."""
        return self._event.is_set()

    def stop(self) -> None:
        """Stop the run, from any thread."""
        self._event.set()
        with self._lock:
            sockets = list(self._sockets)
        for each in sockets:
            _cut(each)

    def check(self, call: Call) -> None:
        """Raises Interrupted when the run was stopped."""
        if self.stopped:
            raise Interrupted(
                "the run was interrupted before this call was answered",
                call_key=call.key,
                prompt=call.prompt,
            )

    def sleep(self, seconds: float) -> None:
        """Sleep, at the longest until the run is stopped."""
        self._event.wait(seconds)

    @contextmanager
    def cuts(self, connection: socket.socket) -> Iterator[None]:
        """Cut this connection when the run is stopped meanwhile; at once if it was already."""
        with self._lock:
            self._sockets.add(connection)
        try:
            if self.stopped:
                _cut(connection)
            yield
        finally:
            with self._lock:
                self._sockets.discard(connection)


_current: ContextVar[Interruption | None] = ContextVar("llmcheck_interruption", default=None)
_NEVER = Interruption()


def current() -> Interruption:
    """What may stop the calls of this thread."""
    return _current.get() or _NEVER


def current_or_new() -> Interruption:
    """What may stop the run that this thread is in; a new one where it is in none."""
    return _current.get() or Interruption()


def sleep(seconds: float) -> None:
    """Sleep, at the longest until the run that this thread is in is stopped."""
    current().sleep(seconds)


def _cut(connection: socket.socket) -> None:
    # Closing it would wake no thread that reads from it; and an SSLSocket's own method would
    # change what that thread uses.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
