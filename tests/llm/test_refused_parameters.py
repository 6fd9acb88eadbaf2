"""Parameters that an endpoint does not take: learnt from whatever it says, or by leaving out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, Bridge, ask, call, client
from wire import Answer, Endpoint, Request, completion, failure, tool_call

from llmcheck.errors import ProviderError, TooLong

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ALL = {
    "temperature": 0.0,
    "seed": 1,
    "max_tokens": 300,
    "frequency_penalty": 0.5,
    "logprobs": True,
    "top_logprobs": 8,
}
OPENAI, GEMINI = "is not supported with this model", "is not enabled for this model"


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def sent(request: Request) -> set[str]:
    """The parameters in a request."""
    return set(request.body) - {"messages", "model", "response_format", "tools", "tool_choice"}


def refusing(
    names: Collection[str], answer: Callable[[str], Answer]
) -> Callable[[Request], Answer]:
    """An endpoint that refuses parameters one at a time."""

    def behaviour(request: Request) -> Answer:
        refused = next((name for name in names if name in request.body), None)
        return completion(GOOD) if refused is None else answer(refused)

    return behaviour


@pytest.mark.parametrize(
    ("gone", "answer"),
    [
        (
            {"logprobs", "top_logprobs"},
            failure(403, "You are not allowed to request logprobs from this model"),
        ),
        (
            {"logprobs", "top_logprobs"},
            Answer([{"error": {"code": 400, "message": f"Logprobs {GEMINI}"}}], 400),
        ),
        (
            {"frequency_penalty"},
            Answer([{"error": {"code": 400, "message": f"Penalty {GEMINI}"}}], 400),
        ),
        ({"temperature"}, Answer("temperature must be one", 400)),
        ({"temperature"}, Answer({"detail": "Parameter temperature: only 1 is allowed"}, 422)),
        (
            {"temperature"},
            Answer({"detail": [{"loc": ["body", "temperature"], "msg": "no", "input": ALL}]}, 422),
        ),
        ({"seed"}, Answer({"message": "property 'seed' is unsupported"}, 400)),
        ({"seed"}, Answer({"error": "seed?"}, 404)),
        (
            {"seed"},
            failure(
                400,
                "Provider returned error",
                metadata={"raw": '{"error": {"message": "no", "param": "seed"}}'},
            ),
        ),
        ({"seed"}, Answer({"error": {"message": "unknown field seed", "code": 400}}, 200)),
    ],
)
def test_a_refusal_is_understood_in_whatever_words_status_and_shape(
    gone: set[str], answer: Answer
) -> None:
    with Endpoint([answer, completion(GOOD), completion(GOOD)]) as e:
        llm = client(e)
        llm.complete(call(parameters=ALL), Bridge)
        llm.complete(call("again", parameters=ALL), Bridge)
    assert [sent(request) for request in e.requests] == [
        set(ALL), set(ALL) - gone, set(ALL) - gone,
    ]  # fmt: skip


def test_an_endpoint_as_openais_thinking_models_takes_what_is_left() -> None:
    def words(name: str) -> Answer:
        if name == "logprobs":
            return failure(403, "You are not allowed to request logprobs from this model")
        better = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
        return failure(400, f"Unsupported parameter: '{name}' {OPENAI}.{better}", param=name)

    refused = ("max_tokens", "temperature", "frequency_penalty", "logprobs")
    with Endpoint(refusing(refused, words)) as e:
        assert ask(e, call(parameters=ALL)).value == BRIDGE
    assert sent(e.requests[-1]) == {"seed", "max_completion_tokens"}
    assert len(e.requests) == 5


@pytest.mark.parametrize(
    "said",
    [
        "top_logprobs must be between 0 and 5, got 8",
        "Too many top logprobs: at most 5",
        "Invalid value: top_logprobs. Expected <= 5 but got 8 instead.",
        "Requested sample logprobs of 8, which is greater than max allowed: 5",
    ],
)
def test_fewer_probabilities_are_asked_for_where_eight_are_too_many(said: str) -> None:
    with Endpoint([failure(400, said), completion(GOOD)]) as e:
        ask(e, call(parameters=ALL))
    assert e.requests[1].body["top_logprobs"] == 5
    assert e.requests[1].body["logprobs"] is True


def test_what_is_too_many_even_so_is_left_out() -> None:
    no = failure(400, "gpt-5.1 takes at most 5 top_logprobs")
    with Endpoint([no, no, completion(GOOD)]) as e:
        ask(e, call(parameters=ALL))
    assert not {"logprobs", "top_logprobs"} & sent(e.requests[2])


def test_a_limit_that_is_too_large_is_lowered_to_what_is_taken() -> None:
    said = "max_tokens is too large: 300. This model supports at most 128 completion tokens"
    with Endpoint([failure(400, said, param="max_tokens"), completion(GOOD)]) as e:
        ask(e)
    assert e.requests[1].body["max_tokens"] == 128


def test_a_limit_that_does_not_fit_beside_the_text_is_left_out_of_that_call_alone() -> None:
    said = (
        "'max_tokens' is too large: 300. This model's maximum context length is 512 tokens and "
        "your request has 400 input tokens"
    )
    with Endpoint([failure(400, said), completion(GOOD), completion(GOOD)]) as e:
        llm = client(e)
        llm.complete(call(), Bridge)
        llm.complete(call("short"), Bridge)
    assert ["max_tokens" in request.body for request in e.requests] == [True, False, True]


def test_a_text_that_is_too_long_is_not_blamed_on_a_parameter() -> None:
    said = (
        "Please reduce the length of the messages: 900 tokens, max_tokens 300, context window 512"
    )
    with Endpoint([failure(400, said)] * 2) as e, pytest.raises(TooLong):
        ask(e)
    assert len(e.requests) == 2


# --- refused without a word ---


@pytest.mark.parametrize("status", [400, 403, 422])
@pytest.mark.parametrize(
    "culprit", ["logprobs", "frequency_penalty", "seed", "temperature", "max_tokens"]
)
@pytest.mark.parametrize("body", ["", {}, {"error": {"message": "Invalid request"}}])
def test_without_a_reason_one_group_after_the_other_is_left_out(
    status: int, culprit: str, body: Any
) -> None:
    with Endpoint(refusing([culprit], lambda _: Answer(body, status))) as e:
        llm = client(e)
        assert llm.complete(call(parameters=ALL), Bridge).value == BRIDGE
        asked = len(e.requests)
        assert asked <= 6
        llm.complete(call("again", parameters=ALL), Bridge)
        assert len(e.requests) == asked + 1, "learnt"
    names = {"logprobs": {"logprobs", "top_logprobs"}}.get(culprit, {culprit})
    left = {"max_completion_tokens"} if culprit == "max_tokens" else set()
    assert sent(e.requests[-1]) == (set(ALL) - names) | left, "only that one is missing later"


def test_two_that_are_refused_without_a_reason_are_both_found() -> None:
    with Endpoint(refusing(["logprobs", "temperature"], lambda _: Answer("", 400))) as e:
        llm = client(e)
        for number in range(3):
            llm.complete(call(str(number), parameters=ALL), Bridge)
        asked = len(e.requests)
        llm.complete(call("last", parameters=ALL), Bridge)
        assert len(e.requests) == asked + 1
    assert sent(e.requests[-1]) == set(ALL) - {"logprobs", "top_logprobs", "temperature"}


def test_a_way_of_asking_that_is_refused_without_a_reason_is_left_for_the_next() -> None:
    def behaviour(request: Request) -> Answer:
        return tool_call(GOOD) if "tools" in request.body else failure(400, "Bad Request")

    with Endpoint(behaviour) as e:
        assert ask(e).value == BRIDGE


def test_what_has_been_taken_before_is_not_left_out() -> None:
    with Endpoint([completion(GOOD), failure(400, "Invalid request")]) as e:
        llm = client(e)
        llm.complete(call(parameters=ALL), Bridge)
        with pytest.raises(ProviderError, match="Invalid request"):
            llm.complete(call("this one", parameters=ALL), Bridge)
        assert len(e.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        failure(403, "Access denied: your organization must be verified"),
        failure(400, "The response was filtered by our content management policy"),
        failure(400, "Your credit balance is too low to access the API"),
        failure(400, "model 'scripted' does not exist"),
        failure(400, "Invalid image", param="messages[0]"),
        failure(401, "temperature? First a key."),
    ],
)
def test_a_reason_that_no_parameter_has_to_do_with_is_told_at_once(answer: Answer) -> None:
    with Endpoint([answer]) as e:
        with pytest.raises(ProviderError):
            ask(e, call(parameters=ALL))
        assert len(e.requests) == 1


def test_when_nothing_helps_the_first_refusal_is_told() -> None:
    refusals = (failure(400, f"refusal {'i' * n}") for n in itertools.count(1))
    with Endpoint(refusals) as e, pytest.raises(ProviderError, match=r"\(refusal i\)"):
        ask(e)


# --- what the user asked for ---


def test_what_the_user_asked_for_is_not_left_out_but_named() -> None:
    wished = {"temperature": 0, "reasoning_effort": "high", "top_k": 4}
    said = failure(400, "Unsupported value: 'reasoning_effort' does not support 'high'.")
    with Endpoint([said]) as e:
        llm = client(e, kept=frozenset({"reasoning_effort", "top_k"}))
        for user in ("1", "2"):
            with pytest.raises(ProviderError, match="leave out --effort"):
                llm.complete(call(user, parameters=wished), Bridge)
        assert len(e.requests) == 1, "every call would meet it"
    with Endpoint([failure(400, "top_k?")]) as e:
        llm = client(e, kept=frozenset({"reasoning_effort", "top_k"}))
        with pytest.raises(ProviderError, match=r"leave out top_k in the table \[extra\]"):
            llm.complete(call(parameters=wished), Bridge)
