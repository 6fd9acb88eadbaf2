"""Words of a text of any language, and forms in which it can be compared or safely shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
"""A word with its inner points, hyphens and apostrophes."""

# What a terminal obeys, or what makes text read as something that it is not: C0 and C1 controls
# (ANSI escapes begin with one), bidirectional overrides, invisible tags, stray surrogates.
HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f"
    "\ud800-\udfff]"
)
# Not ``\s``: a no-break space in "1 200 t" is there to keep the number together.
_BREAKS = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


def words(text: str) -> list[str]:
    """Words of the text as they stand, without punctuation."""
    return WORD.findall(text)


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, on which an offset lies."""
    return text.count("\n", 0, offset) + 1


def one_line(text: str) -> str:
    """The text with single spaces, on one line."""
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """The text in lower case, with plain quotes and single spaces: for comparing wordings."""
    plain = text.translate(_PLAIN)
    return " ".join(plain.casefold().split())


def squeezed(words: Iterable[str]) -> list[str]:
    """Each of the words, squeezed; of many at once that is quicker."""
    return squeeze(" ".join(words)).split()


def clean(text: str) -> str:
    r"""The text on one line, with what a terminal would obey shown as an escape.

    >>> print(clean("red:\x1b[31m\n  all clear"))
    red:\x1b[31m all clear
    """
    line = _BREAKS.sub(" ", text).strip()
    return HOSTILE.sub(lambda match: ascii(match[0])[1:-1], line)


def shorten(text: str, length: int) -> str:
    """The text, or its beginning and end with ``…`` between, at most ``length`` characters.

    >>> shorten("The harbour was closed on Friday.", 16)
    'The harbou…iday.'
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 3
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"
