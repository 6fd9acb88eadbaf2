"""Errors in the shapes endpoints give them, what is repeated, and when no more is asked."""

from __future__ import annotations

import itertools
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, WRONG_VALUE, Bridge, Waits, ask, call, client
from hypothesis import given
from hypothesis import strategies as st
from wire import Answer, Endpoint, Request, completion, failure, tool_call

from llmcheck.cli.main import main
from llmcheck.errors import InvalidReply, ProviderError
from llmcheck.llm.endpoint.complaints import complaint
from llmcheck.llm.endpoint.giving_up import MOST_ALIKE, GivingUp
from llmcheck.llm.endpoint.meaning import lasts, passes

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


# --- an error in the place of an answer, with status 200 ---


@pytest.mark.parametrize(
    "error",
    [
        {"code": 429, "message": "slow down"},
        {"code": "502", "message": "no server"},
        {"message": "Internal server error", "code": 500},
        {"type": "overloaded_error", "message": "Overloaded"},
        {"code": "rate_limit_exceeded", "message": "Rate limit reached"},
    ],
)
def test_an_error_that_passes_is_repeated_though_its_status_says_all_is_well(
    error: dict[str, Any],
) -> None:
    in_the_body = Answer({"error": error})
    in_the_choice = Answer({"choices": [{"error": error, "finish_reason": "error", "index": 0}]})
    waits = Waits()
    with Endpoint([in_the_body, in_the_choice, completion(GOOD)]) as e:
        assert ask(e, sleep=waits).value == BRIDGE
    assert len(waits) == 2


def test_an_error_that_does_not_pass_is_told_in_its_words() -> None:
    with Endpoint(
        [Answer({"error": {"code": 400, "message": "too many images", "param": "n"}})]
    ) as e:
        with pytest.raises(ProviderError, match=r"answered 400 \(too many images\)"):
            ask(e)
        assert len(e.requests) == 1


# --- answers that the endpoint itself finds to be none ---

MISFIT = failure(
    400, "Failed to generate JSON", code="json_validate_failed", failed_generation="{"
)


def test_an_answer_that_the_endpoint_found_no_fit_is_asked_for_again() -> None:
    with Endpoint([MISFIT, completion(GOOD), completion(GOOD)]) as e:
        llm = client(e)
        assert llm.complete(call(), Bridge).value == BRIDGE
        llm.complete(call("next"), Bridge)
    assert all("response_format" in request.body for request in e.requests)


def test_what_fits_no_schema_twice_is_asked_for_in_another_way() -> None:
    tool_misfit = failure(400, "tool call validation failed", code="tool_use_failed")
    script = [MISFIT, MISFIT, tool_misfit, tool_misfit, completion(GOOD)]
    with Endpoint(script) as e:
        assert ask(e).value == BRIDGE
    assert ["tools" in request.body for request in e.requests] == [False, False, True, True, False]


def test_another_way_that_one_call_needs_is_not_taken_by_those_after_it() -> None:
    script = [completion(GOOD), MISFIT, MISFIT, tool_call(GOOD), completion(GOOD)]
    with Endpoint(script) as e:
        llm = client(e)
        for number in range(3):
            llm.complete(call(str(number)), Bridge)
    assert ["tools" in request.body for request in e.requests] == [False] * 3 + [True, False]


def test_an_answer_that_fits_in_no_way_is_no_failure_of_the_endpoint() -> None:
    with Endpoint([MISFIT] * 6) as e, pytest.raises(InvalidReply, match="Failed to generate JSON"):
        ask(e)


# --- a quota that is used up ---


@pytest.mark.parametrize(
    ("answer", "until"),
    [
        (failure(429, "slow", headers={"Retry-After": "7260"}), r"\(in 2 h 1 min\)"),
        (failure(503, "maintenance", headers={"Retry-After": "7260"}), r"\(in 2 h 1 min\)"),
        (
            failure(429, "Limit reached on tokens per day (TPD). Try again in 2h1m0s"),
            "in 2 h 1 min",
        ),
        (
            Answer(
                [{"error": {"message": "free tier", "details": [{"retryDelay": "7260s"}]}}], 429
            ),
            r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC",
        ),
        (
            failure(
                429,
                "free-models-per-day",
                metadata={
                    "headers": {"X-RateLimit-Reset": str(int((time.time() + 260_000) * 1000))}
                },
            ),
            r"\(in 7\d h",
        ),
        (failure(429, "GenerateRequestsPerDayPerProject"), "does not say until when"),
    ],
)
def test_a_quota_for_the_day_ends_the_run_at_once_and_says_when_it_begins_anew(
    answer: Answer, until: str
) -> None:
    waits = Waits()
    with Endpoint([answer]) as e:
        llm = client(e, sleep=waits)
        for user in ("1", "2"):
            with pytest.raises(ProviderError, match=f"quota is used up.*{until}"):
                llm.complete(call(user), Bridge)
        assert len(e.requests) == 1
    assert waits == []


