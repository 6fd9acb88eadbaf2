"""A call for tests of what stands round a model, the answer it asks for, and who gives it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call


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
