"""A mail as a file: its text, with the mail that it answers and its signature as chrome.

Mails attached to it are documents of their own, since they have an author and a day of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from functools import partial

from llmcheck.documents.formats.html import fragment_of
from llmcheck.documents.formats.ids import Ids
from llmcheck.documents.formats.mail_parts import (
    Part,
    attached_mails,
    header,
    parsed,
    sender,
    shown_parts,
)
from llmcheck.documents.formats.mail_quotes import (
    LONGEST_INTRODUCTION,
    forwards,
    introduces,
    quoted_spans,
    quoting_elements,
)
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.errors import DocumentError
from llmcheck.models import Document, Span

# The parser of the standard library stumbles over some broken mails.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError)
_MOST_ATTACHED = 1000


def read(data: bytes, name: str) -> Iterator[Document | DocumentError]:
    """The mail, and each that is attached to it; other attachments are left out.

    Its text is its plain text, or else its HTML (``mail_parts``). Raises ValueError when it is
    no mail, or has no text, nor a mail attached to it.
    """
    try:
        message = parsed(data)
        about = _stated(message)
    except (*_STUMBLES, ValueError) as error:
        raise ValueError(_damaged(error)) from error
    try:
        if not (about.title or about.author or about.date):
            raise ValueError("is no mail (it has no header): give its format with --input-format")
        document = _document(message, name, name, about)
        attached = list(_attached(message))
    except _STUMBLES as error:
        raise ValueError(_damaged(error)) from error
    if document is not None:
        yield document
    elif not attached:
        raise ValueError("shows no text: save what is attached to it")
    ids = Ids(name)
    for number, inner in enumerate(attached[:_MOST_ATTACHED], 1):
        doc_id = ids.numbered(number)
        try:
            document = _document(inner, doc_id, name, _stated(inner))
            yield document or DocumentError(doc_id, "shows no text: save what is attached to it")
        except _STUMBLES as error:
            yield DocumentError(doc_id, _damaged(error))
        except ValueError as error:
            yield DocumentError(doc_id, str(error))
    if len(attached) > _MOST_ATTACHED:
        yield DocumentError(name, f"has more than {_MOST_ATTACHED:,} mails attached: split it")


def _damaged(error: Exception) -> str:
    return f"is a damaged mail ({type(error).__name__}): save it again, or its text"


def _attached(message: Message) -> Iterator[Message]:
    """The mails attached to a mail, each followed by those that are attached to it."""
    for inner in attached_mails(message):
        yield inner
        yield from _attached(inner)


def _document(message: Message, doc_id: str, path: str, about: Metadata) -> Document | None:
    """The document that a mail is; None when it shows no text."""
    parts = shown_parts(message)
    pieces: list[str] = []
    chrome: list[Span] = []
    struck: list[str] = []
    length = 0
    for part in parts:
        text, spans, gone = _laid_out(part, about.title or "", alone=len(parts) == 1)
        struck += gone
        if not text.strip():
            continue
        if pieces:
            pieces.append("\n\n")
            length += 2
        chrome += [Span(start=span.start + length, end=span.end + length) for span in spans]
        pieces.append(text)
        length += len(text)
    text = "".join(pieces)
    if not text:
        return None
    if not _without(text, chrome).strip():
        chrome = []  # all of it is quoted: then that is what it says
    return Document(
        id=doc_id,
        path=path,
        text=text,
        chrome=tuple(chrome),
        struck=tuple(struck),
        **about._asdict(),
    )


def _laid_out(part: Part, subject: str, *, alone: bool) -> tuple[str, list[Span], tuple[str, ...]]:
    """The text of a part, what of it is not its own, and what is struck out in it."""
    if not part.is_html:
        text = part.text if alone else part.text.strip("\n")
        return text, list(quoted_spans(text, subject)), ()
    apart = partial(quoting_elements, forwarded=forwards(subject))
    text, spans, struck = fragment_of(part.text, apart=apart)
    marked = [_with_introduction(text, span) for span in spans]
    return text, _merged([*marked, *quoted_spans(text, subject)]), struck


def _with_introduction(text: str, span: Span) -> Span:
    """The span, and the block before it where that says whose mail it is."""
    # No more than may be one, since a mail may have thousands of such spans.
    first = max(0, span.start - LONGEST_INTRODUCTION - 4)
    before = text[first : span.start].rstrip()
    start = before.rfind("\n\n") + 2 if "\n\n" in before else 0
    whole = start or not first
    return (
        Span(start=first + start, end=span.end) if whole and introduces(before[start:]) else span
    )


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start <= merged[-1].end:
            end = max(merged[-1].end, span.end)
            merged[-1] = Span(start=merged[-1].start, end=end)
        else:
            merged.append(span)
    return merged


def _without(text: str, spans: list[Span]) -> str:
    left: list[str] = []
    at = 0
    for span in spans:
        left.append(text[at : span.start])
        at = span.end
    return "".join([*left, text[at:]])


def _stated(message: Message) -> Metadata:
    name, address = sender(message)
    return Metadata(
        title=one_of(header(message, "subject")),
        date=iso_date(header(message, "date")),
        author=one_of(name, address),
        language=one_of(header(message, "content-language")),
        url=web_address(header(message, "archived-at").strip("<> ")),
    )
