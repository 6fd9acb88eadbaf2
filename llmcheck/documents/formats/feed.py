"""RSS and Atom files, by feedparser: a document for each entry."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats.html import read_fragment
from llmcheck.documents.formats.ids import Ids
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.errors import DocumentError
from llmcheck.models import Document

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ADDRESS = re.compile(r"[(<]?[^\s()<>]+@[^\s()<>]+[)>]?")


def read(data: bytes, name: str) -> Iterator[Document | DocumentError]:
    """A document for each entry, in the feed's order, under the id that it gives itself.

    An entry without text is read for its title. Raises ValueError when the file is no feed, or
    an empty one.
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
    ids = Ids(name)
    for number, entry in enumerate(parsed.entries, 1):
        yield _document(entry, number, parsed.feed, ids)


def _parsed(data: bytes) -> Any:
    import feedparser

    # As a stream, since it would open a file or an address that the bytes name. What it would
    # cut out of the HTML, the page reader never shows.
    # Decoded here, because feedparser takes what it cannot decode for Windows-1252.
    source = _DECLARATION.sub("", decode(data, html=True), count=1).encode("utf-8")
    return feedparser.parse(io.BytesIO(source), sanitize_html=False, resolve_relative_uris=False)


def _document(entry: Any, number: int, feed: Any, ids: Ids) -> Document | DocumentError:
    place = f"{ids.name}#{number}"
    about = _stated(entry, feed)
    try:
        text = _text(entry) or about.title
    except ValueError as error:
        return DocumentError(place, str(error))
    if not text:
        return DocumentError(place, "has neither text nor title: there is nothing to read in it")
    own_id = one_of(entry.get("id"), entry.get("link"))
    doc_id = ids.take(own_id, number)
    if doc_id is None:
        return DocumentError(place, f"repeats the id {own_id!r}: give each entry its own")
    return Document(id=doc_id, path=ids.name, text=text, **about._asdict())


def _text(entry: Any) -> str:
    """The longest of what the entry gives as its content and its summary."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    part = max(parts, key=lambda part: len(part.get("value") or ""))
    value = part.get("value") or ""
    if part.get("type") == "text/plain":
        return unix_lines(value).strip()
    return read_fragment(value)


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
