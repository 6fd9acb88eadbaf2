"""An OpenAI-compatible endpoint on loopback, over real HTTP, that answers from a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; ``hang`` holds it back until the endpoint closes."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False


@dataclass(frozen=True)
class Request:
    """One HTTP request as it arrived."""

    path: str
    headers: Mapping[str, str]
    """By name, in small letters."""
    body: Any
    """Parsed from JSON; bytes of anything else, None for a GET."""

    def message(self, role: str) -> str:
        """The first message with this role."""
        return next(str(m["content"]) for m in self.body["messages"] if m["role"] == role)


def completion(
    content: Any,
    *,
    finish_reason: str = "stop",
    usage: Mapping[str, Any] | None = None,
    tokens: Iterable[Mapping[str, float]] = (),
    **message: Any,
) -> Answer:
    """A chat completion with this content; more fields of the message by name.

    ``tokens`` are its places, each the likeliest tokens with their log probabilities, the one
    that was taken first.
    """
    places = [_place(place) for place in tokens]
    return Answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": "scripted",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": content, **message},
                    **({"logprobs": {"content": places}} if places else {}),
                }
            ],
            **({"usage": usage} if usage else {}),
        }
    )


def _place(likeliest: Mapping[str, float]) -> dict[str, Any]:
    listed = [{"token": t, "logprob": p, "bytes": None} for t, p in likeliest.items()]
    return {**listed[0], "top_logprobs": listed}


def tool_call(arguments: str) -> Answer:
    """A chat completion that calls the tool with these arguments."""
    function = {"name": "any", "arguments": arguments}
    calls = [{"id": "call-1", "type": "function", "function": function}]
    return completion(None, finish_reason="tool_calls", tool_calls=calls)


def failure(
    status: int, message: str = "no", headers: Mapping[str, str] | None = None, **fields: Any
) -> Answer:
    """An error in OpenAI's format; ``code``, ``param`` and ``type`` by name."""
    return Answer({"error": {"message": message, **fields}}, status, headers or {})


class Endpoint:
    """Serves ``answers`` in order while the context is open, and keeps the requests.

    A request after the last answer gets a 418, which no client repeats. A function in their place
    gives the answer to each request.
    """

    def __init__(self, answers: Iterable[Answer] | Callable[[Request], Answer]) -> None:
        self.requests: list[Request] = []
        self._behaviour = answers if callable(answers) else None
        self._answers = iter(() if callable(answers) else answers)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if self._behaviour is not None:
                answer = self._behaviour(request)
            else:
                answer = next(self._answers, Answer("nothing more in the script", status=418))
        if answer.hang:
            self._closing.wait()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer_to = self._answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(None)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_json = "json" in self.headers["Content-Type"]
                self.answer(json.loads(body) if is_json else body)

            def answer(self, body: Any) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = answer_to(Request(self.path, headers, body))
                plain = isinstance(answer.body, str)
                payload = (answer.body if plain else json.dumps(answer.body)).encode()
                try:
                    self.send_response(answer.status)
                    kind = {"Content-Type": "text/html" if plain else "application/json"}
                    for name, value in (kind | dict(answer.headers)).items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except ConnectionError:
                    pass  # a client that timed out is gone

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
