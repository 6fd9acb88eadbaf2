"""Which format bytes are in, where no suffix says so."""

from __future__ import annotations

import re

_HEAD = 4096
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?>(?:<!--.*?-->|<\?.*?\?>))\s*)*<(?:rss|rdf:RDF|feed)\b",
    re.DOTALL,
)

_HEADER = re.compile(r"[A-Za-z-]{1,40}:")
_SAVED_PAGE = re.compile(
    r"^(?:Snapshot-Content-Location:|From:[ \t]*[\"<]{0,2}Saved by )", re.IGNORECASE | re.MULTILINE
)


def looks_like_html(text: str) -> bool:
    """Whether the text begins as an HTML document does (not merely with some tag)."""
    return _HTML.match(text[:_HEAD]) is not None


def sniffed(data: bytes) -> str | None:
    """The name of the format that bytes begin like; None when it may be any text."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        if b"mimetypeapplication/epub+zip" in data[:100]:
            return "epub"
        return "docx" if b"word/document.xml" in data else None
    # Without byte order mark and NUL bytes, a beginning in UTF-16 reads as one in ASCII does.
    head = data[:_HEAD].replace(b"\0", b"").decode("latin-1").lstrip("ï»¿þÿ")
    if looks_like_html(head):
        return "html"
    if _HEADER.match(head) and _SAVED_PAGE.search(head):
        return "mhtml"
    return "feed" if _FEED.match(head) else None
