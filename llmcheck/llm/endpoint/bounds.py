"""An HTTP client that waits no longer for an answer, and takes no more of it, than it should.

A time-out of the socket starts anew with every byte, so one that drips is read without end; and
what is small on the wire may be large when it is decompressed. Nor is a redirect followed, which
would carry the documents to whoever it names.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

from llmcheck.llm import interruption
from llmcheck.llm.endpoint.lines import Lines

MOST_BYTES = 32_000_000
"""Of an answer, decompressed: some hundred times the longest that a model gives."""
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


class TooSlow(Exception):
    """An answer was not whole when its time was over."""


class TooLarge(Exception):
    """An answer has more bytes than are taken of one."""


def bounded_client(
    base: Any,
    seconds: float,
    heard: Callable[[Mapping[str, str]], None],
    most_bytes: int = MOST_BYTES,
    **options: Any,
) -> Any:
    """A client of the class ``base``, which is httpx's as an SDK prefers it.

    From the start of a request, its answer may take ``seconds`` and have ``most_bytes``. ``heard``
    is told the headers of every answer. Raises what httpx does, TooSlow and TooLarge.
    """
    deadline = _Deadline()

    class Bounded(base):  # type: ignore[misc]
        def send(self, request: Any, **how: Any) -> Any:
            how |= {"stream": True, "follow_redirects": False}
            with deadline.within(seconds), lines.for_one():
                response = super().send(request, **how)
                try:
                    heard(response.headers)
                    content = b"".join(_limited(response.iter_bytes(), most_bytes))
                finally:
                    response.close()
            kept = [
                (name, value)
                for name, value in response.headers.multi_items()
                if name not in _OF_THE_WIRE
            ]
            return type(response)(
                response.status_code, headers=kept, content=content, request=request
            )

        def __del__(self) -> None:
            # As openai's own does: nobody closes a model that is no longer needed.
            with suppress(Exception):
                self.close()

    def watched(transport: Any) -> Any:
        # httpx has no door for it, though httpcore has: below its transports, every read is seen.
        if pool := getattr(transport, "_pool", None):
            pool._network_backend = _Network(pool._network_backend, deadline)
        return transport

    client = Bounded(**options)
    transport = type(client._transport)
    # Certificates are read from files once, not for every line.
    certificates = client._transport._pool._ssl_context
    client._transport = lines = Lines(lambda: watched(transport(verify=certificates)))
    for proxied in client._mounts.values():
        watched(proxied)
    return client


def _limited(parts: Iterator[bytes], left: int) -> Iterator[bytes]:
    for part in parts:
        left -= len(part)
        if left < 0:
            raise TooLarge
        yield part


class _Deadline(threading.local):
    """When the answer that this thread waits for must be whole."""

    at = float("inf")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        self.at = time.monotonic() + seconds
        try:
            yield
        finally:
            del self.at

    def cut(self, timeout: float | None) -> float | None:
        """The time-out of one step, which may not go on beyond. Raises TooSlow when it is over."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TooSlow
        if timeout is not None and timeout <= left:
            return timeout
        return None if left == float("inf") else left


class _Network:
    """httpcore's way to connect, with a deadline."""

    def __init__(self, inner: Any, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **how: Any) -> Any:
        timeout = self._deadline.cut(timeout)
        return _Stream(self._inner.connect_tcp(host, port, timeout, **how), self._deadline)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream:
    """A connection, every step of which heeds the deadline and ends when its run is stopped.

    ``nested`` is TLS within TLS, through a proxy: its steps are many reads, each with a time-out
    of its own, so that it needs to be cut.
    """

    def __init__(self, inner: Any, deadline: _Deadline, *, nested: bool = False) -> None:
        self._inner = inner
        self._deadline = deadline
        self._nested = nested

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        with self._until_stopped(), self._until_late(self._nested):
            return self._inner.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._until_stopped(), self._until_late(self._nested):
            self._inner.write(buffer, self._deadline.cut(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> Any:
        timeout = self._deadline.cut(timeout)
        nested = self._inner.get_extra_info("ssl_object") is not None
        with self._until_stopped(), self._until_late(nested):
            stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(stream, self._deadline, nested=nested)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _until_stopped(self) -> AbstractContextManager[None]:
        # Every time: a connection that is kept alive serves the next run, too.
        connection = self._inner.get_extra_info("socket")
        if isinstance(connection, socket.socket):
            return interruption.current().cuts(connection)
        return nullcontext()

    def _until_late(self, nested: bool) -> AbstractContextManager[None]:
        connection = self._inner.get_extra_info("socket")
        seconds = self._deadline.cut(None)
        if nested and seconds is not None and isinstance(connection, socket.socket):
            return _cutting(connection, seconds)
        return nullcontext()


@contextmanager
def _cutting(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Cut a connection after so many seconds. Raises TooSlow where that ended the block."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            # Not as one of TLS, which would take its state from under whoever reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TooSlow from error
        raise
    finally:
        timer.cancel()
