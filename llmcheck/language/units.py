"""Units of measure and currencies, and conversion between units.

Conversion is pint's, which is loaded only when two different measures meet.
"""

from __future__ import annotations

from functools import cache
from typing import Any

MONEY = frozenset("USD EUR GBP JPY AUD CAD NZD HKD SGD".split())
"""Codes of currencies."""
MEASURES = frozenset(
    """mm cm m metre meter km kilometre kilometer mile yard foot feet inch gram kg kilogram tonne
    ton ounce litre liter gallon barrel hectare acre second minute hour day week month year mph
    kph knot watt kw mw gw kwh mwh gwh kilowatt megawatt gigawatt degree celsius fahrenheit joule
    volt""".split()
)
"""Measures, by the names that pint or `_PINT` has for them, in lower case and singular."""

_PINT = {
    "feet": "foot", "tonne": "metric_ton", "celsius": "degC", "fahrenheit": "degF",
    "barrel": "oil_barrel", "kw": "kilowatt", "mw": "megawatt", "gw": "gigawatt",
    "kwh": "kilowatt_hour", "mwh": "megawatt_hour", "gwh": "gigawatt_hour", "years": "year",
}  # fmt: skip


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
