"""What tokens cost: the prices that the user gives, or those that genai-prices knows offline."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from llmcheck.tokens import Tokens

_MILLION = 1_000_000
_EDITION = r"(?i)(-latest|-preview|-exp|[-@]20\d\d-?[01]\d-?[0-3]\d|-\d\d-\d\d(-20\d\d)?)$"
"""How a name ends that says which edition of a model is meant."""


@dataclass(frozen=True)
class Prices:
    """What a model's tokens cost."""

    model: str
    """Its name as it is asked for; a provider's name before it and a date behind it may stand."""
    base_url: str | None = None
    """Where it is asked: some sell a model for less than others."""
    given: tuple[float, float] | None = None
    """US dollars for a million tokens sent and received, where the user says so."""

    def cost(self, tokens: Tokens) -> Decimal | None:
        """US dollars for the tokens of one request; None when the price is unknown."""
        # Decimal: its sums do not depend on the order in which threads finish.
        if self.given is not None:
            each = zip(self.given, (tokens.input, tokens.output), strict=True)
            return sum(
                (Decimal(str(price)) * count / _MILLION for price, count in each), Decimal(0)
            )
        listed = _find_listing(self.model, self.base_url)
        return None if listed is None else _calculate(listed, tokens)


def price(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars for so many tokens of ``model``, or None when its price is unknown."""
    cost = Prices(model).cost(Tokens(input_tokens, output_tokens))
    return None if cost is None else float(cost)


class _Listing(NamedTuple):
    """How the price list knows a model."""

    name: str
    provider: str | None = None
    url: str | None = None


@functools.cache
def _find_listing(model: str, base_url: str | None) -> _Listing | None:
    """The first of the ways to look for a model that finds it."""
    for listing in _listings(model, base_url):
        try:
            _calculate(listing, Tokens())
        except LookupError:
            continue
        return listing
    return None


def _listings(model: str, base_url: str | None) -> Iterator[_Listing]:
    if model.startswith("ollama/"):
        return  # On the user's own machine, whoever sells a model of that name.
    for name in _editions(model):
        if base_url is not None:
            yield _Listing(name, url=base_url)
        yield _Listing(name)
        rest = name
        while "/" in rest:
            provider, _, rest = rest.partition("/")
            yield _Listing(rest, provider=provider)
            yield _Listing(rest)


def _editions(model: str) -> Iterator[str]:
    """The name, and the same with less and less of what tells its edition."""
    yield model
    while (shorter := re.sub(_EDITION, "", model)) != model:
        model = shorter
        yield model


def _calculate(listing: _Listing, tokens: Tokens) -> Decimal:
    """Raises LookupError when the list has no such model."""
    import genai_prices

    usage = genai_prices.Usage(input_tokens=tokens.input, output_tokens=tokens.output)
    if listing.url is not None:
        found = genai_prices.calc_price(usage, listing.name, provider_api_url=listing.url)
    else:
        found = genai_prices.calc_price(usage, listing.name, provider_id=listing.provider)
    return found.total_price
