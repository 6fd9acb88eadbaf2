"""Tasks side by side: each goes on as its answers come, and waits for no others."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from builders import runner
from calls import Answer, echo, make_call

from llmcheck.errors import ProviderError
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Progress, Runner
from llmcheck.llm.side_by_side import Ask
from llmcheck.llm.tasks import Steps, Task, answer_to, begin, carry_out, result_of, results_of
from llmcheck.models import Stage


def ask(user: str, stage: Stage = "survey") -> Steps[Any]:
    outcome = yield from answer_to(Ask(stage, make_call(user), Answer))
    return outcome


def text(user: str) -> Steps[str]:
    outcome = yield from ask(user)
    return str(outcome.value.text)


def in_turn(*users: str) -> Steps[list[str]]:
    told = []
    for user in users:
        told.append((yield from text(user)))
    return told


def test_a_task_that_waits_for_nothing_has_its_result_without_a_call() -> None:
    def steps() -> Steps[int]:
        yield from begin([])
        return 7

    llm = echo()
    assert carry_out(steps(), runner(llm)) == 7
    assert llm.calls == []


def test_results_are_in_the_order_of_the_tasks_whichever_ends_first() -> None:
    second = threading.Event()

    def answer(call: Call) -> Answer:
        if call.user == "a":
            assert second.wait(10)
        if call.user == "d":
            second.set()
        return Answer(text=call.user)

    steps = results_of([Task(in_turn("a", "b")), Task(in_turn("c", "d"))])
    assert carry_out(steps, Runner(FakeLLM(answer), "m", 2)) == [["a", "b"], ["c", "d"]]


def test_what_is_asked_by_several_tasks_is_asked_once_also_later_on() -> None:
    llm = echo()
    steps = results_of([Task(in_turn("a", "b")), Task(in_turn("b", "a"))])
    assert carry_out(steps, runner(llm)) == [["a", "b"], ["b", "a"]]
    assert sorted(call.user for call in llm.calls) == ["a", "b"]


def test_a_task_that_several_wait_for_is_carried_out_once() -> None:
    shared = Task(text("a"))

    def waits() -> Steps[str]:
        return (yield from result_of(shared))

    llm = echo()
    assert carry_out(results_of([Task(waits()), Task(waits())]), runner(llm)) == ["a", "a"]
    assert len(llm.calls) == 1


def test_a_task_that_is_begun_goes_on_while_others_are_waited_for() -> None:
    def steps() -> Steps[list[str]]:
        beside = Task(text("beside"))
        yield from begin([beside])
        first = yield from text("a")
        return [first, (yield from result_of(beside))]

    two = threading.Barrier(2)

    def answer(call: Call) -> Answer:
        two.wait(10)
        return Answer(text=call.user)

    assert carry_out(steps(), Runner(FakeLLM(answer), "m", 2)) == ["a", "beside"]


def test_a_call_that_fails_is_an_outcome() -> None:
    def fail(call: Call) -> Answer:
        raise ProviderError("away", call_key=call.key, prompt=call.prompt)

    assert isinstance(carry_out(ask("a"), runner(FakeLLM(fail))), ProviderError)


def test_what_a_task_raises_ends_all() -> None:
    def fails() -> Steps[str]:
        yield from text("a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        carry_out(results_of([Task(text("b")), Task(fails())]), runner(echo()))


def test_progress_is_counted_by_stage() -> None:
    seen: list[Progress] = []

    def steps() -> Steps[None]:
        yield from ask("a", "survey")
        yield from ask("b", "judging")
        yield from ask("c", "judging")

    carry_out(steps(), Runner(echo(), "m", on_progress=seen.append))
    last = {progress.stage: (progress.total, progress.made) for progress in seen}
    assert last == {"survey": (1, 1), "judging": (2, 2)}
