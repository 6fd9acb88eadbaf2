"""Readers: from the bytes of a file to the documents in it, one module a format.

A reader takes the bytes and the file's name and gives documents, whose ids begin with that
name, beside a DocumentError for each part that it had to leave out. It raises ValueError,
saying why and what to do, when it can read nothing of the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from llmcheck.documents.formats import FORMATS, format_of
from llmcheck.documents.formats.sniffing import sniffed
from llmcheck.errors import DocumentError
from llmcheck.models import Document


def told_format(data: bytes, known: str | None) -> str:
    """The name of the format that data is in.

    That is the one that a suffix or media type told (``known``), but where that is none, or no
    more than that it is text, the one that the content tells. Servers, and some browsers, call
    a saved page a mail.
    """
    if known not in (None, "text", "eml"):
        return known
    told = sniffed(data)
    return told or "text" if known != "eml" else "mhtml" if told == "mhtml" else "eml"


def read_documents(
    data: bytes, name: str, format_name: str | None = None
) -> Iterator[Document | DocumentError]:
    """The documents that a file's bytes hold, and what of it cannot be read.

    Without ``format_name`` the name's suffix decides, and the content where that suffix tells
    no more than that it is text.
    """
    row = FORMATS[format_name or told_format(data, format_of(name))]
    empty = True
    try:
        for item in row.load()(data, name):
            empty = False
            yield item
    except ValueError as error:
        yield DocumentError(name, str(error))
    else:
        if empty:
            yield DocumentError(name, "holds no document: there is nothing to read in it")
