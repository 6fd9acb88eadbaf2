"""DOCX: as HTML by mammoth, and what its core properties state."""

from __future__ import annotations

import io
import zipfile
from xml.parsers.expat import ExpatError

from llmcheck.documents.formats.archive import Archive, texts
from llmcheck.documents.formats.html import read_fragment
from llmcheck.documents.formats.text import headline
from llmcheck.documents.metadata import Metadata, iso_date, one_of
from llmcheck.installation import missing_extra
from llmcheck.models import Document

_PROPERTIES = "docProps/core.xml"


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a DOCX file.

    Raises ValueError when it is none, is damaged or encrypted, or mammoth is missing.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("is an old or encrypted Office file: save it as DOCX without a password")
    archive = Archive(data)
    if not any(part.startswith("word/") for part in archive):
        raise ValueError("is no DOCX: give its format with --input-format")
    try:
        import mammoth
    except ImportError as error:
        raise missing_extra("a DOCX", "docx") from error
    _check_parts(archive)
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data),
            convert_image=lambda _: [],
            include_embedded_style_map=False,
            external_file_access=False,
        )
    except (
        ArithmeticError, AttributeError, ExpatError, LookupError, OSError, RecursionError,
        TypeError, ValueError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise ValueError(
            f"is a damaged DOCX ({type(error).__name__}): open and save it again"
        ) from error
    text = read_fragment(converted.value)
    about = _stated(archive)
    about = about._replace(title=about.title or headline(text))
    return [Document(id=name, path=name, text=text, **about._asdict())]


def _check_parts(archive: Archive) -> None:
    """Refuse broken parts and declared entities: mammoth's own parser would expand them."""
    for part in archive:
        if part.endswith((".xml", ".rels")):
            archive.xml_of(part)


def _stated(archive: Archive) -> Metadata:
    if _PROPERTIES not in archive:
        return Metadata()
    core = archive.xml_of(_PROPERTIES)
    return Metadata(
        title=one_of(*texts(core, "title")),
        date=next(filter(None, map(iso_date, texts(core, "created"))), None),
        author=one_of(*texts(core, "creator")),
        language=one_of(*texts(core, "language")),
    )
