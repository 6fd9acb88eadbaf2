"""Styled text in lines of a width: paragraphs, lists, and what stands side by side.

rich takes ten times as long for it, a minute for the claims of a large set, since it can do much
that no page needs. Text whose characters take one cell each is wrapped here, any other by rich.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

Piece = tuple[str, str]
"""Text, and its style: one of ``_CODES``."""


class Line(NamedTuple):
    """Pieces side by side, and the cells that they take."""

    pieces: tuple[Piece, ...]
    width: int


Block = Callable[[int], list[Line]]
"""What gives its lines when it is told how wide they may be."""

_CODES = {"": "", "bold": "1", "dim": "2", "italic": "3", "cyan": "36", "bold cyan": "1;36"}
# Known to take one cell each: Latin, Greek, Cyrillic, and the marks of quotes and lists.
_NOT_ONE_CELL = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482–—‘’“”•…█░]")
_BLANK = Line((), 0)


def text(*pieces: str | Piece, style: str = "") -> Block:
    """A paragraph, without line breaks of its own, of these pieces in a row."""
    styled = [(piece, style) if isinstance(piece, str) else piece for piece in pieces]
    return lambda width: list(_wrap(styled, max(width, 1)))


def stack(blocks: Iterable[Block]) -> Block:
    """Blocks below each other."""
    blocks = list(blocks)
    return lambda width: [line for block in blocks for line in block(width)]


def indent(block: Block, first: str = "  ") -> Block:
    """The block to the right of ``first``, which is as wide as it is long, or of nothing."""
    further = " " * len(first)

    def lines(width: int) -> list[Line]:
        return [
            Line(((further if n else first, ""), *line.pieces), len(first) + line.width)
            for n, line in enumerate(block(width - len(first)))
        ]

    return lines


def beside(left: Block, right: Block, gap: int = 2) -> Block:
    """Two blocks side by side: the left one takes a third of the width, the gap with it."""

    def lines(width: int) -> list[Line]:
        third = -(-width // 3)
        return [
            Line((*a.pieces, (" " * (third - a.width), ""), *b.pieces), third + b.width)
            for a, b in zip_longest(left(third - gap), right(width - third), fillvalue=_BLANK)
        ]

    return lines


def printed(lines: Iterable[Line], colour: bool) -> str:
    """The lines as text, none of which ends in spaces; with escapes for styles if asked for."""
    return "".join(
        "".join(_styled(*piece) if colour else piece[0] for piece in line.pieces).rstrip(" ")
        + "\n"
        for line in lines
    )


def _styled(text: str, style: str) -> str:
    code = _CODES[style]
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def _wrap(pieces: list[Piece], width: int) -> Iterator[Line]:
    whole = "".join(text for text, _ in pieces)
    ends = _line_ends(whole, width)
    if ends is None:
        yield from _wrap_by_rich(pieces, width)
        return
    begun = 0
    for end in ends:
        # A space that would stand behind the last cell is not there.
        yield Line(tuple(_cut(pieces, begun, min(end, begun + width))), min(end - begun, width))
        begun = end


def _line_ends(whole: str, width: int) -> list[int] | None:
    """The ends of the lines, each with the space behind it; None where cells must be counted."""
    if _NOT_ONE_CELL.search(whole) or whole.split(" ") != whole.split():
        return None
    ends = []
    begun = 0
    while len(whole) - begun > width:
        space = whole.rfind(" ", begun, begun + width + 1)
        if space < 0:
            return None
        begun = space + 1
        ends.append(begun)
    return [*ends, len(whole)]


def _cut(pieces: list[Piece], start: int, end: int) -> Iterator[Piece]:
    """What the pieces have between two offsets of their whole."""
    for text, style in pieces:
        if start < len(text) and end > 0:
            yield text[max(start, 0) : end], style
        start, end = start - len(text), end - len(text)


def _wrap_by_rich(pieces: list[Piece], width: int) -> Iterator[Line]:
    from rich.console import Console
    from rich.text import Text

    for line in Text.assemble(*pieces).wrap(Console(width=width), width, overflow="fold"):
        cut: list[Piece] = []
        end = 0
        for span in line.spans:
            cut += [(line.plain[end : span.start], ""), (line.plain[span.start : span.end], "")]
            cut[-1] = cut[-1][0], str(span.style)
            end = span.end
        yield Line((*cut, (line.plain[end:], "")), line.cell_len)
