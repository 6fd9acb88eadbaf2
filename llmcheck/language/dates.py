"""Dates, as far as a text tells them, and whether two of them can be one.

Two dates agree when no part that both give differs.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

MonthDay = tuple[int, int]
"""A month and a day of it."""


class Date(NamedTuple):
    """What a text tells of a date."""

    days: tuple[MonthDay, MonthDay] | None = None
    """Its first and last day, each (month, day): those of a month or quarter, or the same one
    twice; None when only the day of the week is told."""
    year: int | None = None
    weekday: int | None = None
    """0 for Monday."""
    bound: int = 0
    """-1 for "by" or "before", 1 for "after", 0 for the date itself."""


def dates_agree(a: Date, b: Date) -> bool:
    """Whether no part that both dates give differs, in any order.

    "Before June" agrees with May and with "before June", not with "before July".
    """
    if a.year and b.year and a.year != b.year:
        return False
    if not a.bound and not b.bound:
        days = _weekday(a), _weekday(b)
        if None not in days and days[0] != days[1]:
            return False
    if a.days is None or b.days is None:
        return True
    (first_a, last_a), (first_b, last_b) = a.days, b.days
    if a.bound != b.bound:
        first_a, last_a = _stretched(first_a, last_a, a.bound)
        first_b, last_b = _stretched(first_b, last_b, b.bound)
    return first_a <= last_b and first_b <= last_a


def _stretched(first: MonthDay, last: MonthDay, bound: int) -> tuple[MonthDay, MonthDay]:
    return (1, 1) if bound < 0 else first, (12, 31) if bound > 0 else last


def _weekday(date: Date) -> int | None:
    if date.weekday is not None or not (date.year and date.days and date.days[0] == date.days[1]):
        return date.weekday
    try:
        return datetime.date(date.year, *date.days[0]).weekday()
    except ValueError:
        return None
