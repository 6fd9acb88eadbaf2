"""Tasks: work that goes on as its answers come, and waits for no others.

What a station does is written down as it is read, one step after the other, as a generator that
yields what it waits for. Many of them are carried out side by side in one thread, while the calls
that they ask for are under way: a matter is judged while another is still surveyed. (Coroutines
over a trampoline: Ganz, Friedman and Wand, ICFP 1999.)
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Sequence
from typing import Any, Generic, TypeVar

from llmcheck.llm.port import Outcome, T
from llmcheck.llm.runner import Runner
from llmcheck.llm.side_by_side import Ask

R = TypeVar("R")

Steps = Generator[Any, Any, R]
"""The steps to a result. They yield only through the functions here, by ``yield from``."""


class Task(Generic[R]):
    """Steps that are carried out beside others, once they are begun or waited for."""

    def __init__(self, steps: Steps[R]) -> None:
        self.steps = steps
        self.begun = False
        self.results: list[R] = []
        """The result, when there is one."""
        self.waiting: list[Task[Any]] = []
        """Those that wait for it."""


def answer_to(ask: Ask[T]) -> Steps[Outcome[T]]:
    """Wait for the answer to a call; one that was asked before is not asked again."""
    outcome: Outcome[T] = yield ask
    return outcome


def begin(tasks: Iterable[Task[Any]]) -> Steps[None]:
    """Have the tasks carried out, and go on."""
    yield tuple(tasks)


def result_of(task: Task[R]) -> Steps[R]:
    """Wait for the result of a task."""
    if not task.results:
        yield task
    return task.results[0]


def results_of(tasks: Sequence[Task[R]]) -> Steps[list[R]]:
    """Wait for the results of all these tasks, carried out side by side."""
    yield from begin(tasks)
    results = []
    for task in tasks:
        results.append((yield from result_of(task)))
    return results


def carry_out(steps: Steps[R], runner: Runner) -> R:
    """The result of the steps, and of all tasks that they begin.

    Raises what any of them raises; a call that fails is an outcome.

    >>> from llmcheck import FakeLLM
    >>> from llmcheck.llm.prompts import Prompt
    >>> from pydantic import BaseModel
    >>> class Count(BaseModel):
    ...     number: int
    >>> runner = Runner(FakeLLM(lambda call: {"number": len(call.user.split())}), "m")
    >>> prompt = Prompt("count.v1", "0" * 64, "", {}, "Count the words.", "{{ words }}")
    >>> def count(words):
    ...     call = runner.call(prompt, {"words": words}, Count)
    ...     outcome = yield from answer_to(Ask("reading", call, Count))
    ...     return outcome.value.number
    >>> carry_out(results_of([Task(count("the sea")), Task(count("a red boat"))]), runner)
    [2, 3]
    """
    whole = Task(steps)
    course = _Course()
    course.begin(whole)
    runner.answer(course.go_on(), course.note)
    return whole.results[0]


class _Course:
    """The tasks under way, and what they wait for."""

    def __init__(self) -> None:
        self._ready: deque[tuple[Task[Any], Any]] = deque()
        """Tasks that can go on, each with what it waited for."""
        self._waiting: defaultdict[str, list[Task[Any]]] = defaultdict(list)
        """Tasks by the key of the call that they wait for."""
        self._known: dict[str, Outcome[Any]] = {}
        self._asks: list[Ask[Any]] = []

    def begin(self, task: Task[Any]) -> None:
        if not task.begun:
            task.begun = True
            self._ready.append((task, None))

    def note(self, ask: Ask[Any], outcome: Outcome[Any]) -> Sequence[Ask[Any]]:
        """Take an answer; returns what is asked because of it."""
        key = ask.call.key
        self._known[key] = outcome
        self._ready.extend((task, outcome) for task in self._waiting.pop(key, ()))
        return self.go_on()

    def go_on(self) -> Sequence[Ask[Any]]:
        """Carry all tasks on until each waits; returns what they ask."""
        while self._ready:
            self._step(*self._ready.popleft())
        asks, self._asks = self._asks, []
        return asks

    def _step(self, task: Task[Any], given: Any) -> None:
        try:
            wanted = task.steps.send(given)
        except StopIteration as end:
            task.results.append(end.value)
            self._ready.extend((each, None) for each in task.waiting)
            return
        if isinstance(wanted, Ask):
            self._await_answer(task, wanted)
        elif isinstance(wanted, Task):
            self.begin(wanted)
            wanted.waiting.append(task)
        else:
            for each in wanted:
                self.begin(each)
            self._ready.append((task, None))

    def _await_answer(self, task: Task[Any], ask: Ask[Any]) -> None:
        key = ask.call.key
        if key in self._known:
            self._ready.append((task, self._known[key]))
            return
        if key not in self._waiting:
            self._asks.append(ask)
        self._waiting[key].append(task)
