"""Cuts a text into sentences, by sentencex and what it does not know of abbreviations.

sentencex knows most abbreviations, but ends a sentence behind those that stand before a digit or
a capital. Every span counts characters of the text that was handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llmcheck.language.blocks import ITEM_MARK, Block, blocks, trimmed
from llmcheck.language.pack import Pack, pack
from llmcheck.language.text import WORD

_ODD_SPACE = re.compile(r"\n|[^\S\x00-\x7f]")
_HALF_DAY = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_DAY = re.compile(r"\b\d{1,2}\.$")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
_LIST_NUMBER = re.compile(r"(?:^|[:;.]\s)\W*\d{1,3}[.)]$")
_FIRST_WORD = re.compile(r"\W*([^\W_]+)")


class Sentence(NamedTuple):
    """A sentence: ``text[start:end]``, without outer white space."""

    start: int
    end: int
    block: int
    """Index of the block it stands in."""


def sentences(text: str, language: str) -> list[Sentence]:
    """Sentences of the text, in order, without list markers; a heading is one sentence.

    Those without a letter or digit are left out. ``language`` is a code such as ``de``: it
    decides which abbreviations end no sentence.
    """
    known = pack(language)
    found = []
    for index, block in enumerate(blocks(text)):
        marker = ITEM_MARK.match(text, block.start, block.end)
        offset = marker.end() if marker else block.start
        for part in _cut(text[offset : block.end], block, known):
            span = trimmed(text, offset, offset + len(part))
            if span is not None and WORD.search(text, *span):
                found.append(Sentence(*span, index))
            offset += len(part)
    return found


def _cut(body: str, block: Block, known: Pack) -> Iterator[str]:
    """The text of a block in parts that join to it."""
    from sentencex import segment

    if block.kind == "heading":
        return iter([body])
    # A wrapped line is no sentence end; sentencex panics at white space beyond ASCII. One
    # character for another keeps the offsets.
    return _rejoined(segment(known.code, _ODD_SPACE.sub(" ", body)), known)


def _rejoined(parts: Iterator[str], known: Pack) -> Iterator[str]:
    """The parts of a text with those that were cut too early as one."""
    held = ""
    for part in parts:
        if held and not _goes_on(held.rstrip(), part, known):
            yield held
            held = ""
        held += part
    if held:
        yield held


def _goes_on(before: str, after: str, known: Pack) -> bool:
    first = _FIRST_WORD.match(after)
    if first is None:
        return False
    if _LIST_NUMBER.search(before):
        return True
    if _HALF_DAY.search(before) or (_DAY.search(before) and known.points_days):
        return first[1].casefold() in known.calendar_names
    last = _LAST_WORD.search(before)
    return (
        last is not None and last[1].casefold() in known.before_figures and first[1][0].isdigit()
    )