def test_a_quota_for_the_day_with_little_to_wait_for_is_waited_for() -> None:
    waits = Waits()
    said = failure(429, "Limit reached on tokens per day (TPD). Please try again in 7.5s.")
    with Endpoint([said, completion(GOOD)]) as e:
        assert ask(e, sleep=waits).value == BRIDGE
    assert waits == [7.5]


# --- giving up ---


def test_after_some_failures_of_one_cause_no_more_is_asked_and_the_cause_is_told() -> None:
    def behaviour(request: Request) -> Answer:
        return failure(500, f"no space left on node {len(request.message('user')):x}a7")

    with Endpoint(behaviour) as e:
        llm = client(e, max_attempts=1)
        said = []
        for number in range(MOST_ALIKE + 5):
            with pytest.raises(ProviderError, match="no space left") as caught:
                llm.complete(call("x" * (number + 1)), Bridge)
            said.append(str(caught.value))
        assert len(e.requests) == MOST_ALIKE
    assert set(said[MOST_ALIKE:]) == {said[MOST_ALIKE - 1]}


def test_failures_with_answers_between_them_stop_nothing() -> None:
    script = [failure(400, "no", param="messages"), completion(GOOD)] * 8
    with Endpoint(script) as e:
        llm = client(e)
        for number in range(8):
            with pytest.raises(ProviderError):
                llm.complete(call(f"bad {number}"), Bridge)
            llm.complete(call(str(number)), Bridge)


def test_answers_that_do_not_fit_stop_nothing() -> None:
    with Endpoint([completion(GOOD), *[completion(WRONG_VALUE)] * 20]) as e:
        llm = client(e)
        llm.complete(call(), Bridge)
        for number in range(10):
            with pytest.raises(InvalidReply):
                llm.complete(call(str(number)), Bridge)
    assert len(e.requests) == 21


def test_calls_that_wait_to_repeat_a_request_stop_as_well() -> None:
    """The run ends when one cause is certain, not when every call under way has found it out."""
    with Endpoint([failure(500)] * 2 + [failure(401)] * 20) as e, ThreadPoolExecutor(2) as pool:
        llm = client(e)

        def failing(number: int) -> str:
            with pytest.raises(ProviderError) as caught:
                llm.complete(call(str(number)), Bridge)
            return str(caught.value)

        said = list(pool.map(failing, range(12)))
        assert len(e.requests) <= 4
    assert all("check the API key" in words for words in said)


def test_a_server_that_lives_on_may_ask_again_later() -> None:
    now = [0.0]
    giving_up = GivingUp(clock=lambda: now[0])
    asked = call()
    for _ in range(MOST_ALIKE):
        down = ProviderError("503", call_key=asked.key, prompt=asked.prompt)
        giving_up.failed(asked, down, for_good=False)
    with pytest.raises(ProviderError):
        giving_up.check(asked)
    now[0] = 301
    giving_up.check(asked)


# --- shapes ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "detail", "code", "metadata", "raw", "param", "loc"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(400, 599), JSON)
def test_any_body_is_read_without_an_error(status: int, body: Any) -> None:
    found = complaint(status, body, {})
    assert found.status == status
    assert found.message
    assert isinstance(passes(found) or lasts(found), bool)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("plain words", "plain words"),
        ([{"error": {"message": "in a list"}}], "in a list"),
        ({"detail": "beside no error"}, "beside no error"),
        ({"detail": [{"loc": ["body", "n"], "msg": "is odd"}]}, "body.n: is odd"),
        ({"errors": [{"message": "one"}, {"message": "two"}]}, "one; two"),
        ({"error": "a text"}, "a text"),
        ({"error": {"message": "outer", "metadata": {"raw": "inner"}}}, "outer: inner"),
        ("", "no words"),
    ],
)
def test_of_a_body_the_words_for_a_person_are_told(body: Any, message: str) -> None:
    assert complaint(400, body, {}).message == message


# --- addresses ---


def test_a_base_url_may_have_a_query() -> None:
    with Endpoint([completion(GOOD)]) as e:
        ask(e, base_url=f"{e.url}/deployments/d?api-version=2025-01-01&x=%26")
    assert e.requests[0].path == "/v1/deployments/d/chat/completions?api-version=2025-01-01&x=%26"


def test_the_command_line_tells_a_cause_that_fails_many_parts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "abcdefgh":
        Path(f"{name}.txt").write_text(f"Bridge {name} spans 21{ord(name)} m in Orrin.\n" * 40)
    answers = itertools.repeat(failure(400, "the disk is full", param="messages"))
    with Endpoint(answers) as e, pytest.raises(SystemExit) as ended:
        main(
            ["claims", ".", "--base-url", e.url, "--model", "m", "--no-cache",
             "--table-tokens", "200", "--concurrency", "1"]
        )  # fmt: skip
    assert ended.value.code == 3
    assert len(e.requests) == MOST_ALIKE
    said = capsys.readouterr().err
    assert said.count("the disk is full") == 1
    assert re.search(r"warning: reading of \S+.* and \d+ more parts: ", said)
