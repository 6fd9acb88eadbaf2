"""What a stage needs to put a prompt to a model, and what is told of how far it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.llm.port import LLM, Call, Outcome, Reply, T, digest
from llmcheck.llm.prompts import Prompt
from llmcheck.llm.side_by_side import Ask, Ended, FanOut, answer_all
from llmcheck.models import Failure, Stage

_log = logging.getLogger("llmcheck")

_AMPLE = 8_000
"""Table size in tokens from which no limit is set to an answer."""
_LEAST_ROOM = 512
"""Tokens that an answer has, however little is shown."""


def _fence(prompt: Prompt, variables: Mapping[str, Any]) -> str:
    """The user message, with a mark round the documents that is made of what stands in it: none
    who writes a document can put the mark into it."""
    mark = digest(prompt.render(**variables, mark=""))[:12]
    return prompt.render(**variables, mark=f"=== {mark} ===")


def failure(
    stage: Stage, subject: str, error: LLMError | BudgetExceeded, doc_ids: Iterable[str] = ()
) -> Failure:
    """A failed call as the report tells it; ``doc_ids`` are the documents that it was about."""
    cause: Literal["error", "budget"] = "budget" if isinstance(error, BudgetExceeded) else "error"
    return Failure(
        stage=stage, subject=subject, error=str(error), cause=cause, doc_ids=tuple(doc_ids)
    )


def _log_ended(ended: Ended[Any]) -> None:
    """One line a call. What went wrong may hold words of a document: only its sort is told."""
    call, outcome = ended.ask.call, ended.outcome
    if isinstance(outcome, Reply):
        _log.info(
            "%s %s: from %s, %d tokens in, %d out, %.2f s", call.prompt, outcome.key[:16],
            outcome.origin, outcome.tokens.input, outcome.tokens.output, ended.seconds,
        )  # fmt: skip
    else:
        sort = type(outcome).__name__
        _log.info("%s %s: %s, %.2f s", call.prompt, call.key[:16], sort, ended.seconds)
        _log.debug("%s %s: %s", call.prompt, call.key[:16], outcome)


class Progress(NamedTuple):
    """How far one stage is, in calls. It grows where answers lead to further calls."""

    stage: Stage
    total: int
    made: int
    cached: int
    replayed: int
    failed: int
    seconds_left: float | None = None
    """How long the calls that are left will take, as those took that the model has answered;
    None while it has answered none, and when none are left."""

    @property
    def left(self) -> int:
        """Calls of the stage not yet answered."""
        return self.total - self.made - self.cached - self.replayed - self.failed

    def __str__(self) -> str:
        """``judge: 12 made, 30 cached, 4 left, 0 failed``; replayed calls where there are any."""
        replayed = f"{self.replayed} replayed, " if self.replayed else ""
        return (
            f"{self.stage}: {self.made} made, {self.cached} cached, {replayed}"
            f"{self.left} left, {self.failed} failed"
        )


class _Tally:
    """The calls of one stage, counted."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._begun = time.monotonic()
        self._counts = {"model": 0, "cache": 0, "replay": 0, "failed": 0}
        self._prompts: dict[str, None] = {}
        self.known: set[str] = set()
        """Keys of the calls."""

    def note(self, call: Call, outcome: Outcome[Any]) -> None:
        self._prompts[call.prompt] = None
        self._counts[outcome.origin if isinstance(outcome, Reply) else "failed"] += 1

    def progress(self) -> Progress:
        made, left = self._counts["model"], len(self.known) - sum(self._counts.values())
        seconds = (time.monotonic() - self._begun) * left / made if made and left else None
        return Progress(
            self._stage, len(self.known), made, self._counts["cache"], self._counts["replay"],
            self._counts["failed"], seconds,
        )  # fmt: skip

    def log(self) -> None:
        told = ", ".join(f"{what} {number}" for what, number in self._counts.items() if number)
        prompts = ", ".join(self._prompts)
        _log.info("%s with %s: calls %d (%s)", self._stage, prompts, len(self.known), told)


