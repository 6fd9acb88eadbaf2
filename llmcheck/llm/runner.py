"""The one function that fans calls out, and what a stage needs to put a prompt to a model."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Thread
from typing import Any, Literal, NamedTuple, Protocol

from llmcheck.errors import BudgetExceeded, Interrupted, LLMError
from llmcheck.llm.interruption import current_or_new
from llmcheck.llm.port import LLM, Call, Outcome, Reply, T, digest
from llmcheck.llm.prompts import Prompt
from llmcheck.models import Failure, Stage

_log = logging.getLogger("llmcheck")

_AMPLE = 8_000
"""Table size in tokens from which no limit is set to an answer."""
_LEAST_ROOM = 512
"""Tokens that an answer has, however little is shown."""
_SECONDS_TO_END = 1.0
"""How long to wait for the threads of a run that was stopped."""


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


class FanOut(Protocol):
    """How many calls are answered: ``complete_all``, or what has the same manners."""

    def __call__(
        self,
        llm: LLM,
        calls: Sequence[Call],
        schema: type[T],
        *,
        concurrency: int = 4,
        on_outcome: Callable[[Outcome[T]], None] | None = None,
    ) -> list[Outcome[T]]: ...


def complete_all(
    llm: LLM,
    calls: Sequence[Call],
    schema: type[T],
    *,
    concurrency: int = 4,
    on_outcome: Callable[[Outcome[T]], None] | None = None,
) -> list[Outcome[T]]:
    """Answer all calls over threads: one outcome per call, in the order of the calls.

    Calls with equal keys are made once. A call that fails gives its error in its place and
    stops no other. ``on_outcome`` is told of every distinct call, in this thread, as it ends.

    On Ctrl-C, or whatever else ends this early, no call begins any more and the connections of
    those under way are cut. Raises Interrupted when the run was stopped by another thread.
    """
    run = current_or_new()
    distinct = {call.key: call for call in calls}
    waiting = deque(distinct.values())
    ended: SimpleQueue[tuple[Call, Outcome[T], float] | BaseException] = SimpleQueue()

    def attempt(call: Call) -> Outcome[T]:
        try:
            run.check(call)
            reply = llm.complete(call, schema)
        except Interrupted:
            raise
        except (LLMError, BudgetExceeded) as error:
            return error
        return reply if reply.key else replace(reply, key=call.key)

    def work() -> None:
        with run.applies(), suppress(IndexError):
            while True:
                call, begun = waiting.popleft(), time.monotonic()
                try:
                    ended.put((call, attempt(call), time.monotonic() - begun))
                except BaseException as error:  # noqa: BLE001 - it is raised in the run's thread
                    ended.put(error)
                    run.stop()

    # No pool of Python's own: it would be waited for when the process ends.
    threads = [
        Thread(target=work, name=f"llmcheck-{number}", daemon=True)
        for number in range(min(max(1, concurrency), len(distinct)))
    ]
    outcomes: dict[str, Outcome[T]] = {}
    try:
        for thread in threads:
            thread.start()
        for _ in distinct:
            told = ended.get()
            if isinstance(told, BaseException):
                raise told
            call, outcome, seconds = told
            outcomes[call.key] = outcome
            _log_outcome(call, outcome, seconds)
            if on_outcome is not None:
                on_outcome(outcome)
    except BaseException:
        run.stop()
        _wait_for(threads)
        raise
    return [outcomes[call.key] for call in calls]


def _wait_for(threads: Iterable[Thread]) -> None:
    """Wait until the threads have ended, or for a second: what holds one up is no call of ours."""
    until = time.monotonic() + _SECONDS_TO_END
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, until - time.monotonic()))


def _log_outcome(call: Call, outcome: Outcome[Any], seconds: float) -> None:
    """One line a call. What went wrong may hold words of a document: only its sort is told."""
    if isinstance(outcome, Reply):
        _log.info(
            "%s %s: from %s, %d tokens in, %d out, %.2f s", call.prompt, outcome.key[:16],
            outcome.origin, outcome.tokens.input, outcome.tokens.output, seconds,
        )  # fmt: skip
    else:
        sort = type(outcome).__name__
        _log.info("%s %s: %s, %.2f s", call.prompt, call.key[:16], sort, seconds)
        _log.debug("%s %s: %s", call.prompt, call.key[:16], outcome)


class Progress(NamedTuple):
    """How far one stage is, in calls."""

    stage: Stage
    total: int
    made: int
    cached: int
    replayed: int
    failed: int

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
    fan_out: FanOut = complete_all

    def run(
        self,
        stage: Stage,
        prompt: Prompt,
        inputs: Sequence[Mapping[str, Any]],
        schema: type[T],
        *,
        splittable: Sequence[bool] | None = None,
    ) -> list[Outcome[T]]:
        """Render ``prompt`` with each of ``inputs`` and answer all, in order.

        ``splittable`` says of each input whether it could be asked about in parts.
        Raises PromptError when the inputs do not fit the prompt; failed calls are outcomes.
        """
        if not inputs:
            return []
        json_schema = schema.model_json_schema()
        calls = [
            Call(
                prompt=prompt.name,
                prompt_digest=prompt.digest,
                model=self.model,
                system=prompt.system,
                user=_fence(prompt, variables),
                schema=json_schema,
                parameters=self._parameters(prompt),
                splittable=split,
            )
            for variables, split in zip(inputs, splittable or [False] * len(inputs), strict=True)
        ]
        counts = {"model": 0, "cache": 0, "replay": 0, "failed": 0}
        total = len({call.key for call in calls})

        def report() -> None:
            self.on_progress(
                Progress(
                    stage, total, counts["model"], counts["cache"], counts["replay"],
                    counts["failed"],
                )
            )  # fmt: skip

        def count(outcome: Outcome[T]) -> None:
            counts[outcome.origin if isinstance(outcome, Reply) else "failed"] += 1
            report()

        report()
        outcomes = self.fan_out(
            self.llm, calls, schema, concurrency=self.concurrency, on_outcome=count
        )
        told = ", ".join(f"{what} {number}" for what, number in counts.items() if number)
        _log.info("%s with %s: calls %d (%s)", stage, prompt.name, total, told)
        return outcomes

    def _parameters(self, prompt: Prompt) -> Mapping[str, Any]:
        """The prompt's, with a limit on the answer of a model that is shown little at once.

        Such a model is small and may run on without end; others get all the room they have.
        """
        if self.table_tokens >= _AMPLE:
            return prompt.parameters
        return {**prompt.parameters, "max_tokens": max(_LEAST_ROOM, self.table_tokens)}
