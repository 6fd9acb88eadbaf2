"""Rows of a table: lines whose gaps lie one above the other.

A wide gap in one line alone parts no cells, nor do those of two stretched lines of a paragraph,
which seldom meet and are never as wide.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmcheck.documents.formats.pdf_lines import Line

# All in sizes of the letters.
_RIVER = 0.3
"""How wide the gaps of two rows must lie one above the other."""
_WIDE = 1.2
"""A gap that no stretched line has. Narrower ones are cells' where a row beside has such."""
_FURTHEST = 4.0
"""How far apart the rows of a table are at most."""

Gap = tuple[float, float]


def with_rows(page: Sequence[Line]) -> list[Line]:
    """The lines, a tab only where it parts the cells of a table."""
    kept: list[set[Gap]] = []
    for at, line in enumerate(page):
        beside = [*page[max(0, at - 1) : at], *page[at + 1 : at + 2]]
        near = [gap for other in beside if _close(line, other) for gap in other.gaps]
        wide = {gap for gap in line.gaps if gap[1] - gap[0] >= _WIDE * line.size}
        kept.append({gap for gap in wide if _meets(gap, near, line)})
    for order in (range(1, len(page)), range(len(page) - 2, -1, -1)):
        for at in order:
            line, before = page[at], at - order.step
            if _close(line, page[before]):
                kept[at] |= {gap for gap in line.gaps if _meets(gap, kept[before], line)}
    return [_with_cells(line, cells) for line, cells in zip(page, kept, strict=True)]


def _close(line: Line, other: Line) -> bool:
    return abs(other.y - line.y) <= _FURTHEST * line.size


def _meets(gap: Gap, others: Sequence[Gap] | set[Gap], line: Line) -> bool:
    start, end = gap
    return any(min(end, last) - max(start, first) >= _RIVER * line.size for first, last in others)


def _with_cells(line: Line, cells: set[Gap]) -> Line:
    if not line.gaps:
        return line
    text, *others = line.text.split("\t")
    for gap, words in zip(line.gaps, others, strict=True):
        text += ("\t" if gap in cells else " ") + words
    return line._replace(text=text, gaps=tuple(gap for gap in line.gaps if gap in cells))
