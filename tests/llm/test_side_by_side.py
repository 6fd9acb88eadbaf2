"""Calls of several stages side by side: bounded together, ended together, none waiting for others
that it does not need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from calls import Answer, echo, make_call

from llmcheck.errors import Interrupted
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.interruption import Interruption, current
from llmcheck.llm.port import Call
from llmcheck.llm.side_by_side import Ended, Slots, answer_all, beside


def none_more(ended: Ended[Answer]) -> Sequence[Call]:
    return ()


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to be")


def calls(*names: str) -> list[Call]:
    return [make_call(name) for name in names]


def test_what_asks_at_once_shares_the_slots_of_its_run() -> None:
    lock, two, slots = threading.Lock(), threading.Barrier(2), Slots(2)
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
    with beside(lambda: answer_all(llm, calls(*"abcdef"), Answer, slots, none_more)) as others:
        answer_all(llm, calls(*"uvwxyz"), Answer, slots, none_more)
        others()
    assert (len(llm.calls), most) == (12, 2)


def test_who_comes_later_waits_for_one_call_and_not_for_all_that_others_still_have() -> None:
    slots, order = Slots(1), list[str]()

    def answer(call: Call) -> Answer:
        if call.user == "0":
            late.start()
            eventually(lambda: bool(slots._waiting))
        order.append(call.user)
        return Answer(text=call.user)

    llm = FakeLLM(answer)
    late = threading.Thread(
        target=lambda: answer_all(llm, calls("late"), Answer, slots, none_more)
    )
    answer_all(llm, calls(*map(str, range(500))), Answer, slots, none_more)
    late.join()
    assert order[:2] == ["0", "late"]


def test_what_an_answer_leads_to_waits_for_no_other_call() -> None:
    followed = threading.Event()

    def answer(call: Call) -> Answer:
        if call.user == "slow":
            assert followed.wait(10), "the call that b leads to waits for this one"
        if call.user == "b, further":
            followed.set()
        return Answer(text=call.user)

    def further(ended: Ended[Answer]) -> Sequence[Call]:
        return calls("b, further") if ended.call.user == "b" else ()

    outcomes = answer_all(FakeLLM(answer), calls("slow", "b"), Answer, Slots(2), further)
    assert set(outcomes) == {call.key for call in calls("slow", "b", "b, further")}


def test_a_call_that_several_answers_lead_to_is_made_once() -> None:
    llm = echo()
    answer_all(llm, calls(*"abc"), Answer, Slots(2), lambda ended: calls("a", "further"))
    assert sorted(call.user for call in llm.calls) == ["a", "b", "c", "further"]


def test_what_fails_beside_ends_the_block_and_is_what_is_raised() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    def block() -> None:
        eventually(lambda: current().stopped)
        answer_all(echo(), calls("a"), Answer, Slots(1), none_more)

    with pytest.raises(ZeroDivisionError), beside(fail):
        block()


def test_what_fails_in_the_block_ends_the_work_beside() -> None:
    ended: list[bool] = []

    def work() -> None:
        eventually(lambda: current().stopped)
        with pytest.raises(Interrupted):
            answer_all(echo(), calls("a"), Answer, Slots(1), none_more)
        ended.append(True)

    with pytest.raises(ZeroDivisionError), beside(work):
        raise ZeroDivisionError
    assert ended == [True]


def test_a_run_that_was_stopped_ends_what_is_beside_it_too() -> None:
    run = Interruption()
    run.stop()
    with (
        run.applies(),
        pytest.raises(Interrupted),
        beside(lambda: answer_all(echo(), calls("a"), Answer, Slots(1), none_more)) as result,
    ):
        result()
