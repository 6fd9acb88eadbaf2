"""PDF: the lines of its pages by pypdf, and what its properties state."""

from __future__ import annotations

import io
import logging
import re
import struct
import unicodedata
import zlib
from collections.abc import Callable
from typing import Any

from llmcheck.documents.formats.pdf_ink import Canvas
from llmcheck.documents.formats.pdf_layout import laid_out
from llmcheck.documents.formats.pdf_lines import Line, lines_of
from llmcheck.documents.formats.text import headline
from llmcheck.documents.metadata import Metadata, one_of, person
from llmcheck.installation import missing_extra
from llmcheck.models import Document

# Else its warnings reach stderr, which is not its to write to.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_MAX_PAGES = 1000
_MAX_CHARACTERS = 20_000_000
_LIGATURES = re.compile("[\ufb00-\ufb06]")
# Bullets of symbol fonts lie where Unicode has no characters.
# In WinAnsiEncoding, a code that is not in use is a bullet.
_PRIVATE = re.compile("[\x7f\uf000-\uf0ff]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\u200b\ud800-\udfff\ufffe\uffff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FILE_TITLE = re.compile(
    r"(?i)^microsoft \w+ - |\.(?:docx?|odt|rtf|tex|dvi|indd|pdf)$|^untitled"
    r"|^\(?(?:anonymous|unspecified)\)?$"
)


class _Refused(ValueError):
    """What a sound PDF is refused for; pypdf has ValueErrors of its own for damaged ones."""


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a PDF: its paragraphs, with running heads and page numbers as chrome.

    Raises ValueError when it is encrypted, has no text layer or too many pages, is damaged, or
    pypdf is missing.
    """
    if b"%PDF-" not in data[:1024]:
        raise ValueError("is no PDF: give its format with --input-format")
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise missing_extra("a PDF", "pdf") from error
    try:
        pages, about = _open(pypdf, data)
    except _Refused:
        raise
    except (
        PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
        RecursionError, TypeError, ValueError, NotImplementedError, struct.error, zlib.error,
    ) as error:  # fmt: skip
        raise ValueError(
            f"is a damaged PDF ({type(error).__name__}): print it to a new PDF from a viewer"
        ) from error
    text, chrome = laid_out(pages, about.language)
    if not text:
        raise ValueError(
            "has no text layer (a scan?): add one with OCR, for instance with ocrmypdf"
        )
    body = text
    for span in reversed(chrome):
        body = body[: span.start] + body[span.end :]
    about = about._replace(title=about.title or headline(body))
    return [Document(id=name, path=name, text=text, chrome=chrome, **about._asdict())]


def _open(pypdf: Any, data: bytes) -> tuple[list[list[Line]], Metadata]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not _decrypted(pypdf, reader):
        raise _Refused(
            "is encrypted: save it without a password, for instance with qpdf --decrypt"
        )
    if len(reader.pages) > _MAX_PAGES:
        raise _Refused(
            f"has {len(reader.pages):,} pages, more than {_MAX_PAGES:,}: split it, for instance "
            "with qpdf --split-pages"
        )
    canvas = Canvas(reader)
    shown = []
    for page in reader.pages:
        shown.append(canvas.shown_on(page))
        if canvas.characters > _MAX_CHARACTERS:
            raise _Refused(f"holds more than {_MAX_CHARACTERS:,} characters: split it")
    pages = []
    for page, inks in zip(reader.pages, canvas.inks(shown), strict=True):
        written = [ink._replace(text=_plain(ink.text)) for ink in inks]
        if any(ink.vertical or _RIGHT_TO_LEFT.search(ink.text) for ink in written):
            pages.append(_lines_of(page))
        else:
            pages.append(lines_of(written))
    return pages, _stated(reader)


def _decrypted(pypdf: Any, reader: Any) -> bool:
    """Whether it opens without a password, as one does that only forbids printing."""
    try:
        return bool(reader.decrypt(""))
    except pypdf.errors.DependencyError:
        return False


def _lines_of(page: Any) -> list[Line]:
    """The lines of a page as pypdf makes them, which knows how to write from right to left."""
    lines: list[Line] = []
    pieces: list[tuple[str, float, float, float]] = []

    def end_line() -> None:
        seen = [piece for piece in pieces if piece[0].strip()]
        if seen:
            # A second line of an item stands below its first word, not below its bullet.
            first = seen[1] if len(seen) > 1 and len(seen[0][0].strip()) == 1 else seen[0]
            text = " ".join("".join(piece[0] for piece in pieces).split())
            lines.append(Line(text, first[1], first[2], first[3]))
        pieces.clear()

    def visit(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * tm[3] * cm[3]) or abs(size)
        for at, part in enumerate(text.split("\n")):
            if at:
                end_line()
            pieces.append((_plain(part), x, y, height))

    extract: Callable[..., str] = page.extract_text
    extract(visitor_text=visit)
    end_line()
    return lines


def _plain(text: str) -> str:
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _UNSEEN.sub("", _PRIVATE.sub("•", text))


def _stated(reader: Any) -> Metadata:
    info = reader.metadata or {}

    def field(key: str) -> str | None:
        value = info.get(key)
        return one_of(_UNSEEN.sub("", value)) if isinstance(value, str) else None

    # Not /CreationDate: that is the day of the export, and would pass for the day of publication.
    title = field("/Title")
    language = reader.root_object.get("/Lang")
    return Metadata(
        title=None if title and _FILE_TITLE.search(title) else title,
        author=person(field("/Author")),
        language=one_of(str(language)) if language else None,
    )
