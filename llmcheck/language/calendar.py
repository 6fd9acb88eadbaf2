"""What languages call months and days of the week, by CLDR (babel)."""

from __future__ import annotations

from functools import cache


@cache
def calendar_names(language: str) -> frozenset[str]:
    """Names of months and days of the week in a language (a code), long and short, casefolded.

    Empty for a language that CLDR does not know.
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    return frozenset(
        str(name).casefold().rstrip(".")
        for named in (locale.months, locale.days)
        for width in ("wide", "abbreviated")
        for name in named["format"][width].values()
    )
