"""The count of what a run took."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from calls import Answer, make_call

from llmcheck.errors import BudgetExceeded, InvalidReply, LLMError, ProviderError
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.port import Call, Origin, Reply, T
from llmcheck.llm.prices import Prices, price
from llmcheck.models import PromptUsage, Usage
from llmcheck.tokens import Tokens

KNOWN = "gpt-4o-mini"
UNKNOWN = "house-model-7"
CALL = make_call()


class Inner:
    """Answers every call from ``origin`` with ``tokens``, or raises ``error``."""

    def __init__(self, tokens: Tokens, error: LLMError | BudgetExceeded | None = None) -> None:
        self.tokens = tokens
        self.error = error
        self.origin: Origin = "model"
        self._lock = threading.Lock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        if self.error is not None:
            self.error.tokens = self.tokens
            raise self.error
        return Reply(schema.model_validate({"text": "x"}), "{}", self.tokens, self.origin)


def invalid() -> InvalidReply:
    return InvalidReply("no fit", call_key=CALL.key, prompt=CALL.prompt)


def test_usage_counts_replies_by_origin_and_tokens_of_those_made() -> None:
    inner = Inner(Tokens(1_000_000, 50))
    llm = MeteredLLM(inner, KNOWN)
    origins: list[tuple[Origin, int]] = [("model", 2), ("cache", 3), ("replay", 1)]
    for origin, times in origins:
        inner.origin = origin
        for _ in range(times):
            llm.complete(CALL, Answer)
    assert llm.usage() == Usage(
        calls=2,
        cached=3,
        replayed=1,
        input_tokens=2_000_000,
        output_tokens=100,
        cost_usd=price(KNOWN, 2_000_000, 100),
        prompts={CALL.prompt: PromptUsage(calls=6, input_tokens=6_000_000, output_tokens=300)},
    )


@pytest.mark.parametrize("error", [invalid(), BudgetExceeded("enough")])
def test_what_was_paid_for_an_answer_that_did_not_fit_is_counted(
    error: LLMError | BudgetExceeded,
) -> None:
    llm = MeteredLLM(Inner(Tokens(3000, 40), error), KNOWN)
    with pytest.raises(type(error)):
        llm.complete(CALL, Answer)
    assert llm.usage() == Usage(
        input_tokens=3000, output_tokens=40, cost_usd=price(KNOWN, 3000, 40)
    )


def test_an_error_that_two_calls_share_is_paid_for_once() -> None:
    """The cache gives the error of a call to whoever waited for it."""
    shared = invalid()
    shared.tokens = Tokens(100, 10)

    class Shared:
        def complete(self, call: Call, schema: type[T]) -> Reply[T]:
            raise shared

    meters = [MeteredLLM(Shared(), KNOWN) for _ in range(2)]
    for meter in meters:
        with pytest.raises(InvalidReply):
            meter.complete(CALL, Answer)
    assert [meter.usage().input_tokens for meter in meters] == [100, 0]


def test_a_failed_call_that_cost_nothing_is_no_reply() -> None:
    error = ProviderError("down", call_key=CALL.key, prompt=CALL.prompt)
    llm = MeteredLLM(Inner(Tokens(), error), UNKNOWN)
    with pytest.raises(ProviderError):
        llm.complete(CALL, Answer)
    assert llm.usage() == Usage()


def test_tokens_that_are_estimated_are_said_to_be() -> None:
    inner = Inner(Tokens(10, 10))
    llm = MeteredLLM(inner, KNOWN)
    llm.complete(CALL, Answer)
    assert not llm.usage().estimated
    inner.tokens = Tokens(10, 10, estimated=True)
    llm.complete(CALL, Answer)
    assert llm.usage().estimated


def test_cost_of_an_unknown_model_is_none_once_a_call_was_made() -> None:
    inner = Inner(Tokens(5, 5))
    inner.origin = "cache"
    llm = MeteredLLM(inner, UNKNOWN)
    llm.complete(CALL, Answer)
    assert llm.usage().cost_usd == 0
    inner.error = invalid()
    with pytest.raises(InvalidReply):
        llm.complete(CALL, Answer)
    assert llm.usage().cost_usd is None


def test_prices_that_the_user_gives_are_counted_with() -> None:
    llm = MeteredLLM(Inner(Tokens(1_000_000, 500_000)), UNKNOWN, Prices(UNKNOWN, given=(1, 4)))
    llm.complete(CALL, Answer)
    assert llm.usage().cost_usd == 3


def test_threads_lose_no_count() -> None:
    llm = MeteredLLM(Inner(Tokens(3, 2)), KNOWN)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: llm.complete(CALL, Answer), range(200)))
    usage = llm.usage()
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (200, 600, 400)
    assert usage.cost_usd == price(KNOWN, 600, 400)
