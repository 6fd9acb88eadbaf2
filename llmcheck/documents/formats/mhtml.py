"""MHTML: a page with its pictures, saved by a browser in one file that is built like a mail."""

from __future__ import annotations

from email.message import Message

from llmcheck.documents.decoding import decode
from llmcheck.documents.formats.html import page_document, read_page
from llmcheck.documents.formats.mail_parts import header, parsed, payload_of, root_of
from llmcheck.documents.metadata import web_address
from llmcheck.models import Document

_PAGE_TYPES = ("text/html", "application/xhtml+xml")


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a saved page, read as the page; its address is where it was saved from.

    The date in its head is that of the saving, and none of the page. Raises ValueError when the
    file holds no page, or one that shows no text.
    """
    try:
        message = parsed(data)
        page = _page(message)
        if page is None:
            raise ValueError("holds no page: save it anew, as a web page or as HTML")
        source = decode(payload_of(page), html=True, charset=page.get_content_charset())
        places = [
            header(message, "snapshot-content-location"),
            header(page, "content-location"),
            header(message, "content-location"),
        ]
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        raise ValueError(
            f"is a damaged page ({type(error).__name__}): save it anew, as HTML"
        ) from error
    document = page_document(read_page(source), name)
    address = next(filter(None, map(web_address, places)), document.url)
    return [document.model_copy(update={"url": address})]


def _page(message: Message) -> Message | None:
    """The part that is the page itself: the one it names as its root, or else its first page."""
    if message.get_content_type() in _PAGE_TYPES:
        return message
    children = [part for part in message.walk() if part.get_content_type() in _PAGE_TYPES]
    return root_of(message, children)
