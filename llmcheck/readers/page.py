"""A web page as a file."""

from __future__ import annotations

from llmcheck.decoding import decode
from llmcheck.html import read_page
from llmcheck.models import Document


def read(data: bytes, name: str) -> list[Document]:
    """The one document of an HTML file; what is not its main text is chrome."""
    source = decode(data, html=True)
    if not source.strip():
        return [Document(id=name, path=name, text="")]
    page = read_page(source)
    return [
        Document(id=name, path=name, text=page.text, chrome=page.chrome, **page.about._asdict())
    ]
