"""Reads a web page: its visible text, its headline, what is struck out, what is not the article.

The text is laid out in ``html_layout``, without what ``html_sight`` finds to be hidden (by what
``html_styles`` reads) and ``html_marks`` struck out, and held against the main text in
``html_main_text``; what the page states of itself is found in ``html_metadata``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from llmcheck.documents.decoding import decode
from llmcheck.documents.formats.html_layout import lay_out, spans_of
from llmcheck.documents.formats.html_main_text import chrome_of
from llmcheck.documents.formats.html_marks import take_struck
from llmcheck.documents.formats.html_metadata import INVISIBLE, page_metadata, visible
from llmcheck.documents.formats.html_sight import drop, unseen
from llmcheck.documents.formats.html_styles import styles_of
from llmcheck.documents.metadata import Metadata
from llmcheck.models import Document, Span

# A template that browsers show: what a component of the page holds, as they save it.
_SHADOW = frozenset({"shadowrootmode", "shadowmode", "shadowroot"})


class Page(NamedTuple):
    """A web page, read."""

    text: str
    """Its visible text, as ``html_layout`` lays it out."""
    about: Metadata
    chrome: tuple[Span, ...]
    """Stretches of the text outside the main text; empty when no main text was found."""
    struck: tuple[str, ...] = ()
    """What is struck out and therefore no part of the text."""


class Fragment(NamedTuple):
    """HTML that is all content, read."""

    text: str
    """Its visible text; empty when it shows none."""
    chrome: tuple[Span, ...] = ()
    struck: tuple[str, ...] = ()


def read(data: bytes, name: str) -> list[Document]:
    """The one document of an HTML file; what is not its main text is chrome."""
    source = decode(data, html=True)
    if not source.strip():
        return [Document(id=name, path=name, text="")]
    return [page_document(read_page(source), name)]


def page_document(page: Page, name: str) -> Document:
    """The document that a page is, under the name of its file."""
    about = page.about._asdict()
    return Document(
        id=name, path=name, text=page.text, chrome=page.chrome, struck=page.struck, **about
    )


def read_page(source: str) -> Page:
    """Read the source of a web page, however broken.

    Raises ValueError, saying why, when the page shows no text or cannot be read to its end.
    """
    root = _parse(source)
    styles = styles_of(root)
    hidden = unseen(root, styles, scripted=_has_scripts(root))
    struck = take_struck(root, styles, hidden)
    about = page_metadata(root)
    # Before the main text is sought: what no reader sees must not decide what is main.
    drop(hidden)
    text, blocks = lay_out(root, styles)
    if not blocks and struck:
        raise ValueError("shows no text that is not struck out: there is nothing to read in it")
    if not blocks:
        raise ValueError(
            "shows no text (drawn by scripts?): save the page after it has loaded in a browser"
        )
    return Page(text, about, chrome_of(root, blocks, about.title), struck)


def read_fragment(source: str) -> str:
    """The text alone of ``fragment_of``."""
    return fragment_of(source).text


def fragment_of(
    source: str,
    *,
    css: str = "",
    office: bool = False,
    apart: Callable[[Any], Collection[Any]] | None = None,
) -> Fragment:
    """Read HTML that is all content: a chapter, a feed's entry, a mail.

    ``css`` is the source of style sheets that it links to. With ``office``, as of a word
    processor, a tab in the text parts cells, and a cell is one line however many paragraphs it
    has. ``apart`` finds the elements, in the tree of the source, whose text is chrome. Raises
    ValueError as ``read_page`` does, but for HTML that shows no text.
    """
    if not source.strip():
        return Fragment("")
    root = _parse(source)
    styles = styles_of(root, css)
    hidden = unseen(root, styles, scripted=False)
    struck = take_struck(root, styles, hidden)
    drop(hidden)
    for cell in root.iter("td", "th"):
        _set_in_line(cell, len(cell) if office else 1)
    set_apart = frozenset(apart(root) if apart is not None else ())
    text, blocks = lay_out(root, styles, apart=set_apart, tabs=office)
    return Fragment(text, spans_of(blocks, [block.apart for block in blocks]), struck)


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
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise ValueError(f"is damaged ({error.msg}): save the page as plain text") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # libxml2 has stopped there, and half a page must not pass for a page.
        raise ValueError("nests its elements too deep to be read: save the page as plain text")
    for template in list(root.iter("template")):
        if not _SHADOW.isdisjoint(template.attrib):
            template.tag = "div"
    for element in root.iter():
        if element.text and INVISIBLE.search(element.text):
            element.text = visible(element.text)
        if element.tail and INVISIBLE.search(element.tail):
            element.tail = visible(element.tail)
    return root


def _has_scripts(root: Any) -> bool:
    kinds = (script.get("type", "").lower() for script in root.iter("script"))
    return any(not kind or "javascript" in kind or kind == "module" for kind in kinds)


def _set_in_line(cell: Any, most: int) -> None:
    """Unwrap the paragraphs of a cell that has no more than so many and nothing else.

    Word processors put every cell's text in paragraphs, which would part it from its row. But
    in the cells of a mail there may stand all of it.
    """
    only = all(child.tag == "p" for child in cell) and not (cell.text or "").strip()
    if not only or len(cell) > most:
        return
    for paragraph in list(cell):
        paragraph.tail = f" {paragraph.tail or ''}"
        paragraph.drop_tag()
