"""The ledger: no limit is passed, whatever is answered and however much runs side by side."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.errors import BudgetExceeded, ConfigError
from llmcheck.llm.budget import AMPLE, LEAST, Ledger, Limits
from llmcheck.llm.prices import Prices
from llmcheck.tokens import Tokens

DEAR = Prices("house-model-7", given=(10.0, 20.0))
UNKNOWN = Prices("house-model-7")


def spend(ledger: Ledger, tokens: Tokens, expected: int | None = None) -> int | None:
    """Make a request that takes ``tokens``; the room that its answer was given."""
    with ledger.request(tokens.input if expected is None else expected) as permit:
        permit.paid = tokens
        return permit.most


def test_max_calls_stops_before_the_call_that_would_exceed_it() -> None:
    ledger = Ledger(Limits(calls=2), UNKNOWN)
    spend(ledger, Tokens())
    spend(ledger, Tokens())
    with pytest.raises(BudgetExceeded, match=r"2 model call.*--max-calls"):
        spend(ledger, Tokens())


def test_no_calls_at_all_can_be_allowed() -> None:
    with pytest.raises(BudgetExceeded):
        spend(Ledger(Limits(calls=0), UNKNOWN), Tokens())


def test_a_request_that_fails_counts_but_not_one_that_was_refused() -> None:
    ledger = Ledger(Limits(calls=1), UNKNOWN)
    with ledger.request(1) as permit:
        permit.counts = False
    with pytest.raises(ValueError, match="timed out"), ledger.request(1):
        raise ValueError("timed out")
    with pytest.raises(BudgetExceeded):
        spend(ledger, Tokens())


def test_max_tokens_stops_before_it_is_passed_and_says_how_much_was_used() -> None:
    ledger = Ledger(Limits(tokens=100_000), UNKNOWN)
    spend(ledger, Tokens(60_000, 30_000))
    with pytest.raises(BudgetExceeded, match=r"90,000 tokens used of the 100,000.*--max-tokens"):
        spend(ledger, Tokens(9_950, 0))
    assert spend(ledger, Tokens(5_000, 100)) == 5_000, "what fits is let through"


def test_max_cost_stops_before_it_is_passed() -> None:
    ledger = Ledger(Limits(cost=1.0), DEAR)
    spend(ledger, Tokens(90_000, 0))
    with pytest.raises(BudgetExceeded, match=r"\$0\.9000 spent of the \$1 .*--max-cost"):
        spend(ledger, Tokens(10_000, 0))


def test_an_answer_has_no_more_room_than_is_left() -> None:
    ledger = Ledger(Limits(tokens=AMPLE + 2_000), UNKNOWN)
    assert spend(ledger, Tokens(1_000, 1_000)) is None
    assert spend(ledger, Tokens(1_000, 500)) == AMPLE - 1_000
    cost = Ledger(Limits(cost=0.1), DEAR)
    assert spend(cost, Tokens(1_000, 0)) == 4_500


def test_the_limit_of_a_request_is_all_that_is_kept_back_for_its_answer() -> None:
    ledger = Ledger(Limits(tokens=1_000), UNKNOWN)
    with ledger.request(100, 400) as first, ledger.request(100, 400) as second:
        assert (first.most, second.most) == (None, None)


def test_less_room_than_any_answer_needs_is_not_asked_for() -> None:
    with pytest.raises(BudgetExceeded):
        spend(Ledger(Limits(tokens=100 + LEAST - 1), UNKNOWN), Tokens(100, 0))


def test_a_request_waits_for_what_those_under_way_may_leave() -> None:
    ledger = Ledger(Limits(tokens=2_000), UNKNOWN)
    began = threading.Event()

    def second() -> int | None:
        began.set()
        return spend(ledger, Tokens(100, 100))

    with ThreadPoolExecutor(1) as pool:
        with ledger.request(100) as permit:
            waiting = pool.submit(second)
            began.wait()
            time.sleep(0.05)
            assert not waiting.done()
            permit.paid = Tokens(100, 300)
        assert waiting.result(5) == 1_500


@pytest.mark.parametrize("limits", [Limits(calls=7), Limits(tokens=9_000), Limits(cost=0.13)])
def test_threads_pass_no_limit(limits: Limits) -> None:
    ledger = Ledger(limits, DEAR)
    paid: list[Tokens] = []

    def work(seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311
        try:
            with ledger.request(400) as permit:
                time.sleep(0.001)
                wanted = drawn.randrange(1, 3_000)
                permit.paid = Tokens(drawn.randrange(1, 400), min(wanted, permit.most or wanted))
                paid.append(permit.paid)
        except BudgetExceeded:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(60)))
    assert paid
    assert limits.calls is None or len(paid) == limits.calls
    assert limits.tokens is None or sum(tokens.total for tokens in paid) <= limits.tokens
    cost = sum(DEAR.cost(tokens) or 0 for tokens in paid)
    assert limits.cost is None or cost <= limits.cost


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 9_000)), max_size=30))
def test_no_order_of_answers_passes_a_limit(wanted: list[tuple[int, int]]) -> None:
    ledger = Ledger(Limits(tokens=20_000), UNKNOWN)
    total = 0
    for sent, answer in wanted:
        try:
            with ledger.request(sent) as permit:
                permit.paid = Tokens(sent, min(answer, permit.most or answer))
        except BudgetExceeded:
            continue
        total += permit.paid.total
    assert total <= 20_000


def test_max_cost_cannot_hold_for_a_model_without_a_price() -> None:
    with pytest.raises(ConfigError, match=r"house-model-7.*unknown.*--price-in.*--max-tokens"):
        Ledger(Limits(cost=1.0), UNKNOWN)


def test_without_limits_all_requests_pass() -> None:
    ledger = Ledger(Limits(), UNKNOWN)
    assert spend(ledger, Tokens(10**9, 10**9)) is None
    assert spend(ledger, Tokens()) is None


def test_requests_that_are_alike_end_in_any_order() -> None:
    ledger = Ledger(Limits(), Prices(""))
    with ExitStack() as first, ExitStack() as second:
        one = first.enter_context(ledger.request(10))
        second.enter_context(ledger.request(10))
        second.close()
        one.counts = False
        first.close()
