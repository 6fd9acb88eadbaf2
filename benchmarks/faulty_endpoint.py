"""An endpoint on loopback that is slow, busy, gone, endless or lying, as it is told to be."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from llmcheck.llm.recording.files import call_files, read_fixture

Kind = Literal["busy", "broken", "reset", "half", "page", "empty", "error", "stall"]
KINDS: tuple[Kind, ...] = ("busy", "broken", "reset", "half", "page", "empty", "error", "stall")


class Trouble(NamedTuple):
    """What comes in the place of an answer; ``headers`` with it."""

    kind: Kind
    headers: Mapping[str, str] = {}


class FaultyEndpoint:
    """Serves chat completions while the context is open.

    ``answer`` makes the content from a request's body. ``trouble`` is told how many requests are
    under way and says what goes wrong with this one, ``headers`` come with every answer.
    """

    def __init__(
        self,
        answer: Callable[[Any], str],
        trouble: Callable[[int], Trouble | None] = lambda _: None,
        *,
        latency: float = 0.02,
        stall: float = 1.0,
    ) -> None:
        self.counts: Counter[str] = Counter()
        """Requests by what became of them."""
        self.answered: list[float] = []
        """When requests were answered, on the clock."""
        self._answer, self._trouble = answer, trouble
        self._latency, self._stall = latency, stall
        self._lock = threading.Lock()
        self._under_way = 0
        self._gone = False
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def requests(self) -> int:
        """How many came."""
        return sum(self.counts.values())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._gone:
            self.go_away()
        self._thread.join()

    def go_away(self) -> None:
        """Close the port and every connection."""
        self._gone = True
        threading.Thread(target=self._server.shutdown).start()
        self._server.server_close()
        self._server.close_connections()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with contextlib.suppress(OSError):
                    endpoint._serve(self, body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def _serve(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        with self._lock:
            self._under_way += 1
            trouble = self._trouble(self._under_way)
            self.counts[trouble.kind if trouble else "answered"] += 1
        try:
            kind = trouble.kind if trouble else None
            if kind == "busy":
                _send(handler, 429, {"error": {"message": "slow down"}}, trouble.headers)  # type: ignore[union-attr]
                return
            time.sleep(self._latency + (self._stall if kind == "stall" else 0))
            self._send_answer(handler, kind, json.dumps(completion(self._answer(body))))
        finally:
            with self._lock:
                self._under_way -= 1
                self.answered.append(time.monotonic())

    def _send_answer(self, handler: BaseHTTPRequestHandler, kind: Kind | None, text: str) -> None:
        if kind == "broken":
            _send(handler, 500, {"error": {"message": "boom"}})
        elif kind == "reset":
            # With nothing to linger for, closing sends a reset.
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.close_connection = True
            handler.connection.close()
        elif kind == "half":
            _send(handler, 200, text[: len(text) // 2])
        elif kind == "page":
            _send(handler, 200, "<html><body>Sign in to go on</body></html>", {}, "text/html")
        elif kind == "empty":
            _send(handler, 200, "")
        elif kind == "error":
            _send(handler, 200, {"error": {"message": "upstream is away"}})
        else:
            _send(handler, 200, text)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        self._open: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for each in [*self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def completion(content: str) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": content}
    return {
        "id": "1", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


def recorded_answers(folder: Path) -> Callable[[Any], str]:
    """Answers as a recording has them, by the messages of a request."""
    by_message = {}
    for path in call_files(folder):
        fixture, identity = read_fixture(path)
        by_message[identity["user"]] = fixture.raw or json.dumps(fixture.reply)
    return lambda body: by_message[
        next(each["content"] for each in body["messages"] if each["role"] == "user")
    ]


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: Any,
    headers: Mapping[str, str] = {},
    kind: str = "application/json",
) -> None:
    payload = (body if isinstance(body, str) else json.dumps(body)).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(payload)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(payload)
