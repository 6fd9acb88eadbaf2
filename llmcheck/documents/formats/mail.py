"""A mail as a file: its text, with the mail that it answers and its signature as chrome."""

from __future__ import annotations

import email.utils
import re
from email.message import EmailMessage
from itertools import chain

from llmcheck.documents.decoding import unix_lines
from llmcheck.documents.formats.html import read_fragment
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.models import Document, Span

_QUOTED = re.compile(
    r"(?:^On [^\n]{0,200}(?:\n[^\n]{0,200})?\bwrote:[ \t]*\n(?:[ \t]*\n)?)?"
    r"(?:^[ \t]{0,3}>.*(?:\n|\Z))+",
    re.MULTILINE,
)
_REST = re.compile(
    r"^(?:-- ?$|-{3,} ?Original Message ?-{3,}).*\Z", re.MULTILINE | re.IGNORECASE | re.DOTALL
)
# The parser of the standard library stumbles over some broken mails.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a mail: its plain text, or else its HTML; attachments are left out.

    Raises ValueError when it is no mail, or has no text.
    """
    from email import policy
    from email.parser import BytesParser

    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
        about = _stated(message)
        text, is_html = _body(message)
    except _STUMBLES as error:
        raise ValueError(
            f"is a damaged mail ({type(error).__name__}): save it again, or its text"
        ) from error
    if not (about.title or about.author or about.date):
        raise ValueError("is no mail (it has no header): give its format with --input-format")
    if not text.strip():
        raise ValueError("shows no text: save what is attached to it")
    chrome = () if is_html else _chrome(text)
    return [Document(id=name, path=name, text=text, chrome=chrome, **about._asdict())]


def _body(message: EmailMessage) -> tuple[str, bool]:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "", False
    content = part.get_content()
    if not isinstance(content, str):
        return "", False
    # What the mail calls its charset may be wrong, and leaves what no output can hold.
    content = unix_lines(content).encode("utf-8", "replace").decode()
    if part.get_content_type() != "text/html":
        return content, False
    return read_fragment(content), True


def _stated(message: EmailMessage) -> Metadata:
    def header(key: str) -> str:
        return str(message[key] or "")

    sender, address = email.utils.parseaddr(header("from"))
    return Metadata(
        title=one_of(header("subject")),
        date=iso_date(header("date")),
        author=one_of(sender, address),
        language=one_of(header("content-language")),
        url=web_address(header("archived-at").strip("<> ")),
    )


def _chrome(text: str) -> tuple[Span, ...]:
    """Quoted mail, with the line that says whose it is, and the signature.

    Nothing where that would leave nothing.
    """
    spans: list[Span] = []
    left: list[str] = []
    end = 0
    for part in sorted(chain(_QUOTED.finditer(text), _REST.finditer(text)), key=re.Match.start):
        if part.start() < end:
            continue
        left.append(text[end : part.start()])
        end = part.end()
        body = part[0]
        start = part.start() + len(body) - len(body.lstrip())
        spans.append(Span(start=start, end=start + len(body.strip())))
    left.append(text[end:])
    return tuple(spans) if "".join(left).strip() else ()
