"""Numbers with their units, and whether two of them say the same."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from llmcheck.language.dates import Date, dates_agree
from llmcheck.language.units import MONEY, convert, is_measure

_SHARES = frozenset({"%", "pp"})
# "Over 50" beside 62 is the same news; "over 50" beside 90 is not.
_BOUND_REACH = 1.35
EXACT = frozenset({"year", "clock", "date"})
"""Units of a point in time, which is neither rounded nor converted."""


class Quantity(NamedTuple):
    """A number with its unit."""

    value: float
    unit: str
    """"%", "pp" (percentage points), a currency code, "clock" (hours after midnight), "date" (the
    day of the month), "year" (of a date; five of them are "years"), "fold", a word, or ""."""
    digits: int
    """Significant digits as written, trailing zeros of whole numbers aside; at least 2."""
    bound: int = 0
    """1 for "more than", -1 for "less than" or "nearly", 0 for the number itself."""
    words: str = ""
    """The number as written, with its unit: "14 percent", number words as digits."""
    high: float | None = None
    """The upper end of "10 to 12"; ``value`` is the lower one."""
    parts: tuple[float, ...] = ()
    """Of a share that counts, "3 out of 10": both numbers."""
    date: Date | None = None
    """Of a day or year: the date it belongs to."""


class Figures(NamedTuple):
    """The numbers and the dates of a text, both in order."""

    numbers: tuple[Quantity, ...]
    dates: tuple[Date, ...]


def agree(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities say the same after rounding or unit conversion, in any order.

    Two numbers agree when the more precise one, rounded to the digits of the other, equals it
    (never to fewer than two digits), when one is a bound that the other satisfies closely, or a
    range that the other lies in. What is counted is not compared: workers may be people.
    """
    if a.date and b.date:
        return dates_agree(a.date, b.date)
    if a.unit in EXACT or b.unit in EXACT:
        return a.value == b.value
    for share, other in ((a, b), (b, a)):
        if share.parts and other.unit not in _SHARES | MONEY:
            return any(agree(Quantity(part, "", 2), other) for part in share.parts)
    if a.high is not None and b.high is not None:
        return all(_alike(x, y) for x, y in zip(ends(a), ends(b), strict=True))
    if a.high is not None or b.high is not None:
        spread, other = (a, b) if a.high is not None else (b, a)
        return _lies_in(other, spread)
    return _alike(a, b)


def ends(quantity: Quantity) -> tuple[Quantity, ...]:
    """The two ends of a range; another quantity alone."""
    if quantity.high is None:
        return (quantity,)
    return quantity._replace(high=None), quantity._replace(value=quantity.high, high=None)


def _alike(a: Quantity, b: Quantity) -> bool:
    """Whether two numbers, neither a range, say the same."""
    compared = _compared(a, b)
    if a.bound * b.bound < 0:
        # "Over 50" and "under 50" leave no number that both could mean.
        sign = a.bound
        compared = [(x, y) for x, y in compared if sign * x < sign * y]
    digits = min(a.digits, b.digits)
    return any(
        _rounds_alike(x, y, digits) or _within(x, y, a.bound) or _within(y, x, b.bound)
        for x, y in compared
    )


def _lies_in(number: Quantity, spread: Quantity) -> bool:
    low, high = ends(spread)
    inside = zip(_compared(low, number), _compared(high, number), strict=True)
    return (
        any(x <= value <= y for (x, value), (y, _) in inside)
        or _alike(low, number)
        or _alike(high, number)
    )


def _compared(a: Quantity, b: Quantity) -> list[tuple[float, float]]:
    """The two values in one unit, in each way that makes sense; none when the units differ."""
    if a.unit == b.unit:
        # "-5%" is what others call "a fall of 5%".
        return [(abs(a.value), abs(b.value)) if a.unit in _SHARES else (a.value, b.value)]
    units = {a.unit, b.unit}
    if units & _SHARES or (units & MONEY and "" not in units):
        return []
    if is_measure(a.unit) and is_measure(b.unit):
        # 10 miles are 16 km when rounded as km, and 16 km are 9.9 miles: either way will do.
        there, back = convert(a.value, a.unit, b.unit), convert(b.value, b.unit, a.unit)
        return [] if there is None or back is None else [(there, b.value), (a.value, back)]
    return [(a.value, b.value)]


def _within(limit: float, value: float, bound: int) -> bool:
    if bound == 0:
        return False
    # The far end lies above an "over", and above an "under" that is negative.
    reach = _BOUND_REACH if bound * limit > 0 else 1 / _BOUND_REACH
    low, high = sorted((limit, limit * reach))
    return low <= value <= high


def _rounds_alike(x: float, y: float, digits: int) -> bool:
    # 24,500 is rounded to 25,000 by most, to 24,000 by some.
    return x == y or any(
        _round(x, digits, how) == _round(y, digits, how)
        for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)
    )


def _round(value: float, digits: int, how: str) -> Decimal:
    return Context(prec=digits, rounding=how).create_decimal(repr(value))
