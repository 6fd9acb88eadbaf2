"""Limits on calls made and the count of what they cost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from pydantic import BaseModel

from llmcheck.errors import BudgetExceeded, ConfigError, ProviderError
from llmcheck.llm.budget import BudgetedLLM, MeteredLLM, price
from llmcheck.llm.port import Call, Reply, T, Tokens
from llmcheck.llm.runner import complete_all
from llmcheck.models import PromptUsage, Usage

KNOWN = "gpt-4o-mini"
UNKNOWN = "house-model-7"
MILLION = Tokens(1_000_000, 0)


class Answer(BaseModel):
    text: str = ""


class Inner:
    """Answers every call from ``origin``, with ``tokens``; fails on calls for which it is told."""

    def __init__(
        self,
        tokens: Tokens = MILLION,
        origin: Literal["model", "cache", "replay"] = "model",
        failing: bool = False,
    ) -> None:
        self.calls = 0
        self.tokens = tokens
        self.origin = origin
        self.failing = failing
        self._lock = threading.Lock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        with self._lock:
            self.calls += 1
        if self.failing:
            raise ProviderError("down", call_key=call.key, prompt=call.prompt)
        return Reply(schema(), "{}", self.tokens, self.origin)


def call(user: str = "") -> Call:
    return Call("p.v1", "0" * 64, KNOWN, "", user, {}, {})


def test_price_is_in_dollars_and_counts_both_directions() -> None:
    assert price(KNOWN, 0, 0) == 0
    both, half = price(KNOWN, 2_000_000, 1_000_000), price(KNOWN, 1_000_000, 0)
    assert both is not None
    assert half is not None
    assert 2 * half < both < 10


def test_the_price_of_an_unknown_model_is_unknown_not_zero() -> None:
    assert price(UNKNOWN, 10, 10) is None


def test_max_calls_stops_before_the_call_that_would_exceed_it() -> None:
    inner = Inner()
    llm = BudgetedLLM(inner, max_calls=2, max_cost=None, model=UNKNOWN)
    llm.complete(call(), Answer)
    llm.complete(call(), Answer)
    with pytest.raises(BudgetExceeded, match=r"2 model call.*--max-calls"):
        llm.complete(call(), Answer)
    assert inner.calls == 2


def test_no_calls_at_all_can_be_allowed() -> None:
    inner = Inner()
    with pytest.raises(BudgetExceeded):
        BudgetedLLM(inner, max_calls=0, max_cost=None, model=KNOWN).complete(call(), Answer)
    assert inner.calls == 0


def test_a_failed_call_counts() -> None:
    llm = BudgetedLLM(Inner(failing=True), max_calls=1, max_cost=None, model=KNOWN)
    with pytest.raises(ProviderError):
        llm.complete(call(), Answer)
    with pytest.raises(BudgetExceeded):
        llm.complete(call(), Answer)


def test_threads_do_not_overshoot_max_calls() -> None:
    inner = Inner()
    llm = BudgetedLLM(inner, max_calls=7, max_cost=None, model=KNOWN)
    calls = [call(str(n)) for n in range(40)]
    outcomes = complete_all(llm, calls, Answer, concurrency=8)
    assert inner.calls == 7
    assert sum(isinstance(outcome, BudgetExceeded) for outcome in outcomes) == 33


def test_max_cost_stops_once_it_is_reached() -> None:
    per_call = price(KNOWN, 1_000_000, 0)
    assert per_call is not None
    inner = Inner()
    llm = BudgetedLLM(inner, max_calls=None, max_cost=2 * per_call, model=KNOWN)
    llm.complete(call(), Answer)
    llm.complete(call(), Answer)
    with pytest.raises(BudgetExceeded, match=r"\$0\.3\d* spent .*--max-cost"):
        llm.complete(call(), Answer)
    assert inner.calls == 2


def test_max_cost_cannot_hold_for_a_model_without_a_price() -> None:
    with pytest.raises(ConfigError, match=rf"{UNKNOWN}.*unknown.*--max-calls"):
        BudgetedLLM(Inner(), max_calls=None, max_cost=1.0, model=UNKNOWN)


def test_without_limits_all_calls_pass() -> None:
    inner = Inner()
    llm = BudgetedLLM(inner, max_calls=None, max_cost=None, model=UNKNOWN)
    assert llm.complete(call(), Answer).tokens == inner.tokens


def test_usage_counts_replies_by_origin_and_tokens_of_those_made() -> None:
    inner = Inner(Tokens(1_000_000, 50))
    llm = MeteredLLM(inner, KNOWN)
    for origin, times in (("model", 2), ("cache", 3), ("replay", 1)):
        inner.origin = origin  # type: ignore[assignment]
        for _ in range(times):
            llm.complete(call(), Answer)
    assert llm.usage() == Usage(
        calls=2,
        cached=3,
        replayed=1,
        input_tokens=2_000_000,
        output_tokens=100,
        cost_usd=price(KNOWN, 2_000_000, 100),
        prompts={call().prompt: PromptUsage(calls=6, input_tokens=6_000_000, output_tokens=300)},
    )


def test_cost_of_an_unknown_model_is_none_once_a_call_was_made() -> None:
    inner = Inner(origin="cache")
    llm = MeteredLLM(inner, UNKNOWN)
    llm.complete(call(), Answer)
    assert llm.usage().cost_usd == 0
    inner.origin = "model"
    llm.complete(call(), Answer)
    assert llm.usage().cost_usd is None


def test_a_failed_call_is_no_reply() -> None:
    llm = MeteredLLM(Inner(failing=True), KNOWN)
    with pytest.raises(ProviderError):
        llm.complete(call(), Answer)
    assert llm.usage() == Usage()


def test_threads_lose_no_count() -> None:
    llm = MeteredLLM(Inner(Tokens(3, 2)), KNOWN)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: llm.complete(call(str(n)), Answer), range(200)))
    usage = llm.usage()
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (200, 600, 400)
    assert usage.cost_usd == price(KNOWN, 600, 400)
