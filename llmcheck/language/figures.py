"""The figures of texts in any language, and whether two texts have the same.

A language whose folder reads figures knows units, shares, ranges and dates; of any other a number
is known with what its digits may mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from llmcheck.language.cldr import written_days
from llmcheck.language.dates import Date, dates_agree
from llmcheck.language.numbers import Number, likeliest, may_be_one, numbers, significant
from llmcheck.language.pack import pack
from llmcheck.language.quantities import Quantity, agree

T = TypeVar("T", Quantity, Number)


def quantities(text: str, language: str) -> list[Quantity]:
    """The numbers of a text, in digits or words, with their units where these are known.

    Of a language whose folder reads no figures they have no unit, and of what "1.200" may mean
    that is taken which its own signs give.
    """
    known = pack(language)
    if known.figures is not None:
        return list(known.figures(text).numbers)
    return [
        Quantity(value, "", max(2, significant(value)), words=number.words)
        for number in numbers(text, known.code)
        for value in (likeliest(number, known.code),)
    ]


def dates(text: str, language: str) -> tuple[Date, ...]:
    """The dates of a text, in order.

    In a language whose folder reads no figures, those with day, month and year.
    """
    known = pack(language)
    if known.figures is not None:
        return known.figures(text).dates
    return tuple(
        Date(days=((month, day), (month, day)), year=year)
        for year, month, day in written_days(text, known.code)
    )


def same_numbers(text_a: str, text_b: str, language: str) -> bool | None:
    """Whether the numbers of two texts agree, one to one; None when either text has none.

    The text with more numbers may say more than the other. Texts with dates of which no two
    agree differ, whatever their numbers, where dates are read.
    """
    known = pack(language)
    if known.figures is None:
        return _paired(numbers(text_a, known.code), numbers(text_b, known.code), may_be_one)
    (numbers_a, dates_a), (numbers_b, dates_b) = known.figures(text_a), known.figures(text_b)
    return False if _differ(dates_a, dates_b) else _paired(numbers_a, numbers_b, agree)


def _differ(a: Sequence[Date], b: Sequence[Date]) -> bool:
    return bool(a and b) and not any(dates_agree(x, y) for x in a for y in b)


def _paired(a: Sequence[T], b: Sequence[T], alike: Callable[[T, T], bool]) -> bool | None:
    """Whether each of the fewer finds a partner of its own among the others."""
    if not a or not b:
        return None
    fewer, more = sorted((a, b), key=len)
    partners: dict[int, T] = {}

    def place(number: T, tried: set[int]) -> bool:
        # Kuhn's matching: a number that finds only taken partners asks the takers to move on.
        for taken in (False, True):
            for index, other in enumerate(more):
                if (index in partners) is not taken or index in tried or not alike(number, other):
                    continue
                tried.add(index)
                if not taken or place(partners[index], tried):
                    partners[index] = number
                    return True
        return False

    return all(place(number, set()) for number in fewer)
