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

MAX_ITEMS = 10_000
"""Documents, and parts that cannot be read, of one file: each takes a kilobyte and more."""
MAX_CHARACTERS = 20_000_000
"""Characters of text that one file may unpack to, in all its documents."""


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


def chosen_format(data: bytes, name: str, forced: str | None = None) -> str:
    """The name of the format that a file is read in: the one it is ``forced`` to be in, if any.

    Else its name's suffix decides, and the content where that suffix tells no more than that it
    is text.
    """
    return forced or told_format(data, format_of(name))


def read_documents(
    data: bytes, name: str, format_name: str | None = None
) -> Iterator[Document | DocumentError]:
    """The documents that a file's bytes hold, and what of it cannot be read.

    Without ``format_name`` it is ``chosen_format``. What is beyond ``MAX_ITEMS`` or
    ``MAX_CHARACTERS`` is left out, which the last item says.
    """
    row = FORMATS[chosen_format(data, name, format_name)]
    number = characters = 0
    try:
        for item in row.load()(data, name):
            number += 1
            characters += len(item.text) if isinstance(item, Document) else 0
            if number > MAX_ITEMS:
                raise ValueError(f"holds more than {MAX_ITEMS:,} documents: split it")
            if characters > MAX_CHARACTERS:
                raise ValueError(f"shows more than {MAX_CHARACTERS:,} characters: split it")
            yield item
    except ValueError as error:
        yield DocumentError(name, str(error))
    else:
        if not number:
            yield DocumentError(name, "holds no document: there is nothing to read in it")
