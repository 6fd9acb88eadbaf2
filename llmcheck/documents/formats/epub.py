"""EPUB: the chapters of a book in their reading order, and what its package states.

With zipfile and lxml, since EbookLib is under the AGPL.
"""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from llmcheck.documents.decoding import decode
from llmcheck.documents.formats.archive import Archive, texts
from llmcheck.documents.formats.html import fragment_of
from llmcheck.documents.metadata import Metadata, iso_date, one_of
from llmcheck.models import Document, Span

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_FONT_SCRAMBLING = frozenset({
    "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC",
})  # fmt: skip
_PAGE_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a book: its chapters parted by an empty line; contents are chrome.

    Raises ValueError when it is no EPUB, is damaged, encrypted or too large, or has no text.
    """
    if not data.startswith(b"PK"):
        raise ValueError("is no EPUB: give its format with --input-format")
    archive = Archive(data)
    if _CONTAINER not in archive:
        raise ValueError("is no EPUB: give its format with --input-format")
    _check_encryption(archive)
    package_path = _package_path(archive)
    package = archive.xml_of(package_path)
    css = _css(archive, package, package_path)
    pieces: list[str] = []
    chrome: list[Span] = []
    struck: list[str] = []
    length = 0
    for path, is_contents in _spine(package, package_path):
        page = fragment_of(decode(archive.bytes_of(path), html=True), css=css)
        struck += page.struck
        text = page.text
        if not text:
            continue
        if pieces:
            pieces.append("\n\n")
            length += 2
        if is_contents:
            chrome.append(Span(start=length, end=length + len(text)))
        pieces.append(text)
        length += len(text)
    if not pieces:
        raise ValueError("shows no text (pages drawn as pictures?): run OCR over it")
    return [
        Document(
            id=name,
            path=name,
            text="".join(pieces),
            chrome=tuple(chrome),
            struck=tuple(struck),
            **_stated(package)._asdict(),
        )
    ]


def _check_encryption(archive: Archive) -> None:
    if _ENCRYPTION not in archive:
        return
    methods = {
        method.get("Algorithm")
        for method in archive.xml_of(_ENCRYPTION).iterfind(".//{*}EncryptionMethod")
    }
    if methods - _FONT_SCRAMBLING:
        raise ValueError("is encrypted (copy protection): only unprotected books can be read")


def _package_path(archive: Archive) -> str:
    for rootfile in archive.xml_of(_CONTAINER).iterfind(".//{*}rootfile"):
        return _inside("", rootfile.get("full-path") or "")
    raise ValueError("names no package to read: save or download it again")


def _spine(package: Any, package_path: str) -> list[tuple[str, bool]]:
    """The paths of the pages in reading order, and whether each is the table of contents.

    A page that is named again is none: it would be a bomb, and the standard has each once.
    """
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    pages: dict[str, bool] = {}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGE_TYPES:
            continue
        path = _inside(posixpath.dirname(package_path), unquote(item.get("href") or ""))
        pages.setdefault(path, "nav" in (item.get("properties") or "").split())
    return list(pages.items())


def _css(archive: Archive, package: Any, package_path: str) -> str:
    """The source of the book's style sheets; those that cannot be read are left out."""
    sheets = []
    for item in package.iterfind(".//{*}manifest/{*}item"):
        if item.get("media-type") == "text/css":
            try:
                path = _inside(posixpath.dirname(package_path), unquote(item.get("href") or ""))
                sheets.append(decode(archive.bytes_of(path)))
            except ValueError:
                continue  # how the book looks is no part of its text
    return "\n".join(sheets)


def _inside(folder: str, reference: str) -> str:
    """The member that a reference points at, which must lie in the archive."""
    path = posixpath.normpath(posixpath.join(folder, reference))
    if path.startswith(("/", "..")) or "\\" in path:
        raise ValueError(f"points outside itself ({reference[:100]!r}): it is refused")
    return path


def _stated(package: Any) -> Metadata:
    return Metadata(
        title=one_of(*texts(package, "title")),
        date=_date(package),
        author=one_of(*texts(package, "creator")),
        site=one_of(*texts(package, "publisher")),
        language=one_of(*texts(package, "language")),
    )


def _date(package: Any) -> str | None:
    """The day of publication; not one on which the file was made or changed."""
    for element in package.iterfind(".//{*}date"):
        event = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "event"), "")
        date = iso_date("".join(element.itertext()))
        if date and event not in ("creation", "modification"):
            return date
    return None
