"""The port: what identifies a call, how calls are fanned out, and the stand-in for a model."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

import calls
import pytest
from calls import Answer, complete_all, echo
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.errors import BudgetExceeded, InvalidReply, LLMError, PromptError, ProviderError
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call, Origin, Outcome, Reply, T, parse_reply
from llmcheck.llm.prompts import Prompt, parse_prompt
from llmcheck.llm.runner import Progress, Runner, failure
from llmcheck.tokens import Tokens


def make_call(user: str = "How deep is the fjord?", **changes: Any) -> Call:
    """One whose schema does not follow pydantic's, so that its key can be held for ever."""
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    return calls.make_call(user, **{"schema": schema, **changes})


def texts(outcomes: list[Outcome[Answer]]) -> list[str]:
    return [o.value.text if isinstance(o, Reply) else type(o).__name__ for o in outcomes]


# What identifies a call

GOLDEN_KEY = "583563b4fda31648379d3543709f9022a181520229126896fe1a2e530106f9df"


def test_the_key_of_a_call_is_the_same_for_ever() -> None:
    # Recordings and caches are found by it: if this fails, every one of them is lost.
    assert make_call().key == GOLDEN_KEY


CHANGES: dict[str, Any] = {
    "prompt": "ask.v2",
    "prompt_digest": "1" * 64,
    "model": "large",
    "system": "Answer!",
    "user": "How deep is the lake?",
    "schema": {"type": "object", "properties": {"text": {"type": "integer"}}},
    "parameters": {"temperature": 0.1, "max_tokens": 50},
}


@pytest.mark.parametrize("field", [*CHANGES])
def test_every_field_of_a_call_changes_its_key(field: str) -> None:
    assert make_call(**{field: CHANGES[field]}).key != make_call().key


def test_whether_a_caller_could_ask_in_parts_does_not_change_the_key() -> None:
    assert make_call(splittable=True).key == make_call().key
    assert {field.name for field in dataclasses.fields(Call)} == {*CHANGES, "splittable"}


def test_the_order_in_which_parameters_and_schema_are_written_does_not_change_the_key() -> None:
    reordered = make_call(
        parameters={"max_tokens": 50, "temperature": 0.0},
        schema={"properties": {"text": {"type": "string"}}, "type": "object"},
    )
    assert reordered.key == make_call().key


def test_white_space_in_a_message_changes_the_key() -> None:
    assert make_call("How deep is the fjord? ").key != make_call("How deep is the fjord?").key


@given(st.text(), st.text(), st.text(), st.text())
def test_text_moved_between_system_and_user_changes_the_key(
    system: str, user: str, other_system: str, other_user: str
) -> None:
    one, other = make_call(user, system=system), make_call(other_user, system=other_system)
    assert (one.key == other.key) == ((system, user) == (other_system, other_user))


def test_a_message_with_a_lone_surrogate_has_a_key() -> None:
    assert len(make_call("a \ud800 b").key) == 64


def test_a_call_cannot_be_altered() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_call().user = "something else"  # type: ignore[misc]


# Fanning out


def test_outcomes_stand_in_the_order_of_the_calls_though_the_first_ends_last() -> None:
    others_done = threading.Barrier(3)

    def slow_first(call: Call) -> Answer:
        others_done.wait(timeout=10)
        if call.user == "0":
            last_two.wait(timeout=10)
        return Answer(text=call.user)

    last_two = threading.Event()
    seen: list[str] = []

    def note(outcome: Outcome[Answer]) -> None:
        seen.extend(texts([outcome]))
        if len(seen) == 2:
            last_two.set()

    calls = [make_call(str(n)) for n in range(3)]
    outcomes = complete_all(FakeLLM(slow_first), calls, Answer, concurrency=3, on_outcome=note)

    assert texts(outcomes) == ["0", "1", "2"]
    assert seen[-1] == "0"


def test_calls_with_equal_keys_are_made_once_and_told_of_once() -> None:
    llm = echo()
    told: list[Outcome[Answer]] = []
    calls = [make_call("a"), make_call("b"), make_call("a"), make_call("a")]

    outcomes = complete_all(llm, calls, Answer, on_outcome=told.append)

    assert texts(outcomes) == ["a", "b", "a", "a"]
    assert sorted(call.user for call in llm.calls) == ["a", "b"]
    assert len(told) == 2


def test_a_call_that_fails_stops_no_other() -> None:
    def moody(call: Call) -> Answer:
        if call.user == "refused":
            raise ProviderError("no", call_key=call.key, prompt=call.prompt)
        if call.user == "too much":
            raise BudgetExceeded("spent")
        return Answer(text=call.user)

    calls = [make_call(user) for user in ("a", "refused", "b", "too much", "c")]
    outcomes = complete_all(FakeLLM(moody), calls, Answer, concurrency=2)

    assert texts(outcomes) == ["a", "ProviderError", "b", "BudgetExceeded", "c"]


def test_an_error_that_is_no_failed_call_is_not_hidden() -> None:
    def broken(call: Call) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        complete_all(FakeLLM(broken), [make_call()], Answer)


def test_no_more_calls_run_at_once_than_asked_for() -> None:
    lock = threading.Lock()
    running = 0
    most = 0
    pair = threading.Barrier(2)

    def counted(call: Call) -> Answer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        pair.wait(timeout=10)
        with lock:
            running -= 1
        return Answer(text=call.user)

    complete_all(FakeLLM(counted), [make_call(str(n)) for n in range(6)], Answer, concurrency=2)

    assert most == 2


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_concurrency_below_one_is_one(concurrency: int) -> None:
    outcomes = complete_all(echo(), [make_call("a")], Answer, concurrency=concurrency)
    assert texts(outcomes) == ["a"]


