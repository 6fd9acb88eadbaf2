"""Dates in running English: "15 April", "Q3 2026", "Tuesday", "before the end of June".

Bare years are numbers: see `figures`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llmcheck.language.dates import Date, MonthDay

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
"""As a part of a regular expression."""
_DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"


class FoundDate(NamedTuple):
    """A date and where it stands: ``text[start:end]``."""

    start: int
    end: int
    date: Date
    day: int | None
    """The day of the month, where it is told."""


# Cheap: most sentences have no date.
_ANY = re.compile(
    r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun"
    r"|[12]\d{3}-|[QH][1-4]|[Qq]uarter|half"
)
_ABBREVIATED = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MONTH = rf"(?:(?:{MONTHS})\b|(?:{_ABBREVIATED})\b\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"[12]\d{3}(?![\w-]|[.,:]\d)"
_TH = r"(?:st|nd|rd|th)?"
_TILL = r"(?:\s?[-–]\s?|\s+to\s+)"
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_DATE = re.compile(
    rf"""(?<![\w.,:-])(?:
    (?P<iso_year>[12]\d{{3}})-(?P<iso_month>1[0-2]|0[1-9])-(?P<iso_day>{_DAY})(?![\w-])
    | (?:(?P<weekday>{_DAYS}),?\s+(?:the\s+)?)?
      (?: (?P<day_a>{_DAY}){_TH}(?:{_TILL}(?P<till_a>{_DAY}){_TH})?\s+(?:of\s+)?
            (?P<month_a>{_MONTH})(?:,?\s+(?P<year_a>{_YEAR}))?
        | (?<!\bin\s)(?<!\bIn\s)(?P<month_b>{_MONTH})\s+(?:the\s+)?(?P<day_b>{_DAY}){_TH}
            (?:{_TILL}(?P<till_b>{_DAY}){_TH})?(?![\w%]|[.,:]\d)(?:,?\s+(?P<year_b>{_YEAR}))?
      )
    | (?P<month_c>{_MONTH}),?\s+(?:of\s+)?(?P<year_c>{_YEAR})
    | (?P<month_d>{MONTHS})\b
    | (?P<weekday_d>{_DAYS})\b
    | (?:Q(?P<quarter>[1-4])\b|(?i:(?P<quarter_th>{_ORDINAL})[\s-]quarter)\b)
        (?:\s+(?:of\s+)?(?:(?:the|this|last)\s+year\b|(?P<fiscal>fiscal\s+|FY\s?)?(?P<year_q>{_YEAR})))?
    | (?:H(?P<half>[12])\s+|(?i:(?P<half_th>first|second|1st|2nd)\s+half)\s+of\s+)
        (?:(?:the|this|last)\s+year\b|(?P<year_h>{_YEAR}))
    )""",
    re.VERBOSE,
)
_BOUND = re.compile(
    r"\b(?:(?P<till>by|before|no\s+later\s+than)|after)\s+(?:the\s+)?"
    r"(?:(?:start|beginning|middle|end|close)\s+of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(MONTHS.split("|"), start=1)}
_WEEKDAY_NUMBER = {day: n for n, day in enumerate("Mon Tue Wed Thu Fri Sat Sun".split())}
_ORDINAL_NUMBER = {
    "1": 1, "1s": 1, "fi": 1, "2": 2, "2n": 2, "se": 2, "3": 3, "3r": 3, "th": 3, "4": 4, "4t": 4,
    "fo": 4,
}  # fmt: skip


def find_dates(text: str) -> list[FoundDate]:
    """The dates of a text in digits, in order."""
    return [_found(match) for match in _DATE.finditer(text)] if _ANY.search(text) else []


def _found(match: re.Match[str]) -> FoundDate:
    before = _BOUND.search(match.string[max(0, match.start() - 40) : match.start()])
    weekday = match["weekday"] or match["weekday_d"]
    days, day = _days(match)
    year = _first(match, "iso_year", "year_a", "year_b", "year_c", "year_q", "year_h")
    date = Date(
        days=days,
        year=int(year) if year else None,
        weekday=_WEEKDAY_NUMBER[weekday[:3]] if weekday else None,
        bound=0 if before is None else -1 if before["till"] else 1,
    )
    return FoundDate(match.start(), match.end(), date, day)


def _days(match: re.Match[str]) -> tuple[tuple[MonthDay, MonthDay] | None, int | None]:
    """The first and last day of a date, and its day of the month where it tells one."""
    name = _first(match, "month_a", "month_b", "month_c", "month_d")
    day = _first(match, "iso_day", "day_a", "day_b")
    if day:
        month = _MONTH_NUMBER[name[:3]] if name else int(match["iso_month"])
        first, last = int(day), int(_first(match, "till_a", "till_b") or day)
        return ((month, min(first, last)), (month, max(first, last))), first
    if name:
        return _months(_MONTH_NUMBER[name[:3]], 1), None
    # A fiscal year may begin in any month.
    if match["fiscal"]:
        return None, None
    for groups, months in ((("quarter", "quarter_th"), 3), (("half", "half_th"), 6)):
        told = _first(match, *groups)
        if told:
            return _months((_ORDINAL_NUMBER[told[:2].lower()] - 1) * months + 1, months), None
    return None, None


def _months(first: int, count: int) -> tuple[MonthDay, MonthDay]:
    return (first, 1), (first + count - 1, 31)


def _first(match: re.Match[str], *groups: str) -> str | None:
    return next((match[group] for group in groups if match[group]), None)
