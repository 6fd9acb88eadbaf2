"""Batches at a provider: submitted, looked after, and fetched, through its SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from llmcheck.errors import BatchError
from llmcheck.llm.batch.formats import ENDPOINT, Format
from llmcheck.llm.endpoint.client import EndpointLLM, refuse_in_tests
from llmcheck.llm.endpoint.complaints import complaint_of
from llmcheck.llm.endpoint.connection import connected

_SDKS = ("openai", "anthropic", "httpx", "httpx2")
"""Whose errors are the provider's or the network's."""


class State(NamedTuple):
    """How far a batch is."""

    status: str
    """In the provider's word."""
    ended: bool
    done: int
    failed: int
    total: int
    problem: str = ""
    """Why the provider took none of it."""


class BatchService:
    """The batches of a provider, over its own API."""

    def __init__(self, endpoint: EndpointLLM, fmt: Format) -> None:
        """Raises ConfigError where the endpoint cannot be asked, and in tests."""
        refuse_in_tests()
        self._endpoint = endpoint.endpoint
        # Results are as long as their requests, and not as one answer.
        self._client = connected(
            self._endpoint, fmt.api, heard=lambda headers: None, most_bytes=2 * fmt.most_bytes
        )
        self._endpoint.secrets.out_of_logs()
        self._format = fmt

    def submit(self, path: Path) -> str:
        """Submit a file of requests; returns the id of its batch. Raises BatchError."""
        with self._told(f"submitting {path}"):
            if self._format.name == "anthropic":
                requests = json.loads(path.read_bytes())["requests"]
                return _id_of(self._client.messages.batches.create(requests=requests))
            with path.open("rb") as file:
                uploaded = self._client.files.create(file=(path.name, file), purpose="batch")
            made = self._client.batches.create(
                input_file_id=_id_of(uploaded), endpoint=ENDPOINT, completion_window="24h"
            )
            return _id_of(made)

    def state(self, batch: str) -> State:
        """How far a batch is. Raises BatchError."""
        with self._told(f"batch {batch}"):
            if self._format.name == "anthropic":
                state = _anthropic_state(self._client.messages.batches.retrieve(batch))
            else:
                state = _openai_state(self._client.batches.retrieve(batch))
            cleaned = self._endpoint.cleaned
            return state._replace(status=cleaned(state.status), problem=cleaned(state.problem))

    def fetch(self, batch: str) -> str:
        """The results of a batch that has ended, a line of JSON each. Raises BatchError."""
        with self._told(f"the results of batch {batch}"):
            if self._format.name == "anthropic":
                lines = [
                    json.dumps(each.to_dict(mode="json"))
                    for each in self._client.messages.batches.results(batch)
                ]
                return self._cleaned("".join(f"{line}\n" for line in lines))
            ended = self._client.batches.retrieve(batch)
            files = filter(None, (ended.output_file_id, ended.error_file_id))
            texts = [self._client.files.content(file).read().decode() for file in files]
            return self._cleaned("".join(t if t.endswith("\n") else f"{t}\n" for t in texts))

    def _cleaned(self, text: str) -> str:
        cleaned: str = self._endpoint.secrets.out_of_answer(text)
        return cleaned

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """What goes wrong inside, as a BatchError."""
        endpoint = self._endpoint
        try:
            yield
        except OSError as error:
            raise BatchError(f"{what}: {error.strerror or error}") from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # The SDKs look at nothing in what they are answered.
            sort = type(error).__name__
            message = f"{endpoint.address} answered with what is no batch ({sort})"
            raise BatchError(f"{what}: {message}") from None
        except Exception as error:
            response = getattr(error, "response", None)
            if response is None and type(error).__module__.partition(".")[0] not in _SDKS:
                raise
            if response is None:
                cause = error.__cause__ or error
                why = str(cause) or type(cause).__name__
                said = f"cannot connect to {endpoint.address} ({why})"
            else:
                complaint = complaint_of(response)
                said = f"{endpoint.address} answered {complaint.status} ({complaint.message})"
            # The cause may quote the request's headers: only its cleaned words go out.
            raise BatchError(f"{what}: {endpoint.cleaned(said)}") from None


def _id_of(made: Any) -> str:
    if not isinstance(made.id, str) or not made.id:
        raise ValueError("it has no id")
    return str(made.id)


def _openai_state(batch: Any) -> State:
    counts, status = batch.request_counts, str(batch.status)
    problems = getattr(batch.errors, "data", None) or []
    return State(
        status,
        ended=status in ("completed", "failed", "expired", "cancelled"),
        done=_number(counts, "completed"),
        failed=_number(counts, "failed"),
        total=_number(counts, "total"),
        problem="; ".join(str(each.message) for each in problems[:3]),
    )


def _anthropic_state(batch: Any) -> State:
    counts, status = batch.request_counts, str(batch.processing_status)
    done = _number(counts, "succeeded")
    failed = sum(_number(counts, name) for name in ("errored", "expired", "canceled"))
    return State(
        status,
        ended=status == "ended",
        done=done,
        failed=failed,
        total=done + failed + _number(counts, "processing"),
    )


def _number(counts: Any, name: str) -> int:
    value = getattr(counts, name, 0)
    return value if isinstance(value, int) else 0
