"""Cuts a text of any language into paragraphs, list items and headings.

Every span counts characters of the text that was handed in; nothing is altered or moved.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

ITEM_MARK = re.compile(r"\s*(?:[-*•‣◦–+]|\d{1,2}[.)]|\[[ x]\])\s+(?=\S)")
"""What marks a list item, with the white space round it."""
_HEADING_MARK = re.compile(r"\s*#{1,6}\s")
_SENTENCE_END = re.compile(r"[.!?…:;,]['\"”’)\]*_]*\s*$")
_HEADING_LENGTH = 120
# Prose is wrapped by hand between these widths; a line beyond is a paragraph of its own.
_WRAP_WIDTHS = range(40, 121)


class Block(NamedTuple):
    """A paragraph, list item or heading: ``text[start:end]``, without outer white space."""

    start: int
    end: int
    kind: Literal["heading", "item", "paragraph"]


def blocks(text: str) -> list[Block]:
    """Blocks of the text, in order.

    Blank lines part blocks. Inside, every line is a block of its own unless the lines are one
    hand-wrapped paragraph.
    """
    lines = [match.span() for match in re.finditer(r"[^\n]*\n?", text)]
    spans: list[tuple[int, int]] = []
    for blank, paragraph in groupby(lines, key=lambda line: not text[slice(*line)].strip()):
        if not blank:
            spans.extend(_join_wrapped(text, list(paragraph)))
    bodies = [span for start, end in spans if (span := trimmed(text, start, end)) is not None]
    return [
        Block(start, end, _kind(text[start:end], last=index == len(bodies) - 1))
        for index, (start, end) in enumerate(bodies)
    ]


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without the white space at its ends; None when it is nothing else."""
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    return (start, end) if start < end else None


def _join_wrapped(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One span for the lines if they are one paragraph wrapped at a fixed width, else each.

    Wrapped greedily at a width, no line had room for the first word of the next one; lines
    that were ended on purpose nearly always had.
    """
    bodies = [text[start:end].rstrip() for start, end in lines]
    width = max(map(len, bodies))
    wrapped = (
        len(lines) > 1
        and width in _WRAP_WIDTHS
        and not any(map(ITEM_MARK.match, bodies[1:]))
        and all(
            len(line) + 1 + len(following.split()[0]) > width
            for line, following in pairwise(bodies)
        )
    )
    return [(lines[0][0], lines[-1][1])] if wrapped else lines


def _kind(body: str, *, last: bool) -> Literal["heading", "item", "paragraph"]:
    if _HEADING_MARK.match(body):
        return "heading"
    if ITEM_MARK.match(body):
        return "item"
    short = len(body) <= _HEADING_LENGTH and "\n" not in body
    if short and not last and not _SENTENCE_END.search(body):
        return "heading"
    return "paragraph"