def test_no_calls_give_no_outcomes() -> None:
    assert complete_all(echo(), [], Answer) == []


def test_a_failed_call_is_told_with_its_cause() -> None:
    refused = LLMError("it refused", call_key="k", prompt="ask.v1")

    assert failure("judging", "a pair", refused).cause == "error"
    assert failure("judging", "a pair", refused).error == "it refused"
    assert failure("reading", "a.txt:3", BudgetExceeded("spent")).cause == "budget"


# Runner

SOURCE = """+++
description = "A question about a fjord"
[parameters]
max_tokens = 9
+++

# system
You know {{ nothing }} of fjords.

# user
Tell me of {{ fjord }}.
"""


@pytest.fixture
def prompt() -> Prompt:
    return parse_prompt("ask.v1", SOURCE)


class Kept:
    """Answers some calls as a cache or a recording would."""

    def __init__(self, inner: FakeLLM, origins: dict[str, Origin]) -> None:
        self._inner = inner
        self._origins = origins

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        reply = self._inner.complete(call, schema)
        return dataclasses.replace(reply, origin=self._origins.get(call.user, "model"))


def test_the_runner_makes_a_call_of_the_prompt_and_each_input(prompt: Prompt) -> None:
    llm = echo()
    outcomes = Runner(llm, "tiny").run(
        "reading", prompt, [{"fjord": "Sogn"}, {"fjord": "{{ 7 * 7 }}"}], Answer
    )

    assert texts(outcomes) == ["Tell me of Sogn.", "Tell me of {{ 7 * 7 }}."]
    call = min(llm.calls, key=lambda made: made.user)
    assert call == Call(
        prompt="ask.v1",
        prompt_digest=prompt.digest,
        model="tiny",
        system="You know {{ nothing }} of fjords.",
        user=call.user,
        schema=Answer.model_json_schema(),
        parameters={"max_tokens": 9},
    )


def test_progress_counts_distinct_calls_by_where_the_answer_came_from(prompt: Prompt) -> None:
    def answer(call: Call) -> Answer:
        if "Lyse" in call.user:
            raise ProviderError("down", call_key=call.key, prompt=call.prompt)
        return Answer(text=call.user)

    llm = Kept(FakeLLM(answer), {"Tell me of Nord.": "cache", "Tell me of Geir.": "replay"})
    seen: list[Progress] = []
    Runner(llm, "tiny", on_progress=seen.append).run(
        "judging",
        prompt,
        [{"fjord": name} for name in ("Sogn", "Nord", "Geir", "Lyse", "Sogn")],
        Answer,
    )

    assert seen[0] == Progress("judging", total=4, made=0, cached=0, replayed=0, failed=0)
    assert seen[-1] == Progress("judging", total=4, made=1, cached=1, replayed=1, failed=1)
    assert [progress.left for progress in seen] == [4, 3, 2, 1, 0]


def test_how_long_the_rest_will_take_is_told_by_what_the_model_itself_has_answered(
    prompt: Prompt,
) -> None:
    llm = Kept(echo(), {"Tell me of Nord.": "cache"})
    seen: list[Progress] = []
    Runner(llm, "tiny", 1, seen.append).run(
        "judging", prompt, [{"fjord": name} for name in ("Nord", "Sogn", "Lyse")], Answer
    )

    assert [progress.seconds_left is not None for progress in seen] == [False, False, True, False]


def test_progress_is_told_in_the_thread_that_asked(prompt: Prompt) -> None:
    threads: list[threading.Thread] = []
    runner = Runner(
        echo(), "tiny", on_progress=lambda _: threads.append(threading.current_thread())
    )
    runner.run("reading", prompt, [{"fjord": "Sogn"}], Answer)

    assert set(threads) == {threading.current_thread()}


def test_inputs_that_do_not_fit_the_prompt_are_an_error_before_any_call(prompt: Prompt) -> None:
    llm = echo()
    with pytest.raises(PromptError, match=r"ask\.v1.*fjord"):
        Runner(llm, "tiny").run(
            "reading", prompt, [{"fjord": "Sogn"}, {"lake": "Vättern"}], Answer
        )
    assert llm.calls == []


# FakeLLM


@pytest.mark.parametrize(
    "answer",
    [Answer(text="deep"), {"text": "deep"}, '{"text": "deep"}'],
    ids=["model", "value", "raw"],
)
def test_the_fake_takes_a_model_a_value_or_raw_json(answer: Any) -> None:
    llm = FakeLLM(lambda call: answer)
    call = make_call()

    reply = llm.complete(call, Answer)

    assert reply.value == Answer(text="deep")
    assert json.loads(reply.raw) == {"text": "deep"}
    assert (reply.origin, reply.tokens) == ("model", Tokens(0, 0))
    assert llm.calls == [call]


@pytest.mark.parametrize("answer", [{"depth": 3}, {"text": 3}, '{"text": "dee', [], None])
def test_the_fake_holds_answers_to_the_schema(answer: Any) -> None:
    call = make_call()
    with pytest.raises(InvalidReply, match=r"ask\.v1") as caught:
        FakeLLM(lambda _: answer).complete(call, Answer)
    assert (caught.value.call_key, caught.value.prompt) == (call.key, "ask.v1")


def test_errors_of_the_handler_pass_through_the_fake() -> None:
    def stop(call: Call) -> None:
        raise BudgetExceeded("spent")

    with pytest.raises(BudgetExceeded, match="spent"):
        FakeLLM(stop).complete(make_call(), Answer)


def test_an_invalid_answer_is_told_by_field() -> None:
    with pytest.raises(InvalidReply, match=r"text: Field required"):
        parse_reply("{}", make_call(), Answer)
