"""What CLDR (babel) knows of languages: their calendar, scales, signs and names.

Languages are codes such as ``de``; of one that CLDR does not know, nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel import Locale

# Of a pattern such as "d 'de' MMMM 'de' y": a literal, a field, or what stands between.
_PIECE = re.compile(r"'(?P<literal>[^']*)'|(?P<field>d+|M+|y+)|(?P<between>[^'dMy]+)")
_FIELDS = {"d": ("day", "1,2"), "M": ("month", "1,2"), "y": ("year", "4")}


class Day(NamedTuple):
    """A day that a text states in full."""

    year: int
    month: int
    day: int


@cache
def calendar_names(language: str) -> frozenset[str]:
    """Names of months and days of the week, long and short, casefolded, without a point."""
    locale = _locale(language)
    if locale is None:
        return frozenset()
    return frozenset(
        str(name).casefold().rstrip(".")
        for named in (locale.months, locale.days)
        for width in ("wide", "abbreviated")
        for name in named["format"][width].values()
    )


@cache
def points_days(language: str) -> bool:
    """Whether dates are written with a point behind the day: "13. März"."""
    locale = _locale(language)
    return (
        locale is not None and re.search(r"d\.", locale.date_formats["long"].pattern) is not None
    )


def written_days(text: str, language: str) -> Iterator[Day]:
    """The days that a text states with month and year, as the language writes them out.

    "14. März 2026" in German, "14 de marzo de 2026" in Spanish.
    """
    written = _written(language)
    for match in written.finditer(text) if written else ():
        month = match["month"].casefold()
        number = int(month) if month.isdecimal() else _months(language)[month]
        yield Day(int(match["year"]), number, int(match["day"]))


@cache
def scales(language: str) -> Mapping[str, float]:
    """Words such as "Millionen" and "Mio", casefolded, with the factor they stand for."""
    locale = _locale(language)
    found: dict[str, float] = {}
    formats = locale.compact_decimal_formats if locale else {}
    for width in ("short", "long"):
        for patterns in formats.get(width, {}).values():
            for magnitude, pattern in patterns.items():
                word = re.sub(r"[0'.\s\u00a0]", "", str(pattern.pattern))
                zeros = str(pattern.pattern).count("0")
                if word and zeros:
                    found[word.casefold()] = float(magnitude) / 10 ** (zeros - 1)
    return found


def group_sign(language: str) -> str | None:
    """What parts the thousands of a number: a point in German."""
    locale = _locale(language)
    return str(locale.number_symbols["latn"]["group"]) if locale else None


@cache
def english_names() -> Mapping[str, str]:
    """What English calls languages, by their codes."""
    locale = _locale("en")
    return {str(code): str(name) for code, name in locale.languages.items()} if locale else {}


@cache
def _written(language: str) -> re.Pattern[str] | None:
    locale = _locale(language)
    if locale is None:
        return None
    pieces = [*_PIECE.finditer(locale.date_formats["long"].pattern)]
    end = 1 + max(at for at, piece in enumerate(pieces) if piece["field"])
    day, rest = (
        "".join(_expression(p, language) for p in of) for of in (pieces[:end], pieces[end:])
    )
    # "14 марта 2026 г." is written without its end, too.
    return re.compile(rf"(?<!\w){day}(?:{rest})?(?!\w)", re.IGNORECASE)


def _expression(piece: re.Match[str], language: str) -> str:
    field = piece["field"]
    if field in ("MMM", "MMMM"):
        names = sorted(map(re.escape, _months(language)), key=len, reverse=True)
        return rf"(?P<month>{'|'.join(names)})\b\.?"
    if field:
        group, digits = _FIELDS[field[0]]
        return rf"(?P<{group}>\d{{{digits}}})"
    signs = map(re.escape, (piece["literal"] or piece["between"]).split())
    return r"\s*".join(["", *signs, ""])


@cache
def _months(language: str) -> Mapping[str, int]:
    locale = _locale(language)
    return {
        str(name).casefold().rstrip("."): number
        for width in ("wide", "abbreviated")
        for number, name in (locale.months["format"][width].items() if locale else ())
    }


@cache
def _locale(language: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None
