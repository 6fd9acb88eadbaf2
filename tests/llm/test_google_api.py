"""What is Google's own: its parameters, its ways of asking, its reasons to stop."""

from __future__ import annotations

import json
import math
from typing import Any, Literal

import pytest
from bridges import BRIDGE, GOOD, KEY, WRONG_VALUE, Bridge, Waits, call
from native_wire import GOOGLE, METADATA, content, google_error
from pydantic import BaseModel
from wire import Answer, Endpoint, Request

from llmcheck.errors import InvalidReply, ProviderError
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.port import Reply
from llmcheck.tokens import Tokens

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ANSWER = content({"text": GOOD})


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def asked(
    *answers: Answer,
    parameters: dict[str, Any] | None = None,
    schema: type[Any] = Bridge,
    **changes: Any,
) -> tuple[Reply[Any], list[Request]]:
    """The reply to one call, and what was sent for it."""
    given: dict[str, Any] = {"schema": schema.model_json_schema()}
    question = call(**(given if parameters is None else {**given, "parameters": parameters}))
    with Endpoint(answers) as e:
        llm = EndpointLLM(
            base_url=GOOGLE.url(e), api_key=KEY, sleep=Waits(), api=GOOGLE.api, **changes
        )
        return llm.complete(question, schema), e.requests


def test_parameters_go_by_googles_names_and_the_schema_as_it_is() -> None:
    parameters = {"temperature": 0.0, "seed": 1, "logprobs": True, "top_logprobs": 8}
    _, (request,) = asked(ANSWER, parameters={**parameters, "max_tokens": 300})
    sent = request.body["generationConfig"]
    assert sent.pop("responseJsonSchema") == Bridge.model_json_schema()
    assert sent == {
        "responseMimeType": "application/json",
        "temperature": 0.0,
        "seed": 1,
        "responseLogprobs": True,
        "logprobs": 8,
        "maxOutputTokens": 300,
    }
    assert "safetySettings" not in request.body


@pytest.mark.parametrize(
    ("effort", "thinking"),
    [
        ("none", {"thinkingBudget": 0}),
        ("low", {"thinkingBudget": 1024}),
        ("high", {"thinkingBudget": 24576}),
        ("ultra", {"thinkingLevel": "ultra"}),
    ],
)
def test_an_effort_is_a_budget_to_think(effort: str, thinking: dict[str, Any]) -> None:
    _, (request,) = asked(ANSWER, parameters={"reasoning_effort": effort})
    assert request.body["generationConfig"]["thinkingConfig"] == thinking


def test_wishes_in_googles_own_words_are_sent_where_they_belong() -> None:
    wishes = {
        "generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}},
        "serviceTier": "flex",
    }
    _, (request,) = asked(
        ANSWER, parameters={"temperature": 0.0, **wishes}, kept=frozenset(wishes)
    )
    assert request.body["serviceTier"] == "flex"
    assert request.body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "low"}
    assert request.body["generationConfig"]["temperature"] == 0.0


def test_a_parameter_that_a_model_does_not_take_is_left_out() -> None:
    refusal = google_error(400, "INVALID_ARGUMENT", "Penalty is not enabled for this model")
    _, requests = asked(refusal, ANSWER, parameters={"frequency_penalty": 0.4, "seed": 1})
    assert "frequencyPenalty" not in requests[1].body["generationConfig"]
    assert requests[1].body["generationConfig"]["seed"] == 1


def test_what_was_thought_counts_and_is_no_part_of_the_answer() -> None:
    usage = {**METADATA, "thoughtsTokenCount": 60, "totalTokenCount": 432}
    thought = {"text": '{"name": "no"}', "thought": True}
    reply, _ = asked(content(thought, {"text": GOOD, "thoughtSignature": "aGk="}, usage=usage))
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)
    assert reply.tokens == Tokens(347, 85)


def test_an_answer_between_fences_is_taken() -> None:
    reply, _ = asked(content({"text": f"```json\n{GOOD}\n```"}))
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)


def called(arguments: str) -> Answer:
    function = {"name": "Bridge", "args": json.loads(arguments)}
    return content({"functionCall": function, "thoughtSignature": "aGk="})


def test_a_model_that_takes_no_schema_is_asked_by_a_function() -> None:
    words = "Invalid JSON payload received. Unknown name responseJsonSchema: Cannot find field."
    refusal = google_error(400, "INVALID_ARGUMENT", words)
    reply, requests = asked(refusal, called(WRONG_VALUE), called(GOOD))
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)
    assert requests[1].body["tools"][0]["functionDeclarations"][0]["name"] == "Bridge"
    # Models that think want the signature of a call back with it.
    assert "thoughtSignature" in str(requests[2].body["contents"])


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "MALFORMED_FUNCTION_CALL"])
def test_an_answer_that_was_stopped_is_none(reason: str) -> None:
    with pytest.raises(InvalidReply, match=rf"was stopped \({reason}\)") as caught:
        asked(content(reason=reason))
    assert caught.value.tokens == Tokens(347, 25)


def test_a_text_that_is_blocked_is_told() -> None:
    with pytest.raises(InvalidReply, match=r"the text is blocked \(SAFETY\)"):
        asked(GOOGLE.refused)


def test_a_quota_for_the_day_stops_the_run() -> None:
    violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
    details = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}
    refusal = google_error(429, "RESOURCE_EXHAUSTED", "You exceeded your quota", details)
    with pytest.raises(ProviderError, match="the quota is used up"):
        asked(refusal)


def test_an_answer_that_is_not_counted_is_estimated() -> None:
    reply, _ = asked(content({"text": GOOD}, usage={}))
    assert reply.tokens.estimated
    assert reply.tokens.input > 10
    assert reply.tokens.output > 5


class Verdict(BaseModel):
    answer: Literal["yes", "no"]


def test_how_sure_the_model_was_is_told_where_the_api_tells_it() -> None:
    def place(*likeliest: tuple[str, float]) -> dict[str, Any]:
        listed = [{"token": t, "logProbability": math.log(p)} for t, p in likeliest]
        return {"candidates": listed}

    places = [place(('{"answer": "', 1)), place(("yes", 0.9), ("no", 0.05)), place(('"}', 1))]
    result = {
        "topCandidates": places,
        "chosenCandidates": [each["candidates"][0] for each in places],
    }
    reply, _ = asked(
        content({"text": '{"answer": "yes"}'}, logprobsResult=result),
        parameters={"logprobs": True, "top_logprobs": 5},
        schema=Verdict,
    )
    assert reply.probabilities == {"answer": {"yes": 0.9474, "no": 0.0526}}


def test_the_users_settings_for_the_sdk_itself_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "of-another-program")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    reply, (request,) = asked(ANSWER)
    assert reply.value == BRIDGE
    assert "of-another-program" not in str(request.headers)
