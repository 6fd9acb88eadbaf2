"""What the user wants sent with every call: part of the call, since it decides the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmcheck.llm.port import LLM, Call, Reply, T

EFFORT = "reasoning_effort"
"""The parameter that says how much a model is to think."""


class WishesLLM:
    """Passes calls on to ``inner`` with ``parameters`` beside, or in the place of, their own.

    It stands outside cache and recording, so that an answer given with other wishes is no answer.
    """

    def __init__(self, inner: LLM, parameters: Mapping[str, Any]) -> None:
        self._inner = inner
        self._parameters = parameters

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as ``inner`` does, to the call as it is wished. Raises what it raises."""
        wished = replace(call, parameters={**call.parameters, **self._parameters})
        return replace(self._inner.complete(wished, schema), key=wished.key)
