"""Dates and the other fields of metadata: read where they are stated, never guessed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.documents.formats.html import read_page
from llmcheck.documents.metadata import Metadata, iso_date


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("1769051231234", None),  # a count of milliseconds
        ("2031-05-04", "2031-05-04"),
        (" 20310504 ", "2031-05-04"),
        ("2031-05-04T10:00:00Z", "2031-05-04T10:00:00+00:00"),
        ("2031-05-04T10:00:00.123+02:00", "2031-05-04T10:00:00+02:00"),
        ("2031-05-04 10:00", "2031-05-04T10:00:00"),
        ("Sun, 04 May 2031 10:00:00 +0200", "2031-05-04T10:00:00+02:00"),
        ("4 May 2031 10:00 GMT", "2031-05-04T10:00:00+00:00"),
        ("4 May 2031 10:00:99999999999999999999 GMT", "2031-05-04"),
        ("4 May 2031 10:00:00 +99999999999999999999", "2031-05-04"),
        ("May 4, 2031", "2031-05-04"),
        ("4 May 2031", "2031-05-04"),
        ("2031-05", "2031-05"),
        ("2031", "2031"),
        ("04/05/2031", None),
        ("May 2031", None),
        ("31 June 2031", None),
        ("0001-01-01T00:00:00", None),
        ("0000", None),
        ("yesterday", None),
        ("", None),
        ("2031-05-04" + " " * 200, "2031-05-04"),
        ("2031-05-04 " + "x" * 200, None),
    ],
)
def test_a_date_that_is_stated(stated: str, date: str | None) -> None:
    assert iso_date(stated) == date


@pytest.mark.parametrize(
    ("stated", "language", "date"),
    [
        ("4. Mai 2031", "de-AT", "2031-05-04"),
        ("Sonntag, 4. Mai 2031", "de", "2031-05-04"),
        ("4 de mayo de 2031", "es", "2031-05-04"),
        ("4 May 2031", "de", "2031-05-04"),
        ("2031-05-04", "xx", "2031-05-04"),
        ("31. Juni 2031", "de", None),
        ("4. Mai 2031", None, None),
        ("4. Mai", "de", None),
        ("04.05.2031", "de", None),
    ],
)
def test_a_date_is_written_out_in_the_language_that_is_stated_or_in_english(
    stated: str, language: str | None, date: str | None
) -> None:
    assert iso_date(stated, language) == date


@given(st.text() | st.text(alphabet="0123456789-:T+Z/ May,"))
def test_a_date_is_iso_or_none(stated: str) -> None:
    date = iso_date(stated)
    if date is not None and len(date) > 7:
        datetime.datetime.fromisoformat(date)


LINKED = (
    '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "datePublished": '
    '"2001-01-01"}, {"@type": ["NewsArticle"], "datePublished": "2031-05-04T08:00:00Z", '
    '"author": [{"name": "Ilse Tarn"}, {"name": "https://gull.example/x"}], '
    '"publisher": {"name": "The Garnet Gull"}}]}</script>'
)


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("<meta property='article:published_time' content='2031-05-04'>", "",
         {"date": "2031-05-04"}),
        ("<meta name='DC.date.issued' content='May 4, 2031'>", "", {"date": "2031-05-04"}),
        (LINKED, "", {"date": "2031-05-04T08:00:00+00:00", "author": "Ilse Tarn",
                      "site": "The Garnet Gull"}),
        ("<script type='application/ld+json'>{" + "[" * 9000 + "</script>", "", {}),
        ("<script type='application/ld+json'>[1, null, {\"@type\": 3}]</script>", "", {}),
        ("", "<time datetime='2031-05-04'>4 May</time>", {"date": "2031-05-04"}),
        ("", "<time datetime='2031-05-04'>a</time><time datetime='2031-05-06'>b</time>", {}),
        ("", "<time datetime='2031-05-06'>a</time>"
             "<time itemprop='datePublished' datetime='2031-05-04'>b</time>",
         {"date": "2031-05-04"}),
        ("", "<p>Published on 4 May 2031</p>", {}),
        ("<link rel=canonical href='https://gull.example/2031/05/04/lamp'>", "",
         {"url": "https://gull.example/2031/05/04/lamp"}),
        ("<link rel=canonical href='javascript:x'><meta property='og:url' content='/lamp'>", "",
         {}),
        ("<meta name=author content=' Ilse\n Tarn '><meta property='og:site_name' content=Gull>",
         "", {"author": "Ilse Tarn", "site": "Gull"}),
        ("<meta property='article:author' content='https://social.example/it'>", "", {}),
    ],
)  # fmt: skip
def test_what_a_page_states(head: str, body: str, expected: dict[str, Any]) -> None:
    page = read_page(f"<html><head>{head}</head><body><p>The lamp is lit.</p>{body}</body></html>")
    assert page.about == Metadata(**expected)


def test_a_page_may_write_its_date_out_in_its_language() -> None:
    page = read_page(
        "<html lang='de'><head><meta name='date' content='4. Mai 2031'></head><p>Licht</p></html>"
    )
    assert page.about.date == "2031-05-04"


def test_the_language_of_a_page() -> None:
    assert read_page("<html lang='en-GB'><p>lit</p></html>").about.language == "en-GB"
