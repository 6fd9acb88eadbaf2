"""The client that consistency-checker is given: like openai's, but it asks llmcheck's port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.llm.port import Call, digest
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Failure, Stage

_PARTS: dict[str, tuple[str, Stage]] = {
    "_ExtractionPayload": ("extract", "reading"),
    "JudgePayload": ("judge", "judging"),
    "DefinitionJudgePayload": ("define", "judging"),
}
"""By the schema of an answer: how its calls are named, and the stage they belong to."""


class PortClient:
    """An openai client for ``beta.chat.completions.parse`` alone, over llmcheck's port.

    A call that fails raises ValueError, as an answer without a payload does there:
    consistency-checker then skips the chunk, or asks again and leaves the pair uncertain.
    ``failed`` holds the calls that never succeeded.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.failed: dict[str, Failure] = {}
        self.beta = SimpleNamespace(chat=SimpleNamespace(completions=self))

    def parse(
        self,
        *,
        model: str,
        messages: Sequence[Mapping[str, str]],
        response_format: type[BaseModel],
        extra_body: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> SimpleNamespace:
        """One completion, as far as consistency-checker reads it: the parsed message."""
        if extra_body:
            parameters["extra_body"] = dict(extra_body)
        system, user = (message["content"] for message in messages)
        part, stage = _PARTS[response_format.__name__]
        call = Call(
            prompt=f"consistency-checker-0.4.1.{part}",
            prompt_digest=digest(system),
            model=model,
            system=system,
            user=user,
            schema=response_format.model_json_schema(),
            parameters=parameters,
        )
        try:
            reply = self._runner.llm.complete(call, response_format)
        except (LLMError, BudgetExceeded) as error:
            self.failed[call.key] = failure(stage, f"consistency-checker, {part}", error)
            raise ValueError(str(error)) from error
        self.failed.pop(call.key, None)
        message = SimpleNamespace(parsed=reply.value)
        return SimpleNamespace(choices=[SimpleNamespace(message=message)])
