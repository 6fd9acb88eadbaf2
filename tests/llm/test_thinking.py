"""Models that think before they answer: what they think is no answer, and takes room."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pytest
from bridges import BRIDGE, GOOD, WRONG_FIELDS, Bridge, ask, call, client
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from wire import Answer, Endpoint, Request, completion, failure, tool_call

from llmcheck.errors import InvalidReply
from llmcheck.llm.endpoint.answers import answer_in, is_json
from llmcheck.llm.port import Call
from llmcheck.tokens import Tokens

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

IDEA = f"Okay, the text says {WRONG_FIELDS} or so. {{That}} is 214 m."


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def limit(request: Request) -> int | None:
    found: int | None = request.body.get("max_completion_tokens") or request.body.get("max_tokens")
    return found


def thinker(needed: int, **cut_off: Any) -> Callable[[Request], Answer]:
    """An endpoint whose model thinks for so many tokens, which count towards the limit."""

    def answer(request: Request) -> Answer:
        room = limit(request) or 10**9
        used = min(room, needed + 20)
        usage = {"prompt_tokens": 7, "completion_tokens": used, "total_tokens": used + 7}
        if room >= needed + 20:
            return completion(GOOD, usage=usage)
        return completion(**{"content": "", **cut_off}, finish_reason="length", usage=usage)

    return answer


# --- answers that thinking left no room for ---


@pytest.mark.parametrize(
    "cut_off",
    [
        {"content": ""},
        {"content": None},
        {"content": "\n\n"},
        {"content": f"<think>{IDEA}"},
        {"content": "", "reasoning_content": IDEA},
        {"content": None, "reasoning": IDEA},
        {"content": '{"name": "Orr', "reasoning_content": IDEA},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": IDEA}]}]},
    ],
)
def test_an_answer_that_thinking_cut_off_is_asked_for_again_with_more_room(
    cut_off: dict[str, Any],
) -> None:
    with Endpoint(thinker(2_000, **cut_off)) as e:
        reply = ask(e)
    assert reply.value == BRIDGE
    first, second = (limit(request) or 0 for request in e.requests)
    assert first == 300
    assert second > 8_000
    assert reply.tokens == Tokens(14, 2_320), "what was cut off was paid for, too"


def test_how_much_was_thought_may_be_told_by_the_usage_alone() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 300}
    details = {"completion_tokens_details": {"reasoning_tokens": 290}}
    cut = completion('{"na', finish_reason="length", usage=usage | details)
    with Endpoint([cut, completion(GOOD)]) as e:
        assert ask(e).value == BRIDGE


def test_no_thinking_is_too_long() -> None:
    with Endpoint(thinker(200_000)) as e:
        assert ask(e).value == BRIDGE
    limits = [limit(request) for request in e.requests]
    assert limits[-1] is None, "in the end without a limit"
    assert len(limits) <= 5


def test_the_room_is_learnt_once_for_each_model() -> None:
    with Endpoint(thinker(2_000)) as e:
        llm = client(e)
        for number in range(4):
            llm.complete(call(str(number)), Bridge)
        assert len(e.requests) == 5
        assert limit(e.requests[-1]) == limit(e.requests[1])
        llm.complete(call(model="another"), Bridge)
    assert limit(e.requests[5]) == 300


def test_calls_side_by_side_learn_it_together() -> None:
    with Endpoint(thinker(2_000)) as e, ThreadPoolExecutor(4) as pool:
        llm = client(e)
        list(pool.map(lambda n: llm.complete(call(str(n)), Bridge), range(4)))
    assert {limit(request) for request in e.requests} == {300, 300 + 8_192}


def test_where_the_prompt_sets_no_limit_the_endpoints_own_is_raised() -> None:
    """Some give no more than a few thousand tokens to whom asks for none in particular."""

    def answer(request: Request) -> Answer:
        return thinker(6_000)(
            Request(request.path, request.headers, {"max_tokens": 4_096, **request.body})
        )

    with Endpoint(answer) as e:
        assert ask(e, call(parameters={})).value == BRIDGE
    assert limit(e.requests[0]) is None
    assert limit(e.requests[1]) == 4 * 4_096


def test_no_more_room_is_asked_for_than_the_endpoint_gives() -> None:
    def answer(request: Request) -> Answer:
        if (limit(request) or 0) > 4_000:
            return failure(400, f"max_tokens: {limit(request)} > 4000, the maximum for this model")
        return thinker(6_000)(request)

    with Endpoint(answer) as e:
        llm = client(e)
        with pytest.raises(InvalidReply, match="cut off at max_tokens=4000"):
            llm.complete(call(), Bridge)
        with pytest.raises(InvalidReply, match="cut off at max_tokens=4000"):
            llm.complete(call("again"), Bridge)
    assert [limit(request) for request in e.requests] == [300, 8_492, 4_000, 4_000]


def test_an_endpoint_that_gives_more_room_in_words_only_is_not_asked_for_ever() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 300}
    with Endpoint(itertools.repeat(completion("", finish_reason="length", usage=usage))) as e:
        with pytest.raises(InvalidReply, match="cut off"):
            ask(e)
        assert len(e.requests) == 2


@pytest.mark.parametrize("cut_off", [{"content": '{"name": "Orr'}, {"content": " \n" * 200}])
def test_a_cut_off_answer_without_a_sign_of_thinking_is_not_asked_for_again(
    cut_off: dict[str, Any],
) -> None:
    with Endpoint([completion(**cut_off, finish_reason="length")]) as e:
        with pytest.raises(InvalidReply, match="cut off at max_tokens=300"):
            ask(e)
        assert len(e.requests) == 1


# --- answers with thinking round them ---

OUTSIDE = [
    f"<think>{IDEA}</think>\n\n{GOOD}",
    f"<THINK>{IDEA}</THINK>{GOOD}",
    f"{IDEA}\n</think>\n{GOOD}",
    f"<think>{IDEA}</think>\n```json\n{GOOD}\n```",
    f"```json\n<think>{IDEA}</think>\n{GOOD}\n```",
    f"```json\n{GOOD}\n```\n<think>{IDEA}</think>",
    f"{GOOD}\n<think>{IDEA}",
    f"<thinking>{IDEA}</thinking>Here it is:\n{GOOD}\nI hope it helps.",
    f"[THINK]{IDEA}[/THINK]{GOOD}",
    f"◁think▷{IDEA}◁/think▷{GOOD}",
    f"<|channel|>analysis<|message|>{IDEA}<|end|><|start|>assistant<|channel|>final<|message|>"
    f"{GOOD}<|return|>",
    f"```\n{GOOD}\n```",
    f"  {GOOD}\n",
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_thought_before_round_or_inside_a_fence_is_no_answer(text: str) -> None:
    with Endpoint([completion(text)]) as e:
        reply = ask(e)
    assert reply.value == BRIDGE
    assert json.loads(reply.raw) == json.loads(GOOD)


def test_parts_of_a_list_are_read_without_those_that_think() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": IDEA}]},
        {"type": "text", "text": GOOD[:9]},
        {"type": "text", "text": GOOD[9:]},
    ]
    with Endpoint([completion(parts)]) as e:
        assert ask(e).raw == GOOD


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
@pytest.mark.parametrize("content", [None, ""])
def test_an_answer_that_stands_where_thinking_belongs_is_read(
    field: str, content: str | None
) -> None:
    answer = completion(content)
    answer.body["choices"][0]["message"][field] = f"So: {GOOD}"
    with Endpoint([answer]) as e:
        assert ask(e).raw == GOOD


def test_arguments_of_a_tool_may_come_as_an_object() -> None:
    called = tool_call(GOOD)
    function = called.body["choices"][0]["message"]["tool_calls"][0]["function"]
    function["arguments"] = json.loads(GOOD)
    with Endpoint([failure(400, "response_format is not supported"), called]) as e:
        assert ask(e).value == BRIDGE


def test_json_is_never_changed_for_what_stands_in_its_texts() -> None:
    said = json.dumps({"name": "</think> <think>```json {</think>", "metres": 1})
    with Endpoint([completion(said)]) as e:
        assert ask(e).raw == said


def test_a_part_of_an_answer_that_broke_off_is_not_taken_for_it() -> None:
    broken = '{"bridges": [{"name": "Orrin Bridge", "metres": 214}, {"na'
    assert answer_in(broken) == broken
    assert answer_in(f"Here it is: {broken}") == f"Here it is: {broken}"


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(answer_in(text), str)


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_any_json_is_its_own_answer(value: Any) -> None:
    text = json.dumps(value)
    assert is_json(text)
    assert answer_in(text) == text


class Choice(BaseModel):
    open: Literal["yes", "no"]


def test_how_sure_a_model_was_is_told_after_thinking_too() -> None:
    tokens = [
        *({text: 0.0} for text in ("<think>", "Well.", "</think>", '\n{"open": "')),
        {"yes": math.log(0.6), "no": math.log(0.2)},
        {'"}': 0.0},
    ]
    said = '<think>Well.</think>\n{"open": "yes"}'
    asked: Call = call(schema=Choice.model_json_schema())
    with Endpoint([completion(said, tokens=tokens)]) as e:
        reply = client(e).complete(asked, Choice)
    assert reply.probabilities == {"open": {"yes": 0.75, "no": 0.25}}
