"""What calls take and what stops them, over HTTP: every answer is paid for, fitting or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, KEY, WRONG_VALUE, Bridge, Waits, ask, call, client
from calls import complete_all
from wire import Answer, Endpoint, Request, completion, failure

from llmcheck.cli.main import main
from llmcheck.errors import BudgetExceeded, ConfigError, InvalidReply
from llmcheck.llm.budget import Ledger, Limits
from llmcheck.llm.connect import connect
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.prices import Prices
from llmcheck.settings import Settings
from llmcheck.tokens import Tokens

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PRICES = Prices("scripted", given=(1.0, 2.0))


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def usage(sent: int, received: int) -> dict[str, int]:
    return {"prompt_tokens": sent, "completion_tokens": received}


# --- what is counted ---


def test_what_an_answer_that_never_fitted_took_comes_with_the_error_and_is_counted() -> None:
    bad = completion(WRONG_VALUE, usage=usage(100, 10))
    with Endpoint([bad, bad]) as e:
        meter = MeteredLLM(client(e), "scripted", PRICES)
        with pytest.raises(InvalidReply):
            meter.complete(call(), Bridge)
    found = meter.usage()
    assert (found.calls, found.input_tokens, found.output_tokens) == (0, 200, 20)
    assert found.cost_usd == pytest.approx(240e-6)


def test_without_a_count_tokens_are_a_quarter_of_the_bytes_and_said_to_be_estimated() -> None:
    with Endpoint([completion(GOOD)]) as e:
        meter = MeteredLLM(client(e), "scripted")
        reply = meter.complete(call("x" * 4_000), Bridge)
    assert reply.tokens.estimated
    assert reply.tokens.output == 10, "39 bytes"
    assert 1_000 < reply.tokens.input < 1_200, "the schema is sent, too"
    assert meter.usage().estimated
    assert meter.usage().cost_usd is None


def test_what_is_counted_in_the_total_alone_was_paid_as_well() -> None:
    counted = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 515}
    with Endpoint([completion(GOOD, usage=counted)]) as e:
        assert ask(e).tokens == Tokens(10, 505)


# --- what is stopped ---


def test_an_answer_that_is_asked_for_again_counts_twice() -> None:
    with Endpoint([completion(WRONG_VALUE), completion(GOOD)]) as e:
        llm = client(e, ledger=Ledger(Limits(calls=1), PRICES))
        with pytest.raises(BudgetExceeded, match="1 model call") as caught:
            llm.complete(call(), Bridge)
        assert len(e.requests) == 1
    assert caught.value.tokens is not None
    assert caught.value.tokens.total > 0, "what it took until then"


def test_a_request_that_was_refused_is_no_call() -> None:
    script = [failure(400, "seed?"), failure(500), failure(429), completion(GOOD)]
    with Endpoint(script) as e:
        llm = client(e, ledger=Ledger(Limits(calls=1), PRICES))
        assert llm.complete(call(parameters={"seed": 1}), Bridge).value == BRIDGE


def test_an_answer_gets_no_more_room_than_the_budget_leaves() -> None:
    def behaviour(request: Request) -> Answer:
        room = request.body.get("max_tokens", 10**6)
        cut = completion('{"na', finish_reason="length", usage=usage(100, min(room, 900)))
        return completion(GOOD, usage=usage(100, 900)) if room >= 900 else cut

    with Endpoint(behaviour) as e:
        llm = client(e, ledger=Ledger(Limits(tokens=2_000), PRICES))
        llm.complete(call(parameters={}), Bridge)
        with pytest.raises(BudgetExceeded, match="--max-tokens"):
            llm.complete(call("again", parameters={}), Bridge)
    assert e.requests[1].body["max_tokens"] < 900


@pytest.mark.parametrize("limits", [Limits(tokens=20_000), Limits(cost=0.02), Limits(calls=7)])
@pytest.mark.parametrize("concurrency", [1, 8])
def test_no_limit_is_passed_at_any_concurrency_whatever_is_answered(
    limits: Limits, concurrency: int
) -> None:
    paid: list[tuple[int, int]] = []

    def behaviour(request: Request) -> Answer:
        wanted = 50 + 97 * len(paid) % 1_500
        sent = len(json.dumps(request.body["messages"])) // 4
        received = min(wanted, request.body.get("max_tokens") or wanted)
        paid.append((sent, received))
        text = [GOOD, WRONG_VALUE, "no JSON"][len(paid) % 3]
        return completion(text, usage=usage(sent, received))

    with Endpoint(behaviour) as e:
        llm = client(e, ledger=Ledger(limits, PRICES))
        calls = [call(f"{number} " * 400, parameters={}) for number in range(40)]
        outcomes = complete_all(llm, calls, Bridge, concurrency=concurrency)
    assert any(isinstance(outcome, BudgetExceeded) for outcome in outcomes)
    assert len(paid) > 3, "it is used, too"
    assert limits.calls is None or len(paid) <= limits.calls
    assert limits.tokens is None or sum(map(sum, paid)) <= limits.tokens
    cost = sum(sent + 2 * received for sent, received in paid) / 1e6
    assert limits.cost is None or cost <= limits.cost


# --- the settings ---


def settings(**given: Any) -> Settings:
    return Settings(
        **{"model": "tiny", "base_url": "http://localhost:1/v1", "cache": None} | given
    )


def test_one_price_without_the_other_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"--price-in and --price-out"):
        connect(settings(price_in=1.0))


def test_a_price_that_is_given_lets_a_limit_on_cost_hold() -> None:
    connection = connect(settings(max_cost=1.0, price_in=1.0, price_out=2.0))
    assert connection.prices is not None
    assert connection.prices.cost(Tokens(1_000_000, 0)) == 1


def test_a_run_stopped_by_max_tokens_ends_with_the_budgets_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(f"{name}.txt").write_text(f"The Orrin Bridge spans 21{len(name)} m.\n" * 200)
    with Endpoint([]) as e, pytest.raises(SystemExit) as ended:
        main(
            ["check", "a.txt", "b.txt", "--base-url", e.url, "--model", "m", "--no-cache",
             "--max-tokens", "500"]
        )  # fmt: skip
    assert ended.value.code == 4
    assert "raise --max-tokens" in capsys.readouterr().err
    assert e.requests == []


# --- what the user wants sent ---


def test_effort_and_extra_fields_are_sent_and_part_of_the_call(tmp_path: Path) -> None:
    kept = tmp_path / "cache"
    with Endpoint([completion(GOOD)] * 2) as e:
        plain = settings(base_url=e.url, cache=kept)
        chosen = plain.model_copy(
            update={"effort": "low", "extra": {"thinking": {"budget": 5}, "temperature": 1}}
        )
        for each in (plain, chosen):
            reply = connect(each).llm.complete(call(model="tiny"), Bridge)
            assert reply.origin == "model", "an answer with other wishes is no answer"
        assert connect(chosen).llm.complete(call(model="tiny"), Bridge).origin == "cache"
    body = e.requests[1].body
    assert (body["reasoning_effort"], body["thinking"]) == ("low", {"budget": 5})
    assert (body["temperature"], body["max_tokens"]) == (1, 300)
    assert "reasoning_effort" not in e.requests[0].body


def test_a_recording_is_replayed_with_the_wishes_it_was_made_with(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    with Endpoint([completion(GOOD)]) as e:
        made = settings(base_url=e.url, effort="high", record=folder)
        connect(made).llm.complete(call(model="tiny"), Bridge)
    replayed = connect(Settings(replay=folder, cache=None))
    assert replayed.llm.complete(call(model="tiny"), Bridge).origin == "replay"
    assert KEY not in (folder / "recording.json").read_text()


def test_waits_of_an_endpoint_hold_nothing_back_from_the_ledger() -> None:
    """A request that waits to be repeated holds no tokens that another could use."""
    script = [failure(429, headers={"Retry-After": "1"}), completion(GOOD, usage=usage(10, 10))]
    ledger = Ledger(Limits(tokens=3_000), PRICES)

    def sleep(seconds: float) -> None:
        with ledger.request(10) as permit:
            assert (permit.most or 0) > 2_900

    with Endpoint(script) as e:
        assert ask(e, ledger=ledger, sleep=sleep).value == BRIDGE


def test_nothing_is_waited_for_when_all_is_well() -> None:
    waits = Waits()
    with Endpoint([completion(GOOD)]) as e:
        ask(e, sleep=waits)
    assert waits == []
