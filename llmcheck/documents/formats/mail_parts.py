"""What a mail is made of: the parts that show its text, decoded, and the mails attached to it."""

from __future__ import annotations

import contextlib
import email.errors
import email.header
import email.utils
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any, NamedTuple, cast

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats.html import fragment_of
from llmcheck.language.text import squeeze, words

_SHOWN = frozenset({"text/plain", "text/html", "text/markdown"})
_ASCII = frozenset({"us-ascii", "ascii", "ansi_x3.4-1968"})
_COVERED = 0.5
"""Share of the words of the HTML that a plain part has which says the same."""
_LITTLE = 4
"""HTML with fewer words than the plain part by this factor says less, not more."""
_LONGEST_HEADER = 2000
"""Characters of a header that says what a part is: a name of a file may be long."""
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_ENCODED_WORD = re.compile(rb"=\?[^?\s]{1,60}\?[bq]\?", re.I)


class Part(NamedTuple):
    """A part that shows text: plain, or the source of HTML."""

    text: str
    is_html: bool


def parsed(data: bytes) -> EmailMessage:
    """The mail of these bytes."""
    from email.parser import BytesParser
    from email.policy import EmailPolicy

    class Cut(EmailPolicy):
        """Takes apart no more of a header than its program would: that takes quadratic time."""

        def header_fetch_parse(self, name: str, value: str) -> Any:
            return super().header_fetch_parse(name, value[:_LONGEST_HEADER])

    return cast("EmailMessage", BytesParser(EmailMessage, policy=Cut()).parsebytes(data))


def header(message: Message, name: str) -> str:
    """A header as it reads, on one line; empty when there is none."""
    return decoded_words(_raw_header(message, name))


def sender(message: Message) -> tuple[str, str]:
    """Name and address of the first who wrote it; empty where they are not given."""
    # Taken apart first: a name that is encoded may hold a comma.
    name, address = email.utils.parseaddr(_raw_header(message, "from"))
    return decoded_words(name), decoded_words(address)


def shown_parts(message: Message, *, top: bool = True) -> list[Part]:
    """The parts that a mail program shows as the text of the mail, in their order.

    Of alternatives the plain one, but where it is a stub (see the HTML) or the HTML marks what
    plain text cannot. Raises ValueError, saying why, when a part cannot be decoded.
    """
    kind = message.get_content_type()
    if kind.startswith("message/") or (not top and _is_attachment(message)):
        return []
    if not message.is_multipart():
        return [_decoded(message)] if kind in _SHOWN else []
    children = [child for child in message.get_payload() if isinstance(child, Message)]
    if kind == "multipart/alternative":
        return _best([shown_parts(child, top=False) for child in children])
    if kind == "multipart/related":
        root = root_of(message, children)
        return [] if root is None else shown_parts(root, top=False)
    return [part for child in children for part in shown_parts(child, top=False)]


def attached_mails(message: Message) -> Iterator[Message]:
    """The mails attached to a mail, in their order; not those that are attached to them."""
    for part in message.iter_parts() if isinstance(message, EmailMessage) else ():
        if part.get_content_type() == "message/rfc822":
            yield from _enclosed(part)
        elif part.is_multipart():
            yield from attached_mails(part)
        elif (part.get_filename() or "").lower().endswith(".eml"):
            yield parsed(payload_of(part))


def payload_of(part: Message) -> bytes:
    """The bytes of a part, its transfer encoding undone."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def root_of(message: Message, children: list[Message]) -> Message | None:
    """Of parts that belong together, the one that the others are shown in."""
    start = message.get_param("start")
    for child in children:
        if isinstance(start, str) and child.get("content-id", "").strip() == start.strip():
            return child
    return children[0] if children else None


def decoded_words(raw: str) -> str:
    """A header with its encoded words, and its bytes beyond ASCII, decoded; on one line."""
    data = " ".join(raw.split()).encode("utf-8", "surrogateescape")
    whole: list[tuple[bytes | str, str | None]] = [(data, None)]
    if _ENCODED_WORD.search(data):
        # What cannot be decoded is shown as it stands.
        with contextlib.suppress(ValueError, email.errors.HeaderParseError):
            whole = email.header.decode_header(data.decode("latin-1"))
    texts = [
        _header_text(piece if isinstance(piece, bytes) else piece.encode("latin-1"), charset)
        for piece, charset in whole
    ]
    return " ".join("".join(texts).split())


def _header_text(raw: bytes, charset: str | None) -> str:
    try:
        return decode(raw, charset=charset)
    except ValueError:
        return raw.decode("ascii", "backslashreplace")  # visibly none of its words


def _raw_header(message: Message, name: str) -> str:
    # As it stands in the file: the standard library replaces what it cannot decode.
    found = (value for key, value in message.raw_items() if key.lower() == name)
    return str(next(found, ""))


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _decoded(part: Message) -> Part:
    is_html = part.get_content_type() == "text/html"
    charset = part.get_content_charset()
    # Programs write ASCII where they know nothing.
    label = None if charset in _ASCII else charset
    return Part(unix_lines(decode(payload_of(part), html=is_html, charset=label)), is_html)


def _best(alternatives: list[list[Part]]) -> list[Part]:
    told = [parts for parts in alternatives if any(part.text.strip() for part in parts)]
    plain = next((parts for parts in told if not any(part.is_html for part in parts)), None)
    rich = next((parts for parts in reversed(told) if any(part.is_html for part in parts)), None)
    if plain is None or rich is None:
        return plain or rich or []
    return rich if _says_more(rich, plain) else plain


def _says_more(rich: list[Part], plain: list[Part]) -> bool:
    """Whether the HTML says what the plain part does not, by its words or by its marks."""
    try:
        fragments = [fragment_of(part.text) for part in rich if part.is_html]
    except ValueError:
        return False  # it cannot be read, and need not be
    text = "\n".join(fragment.text for fragment in fragments)
    beside = "\n".join(part.text for part in plain)
    if any(fragment.struck for fragment in fragments):
        return True
    if _RAISED.search(text) and not _RAISED.search(beside):
        return True
    told, covered = set(words(squeeze(text))), set(words(squeeze(beside)))
    return len(told & covered) < _COVERED * len(told) and len(told) * _LITTLE >= len(covered)


def _enclosed(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    for inner in payload if isinstance(payload, list) else ():
        if not isinstance(inner, Message):
            continue
        coded = str(part.get("content-transfer-encoding", "")).lower()
        if coded in ("base64", "quoted-printable") and not inner.items():
            # Not allowed, but done: then the parser has taken the code for the mail.
            wrapper = Message()
            wrapper["content-transfer-encoding"] = coded
            wrapper.set_payload(inner.get_payload())
            yield parsed(payload_of(wrapper))
        else:
            yield inner
