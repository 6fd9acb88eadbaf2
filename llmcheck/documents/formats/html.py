"""Reads a web page: its visible text in blocks, its headline, and what is not the article.

Nothing visible is thrown away. What trafilatura leaves out of the main text stays in the text
and is listed as chrome, because padding flags have to point at it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from llmcheck.documents.decoding import decode
from llmcheck.documents.formats.html_metadata import INVISIBLE, page_metadata, visible
from llmcheck.documents.metadata import Metadata
from llmcheck.models import Document, Span

# Else trafilatura's warnings reach stderr, which is not its to write to.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())

_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
# trafilatura takes 0.1 ms an element: beyond this a page would be minutes in the reading.
_MAX_ELEMENTS = 100_000

# Not "head": libxml2 leaves in it what a page without a body tag begins with.
_UNSEEN = frozenset({
    "audio", "canvas", "datalist", "embed", "iframe", "noscript", "object", "script",
    "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.I)
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
_NOT_WORD = re.compile(r"[\W_]+")
# "10<sup>6</sup>" is not 106, nor is "in 2019<sup>3</sup>" a year.
_RAISED_NUMBER = re.compile(r"\s*[+\-−]?[0-9]+\s*")
_SUPERSCRIPT = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")

_SHORT = 25
_SHINGLE = 12
_ALIKE = 0.6


class Page(NamedTuple):
    """A web page, read."""

    text: str
    """Its visible text: blocks parted by an empty line, list items and table rows by a line
    end, cells by a tab (as a browser copies them); other white space is single spaces."""
    about: Metadata
    chrome: tuple[Span, ...]
    """Stretches of the text outside the main text; empty when no main text was found."""


class _Block(NamedTuple):
    """One block element's own text, and where it stands in the page's."""

    text: str
    start: int
    end: int


def read(data: bytes, name: str) -> list[Document]:
    """The one document of an HTML file; what is not its main text is chrome."""
    source = decode(data, html=True)
    if not source.strip():
        return [Document(id=name, path=name, text="")]
    page = read_page(source)
    return [
        Document(id=name, path=name, text=page.text, chrome=page.chrome, **page.about._asdict())
    ]


def looks_like_html(text: str) -> bool:
    """Whether the text begins as an HTML document does (not merely with some tag)."""
    return _LOOKS_LIKE_HTML.match(text[:4096]) is not None


def read_page(source: str) -> Page:
    """Read the source of a web page, however broken.

    Raises ValueError, saying why, when the page shows no text or cannot be read to its end.
    """
    root = _parse(source)
    _drop_invisible(root)
    about = page_metadata(root)
    _drop_hidden(root)
    text, blocks = _lay_out(root)
    if not blocks:
        raise ValueError(
            "shows no text (drawn by scripts?): save the page after it has loaded in a browser"
        )
    return Page(text, about, _chrome(blocks, _main_text(root), about.title))


def read_fragment(source: str) -> str:
    """The visible text of HTML that is all content: a chapter, a feed's entry, a mail.

    Empty when it shows none. Raises ValueError as ``read_page`` does.
    """
    if not source.strip():
        return ""
    root = _parse(source)
    _drop_invisible(root)
    _drop_hidden(root)
    for cell in root.iter("td", "th"):
        # Word processors put every cell's text in a paragraph, which would part it from its row.
        if len(cell) == 1 and cell[0].tag == "p" and not (cell.text or "").strip():
            cell[0].drop_tag()
    return _lay_out(root)[0]


def _parse(source: str) -> Any:
    from lxml import etree, html

    # Bytes, because lxml refuses a str that declares an encoding, as XHTML does.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = html.document_fromstring(source.encode(), parser=parser)
    except etree.ParserError as error:
        raise ValueError("holds no HTML: there is nothing to read in it") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # libxml2 has stopped there, and half a page must not pass for a page.
        raise ValueError("nests its elements too deep to be read: save the page as plain text")
    return root


def _drop_invisible(root: Any) -> None:
    for element in root.iter():
        if element.text and INVISIBLE.search(element.text):
            element.text = visible(element.text)
        if element.tail and INVISIBLE.search(element.tail):
            element.tail = visible(element.tail)


def _drop_hidden(root: Any) -> None:
    # Before the main text is sought: what no reader sees must not decide what is main.
    for element in list(root.iter("*")):
        hidden = (
            "hidden" in element.attrib
            or element.get("aria-hidden", "").lower() == "true"
            or (element.tag == "dialog" and "open" not in element.attrib)
            or _HIDDEN_STYLE.search(element.get("style", ""))
        )
        if hidden and element.getparent() is not None and element.tag != "body":
            element.drop_tree()


def _lay_out(root: Any) -> tuple[str, list[_Block]]:
    pieces: list[str] = []
    blocks: list[_Block] = []
    length = 0
    for separator, text in _paragraphs(root):
        if blocks:
            pieces.append(separator)
            length += len(separator)
        blocks.append(_Block(text, length, length + len(text)))
        pieces.append(text)
        length += len(text)
    return "".join(pieces), blocks


def _paragraphs(root: Any) -> Iterator[tuple[str, str]]:
    """In reading order, what parts a block from the one before, and its text."""
    from lxml import etree

    inline: list[str] = []
    separator = "\n"
    preformatted = raised = 0

    def add(text: str | None) -> None:
        if not text:
            return
        if raised and _RAISED_NUMBER.fullmatch(text):
            text = text.translate(_SUPERSCRIPT)
        inline.append(text if preformatted else _SPACE.sub(" ", text))

    # iterwalk, because hostile pages nest deeper than Python may recurse.
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if tag in _BLOCKS or tag in _LINES:
            for paragraph in _normalised("".join(inline)):
                yield separator, paragraph
                separator = "\n\n"
            if tag in _BLOCKS:
                separator = "\n\n"
            elif any(map(str.strip, inline)):
                separator = "\n"
            inline.clear()
        step = 1 if event == "start" else -1
        preformatted += step * (tag == "pre")
        raised += step * (tag == "sup")
        if event == "end":
            if tag == "br":
                inline.append("\n")
            elif tag in _CELLS:
                inline.append("\t")
            elif tag == "a" and not element.tail and _followed_by_link(element):
                inline.append(" ")  # Menus part their links by style sheet.
            add(element.tail)
        elif tag in _UNSEEN:
            walk.skip_subtree()
        else:
            add(element.text)


def _followed_by_link(element: Any) -> bool:
    following = element.getnext()
    return following is not None and following.tag == "a"


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


def _chrome(blocks: list[_Block], main_text: str, title: str | None) -> tuple[Span, ...]:
    inside = _inside(blocks, main_text)
    if not any(inside):
        # No main text: then nothing says what lies outside it, and nothing may be written off.
        return ()
    headline = _headline_at(blocks, inside, _key(title or ""))
    spans: list[Span] = []
    follows = False
    for at, block in enumerate(blocks):
        # trafilatura takes the headline for data about the text.
        outside = not inside[at] and at != headline
        if outside:
            start = spans.pop().start if follows else block.start
            spans.append(Span(start=start, end=block.end))
        follows = outside
    return tuple(spans)


def _headline_at(blocks: list[_Block], inside: list[bool], headline: str) -> int | None:
    """The block that is the headline: of several, the last above the main text.

    The others are those of a path, of a share bar, of a list that the page itself is in.
    """
    places = [at for at, block in enumerate(blocks) if _key(block.text) == headline]
    above = [at for at in places if at <= inside.index(True)]
    return above[-1] if above else next(iter(places), None)


def _inside(blocks: list[_Block], main_text: str) -> list[bool]:
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
