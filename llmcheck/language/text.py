"""Words of a text of any language, and forms in which its wording can be compared."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
"""A word with its inner points, hyphens and apostrophes."""

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
