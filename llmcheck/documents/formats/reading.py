"""Readers: from the bytes of a file to the documents in it, one module a format.

A reader takes the bytes and the file's name and gives documents, whose ids begin with that
name, beside a DocumentError for each part that it had to leave out. It raises ValueError,
saying why and what to do, when it can read nothing of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from llmcheck.documents.formats import (
    docx,
    epub,
    feed,
    format_of,
    html,
    mail,
    markdown,
    pdf,
    rows,
    text,
)
from llmcheck.documents.formats.sniffing import sniffed
from llmcheck.errors import DocumentError
from llmcheck.models import Document

Reader = Callable[[bytes, str], Iterable[Document | DocumentError]]

READERS: dict[str, Reader] = {
    "text": text.read,
    "markdown": markdown.read,
    "html": html.read,
    "pdf": pdf.read,
    "docx": docx.read,
    "epub": epub.read,
    "eml": mail.read,
    "jsonl": rows.read_jsonl,
    "csv": rows.read_csv,
    "feed": feed.read,
}
"""The reader of each format, by the names in ``SUFFIXES``."""


def told_format(data: bytes, name: str) -> str:
    """The name of the format that a file's suffix tells, or else its content."""
    known = format_of(name)
    return known if known not in (None, "text") else sniffed(data) or "text"


def read_documents(
    data: bytes, name: str, format_name: str | None = None
) -> Iterator[Document | DocumentError]:
    """The documents that a file's bytes hold, and what of it cannot be read.

    Without ``format_name`` the name's suffix decides, and the content where that suffix tells
    no more than that it is text.
    """
    empty = True
    try:
        for item in READERS[format_name or told_format(data, name)](data, name):
            empty = False
            yield item
    except ValueError as error:
        yield DocumentError(name, str(error))
    else:
        if empty:
            yield DocumentError(name, "holds no document: there is nothing to read in it")
