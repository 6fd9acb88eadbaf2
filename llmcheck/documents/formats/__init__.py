"""The formats that documents are read from: one table, a row a format.

Files, folders, standard input and URLs alike ask here what is read, by which name, suffix or
media type, and by which reader. A reader is named, not imported, so that none is loaded before a
document of its format is read.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from llmcheck.errors import DocumentError
    from llmcheck.models import Document

    Reader = Callable[[bytes, str], Iterable[Document | DocumentError]]
    """Takes a file's bytes and name and gives its documents (``reading``)."""


class Format(NamedTuple):
    """One format: what tells it, and what reads it."""

    name: str
    """As ``--input-format`` takes it."""
    suffixes: tuple[str, ...]
    """Of its files, in lower case: those that are read of a folder."""
    media_types: tuple[str, ...]
    """As servers name it, in lower case."""
    content: Literal["text", "markup", "bytes"]
    """Characters in some charset; such that may declare their charset; or anything else."""
    reader: str
    """The module of this folder and the function in it."""
    seconds: float | None = None
    """What it may take, in a process of its own (``worker``); None where it takes no longer than
    the file is long, and needs none."""
    extra: str | None = None
    """The extra of llmcheck that it needs."""

    def load(self) -> Reader:
        """Its reader, imported now."""
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(f"{__name__}.{module}"), function)
        return reader


_ROWS = (
    Format("text", (".txt", ".text"), ("text/plain",), "text", "text:read"),
    Format(
        "markdown", (".md", ".markdown"), ("text/markdown", "text/x-markdown"), "text",
        "markdown:read",
    ),
    Format(
        "html", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml"), "markup",
        "html:read", seconds=60,
    ),
    Format("pdf", (".pdf",), ("application/pdf",), "bytes", "pdf:read", seconds=180, extra="pdf"),
    Format(
        "docx", (".docx",),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",), "bytes",
        "docx:read", seconds=60, extra="docx",
    ),
    Format("epub", (".epub",), ("application/epub+zip",), "bytes", "epub:read", seconds=60),
    # A mail and what is in it have charsets of their own.
    Format("eml", (".eml",), ("message/rfc822",), "bytes", "mail:read", seconds=60),
    Format(
        "mhtml", (".mhtml", ".mht"), ("multipart/related", "application/x-mimearchive"), "bytes",
        "mhtml:read", seconds=60,
    ),
    Format(
        "jsonl", (".jsonl", ".ndjson"), ("application/jsonl", "application/x-ndjson"), "text",
        "rows:read_jsonl",
    ),
    Format(
        "csv", (".csv", ".tsv"), ("text/csv", "text/tab-separated-values"), "text",
        "rows:read_csv",
    ),
    Format(
        "feed", (".rss", ".atom", ".xml"),
        ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml"), "markup",
        "feed:read", seconds=60,
    ),
)  # fmt: skip

FORMATS = {row.name: row for row in _ROWS}
"""The table, by the names of the formats."""
SUFFIXES = {row.name: row.suffixes for row in _ROWS}
"""The suffixes of each format, by its name."""

_BY_SUFFIX = {suffix: row.name for row in _ROWS for suffix in row.suffixes}
_BY_MEDIA_TYPE = {kind: row.name for row in _ROWS for kind in row.media_types}


def format_of(path: str) -> str | None:
    """The name of the format that a path's suffix tells, if it tells one."""
    return _BY_SUFFIX.get(os.path.splitext(path)[1].lower())


def format_of_media_type(kind: str) -> str | None:
    """The name of the format that a media type (without parameters) tells, if it tells one."""
    return _BY_MEDIA_TYPE.get(kind.lower())
