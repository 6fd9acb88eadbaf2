"""A call for tests of what stands round a model, the answer it asks for, and who gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from llmcheck.llm.budget import Ledger
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import LLM, Call, Outcome, Reply, T
from llmcheck.llm.side_by_side import Ask, Ended, answer_all


class Answer(BaseModel):
    text: str


def make_call(user: str = "How tall is the lighthouse?", **changes: Any) -> Call:
    fields: dict[str, Any] = {
        "prompt": "ask.v1",
        "prompt_digest": "0" * 64,
        "model": "tiny",
        "system": "Answer.",
        "user": user,
        "schema": Answer.model_json_schema(),
        "parameters": {"temperature": 0.0, "max_tokens": 50},
    }
    return Call(**fields | changes)


def echo() -> FakeLLM:
    """A model that answers with the question."""
    return FakeLLM(echo_user)


def echo_user(call: Call) -> Answer:
    return Answer(text=call.user)


class Spending:
    """Stands where the endpoint would, and enters each call in the ledger as one request."""

    def __init__(self, inner: LLM, ledger: Ledger) -> None:
        self._inner = inner
        self._ledger = ledger

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        with self._ledger.request(1) as permit:
            reply = self._inner.complete(call, schema)
            permit.paid = reply.tokens
            return reply


def asks(calls: Iterable[Call], schema: type[T]) -> list[Ask[T]]:
    """The calls as a stage would ask them."""
    return [Ask("reading", call, schema) for call in calls]


def complete_all(
    llm: LLM,
    calls: Sequence[Call],
    schema: type[T],
    *,
    concurrency: int = 4,
    on_outcome: Callable[[Outcome[T]], object] = lambda outcome: None,
) -> list[Outcome[T]]:
    """The outcomes of calls that lead to no others, in their order."""

    outcomes: dict[str, Outcome[T]] = {}

    def note(ended: Ended[T]) -> Sequence[Ask[T]]:
        outcomes[ended.ask.call.key] = ended.outcome
        on_outcome(ended.outcome)
        return ()

    answer_all(llm, asks(calls, schema), concurrency, note)
    return [outcomes[call.key] for call in calls]
