"""What a printed line says: words and cells by the gaps between its pieces.

Figures above the base line are raised, and letters that are spaced out are put together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from llmcheck.documents.formats.html_layout import superscript
from llmcheck.documents.formats.pdf_ink import Ink

# All in sizes of the letters.
_RAISED, HIGHEST = 0.15, 0.8
"""How far above the base line raised figures stand."""
_SPACE, _CELL = 0.14, 0.6
"""Gaps from which on they part words, and may part cells of a table."""
_LETTERS = 1.4
"""So many letters wide is a gap of cells at least: in type of one width, a space is a letter."""
_SPREAD = 1.2
"""Gaps from which on letters are no longer spaced out but cells."""
_SPACED_LETTERS = 4
_WORD_GAP = 1.4
"""Times the gap between spaced out letters, from which on a word begins."""
_ANYWHERE = (float("-inf"), float("inf"))

_SPACES = re.compile(r" {3,}")
_SPACED = re.compile(r"\S(?: \S)+")
_MARK = re.compile(r"[^\w\s]|\(?\w{1,3}[.)\]]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LETTER = re.compile(r"[^\W\d_]")


def words_of(
    row: Sequence[Ink], y: float, size: float
) -> tuple[str, tuple[tuple[float, float], ...]]:
    """The text of a row of pieces, and where its tabs, which may part cells, begin and end.

    ``y`` and ``size`` are those of most of it.
    """
    joined = _spaced_out(row)
    cell = max(_CELL, _LETTERS * _letter_width(row))
    pieces: list[str] = []
    gaps: list[tuple[float, float]] = []
    last: Ink | None = None
    for at, ink in enumerate(row):
        if not ink.text.strip():
            # Blanks lie in a gap; where the pieces beside them stand tells how wide it is.
            if at not in joined:
                pieces.append(" ")
            continue
        if last is not None:
            gap = (ink.x - last.end) / (min(ink.size, last.size) or 1)
            if at in joined:
                pieces.append(joined[at])
            elif gap > cell:
                pieces.append("\t")
                gaps.append((last.end, ink.x))
            elif gap > _SPACE:
                pieces.append(" ")
        raised = _RAISED * size <= ink.y - y <= HIGHEST * size
        text = " ".join(ink.text.split("\t"))
        pieces.append(superscript(text) if raised else text)
        last = ink
    return _celled(_put_together("".join(pieces).strip()), gaps)


def _letter_width(row: Sequence[Ink]) -> float:
    """How wide a letter of the row is, on average."""
    letters = sum(len(ink.text) * ink.size for ink in row)
    return sum(ink.end - ink.x for ink in row) / letters if letters else 0.0


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
    if min(gaps) < _SPACE or usual > _SPREAD:  # in other words, letters touch
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


def _celled(
    text: str, gaps: Sequence[tuple[float, float]]
) -> tuple[str, tuple[tuple[float, float], ...]]:
    """The text with single spaces, and a tab between cells, but for the mark of an item.

    Cells may also be parted by several spaces, which say nothing of the place.
    """
    left = iter(gaps)
    cells: list[str] = []
    places: list[tuple[float, float]] = []
    for number, wide in enumerate(text.split("\t")):
        place = next(left) if number else _ANYWHERE
        for cell in _SPACES.split(wide):
            if words := " ".join(cell.split()):
                if cells:
                    places.append(place)
                cells.append(words)
            place = _ANYWHERE
    if len(cells) > 1 and _MARK.fullmatch(cells[0]):
        cells[:2] = [f"{cells[0]} {cells[1]}"]
        del places[0]
    return "\t".join(cells), tuple(places)
