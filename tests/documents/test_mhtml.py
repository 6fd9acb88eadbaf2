"""Pages that a browser saved in one file: read as the page, from where they were saved."""

from __future__ import annotations

import pytest
from samples import DATA, chrome_of, items, of_file, read, reasons

from llmcheck.documents.formats.sniffing import sniffed
from llmcheck.models import Document

PAGE = "<html><head><title>Pier opens</title></head><body><p>The pier cost {}.</p></body></html>"


def saved(*parts: str, head: str = "") -> str:
    body = "".join(f"--x1\n{part}\n" for part in parts)
    kind = 'Content-Type: multipart/related; type="text/html"; boundary="x1"'
    return f"MIME-Version: 1.0\n{head}{kind}\n\n{body}--x1--\n"


def test_a_page_saved_by_chrome_is_read_as_the_page() -> None:
    document = of_file("page.mhtml")
    assert (document.title, document.language) == ("Pier opens", "en")
    assert document.url == "https://news.example/pier"
    assert document.date is None, "the day of the saving is none of the page"
    assert "The new pier cost €4.1 million, the council said on Tuesday." in document.text
    assert chrome_of(document) == ["Home Sport"]


def test_the_page_is_the_part_that_is_named_or_the_first() -> None:
    frame = f"Content-Type: text/html\nContent-ID: <f>\n\n{PAGE.format('1 crown')}"
    page = f"Content-Type: text/html\nContent-ID: <p>\n\n{PAGE.format('4 crowns')}"
    named = saved(frame, page).replace("; boundary", '; start="<p>"; boundary')
    assert read(named, "a.mht")[0].text == "The pier cost 4 crowns."
    assert read(saved(page, frame), "a.mht")[0].text == "The pier cost 4 crowns."
    assert read(f"MIME-Version: 1.0\n{page}", "a.mht")[0].text == "The pier cost 4 crowns."


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=windows-1252"])
def test_a_saved_page_is_decoded_as_pages_are(charset: str) -> None:
    page = f"Content-Type: text/html{charset}\n\n{PAGE.format('€4')}"
    (document,) = read(saved(page).encode("cp1252"), "a.mht")
    assert document.text == "The pier cost €4."


def test_what_a_component_of_a_saved_page_shows_is_text() -> None:
    page = "<p>a</p><x-card><template shadowmode=open><p>b</p></template></x-card><template>c"
    assert read(saved(f"Content-Type: text/html\n\n{page}"), "a.mhtml")[0].text == "a\n\nb"


def test_a_saved_page_is_told_from_a_mail_by_its_content() -> None:
    data = (DATA / "page.mhtml").read_bytes()
    assert sniffed(data) == "mhtml"
    old = b"From: <Saved by Windows Internet Explorer 7>\r\nSubject: x\r\n"
    assert sniffed(old) == "mhtml"
    assert sniffed(b"From: Saved <a@x.example>\nSubject: x\n") is None
    for name in ("page", "page.txt", "page.eml"):
        (document,) = read(data, name)
        assert document.title == "Pier opens"
    (mail,) = read((DATA / "mail-gmail-quote.eml").read_bytes(), "a.eml")
    assert mail.title == "Re: pier"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Pears won on Friday.", "holds no page"),
        (saved("Content-Type: text/css\n\np {}"), "holds no page"),
        (saved("Content-Type: text/html\n\n<div id=app></div>"), "shows no text"),
        ("Content-Type: message/rfc822\n\n" * 5000, "page"),
    ],
)
def test_what_holds_no_page_is_refused(data: str, reason: str) -> None:
    found = list(items(data, "a.mhtml"))
    assert not [item for item in found if isinstance(item, Document)]
    assert reason in reasons(data, "a.mhtml")["a.mhtml"]
