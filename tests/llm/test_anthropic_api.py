"""What is Anthropic's own: its parameters, its ways of asking, its reasons to stop."""

from __future__ import annotations

from typing import Any

import pytest
from bridges import BRIDGE, GOOD, KEY, Bridge, Waits, call
from native_wire import ANTHROPIC, anthropic_error, message, text_block, tool_use
from wire import Answer, Endpoint, Request

from llmcheck.errors import InvalidReply, ProviderError
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.port import Reply

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ANSWER = message(tool_use(GOOD), stop_reason="tool_use")
INVALID = "invalid_request_error"


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def asked(
    *answers: Answer, parameters: dict[str, Any] | None = None, **changes: Any
) -> tuple[Reply[Bridge], list[Request]]:
    """The reply to one call, and what was sent for it."""
    question = call() if parameters is None else call(parameters=parameters)
    with Endpoint(answers) as e:
        llm = EndpointLLM(
            base_url=ANTHROPIC.url(e), api_key=KEY, sleep=Waits(), api=ANTHROPIC.api, **changes
        )
        return llm.complete(question, Bridge), e.requests


def test_parameters_that_the_api_does_not_have_are_not_sent() -> None:
    parameters = {"temperature": 0.0, "seed": 1, "logprobs": True, "frequency_penalty": 0.4}
    _, (request,) = asked(ANSWER, parameters={**parameters, "top_logprobs": 8, "stop": ["END"]})
    assert request.body["temperature"] == 0.0
    assert request.body["stop_sequences"] == ["END"]
    assert not {"seed", "logprobs", "top_logprobs", "frequency_penalty", "stop"} & set(
        request.body
    )


def test_one_that_the_user_wished_for_is_sent_and_said_to_be_refused() -> None:
    refusal = anthropic_error(400, INVALID, "seed: Extra inputs are not permitted")
    with pytest.raises(ProviderError, match=r"leave out seed in the table \[extra\]"):
        asked(refusal, parameters={"seed": 1}, kept=frozenset({"seed"}))


def test_an_effort_stands_beside_what_else_is_wished_of_the_output() -> None:
    wishes = {
        "reasoning_effort": "low",
        "output_config": {"other": 1},
        "thinking": {"type": "adaptive"},
    }
    _, (request,) = asked(ANSWER, parameters=wishes, kept=frozenset(wishes))
    assert request.body["output_config"] == {"other": 1, "effort": "low"}
    assert request.body["thinking"] == {"type": "adaptive"}
    assert "reasoning_effort" not in request.body


def test_an_answer_without_a_limit_gets_one_and_the_most_is_learnt() -> None:
    words = "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens"
    _, requests = asked(anthropic_error(400, INVALID, words), ANSWER, parameters={})
    assert [request.body["max_tokens"] for request in requests] == [32000, 8192]


def test_much_room_is_asked_for_at_any_time_out() -> None:
    # The SDK's own rule wants a stream for it.
    reply, _ = asked(ANSWER, parameters={"max_tokens": 200_000}, timeout=600.0)
    assert reply.value == BRIDGE


def test_room_that_the_context_does_not_have_is_not_asked_for() -> None:
    words = "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000"
    _, requests = asked(anthropic_error(400, INVALID, words), ANSWER, parameters={})
    assert [request.body["max_tokens"] for request in requests] == [32000, 4096]


def test_a_model_that_thinks_is_asked_for_json_in_its_text() -> None:
    words = "Thinking may not be enabled when tool_choice forces tool use."
    fenced = text_block(f"Here it is:\n```json\n{GOOD}\n```")
    thinking = {"type": "thinking", "thinking": "It spans 214 m.", "signature": "EqQ="}
    reply, requests = asked(anthropic_error(400, INVALID, words), message(thinking, fenced))
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)
    assert "tools" not in requests[1].body
    assert "json_schema" in str(requests[1].body["system"])


def test_blocks_of_thinking_are_no_part_of_the_answer() -> None:
    thinking = {"type": "thinking", "thinking": '{"name": "no"}', "signature": "EqQ="}
    hidden = {"type": "redacted_thinking", "data": "EqQ="}
    reply, _ = asked(message(thinking, hidden, text_block("So:"), tool_use(GOOD)))
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)


def test_words_in_the_place_of_a_tool_call_are_asked_for_again() -> None:
    reply, requests = asked(message(text_block("The bridge is long.")), ANSWER)
    assert reply.value == BRIDGE
    assert len(requests) == 2


def test_an_answer_that_the_context_cut_off_did_not_come_whole() -> None:
    with pytest.raises(InvalidReply, match="cut off"):
        asked(message(tool_use("{}"), stop_reason="model_context_window_exceeded"))


def test_a_refusal_is_told_in_the_endpoints_words() -> None:
    with pytest.raises(InvalidReply, match=r"is a refusal: It may harm\."):
        asked(ANTHROPIC.refused)


def test_credit_that_is_used_up_is_named() -> None:
    words = "Your credit balance is too low to access the Anthropic API."
    with pytest.raises(ProviderError, match="quota is used up"):
        asked(anthropic_error(400, INVALID, words))


def test_an_answer_that_is_not_counted_is_estimated() -> None:
    reply, _ = asked(message(tool_use(GOOD), usage={"input_tokens": 0, "output_tokens": 0}))
    assert reply.tokens.estimated
    assert reply.tokens.input > 10
    assert reply.tokens.output > 5


def test_the_users_settings_for_the_sdk_itself_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "of-another-program")
    reply, (request,) = asked(ANSWER)
    assert reply.value == BRIDGE
    assert "of-another-program" not in str(request.headers)
