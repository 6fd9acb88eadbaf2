"""Documents, and what is read off one alone: claims, padding, what it does not bear out."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from llmcheck.models.base import Frozen

PaddingKind = Literal[
    "site_chrome", "related_links", "promotion", "seo_filler", "repeated", "injection"
]
"""What a stretch of text is when it says nothing about the topic."""


class Span(Frozen):
    """A half-open range of characters in a document's text."""

    start: int = Field(ge=0)
    """Offset of the first character."""
    end: int = Field(ge=0)
    """Offset after the last character."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether at least one character of ``[start, end)`` lies in this span."""
        return self.start < end and start < self.end


class DocumentSpan(NamedTuple):
    """A half-open range of characters in the text of a document that it names."""

    doc_id: str
    start: int
    end: int

    def overlaps(self, other: DocumentSpan) -> bool:
        """Whether the two have at least one character in common.

        >>> DocumentSpan("a.txt", 0, 4).overlaps(DocumentSpan("a.txt", 3, 9))
        True
        >>> DocumentSpan("a.txt", 0, 4).overlaps(DocumentSpan("b.txt", 3, 9))
        False
        """
        return self.doc_id == other.doc_id and self.start < other.end and other.start < self.end


class Document(Frozen):
    """One source: its decoded text and what is known about it."""

    id: str
    """Names the document in the report; for a file, its path as given."""
    text: str
    """The decoded text, line ends as ``\\n``; every offset counts its characters."""
    path: str | None = None
    """The file it was read from, which may hold others; None for text handed over in memory."""
    title: str | None = None
    """Its headline, when the format or the first lines give one."""
    date: str | None = None
    """When it was published or made, as ISO 8601 text; only where the format states it."""
    author: str | None = None
    """Who wrote it, where the format says so."""
    site: str | None = None
    """The site, paper or feed that it appeared in, where the format says so."""
    language: str | None = None
    """Its language as the format gives it: a tag such as ``en-GB``."""
    url: str | None = None
    """Its address on the web, as the format gives it; of a fetched page, after redirects."""
    chrome: tuple[Span, ...] = ()
    """Parts outside the main text: a page's navigation and footers, running heads, quoted mail."""
    struck: tuple[str, ...] = ()
    """What its author struck out, in order: words that are withdrawn, and so no part of the text.
    No spans, since a span is of the text."""
    copy_of: str | None = None
    """Id of the document that holds all of this one's text, or nearly; a copy is not a second
    source."""

    @cached_property
    def digest(self) -> str:
        """sha256 of the text, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


class Passage(Frozen):
    """Words of a document: ``text[start:end] == quote``."""

    start: int
    end: int
    quote: str


class Claim(Frozen):
    """One fact that a document states, and the words that state it."""

    id: str
    """Hash of the document's text, the sentences and the claim: the same wherever it lies."""
    text: str
    """The fact, understandable without the document; or the sentence that a finding rests on."""
    doc_id: str
    """The document that states it."""
    start: int
    """Offset of the quote in the document's text."""
    end: int
    """Offset after the quote."""
    quote: str
    """The document's exact words: ``text[start:end]``."""
    further: tuple[Passage, ...] = ()
    """Other passages of the document without which the quote does not state it."""
    speaker: str | None = None
    """Who asserts it, when the document quotes or reports someone; None for the document."""
    published: str | None = None
    """When its document was published, as ISO 8601 text, where the document states it."""

    @property
    def span(self) -> DocumentSpan:
        """Where its quote stands."""
        return DocumentSpan(self.doc_id, self.start, self.end)


class SentenceRef(NamedTuple):
    """A sentence of a document."""

    doc_id: str
    number: int
    """Counted from 1."""


class PaddingFlag(Frozen):
    """A stretch of a document that says nothing about the topic."""

    doc_id: str
    start: int
    end: int
    quote: str
    kind: PaddingKind
    rationale: str

    @property
    def span(self) -> DocumentSpan:
        """Where its quote stands."""
        return DocumentSpan(self.doc_id, self.start, self.end)


class Ungrounded(Frozen):
    """What the model claimed of a document that it does not bear out; kept out of the findings."""

    doc_id: str
    """The document; empty where the model pointed at none that was shown."""
    text: str
    """The claim as the model wrote it."""
    reason: str
    """What the code missed in the document."""
