"""RSS and Atom files, by feedparser: a document for each entry."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats.html import Fragment, fragment_of, read_fragment
from llmcheck.documents.formats.ids import Ids
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.errors import DocumentError
from llmcheck.models import Document

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ADDRESS = re.compile(r"[(<]?[^\s()<>]+@[^\s()<>]+[)>]?")


def read(data: bytes, name: str) -> Iterator[Document | DocumentError]:
    """A document for each entry, in the feed's order, under the id that it gives itself.

    Where it gives none, or the same as another (some programs give every entry the address of
    the site), it is called by its number. An entry without text is read for its title. Raises
    ValueError when the file is no feed, or an empty one.
    """
    parsed = _parsed(data)
    if not parsed.entries:
        if not parsed.get("version"):
            raise ValueError("is no RSS or Atom feed: give its format with --input-format")
        raise ValueError("is a feed without an entry: there is nothing to read in it")
    broken = parsed.get("bozo_exception")
    if parsed.bozo and hasattr(broken, "getLineNumber"):
        yield DocumentError(
            f"{name}:{broken.getLineNumber()}",
            "is not well-formed XML from here on: its entries may not all have been read",
        )
    own_ids = [one_of(entry.get("id"), entry.get("link")) for entry in parsed.entries]
    given = Counter(own_ids)
    ids = Ids(name)
    for number, (entry, own_id) in enumerate(zip(parsed.entries, own_ids, strict=True), 1):
        own = ids.take(own_id, number) if given[own_id] == 1 else None
        doc_id = own or ids.numbered(number)
        yield _document(entry, f"{name}#{number}", parsed.feed, doc_id, name)


def _parsed(data: bytes) -> Any:
    import feedparser

    # As a stream, since it would open a file or an address that the bytes name. What it would
    # cut out of the HTML, the page reader never shows.
    # Decoded here, because feedparser takes what it cannot decode for Windows-1252.
    source = _DECLARATION.sub("", decode(data, html=True), count=1).encode("utf-8")
    try:
        return feedparser.parse(
            io.BytesIO(source), sanitize_html=False, resolve_relative_uris=False
        )
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        # What is not well-formed it reads by a second parser, which some of it trips.
        raise ValueError(f"is a damaged feed ({type(error).__name__}): fetch it again") from error


def _document(
    entry: Any, place: str, feed: Any, doc_id: str, name: str
) -> Document | DocumentError:
    about = _stated(entry, feed)
    try:
        content = _content(entry)
    except ValueError as error:
        return DocumentError(place, str(error))
    text = content.text or about.title
    if not text:
        return DocumentError(place, "has neither text nor title: there is nothing to read in it")
    return Document(id=doc_id, path=name, text=text, struck=content.struck, **about._asdict())


def _content(entry: Any) -> Fragment:
    """The longest of what the entry gives as its content and its summary."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    part = max(parts, key=lambda part: len(part.get("value") or ""))
    value = part.get("value") or ""
    if part.get("type") == "text/plain":
        return Fragment(unix_lines(value).strip())
    return fragment_of(value)


def _stated(entry: Any, feed: Any) -> Metadata:
    title = one_of(entry.get("title"))
    if title and "<" in title:
        title = one_of(read_fragment(title))
    # Asking for "updated" where only "published" is given makes feedparser warn.
    date = entry.get("published") or entry.get("updated") or ""
    return Metadata(
        title=title,
        date=iso_date(date),
        author=_name(entry.get("author") or feed.get("author") or ""),
        site=one_of(feed.get("title")),
        language=one_of(feed.get("language")),
        url=web_address(entry.get("link")),
    )


def _name(author: str) -> str | None:
    """The author's name without the address that feeds and feedparser put before or behind it."""
    return one_of(_ADDRESS.sub("", author).strip(" ()"), author)
