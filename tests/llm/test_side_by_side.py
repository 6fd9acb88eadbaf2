"""Calls side by side: bounded, ended together, none waiting for others that it does not need."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from calls import Answer, asks, echo, make_call
from pydantic import BaseModel

from llmcheck.errors import Interrupted
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.interruption import Interruption
from llmcheck.llm.port import Call, Reply
from llmcheck.llm.side_by_side import Ask, Ended, answer_all


def none_more(ended: Ended[Answer]) -> Sequence[Ask[Answer]]:
    return ()


def ask(*names: str) -> list[Ask[Answer]]:
    return asks(map(make_call, names), Answer)


def test_no_more_calls_are_under_way_than_a_run_may_have() -> None:
    lock, two = threading.Lock(), threading.Barrier(2)
    under_way, most = 0, 0

    def answer(call: Call) -> Answer:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        two.wait(10)
        with lock:
            under_way -= 1
        return Answer(text=call.user)

    llm = FakeLLM(answer)
    answer_all(llm, ask(*"abcdef"), 2, none_more)
    assert (len(llm.calls), most) == (6, 2)


def test_calls_are_made_in_the_order_in_which_they_are_asked() -> None:
    llm = echo()
    answer_all(llm, ask(*"abc"), 1, lambda ended: ask("further"))
    assert [call.user for call in llm.calls] == ["a", "b", "c", "further"]


def test_of_calls_that_wait_those_of_the_lowest_rank_are_made_first() -> None:
    llm = echo()
    *late, early = asks([make_call(user) for user in "abc"], Answer)
    answer_all(llm, [*(each._replace(rank=1) for each in late), early], 1, none_more)
    assert [call.user for call in llm.calls] == ["c", "a", "b"]


def test_what_an_answer_leads_to_waits_for_no_other_call() -> None:
    followed = threading.Event()

    def answer(call: Call) -> Answer:
        if call.user == "slow":
            assert followed.wait(10), "the call that b leads to waits for this one"
        if call.user == "b, further":
            followed.set()
        return Answer(text=call.user)

    ended: list[str] = []

    def further(told: Ended[Answer]) -> Sequence[Ask[Answer]]:
        ended.append(told.ask.call.user)
        return ask("b, further") if told.ask.call.user == "b" else ()

    answer_all(FakeLLM(answer), ask("slow", "b"), 2, further)
    assert ended == ["b", "b, further", "slow"]


def test_a_call_that_several_answers_lead_to_is_made_once() -> None:
    llm = echo()
    answer_all(llm, ask(*"abc"), 2, lambda ended: ask("a", "further"))
    assert sorted(call.user for call in llm.calls) == ["a", "b", "c", "further"]


def test_a_call_of_another_schema_may_follow() -> None:
    class Length(BaseModel):
        length: int

    def answer(call: Call) -> BaseModel:
        return Length(length=3) if "long" in call.user else Answer(text=call.user)

    outcomes: list[Any] = []

    def further(told: Ended[Any]) -> Sequence[Ask[Any]]:
        assert isinstance(told.outcome, Reply)
        outcomes.append(told.outcome.value)
        return asks([make_call("how long?")], Length) if told.ask.schema is Answer else ()

    answer_all(FakeLLM(answer), ask("a"), 2, further)
    assert outcomes == [Answer(text="a"), Length(length=3)]


def test_what_fails_in_answering_is_raised_and_no_call_begins_after_it() -> None:
    begun: list[str] = []

    def answer(call: Call) -> Answer:
        begun.append(call.user)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_all(FakeLLM(answer), ask(*map(str, range(50))), 1, none_more)
    assert begun == ["0"]


def test_a_run_that_was_stopped_makes_no_call() -> None:
    run, llm = Interruption(), echo()
    run.stop()
    with run.applies(), pytest.raises(Interrupted):
        answer_all(llm, ask("a"), 1, none_more)
    assert llm.calls == []
