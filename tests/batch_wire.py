"""OpenAI's and Anthropic's batches on loopback, as they are documented, answered by a function."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

import pytest
from native_wire import message, tool_use
from wire import Answer, Endpoint, Request, completion, failure

from llmcheck import providers

Line = dict[str, Any]
"""What a line of the results says besides its id."""
Answering = Callable[[str, Any], Line]
"""Of a request's id and body, the line of its result."""


@dataclass
class _Batch:
    id: str
    requests: dict[str, Any]
    polls: int = 0


@dataclass
class Batches:
    """The state of a provider; one is served by ``wire.Endpoint``."""

    answering: Answering
    polls: int = 1
    """How often a batch is looked at before it has ended."""
    fails: str = ""
    """Why OpenAI takes none of a file."""
    url: str = ""
    batches: dict[str, _Batch] = field(default_factory=dict)
    uploads: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        """The answer to a request."""
        path = request.path.removeprefix("/v1/")
        if path.startswith("messages/batches"):
            return self._anthropic(path.split("/")[2:], request)
        if path == "files":
            headers = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
            parts = message_from_bytes(headers + request.body).get_payload()
            said = {part.get_param("name", header="content-disposition"): part for part in parts}  # type: ignore[union-attr]
            assert said["purpose"].get_payload() == "batch"  # type: ignore[union-attr]
            name = f"file-{len(self.uploads) + 1}"
            self.uploads[name] = said["file"].get_payload(decode=True).decode()  # type: ignore[union-attr]
            return Answer({"id": name, "object": "file", "purpose": "batch"})
        if path.startswith("files/"):
            return self._content(path.split("/")[1])
        if request.body is not None:
            assert request.body["endpoint"] == "/v1/chat/completions"
            assert request.body["completion_window"] == "24h"
            lines = self.uploads[request.body["input_file_id"]].splitlines()
            return self._openai(
                self._make({k["custom_id"]: k["body"] for k in map(json.loads, lines)})
            )
        return self._openai(self.batches[path.split("/")[1]])

    def _make(self, requests: dict[str, Any]) -> _Batch:
        made = _Batch(f"batch_{len(self.batches) + 1}", requests)
        self.batches[made.id] = made
        return made

    def _openai(self, batch: _Batch) -> Answer:
        ended, batch.polls = batch.polls > self.polls, batch.polls + 1
        status = "failed" if self.fails else "completed" if ended else "in_progress"
        total = len(batch.requests)
        return Answer(
            {
                "id": batch.id,
                "object": "batch",
                "status": status,
                "output_file_id": f"out-{batch.id}" if status == "completed" else None,
                "error_file_id": None,
                "errors": {"data": [{"message": self.fails}]} if self.fails else None,
                "request_counts": {"total": total, "completed": total * ended, "failed": 0},
            }
        )

    def _content(self, name: str) -> Answer:
        return Answer(self.lines(self.batches[name.removeprefix("out-")].requests))

    def lines(self, requests: dict[str, Any]) -> str:
        """The results of these requests; those that came last are answered first."""
        found = [{"custom_id": k, **self.answering(k, b)} for k, b in requests.items()]
        return "".join(f"{json.dumps(line)}\n" for line in reversed(found))

    def _anthropic(self, rest: list[str], request: Request) -> Answer:
        if request.body is not None:
            made = self._make({r["custom_id"]: r["params"] for r in request.body["requests"]})
        else:
            made = self.batches[rest[0]]
        if rest[1:] == ["results"]:
            return Answer(
                self.lines(made.requests), headers={"Content-Type": "application/x-jsonl"}
            )
        ended, made.polls = made.polls > self.polls, made.polls + 1
        total = len(made.requests)
        counts = {"processing": total * (not ended), "succeeded": total * ended}
        return Answer(
            {
                "id": made.id,
                "type": "message_batch",
                "processing_status": "ended" if ended else "in_progress",
                "request_counts": {**counts, "errored": 0, "expired": 0, "canceled": 0},
                "results_url": f"{self.url}/messages/batches/{made.id}/results" if ended else None,
            }
        )


@dataclass(frozen=True)
class Kind:
    """A provider's words for what both say."""

    model: str
    suffix: str
    good: Callable[[str], Line]
    """An answer with this JSON."""
    cut_off: Callable[[], Line]
    error: Callable[[int, str], Line]
    """A request that was refused, with a status and in these words."""
    expired: Line
    requests: Callable[[str], dict[str, Any]]
    """The bodies in a file, by their ids."""

    def arguments(self, endpoint: Endpoint) -> list[str]:
        """How the command line is told of the endpoint."""
        return ["--base-url", endpoint.url] if self.suffix == ".jsonl" else []


def _ok(answer: Answer) -> Line:
    return {"id": "r", "response": {"status_code": 200, "body": answer.body}, "error": None}


def _said(status: int, words: str) -> Line:
    body = failure(status, words).body
    return {"id": "r", "response": {"status_code": status, "body": body}, "error": None}


def _errored(status: int, words: str) -> Line:
    sort = {400: "invalid_request_error", 529: "overloaded_error"}[status]
    inner = {"type": "error", "error": {"type": sort, "message": words}}
    return {"result": {"type": "errored", "error": inner}}


OPENAI = Kind(
    model="gpt-5-mini",
    suffix=".jsonl",
    good=lambda text: _ok(completion(text, usage={"prompt_tokens": 40, "completion_tokens": 9})),
    cut_off=lambda: _ok(completion('{"dis', finish_reason="length")),
    error=_said,
    expired={"response": None, "error": {"code": "batch_expired", "message": "too late"}},
    requests=lambda text: {
        each["custom_id"]: each["body"] for each in map(json.loads, text.splitlines())
    },
)
ANTHROPIC = Kind(
    model="anthropic/claude-sonnet-4-5",
    suffix=".json",
    good=lambda text: {
        "result": {
            "type": "succeeded",
            "message": message(
                tool_use(text),
                stop_reason="tool_use",
                usage={"input_tokens": 40, "output_tokens": 9},
            ).body,
        }
    },
    cut_off=lambda: {
        "result": {
            "type": "succeeded",
            "message": message(tool_use("{}"), stop_reason="max_tokens").body,
        }
    },
    error=_errored,
    expired={"result": {"type": "expired"}},
    requests=lambda text: {
        each["custom_id"]: each["params"] for each in json.loads(text)["requests"]
    },
)


def served(endpoint: Endpoint, batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Anthropic's own API be this endpoint."""
    batches.url = endpoint.url
    places = tuple(
        each._replace(native=each.native._replace(base_url=endpoint.url.removesuffix("/v1")))
        if each.native
        else each
        for each in providers.PROVIDERS
    )
    monkeypatch.setattr(providers, "PROVIDERS", places)


def question(body: Any) -> str:
    """What the user says in a request."""
    return str(next(m["content"] for m in body["messages"] if m["role"] == "user"))
