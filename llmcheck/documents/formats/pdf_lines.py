"""From pieces of text on a PDF's page to its printed lines.

A line is what stands on one base line, in the order of painting; the number of a note belongs to
the line that it is raised above. What is painted twice, to look bold or cast a shadow, is read
once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor
from typing import NamedTuple

from llmcheck.documents.formats.pdf_ink import Ink
from llmcheck.documents.formats.pdf_words import HIGHEST, words_of

# All in sizes of the letters.
_SAME_LINE = 0.15
_SMALLEST = 0.5
"""How small raised text is, beside the other."""
_LONGEST_RAISED = 15
_BESIDE = (-0.3, 0.5)
"""Where a raised piece begins, seen from the end of the one before."""
_BACK = 0.5
_BULLET, _LETTER_BULLET = 0.2, 0.8
"""Gaps behind a bullet, and behind a letter (the "o" of typewriters) that stands for one."""
_TWICE, _TWICE_AS_WORD = 0.12, 0.3
"""How far apart the same text is painted twice; a letter may stand near another like it."""
_SHORT = 3
_MOST_ALIKE = 8


class Line(NamedTuple):
    """A printed line: its text, where it begins, and the height of its letters.

    A tab in the text parts what stands apart as cells do, or as words in a stretched line may.
    """

    text: str
    x: float
    y: float
    size: float
    gaps: tuple[tuple[float, float], ...] = ()
    """Of each tab, where it begins and ends."""


def lines_of(inks: Sequence[Ink]) -> list[Line]:
    """The lines of a page, in the order of painting."""
    return [line for row in _rows(_painted_once(inks)) if (line := _line(row)) is not None]


def _painted_once(inks: Sequence[Ink]) -> Iterator[Ink]:
    """The pieces without those that repeat one in nearly the same place."""
    places: defaultdict[tuple[str, int, int], list[Ink]] = defaultdict(list)
    for ink in inks:
        text = ink.text.strip()
        if not text or not ink.size:
            yield ink
            continue
        near = (_TWICE if len(text) <= _SHORT else _TWICE_AS_WORD) * ink.size
        column, row = floor(ink.x / near), floor(ink.y / near)
        around = (
            other
            for across in (-1, 0, 1)
            for up in (-1, 0, 1)
            for other in places.get((text, column + across, row + up), ())
        )
        if any(
            abs(ink.x - other.x) <= near and abs(ink.y - other.y) <= near
            and abs(ink.size - other.size) <= 0.05 * ink.size and ink.turn == other.turn
            for other in around
        ):  # fmt: skip
            continue
        here = places[text, column, row]
        if len(here) < _MOST_ALIKE:
            here.append(ink)
        yield ink


def _rows(inks: Iterator[Ink]) -> Iterator[list[Ink]]:
    row: list[Ink] = []
    base: Ink | None = None
    for ink in inks:
        if base is not None and _on_line(row[-1], base, ink):
            row.append(ink)
            if ink.text.strip() and ink.size > base.size and ink.y < base.y:
                base = ink  # what came before was the raised number of a note
            continue
        if row:
            yield row
        row, base = [ink], ink
    if row:
        yield row


def _on_line(last: Ink, base: Ink, ink: Ink) -> bool:
    if ink.turn != base.turn:
        return False
    size = max(base.size, ink.size)
    lift = abs(ink.y - base.y)
    if lift <= _SAME_LINE * min(base.size, ink.size):
        return True
    # Else it is the number of a note, or what stands behind one; not a line beside a large letter.
    small = min(base, ink, key=lambda piece: piece.size)
    if small.size < _SMALLEST * size or len(small.text) > _LONGEST_RAISED:
        return False
    least, most = _BESIDE
    return lift <= HIGHEST * size and least * size <= ink.x - last.end <= most * size


def _line(row: list[Ink]) -> Line | None:
    seen = [ink for ink in row if ink.text.strip()]
    if not seen:
        return None
    drawn: Counter[tuple[float, float]] = Counter()
    for ink in seen:
        drawn[ink.y, ink.size] += len(ink.text.strip())
    (y, size), _ = drawn.most_common(1)[0]
    if any(ink.x < last.end - _BACK * size for last, ink in pairwise(seen)):
        row = sorted(row, key=lambda ink: ink.x)
        seen = [ink for ink in row if ink.text.strip()]
    text, gaps = words_of(row, y, size)
    # A second line of an item stands below its first word, not below its bullet.
    first = seen[1] if len(seen) > 1 and _is_bullet(seen[0], seen[1]) else seen[0]
    return Line(text, first.x, y, size, gaps)


def _is_bullet(first: Ink, second: Ink) -> bool:
    mark = first.text.strip()
    gap = (second.x - first.end) / (second.size or 1)
    return len(mark) == 1 and gap > (_LETTER_BULLET if mark.isalnum() else _BULLET)
