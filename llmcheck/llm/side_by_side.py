"""Calls side by side: threads make them, no more at once than a run may have under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from math import inf
from queue import PriorityQueue, SimpleQueue
from threading import Thread
from typing import Any, Generic, NamedTuple, Protocol

from llmcheck.errors import BudgetExceeded, Interrupted, LLMError
from llmcheck.llm.interruption import current_or_new
from llmcheck.llm.port import LLM, Call, Outcome, T
from llmcheck.models import Stage

_SECONDS_TO_END = 1.0
"""How long to wait for the threads of a run that was stopped."""


class Ask(NamedTuple, Generic[T]):
    """A call that a stage makes, and the schema of its answer."""

    stage: Stage
    call: Call
    schema: type[T]
    rank: int = 0
    """Of calls that wait, those of the lowest rank are made first."""


class Ended(NamedTuple, Generic[T]):
    """What was asked and answered, or failed."""

    ask: Ask[T]
    outcome: Outcome[T]
    seconds: float
    """How long it was under way."""


class FanOut(Protocol):
    """How the calls of a run are answered: ``answer_all``, or what has the same manners."""

    def __call__(
        self,
        llm: LLM,
        asks: Iterable[Ask[Any]],
        concurrency: int,
        then: Callable[[Ended[Any]], Sequence[Ask[Any]]],
    ) -> None: ...


def answer_all(
    llm: LLM,
    asks: Iterable[Ask[Any]],
    concurrency: int,
    then: Callable[[Ended[Any]], Sequence[Ask[Any]]],
) -> None:
    """Answer all calls, and those they lead to, over ``concurrency`` threads at the most.

    Calls with equal keys are made once. A call that fails gives its error in its place and
    stops no other. ``then`` is told of every distinct call, in this thread, as it ends, and
    returns what to ask because of it.

    On Ctrl-C, or whatever else ends this early, no call begins any more and the connections of
    those under way are cut. Raises Interrupted when the run was stopped by another thread.
    """
    run = current_or_new()
    # By rank, and those of one in the order in which they were asked.
    waiting: PriorityQueue[tuple[float, int, Ask[Any] | None]] = PriorityQueue()
    order = count()
    ended: SimpleQueue[Ended[Any] | BaseException] = SimpleQueue()

    def attempt(ask: Ask[Any]) -> Outcome[Any]:
        try:
            run.check(ask.call)
            reply = llm.complete(ask.call, ask.schema)
        except Interrupted:
            raise
        except (LLMError, BudgetExceeded) as error:
            return error
        return reply if reply.key else replace(reply, key=ask.call.key)

    def work() -> None:
        with run.applies():
            while (ask := waiting.get()[-1]) is not None:
                begun = time.monotonic()
                try:
                    outcome = attempt(ask)
                except BaseException as error:  # noqa: BLE001 - it is raised in the run's thread
                    ended.put(error)
                    run.stop()
                    return
                ended.put(Ended(ask, outcome, time.monotonic() - begun))

    # No pool of Python's own: it would be waited for when the process ends.
    threads: list[Thread] = []
    known: set[str] = set()

    def begin(more: Iterable[Ask[Any]]) -> int:
        distinct = {ask.call.key: ask for ask in more if ask.call.key not in known}
        known.update(distinct)
        for ask in distinct.values():
            waiting.put((ask.rank, next(order), ask))
        while len(threads) < min(max(1, concurrency), len(known)):
            thread = Thread(target=work, name=f"llmcheck-{len(threads)}", daemon=True)
            threads.append(thread)
            thread.start()
        return len(distinct)

    try:
        left = begin(asks)
        while left:
            told = ended.get()
            if isinstance(told, BaseException):
                raise told
            left += begin(then(told)) - 1
    except BaseException:
        run.stop()
        _wait_for(threads)
        raise
    finally:
        for _ in threads:
            waiting.put((inf, next(order), None))


def _wait_for(threads: Iterable[Thread]) -> None:
    """Wait until the threads have ended, or for a second: what holds one up is no call of ours."""
    until = time.monotonic() + _SECONDS_TO_END
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, until - time.monotonic()))
