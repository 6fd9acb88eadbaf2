"""Drop capitals: a large first letter beside the lines of its paragraph, put before its word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from llmcheck.documents.formats.pdf_lines import Line

_CAPITAL = re.compile(r"[\"'“”„«‘’(]?[^\W\d_]['’]?")
_WORD = re.compile(r"[^\W\d_]+")
_LARGER = 1.6
_NEAR = 8
"""Lines before and after in the order of painting among which its paragraph begins."""
# In heights of the letter: how high a capital is, and how far its paragraph may be from it.
_CAP_HEIGHT = 0.7
_TOP = 0.8
_WIDEST = 1.6


def with_drop_caps(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The lines of pages, each drop capital put before the first line beside it."""
    words = Counter(
        word.lower() for page in pages for line in page for word in _WORD.findall(line.text)
    )
    return [list(_joined(page, words)) for page in pages]


def _joined(page: Sequence[Line], words: Counter[str]) -> Iterator[Line]:
    capitals: dict[int, int] = {}
    for at, line in enumerate(page):
        if _CAPITAL.fullmatch(line.text) and (first := _first_line(page, at)) is not None:
            capitals.setdefault(first, at)
    taken = set(capitals.values())
    for at, line in enumerate(page):
        if at in capitals:
            capital = page[capitals[at]].text
            space = " " if _is_word(capital, line.text, words) else ""
            yield line._replace(text=f"{capital}{space}{line.text}")
        elif at not in taken:
            yield line


def _first_line(page: Sequence[Line], at: int) -> int | None:
    """The line that a capital begins: the one right of it whose top is on its own."""
    capital = page[at]
    top = capital.y + _CAP_HEIGHT * capital.size
    beside = [
        place
        for place in range(max(0, at - _NEAR), min(len(page), at + _NEAR + 1))
        if capital.size >= _LARGER * (line := page[place]).size > 0
        and 0 < line.x - capital.x <= _WIDEST * capital.size
        and abs(line.y + _CAP_HEIGHT * line.size - top) <= _TOP * line.size
    ]
    return max(beside, key=lambda place: page[place].y, default=None)


def _is_word(capital: str, line: str, words: Counter[str]) -> bool:
    """Whether a capital is a word by itself, as "A" is, going by the rest of the text."""
    following = _WORD.match(line)
    letters = _WORD.findall(capital)
    if following is None or not letters:
        return False
    alone, word = letters[0].lower(), following[0].lower()
    return not words[alone + word] and words[alone] > 1 and words[word] > 1
