"""Quotes as the page shows them: with the words round them, and what sets an answer apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from llmcheck.models import Document, Position
from llmcheck.numbering import spoken_in
from llmcheck.render.phrases import clean_lines
from llmcheck.render.sources import Sources
from llmcheck.render.web.anchors import AnchoredPassage, Link
from llmcheck.render.web.contrast import contrast
from llmcheck.render.web.segments import LabelledSpan, segments

_CONTEXT = 130
_QUOTE_LENGTH = 1200
_BLANK_LINES = re.compile(r"\n\s*\n")


class Excerpt(NamedTuple):
    """A quote, some words before and after it, and what in it sets the answer apart."""

    before: str
    quote: list[tuple[str, bool]]
    """The quote's text in pieces, and whether each is what differs."""
    after: str
    link: Link


def excerpt(
    document: Document,
    passage: AnchoredPassage,
    position: Position,
    others: Sequence[str],
    sources: Sources,
) -> Excerpt:
    """A passage that bears out a position, held against the answers of the ``others``."""
    text = document.text
    end = min(passage.end, passage.start + _QUOTE_LENGTH)
    quote = text[passage.start : end]
    differing = contrast(quote, position.answer, others, spoken_in(document))
    name = sources.listed([passage.doc_id])
    return Excerpt(
        before=_before(text, passage.start),
        quote=[
            (clean_lines(piece.text), bool(piece.labels))
            for piece in segments(quote, (LabelledSpan(*span, True) for span in differing))
        ],
        after=_after(text, end),
        link=Link(passage.anchor, name, name),
    )


def _before(text: str, start: int) -> str:
    """Some words before an offset, from the beginning of a word."""
    reach = text[max(0, start - _CONTEXT) : start]
    if start > _CONTEXT:
        reach = "… " + reach.partition(" ")[2]
    return clean_lines(_BLANK_LINES.sub("\n", reach))


def _after(text: str, end: int) -> str:
    """Some words after an offset, to the end of a word."""
    reach = text[end : end + _CONTEXT]
    if end + _CONTEXT < len(text):
        reach = reach.rpartition(" ")[0] + " …"
    return clean_lines(_BLANK_LINES.sub("\n", reach))


def quote_alone(document: Document, passage: AnchoredPassage, sources: Sources) -> Excerpt:
    """The words alone."""
    quote = document.text[passage.start : min(passage.end, passage.start + _QUOTE_LENGTH)]
    name = sources.listed([passage.doc_id])
    return Excerpt("", [(clean_lines(quote), False)], "", Link(passage.anchor, name, name))
