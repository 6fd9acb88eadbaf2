"""A connection for each request under way, in place of a pool of them.

At every request httpx's pool goes through all of its connections, twice, and asks the system about
those that wait: with hundreds under way that takes longer than the request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

IDLE = 5.0
"""Seconds for which a line is kept that nobody uses: as long as httpx keeps a connection."""


class Lines:
    """Stands where the transport of a client would; ``make`` gives a transport like it.

    A thread has one of them from its request on to the end of its block ``for_one``. Thread-safe.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._free = [(time.monotonic(), make())]
        """Each with when it was used last, the one of longest ago first."""
        self._here = threading.local()
        self._closed = False

    def handle_request(self, request: Any) -> Any:
        """The response of a line that is free, the one used last first."""
        try:
            _, self._here.line = self._free.pop()
        except IndexError:
            self._here.line = self._make()
        return self._here.line.handle_request(request)

    @contextmanager
    def for_one(self) -> Iterator[None]:
        """Make a request and read its response; then the line is free for other threads."""
        try:
            yield
        finally:
            if line := self._here.__dict__.pop("line", None):
                self._give_back(line)

    def _give_back(self, line: Any) -> None:
        now = time.monotonic()
        self._free.append((now, line))
        # After a burst most lie idle, and the server hangs up.
        with suppress(IndexError):
            while self._closed or self._free[0][0] < now - IDLE:
                self._free.pop(0)[1].close()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all lines, of those in use when they are free."""
        self._closed = True
        with suppress(IndexError):
            while True:
                self._free.pop()[1].close()
