"""A stand-in for a model, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from llmcheck.llm.port import Call, Reply, T, parse_reply
from llmcheck.tokens import Tokens


class FakeLLM:
    """A stand-in for tests: ``handler`` gets the call and returns the answer.

    The answer may be a model instance, a JSON-able value or raw JSON text; it is validated
    like any other. Errors that the handler raises pass through. ``calls`` lists what was asked.

    >>> from llmcheck import Corpus, NumberedSet, Runner, survey_documents
    >>> llm = FakeLLM(lambda call: {"disputes": [], "lookalikes": [], "agreements": []})
    >>> numbered = NumberedSet(Corpus.from_texts(["The dam held."]).documents)
    >>> survey_documents(numbered, Runner(llm, "fake")).questions
    []
    >>> [call.prompt.partition(".")[0] for call in llm.calls]
    ['survey']
    """

    def __init__(self, handler: Callable[[Call], Any]) -> None:
        self._handler = handler
        self.calls: list[Call] = []

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer with what the handler returns. Raises InvalidReply when it does not fit."""
        self.calls.append(call)
        answer = self._handler(call)
        if isinstance(answer, BaseModel):
            raw = answer.model_dump_json()
        elif isinstance(answer, str):
            raw = answer
        else:
            raw = json.dumps(answer)
        return Reply(parse_reply(raw, call, schema), raw, Tokens(), "model")