def ignore_progress(progress: Progress) -> None:
    """What is told of progress where nobody looks. A function by name, so that it pickles."""


@dataclass(frozen=True)
class Runner:
    """What a stage needs to put a prompt to a model: the port, the model's name, the manners."""

    llm: LLM
    model: str
    concurrency: int = 4
    on_progress: Callable[[Progress], None] = ignore_progress
    table_tokens: int = 24_000
    """How much the model is shown at once."""
    fan_out: FanOut = answer_all
    """What answers the calls."""
    tables: Path | None = None
    """Where it is kept which tables were asked about, for sets that grow; None for nowhere."""

    def call(
        self,
        prompt: Prompt,
        variables: Mapping[str, Any],
        schema: type[BaseModel],
        *,
        splittable: bool = False,
    ) -> Call:
        """``prompt`` rendered with ``variables``, to be answered with an instance of ``schema``.

        ``splittable`` says whether it could be asked about in parts. Raises PromptError when the
        variables do not fit the prompt.
        """
        return Call(
            prompt=prompt.name,
            prompt_digest=prompt.digest,
            model=self.model,
            system=prompt.system,
            user=_fence(prompt, variables),
            schema=_json_schema(schema),
            parameters=self._parameters(prompt),
            splittable=splittable,
        )

    def run(
        self,
        stage: Stage,
        prompt: Prompt,
        inputs: Sequence[Mapping[str, Any]],
        schema: type[T],
    ) -> list[Outcome[T]]:
        """Render ``prompt`` with each of ``inputs`` and answer all, in order.

        Raises PromptError when the inputs do not fit the prompt; failed calls are outcomes.
        """
        calls = [self.call(prompt, variables, schema) for variables in inputs]
        outcomes: dict[str, Outcome[T]] = {}

        def note(ask: Ask[T], outcome: Outcome[T]) -> Sequence[Ask[T]]:
            outcomes[ask.call.key] = outcome
            return ()

        self.answer([Ask(stage, call, schema) for call in calls], note)
        return [outcomes[call.key] for call in calls]

    def answer(
        self,
        asks: Sequence[Ask[Any]],
        then: Callable[[Ask[Any], Outcome[Any]], Sequence[Ask[Any]]],
    ) -> None:
        """Answer all calls, and those that they lead to.

        ``then`` is told of each distinct call as it ends, in this thread, and returns what to
        ask because of it.
        """
        tallies: dict[Stage, _Tally] = {}

        def enter(more: Sequence[Ask[Any]]) -> None:
            for ask in more:
                tallies.setdefault(ask.stage, _Tally(ask.stage)).known.add(ask.call.key)
            for stage in dict.fromkeys(ask.stage for ask in more):
                self.on_progress(tallies[stage].progress())

        def go_on(ended: Ended[Any]) -> Sequence[Ask[Any]]:
            _log_ended(ended)
            stage = ended.ask.stage
            tallies[stage].note(ended.ask.call, ended.outcome)
            more = then(ended.ask, ended.outcome)
            if all(ask.stage != stage for ask in more):
                self.on_progress(tallies[stage].progress())
            enter(more)
            return more

        enter(asks)
        if asks:
            self.fan_out(self.llm, asks, self.concurrency, go_on)
        for tally in tallies.values():
            tally.log()

    def _parameters(self, prompt: Prompt) -> Mapping[str, Any]:
        """The prompt's, with a limit on the answer of a model that is shown little at once.

        Such a model is small and may run on without end; others get all the room they have.
        """
        if self.table_tokens >= _AMPLE:
            return prompt.parameters
        return {**prompt.parameters, "max_tokens": max(_LEAST_ROOM, self.table_tokens)}


@cache
def _json_schema(schema: type[BaseModel]) -> Mapping[str, Any]:
    return schema.model_json_schema()
