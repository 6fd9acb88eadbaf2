"""From pieces of text on a PDF's page to its printed lines.

A line is what stands on one base line, in the order of painting. Gaps tell words and cells apart;
what is painted twice, to look bold or cast a shadow, is read once; figures above the base line
are raised; letters that are spaced out are put together.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor
from statistics import median
from typing import NamedTuple

from llmcheck.documents.formats.html_layout import superscript
from llmcheck.documents.formats.pdf_ink import Ink

# All in sizes of the letters.
_SAME_LINE = 0.15
_RAISED, _HIGHEST = 0.15, 0.8
_SMALLEST = 0.5
"""How small raised text is, beside the other."""
_LONGEST_RAISED = 15
_BESIDE = (-0.3, 0.5)
"""Where a raised piece begins, seen from the end of the one before."""
_BACK = 0.5
_SPACE, _CELL = 0.14, 1.2
"""Gaps from which on they part words, and cells of a table."""
_BULLET, _LETTER_BULLET = 0.2, 0.8
"""Gaps behind a bullet, and behind a letter (the "o" of typewriters) that stands for one."""
_TWICE, _TWICE_AS_WORD = 0.12, 0.3
"""How far apart the same text is painted twice; a letter may stand near another like it."""
_SHORT = 3
_MOST_ALIKE = 8
_SPACED_LETTERS = 4
_WORD_GAP = 1.4
"""Times the gap between spaced out letters, from which on a word begins."""

_SPACES = re.compile(r" {3,}")
_SPACED = re.compile(r"\S(?: \S)+")
_MARK = re.compile(r"[^\w\s]|\(?\w{1,3}[.)\]]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LETTER = re.compile(r"[^\W\d_]")


class Line(NamedTuple):
    """A printed line: its text, where it begins, and the height of its letters.

    A tab in the text parts what stands far apart, as cells do.
    """

    text: str
    x: float
    y: float
    size: float


def lines_of(inks: Sequence[Ink]) -> list[Line]:
    """The lines of a page, in the order of painting; a tab parts the cells of a row."""
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
    return lift <= _HIGHEST * size and least * size <= ink.x - last.end <= most * size


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
    text = _text(row, y, size)
    # A second line of an item stands below its first word, not below its bullet.
    first = seen[1] if len(seen) > 1 and _is_bullet(seen[0], seen[1]) else seen[0]
    return Line(text, first.x, y, size)


def _is_bullet(first: Ink, second: Ink) -> bool:
    mark = first.text.strip()
    gap = (second.x - first.end) / (second.size or 1)
    return len(mark) == 1 and gap > (_LETTER_BULLET if mark.isalnum() else _BULLET)


def _text(row: Sequence[Ink], y: float, size: float) -> str:
    joined = _spaced_out(row)
    pieces: list[str] = []
    last: Ink | None = None
    for at, ink in enumerate(row):
        if not ink.text.strip() and at in joined:
            continue
        if last is not None:
            gap = (ink.x - last.end) / (min(ink.size, last.size) or 1)
            if at in joined:
                pieces.append(joined[at])
            elif gap > _CELL:
                pieces.append("\t")
            elif gap > _SPACE:
                pieces.append(" ")
        lift = ink.y - y
        raised = _RAISED * size <= lift <= _HIGHEST * size
        text = " ".join(ink.text.split("\t"))
        pieces.append(superscript(text) if raised else text)
        last = ink
    return _celled(_put_together("".join(pieces).strip()))


def _spaced_out(row: Sequence[Ink]) -> dict[int, str]:
    """What to put before the pieces of a row that are letters spaced out, by their places."""
    found: dict[int, str] = {}
    run: list[int] = []
    for at, ink in enumerate([*row, None]):
        if ink is not None and not ink.text.strip():
            continue
        if ink is not None and len(ink.text.strip()) == 1:
            run.append(at)
            continue
        found |= _joining(run, row)
        run = []
    return found


def _joining(run: list[int], row: Sequence[Ink]) -> dict[int, str]:
    letters = sum(1 for at in run if _LETTER.match(row[at].text.strip()))
    if letters < _SPACED_LETTERS or letters * 2 < len(run):
        return {}
    gaps = [(row[at].x - row[before].end) / (row[at].size or 1) for before, at in pairwise(run)]
    usual = median(gaps)
    if min(gaps) < _SPACE or usual > _CELL:  # in other words, letters touch
        return {}
    found = {}
    for (before, at), gap in zip(pairwise(run), gaps, strict=True):
        for place in range(before + 1, at + 1):
            found[place] = " " if gap > _WORD_GAP * usual + _SPACE / 3 else ""
    return found


def _put_together(text: str) -> str:
    """Words whose letters are parted by spaces, and from each other by several, as words."""
    groups = re.split(r" {2,}", text)
    if sum(len(_LETTER.findall(group)) for group in groups) < _SPACED_LETTERS:
        return text
    if not all(len(group) == 1 or _SPACED.fullmatch(group) for group in groups):
        return text
    return " ".join(group.replace(" ", "") for group in groups)


def _celled(text: str) -> str:
    """The text with single spaces, and a tab between cells, but for the mark of an item."""
    cells = [" ".join(cell.split()) for cell in _SPACES.sub("\t", text).split("\t")]
    cells = [cell for cell in cells if cell]
    if len(cells) > 1 and _MARK.fullmatch(cells[0]):
        cells[:2] = [f"{cells[0]} {cells[1]}"]
    return "\t".join(cells)
