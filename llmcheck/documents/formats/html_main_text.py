"""Which blocks of a page are its main text: those that trafilatura finds again.

Nothing visible is thrown away. What trafilatura leaves out of the main text stays in the text
and is listed as chrome, because padding flags have to point at it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from llmcheck.documents.formats.html_layout import Block, spans_of
from llmcheck.models import Span

# Else trafilatura's warnings reach stderr, which is not its to write to.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())

# trafilatura takes 0.1 ms an element: beyond this a page would be minutes in the reading.
_MAX_ELEMENTS = 100_000
_NOT_WORD = re.compile(r"[\W_]+")
_SHORT = 25
_SHINGLE = 12
_ALIKE = 0.6


def chrome_of(root: Any, blocks: Sequence[Block], title: str | None) -> tuple[Span, ...]:
    """The stretches of blocks outside the main text of the page; none when it has no main text.

    The headline, which ``title`` tells, belongs to the main text.
    """
    inside = _inside(blocks, _main_text(root))
    if not any(inside):
        # No main text: then nothing says what lies outside it, and nothing may be written off.
        return ()
    # trafilatura takes the headline for data about the text.
    headline = _headline_at(blocks, inside, _key(title or ""))
    outside = [not inside[at] and at != headline for at in range(len(blocks))]
    return spans_of(blocks, outside)


def _main_text(root: Any) -> str:
    """The main text as trafilatura sees it; empty when it finds none."""
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        return ""
    import trafilatura
    from lxml import etree

    try:
        return trafilatura.extract(root, include_comments=False, include_tables=True) or ""
    except (
        ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
        etree.LxmlError,
    ):  # fmt: skip
        # It stumbles over some broken pages. They are read all the same, without chrome.
        return ""


def _headline_at(blocks: Sequence[Block], inside: list[bool], headline: str) -> int | None:
    """The block that is the headline: of several, the last above the main text.

    The others are those of a path, of a share bar, of a list that the page itself is in.
    """
    places = [at for at, block in enumerate(blocks) if _key(block.text) == headline]
    above = [at for at in places if at <= inside.index(True)]
    return above[-1] if above else next(iter(places), None)


def _inside(blocks: Sequence[Block], main_text: str) -> list[bool]:
    """For each block, whether it belongs to the main text."""
    main = _key(main_text)
    lines = {_key(line) for line in main_text.split("\n")}
    shingles = {main[at : at + _SHINGLE] for at in range(0, len(main), _SHINGLE)}

    def in_main(key: str) -> bool:
        if len(key) < _SHORT:
            # A menu's "Business" may well occur in the article: a short block must be a line.
            return key in lines
        # trafilatura drops, joins and splits: most of a block found again is enough.
        found = sum(key[at : at + _SHINGLE] in shingles for at in range(len(key) - _SHINGLE + 1))
        return found * _SHINGLE >= _ALIKE * len(key) or (found > 0 and key in main)

    inside: list[bool] = []
    for block in blocks:
        key = _key(block.text)
        if key:
            inside.append(in_main(key))
        else:  # A rule or a row of asterisks goes with what stands before it.
            inside.append(bool(inside) and inside[-1])
    return inside


def _key(text: str) -> str:
    """The letters and digits of a text: what remains when markup and layout differ."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
