"""Units of measure and currencies by their names in running text, and conversion between units.

Conversion is pint's, which is loaded only when two different measures meet.
"""

from __future__ import annotations

from functools import cache
from typing import Any

CURRENCIES = {
    "$": "USD", "us$": "USD", "dollar": "USD", "usd": "USD", "€": "EUR", "euro": "EUR",
    "eur": "EUR", "£": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY",
    "a$": "AUD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD",
}  # fmt: skip
"""Signs and names of currencies, in lower case and singular, with their codes."""
MONEY = frozenset(CURRENCIES.values())
MEASURES = frozenset(
    """mm cm m metre meter km kilometre kilometer mile yard foot feet inch gram kg kilogram tonne
    ton ounce litre liter gallon barrel hectare acre second minute hour day week month year mph
    kph knot watt kw mw gw kwh mwh gwh kilowatt megawatt gigawatt degree celsius fahrenheit joule
    volt""".split()
)
"""Measures, in lower case and singular."""

_PINT = {
    "feet": "foot", "tonne": "metric_ton", "celsius": "degC", "fahrenheit": "degF",
    "barrel": "oil_barrel", "kw": "kilowatt", "mw": "megawatt", "gw": "gigawatt",
    "kwh": "kilowatt_hour", "mwh": "megawatt_hour", "gwh": "gigawatt_hour", "years": "year",
}  # fmt: skip


def unit_of(word: str) -> str:
    """The unit that a word after a number names: a currency's code, a measure, or the word.

    "years" is the one measure in the plural: "year" is the unit of a date.
    """
    word = word.lower()
    singular = "inch" if word == "inches" else word.removesuffix("s")
    if singular == "year":
        return "years"
    return CURRENCIES.get(singular, singular if singular in MEASURES else word)


def is_measure(unit: str) -> bool:
    """Whether the unit is one of length, time and the like."""
    return unit == "years" or (unit in MEASURES and unit != "year")


def convert(value: float, unit: str, target: str) -> float | None:
    """The value in another unit; None when the units measure different things."""
    import pint

    try:
        quantity = _registry().Quantity(value, _PINT.get(unit, unit))
        return float(quantity.to(_PINT.get(target, target)).magnitude)
    except pint.PintError:
        return None


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()
