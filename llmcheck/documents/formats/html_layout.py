"""From the tree of a page to its visible text, in blocks.

Blocks are parted by an empty line, list items and table rows by a line end, cells by a tab (as a
browser copies them); other white space is single spaces. A raised figure is written raised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from llmcheck.documents.formats.html_marks import is_raised
from llmcheck.documents.formats.html_styles import Styles
from llmcheck.models import Span

# Not "head": libxml2 leaves in it what a page without a body tag begins with.
_UNSEEN = frozenset({
    "annotation", "annotation-xml", "audio", "canvas", "datalist", "embed", "iframe", "noscript",
    "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center",
    "details", "dialog", "dir", "div", "dl", "fieldset", "figcaption", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend",
    "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody",
    "tfoot", "thead", "ul",
})  # fmt: skip
_LINES = frozenset({"dd", "dt", "li", "tr"})
_CELLS = frozenset({"td", "th"})

_SPACE = re.compile(r"\s+")
_SPACE_BUT_TABS = re.compile(r"[^\S\t]+")
# "10<sup>6</sup>" is not 106, nor is "in 2019<sup>3, 4</sup>" a year.
_RAISED_NUMBER = re.compile(r"[\s0-9+\-−–=(),;./]*[0-9][\s0-9+\-−–=(),;./]*")
_SUPERSCRIPT = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")


class Block(NamedTuple):
    """One block element's own text, and where it stands in the page's."""

    text: str
    start: int
    end: int
    apart: bool
    """Whether it lies in an element that was set apart."""


def lay_out(
    root: Any, styles: Styles, *, apart: Collection[Any] = (), tabs: bool = False
) -> tuple[str, list[Block]]:
    """The text of a tree, and its blocks.

    ``apart`` are elements whose blocks are to be told from the others; with ``tabs``, a tab in
    the text parts cells.
    """
    pieces: list[str] = []
    blocks: list[Block] = []
    length = 0
    for separator, text, is_apart in _paragraphs(root, styles, apart, tabs):
        if blocks:
            pieces.append(separator)
            length += len(separator)
        blocks.append(Block(text, length, length + len(text), is_apart))
        pieces.append(text)
        length += len(text)
    return "".join(pieces), blocks


def spans_of(blocks: Sequence[Block], chosen: Sequence[bool]) -> tuple[Span, ...]:
    """The stretches that the chosen blocks make up, neighbours joined."""
    spans: list[Span] = []
    follows = False
    for block, is_chosen in zip(blocks, chosen, strict=True):
        if is_chosen:
            start = spans.pop().start if follows else block.start
            spans.append(Span(start=start, end=block.end))
        follows = is_chosen
    return tuple(spans)


def superscript(text: str) -> str:
    """The text with its figures raised, where it is a number or several; else as it is."""
    return text.translate(_SUPERSCRIPT) if _RAISED_NUMBER.fullmatch(text) else text


def _paragraphs(
    root: Any, styles: Styles, apart: Collection[Any], tabs: bool
) -> Iterator[tuple[str, str, bool]]:
    """In reading order, what parts a block from the one before, its text, if it is apart."""
    from lxml import etree

    inline: list[str] = []
    separator = "\n"
    preformatted = raised = set_apart = 0
    marks: list[tuple[bool, bool]] = []
    space = _SPACE_BUT_TABS if tabs else _SPACE

    def add(text: str | None) -> None:
        if not text:
            return
        if raised:
            text = superscript(text)
        inline.append(text if preformatted else space.sub(" ", text))

    # iterwalk, because hostile pages nest deeper than Python may recurse.
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if tag in _BLOCKS or tag in _LINES:
            for paragraph in _normalised("".join(inline)):
                yield separator, paragraph, set_apart > 0
                separator = "\n\n"
            if tag in _BLOCKS:
                separator = "\n\n"
            elif any(map(str.strip, inline)):
                separator = "\n"
            inline.clear()
        step = 1 if event == "start" else -1
        preformatted += step * (tag == "pre")
        if event == "start":
            marks.append((is_raised(element, styles), element in apart))
        lifts, parts = marks[-1] if event == "start" else marks.pop()
        raised += step * lifts
        set_apart += step * parts
        if event == "end":
            if tag == "br":
                inline.append("\n")
            elif tag in _CELLS:
                inline.append("\t")
            elif tag == "a" and not element.tail and _followed_by_link(element):
                inline.append(" ")  # Menus part their links by style sheet.
            elif _is_numerator(element):
                inline.append("/")
            add(element.tail)
        elif tag in _UNSEEN:
            walk.skip_subtree()
        else:
            if tag == "mfrac" and inline and inline[-1][-1:].isdigit():
                inline.append(" ")
            add(element.text)


def _followed_by_link(element: Any) -> bool:
    following = element.getnext()
    return following is not None and following.tag == "a"


def _is_numerator(element: Any) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "mfrac" and element.getnext() is not None


def _normalised(inline: str) -> Iterator[str]:
    """The paragraphs of one block: its lines, white space normalised, parted by empty ones."""
    lines: list[str] = []
    for line in [*inline.split("\n"), ""]:
        cells = (" ".join(cell.split()) for cell in line.split("\t"))
        if text := "\t".join(filter(None, cells)):
            lines.append(text)
        elif lines:
            yield "\n".join(lines)
            lines.clear()
