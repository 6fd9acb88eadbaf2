"""Calls side by side: threads that make them, slots that bound them, and work beside other work.

However many stages of a run ask at once, and whatever their calls lead to, no more calls are under
way than the run has slots.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, NamedTuple, Protocol, TypeVar

from llmcheck.errors import BudgetExceeded, Interrupted, LLMError
from llmcheck.llm.interruption import current_or_new
from llmcheck.llm.port import LLM, Call, Outcome, T

R = TypeVar("R")

_SECONDS_TO_END = 1.0
"""How long to wait for the threads of a run that was stopped."""


class Slots:
    """So many calls may be under way. Who waits longest is next, so that of two stages which ask
    at once none holds up the other. Pickled as new ones, all free.

    >>> slots = Slots(1)
    >>> with slots:
    ...     print("alone")
    alone
    """

    def __init__(self, number: int) -> None:
        self.number = max(1, number)
        self._free = self.number
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                # Handed over: whoever gives it back would else be the first to take it again.
                self._waiting.popleft().release()
            else:
                self._free += 1

    def __reduce__(self) -> tuple[type[Slots], tuple[int]]:
        return Slots, (self.number,)


class Ended(NamedTuple, Generic[T]):
    """A call that was answered or failed."""

    call: Call
    outcome: Outcome[T]
    seconds: float
    """How long it was under way."""


class FanOut(Protocol):
    """How the calls of a stage are answered: ``answer_all``, or what has the same manners."""

    def __call__(
        self,
        llm: LLM,
        calls: Iterable[Call],
        schema: type[T],
        slots: Slots,
        then: Callable[[Ended[T]], Sequence[Call]],
    ) -> dict[str, Outcome[T]]: ...


def answer_all(
    llm: LLM,
    calls: Iterable[Call],
    schema: type[T],
    slots: Slots,
    then: Callable[[Ended[T]], Sequence[Call]],
) -> dict[str, Outcome[T]]:
    """Answer all calls, and those they lead to, over threads: an outcome by each call's key.

    Calls with equal keys are made once. A call that fails gives its error in its place and
    stops no other. ``then`` is told of every distinct call, in this thread, as it ends, and
    returns the calls to make because of it.

    On Ctrl-C, or whatever else ends this early, no call begins any more and the connections of
    those under way are cut. Raises Interrupted when the run was stopped by another thread.
    """
    run = current_or_new()
    waiting: SimpleQueue[Call | None] = SimpleQueue()
    ended: SimpleQueue[Ended[T] | BaseException] = SimpleQueue()

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
        with run.applies():
            while (call := waiting.get()) is not None:
                try:
                    with slots:
                        begun = time.monotonic()
                        outcome = attempt(call)
                        seconds = time.monotonic() - begun
                except BaseException as error:  # noqa: BLE001 - it is raised in the run's thread
                    ended.put(error)
                    run.stop()
                    return
                ended.put(Ended(call, outcome, seconds))

    # No pool of Python's own: it would be waited for when the process ends.
    threads: list[Thread] = []
    known: set[str] = set()

    def ask(more: Iterable[Call]) -> None:
        distinct = {call.key: call for call in more if call.key not in known}
        known.update(distinct)
        for call in distinct.values():
            waiting.put(call)
        while len(threads) < min(slots.number, len(known)):
            thread = Thread(target=work, name=f"llmcheck-{len(threads)}", daemon=True)
            threads.append(thread)
            thread.start()

    outcomes: dict[str, Outcome[T]] = {}
    try:
        ask(calls)
        while len(outcomes) < len(known):
            told = ended.get()
            if isinstance(told, BaseException):
                raise told
            outcomes[told.call.key] = told.outcome
            ask(then(told))
    except BaseException:
        run.stop()
        _wait_for(threads)
        raise
    finally:
        for _ in threads:
            waiting.put(None)
    return outcomes


@contextmanager
def beside(work: Callable[[], R]) -> Iterator[Callable[[], R]]:
    """Do ``work`` in a thread while the block runs, both as one run: what ends one early stops
    the other. The block is given a function that waits for the result.

    Raises what the block or the work raises.
    """
    run = current_or_new()
    results: list[R] = []
    errors: list[BaseException] = []

    def carry_out() -> None:
        try:
            with run.applies():
                results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            errors.append(error)
            run.stop()

    def result() -> R:
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    thread = Thread(target=carry_out, name="llmcheck-beside", daemon=True)
    thread.start()
    try:
        with run.applies():
            yield result
    except BaseException as error:
        run.stop()
        _wait_for([thread])
        if isinstance(error, Interrupted) and errors:
            # The block was stopped because of what befell the work.
            raise errors[0] from None
        raise


def _wait_for(threads: Iterable[Thread]) -> None:
    """Wait until the threads have ended, or for a second: what holds one up is no call of ours."""
    until = time.monotonic() + _SECONDS_TO_END
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, until - time.monotonic()))
