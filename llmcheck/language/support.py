"""What of a statement its source does not bear out: numbers and names, checked in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from llmcheck.language.names import names
from llmcheck.language.numbers import missing
from llmcheck.language.pack import packs
from llmcheck.language.quantities import EXACT, Figures, Quantity, agree, ends
from llmcheck.language.text import squeeze, squeezed, words
from llmcheck.language.units import MONEY, is_measure


def missing_numbers(statement: str, source: str, *languages: str) -> list[str]:
    """Numbers of the statement that the source does not have, however it writes them.

    A statement may round what the source says, or bound it; it may not be more precise.
    ``languages`` are those of the source and, where it is in another, of the statement.
    """
    spoken = packs(*languages)
    read = spoken[0].figures if len(spoken) == 1 else None
    if read is None:
        return missing(statement, source, *(each.code for each in spoken))
    return _missing(statement, source, read, spoken[0].parts)


def missing_names(statement: str, source: str, *languages: str) -> list[str]:
    """Names of the statement that occur nowhere in the source, in any case or possessive.

    Only where a capital marks a name and statement and source share a language; else none.
    ``languages`` are those of both.
    """
    spoken = packs(*languages)
    if len(spoken) != 1 or spoken[0].capital_nouns:
        return []
    there = _vocabulary(source)
    named = [name for name in names(statement, spoken[0].code) if len(name) > 1]
    lacking = [name for name in named if not _is_among(there, name)]
    # A date is held against the source by its numbers: it may be told without its weekday.
    return lacking and [
        name for name in lacking if not _is_among(there | spoken[0].calendar_names, name)
    ]


def _is_among(known: frozenset[str], name: str) -> bool:
    bare = _bare(name)
    return (
        bare in known
        or bare.removesuffix("s") in known
        or all(part in known for part in bare.split("-"))
    )


def _missing(
    statement: str, source: str, read: Callable[[str], Figures], parts: Mapping[str, int]
) -> list[str]:
    """The same where figures are read with their units; ``parts`` are names of fractions."""
    stated = read(statement).numbers
    if not stated:
        # Most statements have none, and a source is long.
        return []
    there = [end for quantity in read(source).numbers for end in ends(quantity)]
    # The source's "-5 degrees" may be "5 degrees below zero", its "3 out of 10" bears out a 3.
    values = {sign * n for q in there for n in (q.value, *q.parts) for sign in (1, -1)}
    # "Two boats" is no other wording of "three boats".
    units = {q.unit for q in there} - {"", "%"}

    def borne_out(quantity: Quantity) -> bool:
        return any(_bears_out(other, quantity) for other in there)

    def is_stated(quantity: Quantity) -> bool:
        if (quantity.parts or quantity.high) and borne_out(quantity):
            return True
        return quantity.unit not in units and _is_in_words(quantity, statement, source, parts)

    return [
        f"{number.value:.10g}{'%' if number.unit == '%' else ''}"
        for quantity in stated
        if not is_stated(quantity)
        for number in _plain(quantity)
        if number.value not in values and not borne_out(number)
    ]


def _bears_out(source: Quantity, statement: Quantity) -> bool:
    if statement.unit == "clock" and source.unit == "":
        # "19:00" may be "seven in the evening" there, "8:30" half past eight.
        return source.value in (int(statement.value), int(statement.value) - 12)
    # A month is no ground for a day in it.
    if statement.date and statement.unit != source.unit:
        return False
    if statement.parts and source.unit != "%":
        return False
    if statement.high is not None and source.value in (statement.value, statement.high):
        # "10" is no ground for "10 to 12", which 11 is.
        return False
    # "Over 50" in the source is no ground for 62, nor "2 million" for 1.96 million.
    return statement.digits <= source.digits and agree(statement, source._replace(bound=0))


def _is_in_words(
    quantity: Quantity, statement: str, source: str, parts: Mapping[str, int]
) -> bool:
    """Whether the statement has a number only in words that a source can put in others.

    "Doubled" may be two figures there, "two" two names, "half of the crew" half a crew.
    """
    if quantity.unit == "fold":
        return True
    if quantity.value == 2:
        measured = is_measure(quantity.unit) or quantity.unit in {"%", "pp", *EXACT, *MONEY}
        return not measured and not re.search(r"\b2\b", statement)
    bottom = quantity.words.rpartition("/")[2].removesuffix(" of")
    named = [name for name, number in parts.items() if str(number) == bottom]
    return quantity.unit == "%" and any(name in source.casefold() for name in named)


def _plain(quantity: Quantity) -> tuple[Quantity, ...]:
    """What must be there instead of a range or of "3 out of 10": each of its numbers."""
    if quantity.parts:
        return tuple(quantity._replace(value=part, unit="", parts=()) for part in quantity.parts)
    return ends(quantity)


@lru_cache(maxsize=1 << 12)
def _vocabulary(source: str) -> frozenset[str]:
    """The words of a source, bare. A name may be one word here and have a hyphen there."""
    there = {_bared(word) for word in squeezed(set(words(source)))}
    return frozenset(there | {part for word in there for part in word.split("-")})


def _bare(word: str) -> str:
    return _bared(squeeze(word))


def _bared(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'").replace(".", "")
