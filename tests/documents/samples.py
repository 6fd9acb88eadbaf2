"""What the tests of formats share: read bytes as a file of a name, and the files in tests/data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

import pytest
from repository import TESTS

from llmcheck.documents.formats.reading import read_documents
from llmcheck.errors import DocumentError
from llmcheck.models import Document

DATA = TESTS / "data"


def items(
    data: bytes | str, name: str, format_name: str | None = None
) -> Iterator[Document | DocumentError]:
    raw = data.encode() if isinstance(data, str) else data
    return read_documents(raw, name, format_name)


def read(data: bytes | str, name: str, format_name: str | None = None) -> list[Document]:
    """The documents of a file, all of which can be read."""
    found = list(items(data, name, format_name))
    assert not [item for item in found if isinstance(item, DocumentError)]
    return [item for item in found if isinstance(item, Document)]


def reasons(data: bytes | str, name: str) -> dict[str, str]:
    return {i.path: i.reason for i in items(data, name) if isinstance(i, DocumentError)}


def of_file(name: str) -> Document:
    """The one document of a file in tests/data."""
    if name.endswith(".pdf"):
        pytest.importorskip("pypdf", reason="the extra pdf")
    if name.endswith(".docx"):
        pytest.importorskip("mammoth", reason="the extra docx")
    (document,) = read((DATA / name).read_bytes(), name)
    return document


def chrome_of(document: Document) -> list[str]:
    return [document.text[span.start : span.end] for span in document.chrome]


def holds(document: Document) -> None:
    """What every document promises of its spans."""
    end = 0
    for span in document.chrome:
        assert end <= span.start < span.end <= len(document.text)
        end = span.end
    document.model_dump_json()


def zipped(members: Mapping[str, bytes | str], *, stored: bool = False) -> bytes:
    target = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
