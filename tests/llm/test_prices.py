"""What tokens cost: names find their price, and the user's prices go before every list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from llmcheck.llm.prices import Prices, price
from llmcheck.tokens import Tokens

KNOWN = "gpt-4o-mini"


def test_price_is_in_dollars_and_counts_both_directions() -> None:
    assert price(KNOWN, 0, 0) == 0
    both, half = price(KNOWN, 2_000_000, 1_000_000), price(KNOWN, 1_000_000, 0)
    assert both is not None
    assert half is not None
    assert 2 * half < both < 10


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("openai/gpt-4o-mini", KNOWN),
        ("gpt-4o-mini-2024-07-18", KNOWN),
        ("azure/gpt-4o-mini", KNOWN),
        ("openrouter/openai/gpt-4o-mini-2024-07-18", KNOWN),
        ("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4-5-latest", "claude-sonnet-4-5"),
        ("google/gemini-2.5-flash", "gemini-2.5-flash"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
    ],
)
def test_names_with_a_provider_before_or_a_date_behind_find_their_price(
    name: str, same_as: str
) -> None:
    found = price(name, 1000, 1000)
    assert found == price(same_as, 1000, 1000)
    assert found


def test_who_is_asked_decides_the_price() -> None:
    tokens = Tokens(1_000_000, 0)
    there = Prices("anthropic/claude-3.5-sonnet", "https://openrouter.ai/api/v1").cost(tokens)
    assert there == 3


@pytest.mark.parametrize("name", ["house-model-7", "ollama/deepseek-r1", "any", ""])
def test_the_price_of_an_unknown_model_is_unknown_not_zero(name: str) -> None:
    assert price(name, 10, 10) is None


def test_prices_that_the_user_gives_hold_for_any_name() -> None:
    for name in (KNOWN, "house-model-7"):
        given = Prices(name, given=(0.1, 0.4))
        assert given.cost(Tokens(3_000_000, 1_000_000)) == Decimal("0.7")
        assert given.cost(Tokens()) == 0
