"""The formats that documents are read from, and the suffixes that tell them."""

from __future__ import annotations

import os

SUFFIXES: dict[str, tuple[str, ...]] = {
    "text": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm", ".xhtml"),
    "pdf": (".pdf",),
    "docx": (".docx",),
    "epub": (".epub",),
    "eml": (".eml",),
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv", ".tsv"),
    "feed": (".rss", ".atom", ".xml"),
}
"""The suffixes of each format, by its name: the files that are read of a folder."""

_FORMATS = {suffix: name for name, suffixes in SUFFIXES.items() for suffix in suffixes}


def format_of(path: str) -> str | None:
    """The name of the format that a path's suffix tells, if it tells one."""
    return _FORMATS.get(os.path.splitext(path)[1].lower())
