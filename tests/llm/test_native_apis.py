"""Anthropic and Google over APIs of their own: what holds for both, against loopback servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, KEY, WRONG_VALUE, Bridge, Waits, call
from native_wire import ANTHROPIC, GOOGLE, Provider
from repository import ROOT
from wire import Answer, Endpoint, Request

from llmcheck import Checker, Corpus, ReplayLLM, providers
from llmcheck.errors import (
    BudgetExceeded,
    ConfigError,
    InvalidReply,
    ProviderError,
    TooLong,
)
from llmcheck.llm import connect as connecting
from llmcheck.llm.budget import Ledger, Limits
from llmcheck.llm.connect import connect, endpoint_of
from llmcheck.llm.endpoint.anthropic_api import ANTHROPIC_API
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.endpoint.google_api import GOOGLE_API
from llmcheck.llm.endpoint.openai_api import OPENAI_API
from llmcheck.llm.prices import Prices
from llmcheck.llm.recording.files import call_files, read_fixture
from llmcheck.settings import load_settings
from llmcheck.tokens import Tokens

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
both = pytest.mark.parametrize("provider", [ANTHROPIC, GOOGLE], ids=["anthropic", "google"])


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def client(provider: Provider, endpoint: Endpoint, **changes: Any) -> EndpointLLM:
    values: dict[str, Any] = {"api_key": KEY, "sleep": Waits(), "api": provider.api, **changes}
    values.setdefault("clock", values["sleep"].now)
    return EndpointLLM(base_url=provider.url(endpoint), **values)


def failing(
    provider: Provider, answers: Iterable[Answer], question: Any = None, **changes: Any
) -> tuple[Any, list[Request]]:
    """The error that a call ends with, and what was sent for it."""
    with Endpoint(answers) as e:
        with pytest.raises((ProviderError, InvalidReply, BudgetExceeded)) as caught:
            client(provider, e, **changes).complete(question or call(), Bridge)
        assert KEY not in str(caught.value)
        return caught.value, e.requests


@both
def test_an_answer_is_asked_for_in_the_apis_own_way_and_counted_with_what_its_cache_held(
    provider: Provider,
) -> None:
    with Endpoint([provider.good(GOOD)]) as e:
        reply = client(provider, e).complete(call(), Bridge)
        path, headers = e.requests[0].path, e.requests[0].headers
    assert (reply.value, reply.raw) == (BRIDGE, GOOD)
    assert reply.tokens == Tokens(347, 25)
    assert path in ("/v1/messages", "/v1beta/models/scripted:generateContent")
    assert KEY in headers.get("x-goog-api-key", headers.get("authorization", ""))
    assert KEY not in path


@both
def test_an_answer_that_does_not_fit_is_asked_for_again_once_and_both_are_counted(
    provider: Provider,
) -> None:
    with Endpoint([provider.good(WRONG_VALUE), provider.good(GOOD)]) as e:
        reply = client(provider, e).complete(call(), Bridge)
        again = e.requests[1].body
    assert reply.value == BRIDGE
    assert reply.tokens == Tokens(2 * 347, 2 * 25)
    turns = again.get("messages", again.get("contents"))
    assert turns[-1]["role"] == "user"
    assert "greater than 0" in str(turns[-1])


@both
def test_an_answer_that_never_fits_is_an_error_with_all_that_was_paid(provider: Provider) -> None:
    error, requests = failing(provider, [provider.good(WRONG_VALUE)] * 2)
    assert isinstance(error, InvalidReply)
    assert error.tokens == Tokens(2 * 347, 2 * 25)
    assert len(requests) == 2


@both
def test_a_cut_off_answer_is_told_as_such_and_not_asked_for_again(provider: Provider) -> None:
    error, requests = failing(provider, [provider.cut_off])
    assert isinstance(error, InvalidReply)
    assert "cut off at max_tokens=300" in str(error)
    assert error.tokens == Tokens(347, 25)
    assert len(requests) == 1


@both
def test_thinking_that_leaves_no_room_is_given_more(provider: Provider) -> None:
    with Endpoint([provider.thinking_only, provider.good(GOOD)]) as e:
        reply = client(provider, e).complete(call(), Bridge)
        rooms = [provider.limit(request) for request in e.requests]
    assert reply.value == BRIDGE
    assert reply.tokens.output == 5025
    assert rooms[0] == 300
    assert rooms[1] is not None
    assert rooms[1] > 5000


@both
def test_an_endpoint_that_is_busy_is_asked_again_after_as_long_as_it_says(
    provider: Provider,
) -> None:
    waits = Waits()
    with Endpoint([provider.busy, provider.overloaded, provider.good(GOOD)]) as e:
        reply = client(provider, e, sleep=waits).complete(call(), Bridge)
    assert reply.value == BRIDGE
    assert waits[0] == 7
    assert len(waits) == 2


@both
def test_an_endpoint_that_stays_overloaded_is_given_up_on(provider: Provider) -> None:
    error, requests = failing(provider, [provider.overloaded] * 3, max_attempts=3)
    assert isinstance(error, ProviderError)
    assert "try later" in str(error)
    assert len(requests) == 3


@both
@pytest.mark.parametrize(
    ("fault", "advice"),
    [("wrong_key", "check the API key"), ("unknown_model", "'scripted' is unknown")],
)
def test_what_would_befall_every_call_is_named_and_met_once(
    provider: Provider, fault: str, advice: str
) -> None:
    with Endpoint([getattr(provider, fault)]) as e:
        llm = client(provider, e)
        for _ in range(3):
            with pytest.raises(ProviderError, match=advice):
                llm.complete(call(), Bridge)
        assert len(e.requests) == 1


@both
def test_a_text_that_is_too_long_is_told_apart(provider: Provider) -> None:
    error, requests = failing(provider, [provider.too_long])
    assert isinstance(error, TooLong)
    assert len(requests) == 1


@both
def test_a_refusal_is_no_answer_and_is_paid_for(provider: Provider) -> None:
    error, _ = failing(provider, [provider.refused])
    assert isinstance(error, InvalidReply)
    assert error.tokens is not None
    assert error.tokens.input == 347


@both
def test_an_effort_that_the_model_does_not_take_is_the_users_to_leave_out(
    provider: Provider,
) -> None:
    wish = call(parameters={"reasoning_effort": "low"})
    error, requests = failing(
        provider, [provider.no_effort], wish, kept=frozenset({"reasoning_effort"})
    )
    assert "leave out --effort" in str(error)
    assert len(requests) == 1


@both
def test_what_is_no_json_and_what_is_no_answer_are_told(provider: Provider) -> None:
    for body in ("<html>Log in</html>", {"hello": "there"}):
        error, _ = failing(provider, [Answer(body)] * 2, max_attempts=2)
        assert isinstance(error, ProviderError)
        assert "no chat completion" in str(error)


@both
def test_a_connection_that_fails_is_told_with_the_address(provider: Provider) -> None:
    llm = EndpointLLM(
        base_url="http://127.0.0.1:9", api_key=KEY, sleep=Waits(), max_attempts=2, api=provider.api
    )
    with pytest.raises(ProviderError, match=r"cannot connect to http://127\.0\.0\.1:9"):
        llm.complete(call(), Bridge)


@both
def test_an_answer_that_does_not_come_is_told_with_the_seconds(provider: Provider) -> None:
    slow = Answer({}, hang=True)
    error, _ = failing(provider, [slow], timeout=0.2, max_attempts=1)
    assert "did not answer within 0.2 s" in str(error)


@both
def test_a_limit_on_tokens_stops_before_a_request_is_made(provider: Provider) -> None:
    ledger = Ledger(Limits(tokens=600), Prices(""))
    with Endpoint([provider.good(GOOD)] * 3) as e:
        llm = client(provider, e, ledger=ledger)
        assert llm.complete(call(), Bridge).value == BRIDGE
        with pytest.raises(BudgetExceeded):
            llm.complete(call(), Bridge)
        assert len(e.requests) == 1
        assert (provider.limit(e.requests[0]) or 0) <= 300


@both
def test_what_is_left_of_a_budget_is_the_room_of_the_answer(provider: Provider) -> None:
    ledger = Ledger(Limits(tokens=1_000), Prices(""))
    with Endpoint([provider.good(GOOD)]) as e:
        client(provider, e, ledger=ledger).complete(call(parameters={}), Bridge)
        room = provider.limit(e.requests[0])
    assert room is not None
    assert 128 <= room < 1_000


@both
def test_tests_refuse_real_calls(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMCHECK_REFUSE_CALLS", "1")
    with Endpoint([]) as e, pytest.raises(ConfigError, match="LLMCHECK_REFUSE_CALLS"):
        client(provider, e).complete(call(), Bridge)


@both
def test_the_articles_in_seeds_give_the_recorded_findings(provider: Provider) -> None:
    recording = ROOT / "fixtures" / "seeds"
    recorded = {}
    for path in call_files(recording):
        fixture, identity = read_fixture(path)
        recorded[identity["user"]] = fixture.raw or json.dumps(fixture.reply)
    corpus = Corpus.read(ROOT / "seeds")
    replay = ReplayLLM(recording)
    with Endpoint(lambda request: provider.good(recorded[provider.question(request)])) as e:
        found = Checker(replay.model, llm=client(provider, e)).summarize(corpus)
    expected = Checker(llm=replay).summarize(corpus)
    assert found.usage.calls == expected.usage.replayed
    assert found.failures == ()
    assert (found.summary, found.agreements) == (expected.summary, expected.agreements)
    assert [d.id for d in found.disputes] == [d.id for d in expected.disputes]


@pytest.mark.parametrize(
    ("extra", "name", "native", "own", "common"),
    [
        (
            "anthropic",
            "anthropic/claude-x",
            ANTHROPIC_API,
            "https://api.anthropic.com",
            "https://api.anthropic.com/v1",
        ),
        (
            "google",
            "google/gemini-x",
            GOOGLE_API,
            "https://generativelanguage.googleapis.com",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
    ],
)
def test_a_provider_is_asked_over_its_own_api_where_the_extra_is_installed(
    extra: str,
    name: str,
    native: object,
    own: str,
    common: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    reached: list[dict[str, Any]] = []

    def stand_in(**given: Any) -> None:
        reached.append(given)

    monkeypatch.setattr("llmcheck.llm.endpoint.client.EndpointLLM", stand_in)
    here = load_settings(tmp_path, {}, model=name, api_key=KEY)
    there = here.model_copy(update={"base_url": common})
    for installed, settings in ((True, here), (False, here), (True, there)):
        monkeypatch.setattr(
            connecting, "has_extra", lambda asked, i=installed: i and asked == extra
        )
        endpoint_of(settings)
    assert [(each["api"], each["base_url"]) for each in reached] == [
        (native, own),
        (OPENAI_API, common),
        (OPENAI_API, common),
    ]


@both
def test_settings_lead_to_the_model_by_its_own_name_and_key(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name, variable = {
        "anthropic": ("anthropic", "ANTHROPIC_API_KEY"),
        "genai": ("google", "GOOGLE_API_KEY"),
    }[provider.api.provider]
    monkeypatch.setattr(connecting, "has_extra", lambda extra: extra == name)
    with Endpoint([provider.good(GOOD)]) as e:
        served = tuple(
            each._replace(native=each.native._replace(base_url=provider.url(e)))
            if each.native
            else each
            for each in providers.PROVIDERS
        )
        monkeypatch.setattr(providers, "PROVIDERS", served)
        settings = load_settings(tmp_path, {variable: KEY}, model=f"{name}/x-1", cache=False)
        found = connect(settings)
        assert found.llm.complete(call(model=found.model), Bridge).value == BRIDGE
        sent = e.requests[0]
    assert "x-1" in (sent.body.get("model") or sent.path)
    assert name not in (sent.body.get("model") or sent.path)


def test_no_sdk_is_loaded_before_the_first_call(tmp_path: Path) -> None:
    program = (
        "import sys; from llmcheck.llm.connect import endpoint_of;"
        "from llmcheck.settings import load_settings; from pathlib import Path;"
        f"given = load_settings(Path({str(tmp_path)!r}), {{}}, model='google/x', api_key='k');"
        "endpoint_of(given);"
        "print([m for m in ('openai', 'instructor', 'anthropic', 'google.genai')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]", done.stderr
