"""Numbers of a text in any language, by the data of CLDR (babel) and the numerals of text2num.

"1.200" is 1200 in one language and 1.2 in another, and a text may quote either: a number is kept
with every reading that its digits allow. That is enough to say that a source bears a number out;
it is too little to say that two numbers differ.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from llmcheck.language.cldr import group_sign, scales

_SEPARATOR = re.compile(r"[.,'’\u00a0\u202f ]")
# It begins where no other goes on, and gives nothing back: a line of digits takes no time.
_TOKEN = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?!(?<=\d{_SEPARATOR.pattern})\d{{3}}(?!\d))"
    rf"\d++(?:{_SEPARATOR.pattern}\d{{3}}(?!\d)|[.,]\d++)*+"
)
_SCALED = re.compile(rf"({_TOKEN.pattern})[\s\u00a0\u202f-]?([^\W\d_]+)")


class Number(NamedTuple):
    """A number as it stands in a text, and what it may mean."""

    words: str
    readings: frozenset[float]


@lru_cache(maxsize=1 << 12)
def numbers(text: str, *languages: str) -> tuple[Number, ...]:
    """The numbers of a text in these languages (codes), in digits or words.

    Those with a word such as "million" come first.
    """
    factors = {word: factor for language in languages for word, factor in scales(language).items()}
    found = []

    def scaled(match: re.Match[str]) -> str:
        """Takes "3.5 million" out of the text: numerals in words would be read into it."""
        word = match.group(2).casefold()
        if word not in factors:
            return match.group()
        readings = {reading * factors[word] for reading in _readings(match.group(1))}
        if len(word) == 1:
            # "5 m" may be metres.
            readings |= _readings(match.group(1))
        found.append(Number(match.group(), frozenset(readings)))
        return " "

    rest = _in_digits(_SCALED.sub(scaled, text), languages)
    found += [Number(t, frozenset(_readings(t))) for t in _TOKEN.findall(rest)]
    return tuple(found)


def missing(statement: str, source: str, *languages: str) -> list[str]:
    """Numbers of the statement that no reading of a number of the source gives or rounds to."""
    there = set(chain.from_iterable(n.readings for n in numbers(source, *languages)))
    # "10:30" here is "10.30" there: the pieces of a number count as well.
    there |= {float(digits) for digits in re.findall(r"\d+", source)}
    return [
        number.words
        for number in numbers(statement, *languages)
        if not any(_rounds_to(value, reading) for reading in number.readings for value in there)
    ]


def may_be_one(a: Number, b: Number) -> bool:
    """Whether some readings of two numbers are equal, rounded to the digits of either."""
    return any(_rounds_to(x, y) or _rounds_to(y, x) for x in a.readings for y in b.readings)


def likeliest(number: Number, language: str) -> float:
    """The reading that the signs of a language (a code) give: "1.200" is 1200 in German."""
    sign = group_sign(language)
    parted = sign is not None and sign in number.words
    return max(number.readings) if parted else min(number.readings)


def significant(value: float) -> int:
    """Significant digits of a value, trailing zeros aside; at least 1."""
    return len(f"{value:.12g}".replace(".", "").strip("0-")) or 1


def _rounds_to(value: float, reading: float) -> bool:
    if value == reading:
        return True
    if not value or not reading:
        return False
    digits = significant(reading)
    step = 10.0 ** (math.floor(math.log10(abs(reading))) - digits + 1)
    return digits > 1 and abs(value - reading) <= step / 2


def _readings(token: str) -> set[float]:
    """What digits with points, commas or spaces between them may mean."""
    pieces = _SEPARATOR.split(token)
    if len(pieces) == 1:
        return {float(token)}
    found = set()
    if all(len(piece) == 3 for piece in pieces[1:]):
        found.add(float("".join(pieces)))
    sign = token[-len(pieces[-1]) - 1]
    # The sign of a fraction stands once: "1.234.567" is a whole number.
    once = sign in ".," and token.count(sign) == 1
    if once and all(len(piece) == 3 for piece in pieces[1:-1]):
        found.add(float(f"{''.join(pieces[:-1])}.{pieces[-1]}"))
    return found or {float(piece) for piece in pieces}


def _in_digits(text: str, languages: tuple[str, ...]) -> str:
    """The text with numerals in words as digits, where text2num knows the language."""
    from text_to_num import alpha2digit

    for language in dict.fromkeys(languages):
        # It raises a bare Exception for a language that it does not know.
        with suppress(Exception):
            text = alpha2digit(text, language)
    return text
