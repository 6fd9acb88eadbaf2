"""A connection for each request under way, in place of a pool of them.

At every request httpx's pool goes through all of its connections, twice, and asks the system about
those that wait: with hundreds under way that takes longer than the request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Lines:
    """Stands where the transport of a client would; ``make`` gives a transport like it.

    A thread has one of them from its request on to the end of its block ``for_one``. Thread-safe.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._free = [make()]
        self._here = threading.local()

    def handle_request(self, request: Any) -> Any:
        """The response of a line that is free, the one used last first."""
        try:
            self._here.line = self._free.pop()
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
                self._free.append(line)

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all lines that are free."""
        while self._free:
            self._free.pop().close()
