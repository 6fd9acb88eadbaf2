"""Mails: which parts are their text, in which charset, what of it is quoted, what is attached."""

from __future__ import annotations

import base64
import quopri

import pytest
from hostile import LENGTH, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st
from samples import chrome_of, holds, items, of_file, read, reasons

from llmcheck.errors import DocumentError
from llmcheck.models import Document

HEAD = "From: Ilse Tarn <i.tarn@gull.example>\nSubject: =?utf-8?q?L=C3=A4mp?=\nMIME-Version: 1.0\n"


def part(text: str | bytes, kind: str = "text/plain; charset=utf-8", *more: str) -> str:
    """A part of a mail, in base64 so that any bytes can be in it."""
    raw = text.encode() if isinstance(text, str) else text
    head = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *more]
    return "\n".join([*head, "", base64.encodebytes(raw).decode()])


def several(kind: str, *parts: str, mark: str = "x1") -> str:
    body = "".join(f"--{mark}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n{body}--{mark}--\n'


def read_mail(body: str, head: str = HEAD) -> Document:
    (document,) = read(head + body, "a.eml")
    return document


def html(text: str) -> str:
    return part(text, "text/html; charset=utf-8")


INLINE, ATTACHED = "Content-Disposition: inline", "Content-Disposition: attachment"
PICTURE = part(b"\x89PNG", "image/png")


def test_a_mail_of_a_common_program() -> None:
    document = of_file("ferry.eml")
    assert (document.title, document.author) == (
        "Ferry in winter – the board’s answer",
        "Jon Hallem",
    )
    assert document.date == "2026-11-22T21:15:51+00:00"
    quoted, signature = chrome_of(document)
    assert quoted.startswith("On Tue, Oct 07, 2031 at 09:30:00AM +0200, Ottilie Brask wrote:")
    assert quoted.endswith("> quay by spring?")
    assert signature.startswith("--")
    assert "The quay will get a light and a shelter by March" in document.text
    holds(document)


# --- which parts are its text ---


def test_text_before_and_behind_a_picture_is_all_read() -> None:
    document = of_file("mail-text-picture-text.eml")
    assert document.text == (
        "The new pier will cost 4.1 million euros.\nSee the plan:\n\n"
        "It opens on 3 May and 214 workers are employed on it."
    )


def test_a_plain_part_that_is_a_stub_gives_way_to_the_html() -> None:
    document = of_file("mail-plain-stub.eml")
    assert document.text == (
        "The council paid 5.6 million euros for the pier.\n\nIt employs 230 workers."
    )


@pytest.mark.parametrize(
    ("plain", "rich", "text"),
    [
        ("The lamp is lit.", "<p>The <b>lamp</b> is not lit.</p>", "The lamp is lit."),
        (" \n", "<p>The lamp is lit.</p>", "The lamp is lit."),
        ("The lamp is lit. More: https://gull.example/a", "<p>The lamp is lit.</p><p>It is green,"
         " and turns twice a minute in fog and snow.</p>",
         "The lamp is lit.\n\nIt is green, and turns twice a minute in fog and snow."),
        ("The lamp on the pier is lit again, and turns twice a minute in fog and snow, as before.",
         "<p>See browser</p>", "The lamp on the pier is lit again, and turns twice a minute in fog"
         " and snow, as before."),
        ("It killed 12 nine.", "<p>It killed <s>12</s> nine.</p>", "It killed nine."),
        ("It holds 106 litres.", "<p>It holds 10<sup>6</sup> litres.</p>", "It holds 10⁶ litres."),
        ("The lamp is lit.", "<div>" * 3000 + "lit", "The lamp is lit."),
    ],
)  # fmt: skip
def test_of_alternatives_the_one_that_says_all_is_read(plain: str, rich: str, text: str) -> None:
    assert read_mail(several("alternative", part(plain), html(rich))).text == text


@pytest.mark.parametrize(
    "body",
    [
        several("alternative", PICTURE, html("<p>One.</p><p>Two.</p>")),
        several("mixed", part("One.\n\n"), part("\nTwo.\n", "text/plain", INLINE)),
        several("mixed", html("One."), PICTURE, html("<p>Two.</p>")),
        several("mixed", part("One."), html("<p>Two.</p>")),
        several("related", html("<p>One.</p><p>Two.</p>"), html("frame"), PICTURE),
        several("related; start=\"<r>\"", html("frame"),
                part("<p>One.</p><p>Two.</p>", "text/html", "Content-ID: <r>")),
        several("alternative", part("One.\n\nTwo."),
                several("mixed", html("<p>One.</p>"), PICTURE, html("<p>Two.</p>"), mark="x2")),
        several("mixed", several("alternative", part("One."), html("<p>One.</p>"), mark="x2"),
                PICTURE, several("related", html("<p>Two.</p>"), PICTURE, mark="x3")),
        several("signed", several("mixed", part("One."), part("Two."), mark="x2"),
                part("sig", "application/pgp-signature")),
        several("mixed", part("One."), part("notes", "text/plain", ATTACHED),
                part("Two."), part("when", "text/calendar")),
    ],
)  # fmt: skip
def test_parts_that_are_shown_are_read_in_their_order(body: str) -> None:
    assert read_mail(body).text == "One.\n\nTwo."


# --- charsets ---


def test_quotes_of_windows_in_a_mail_called_latin_1_are_read() -> None:
    assert of_file("mail-cp1252-as-latin1.eml").text == "The pier cost €4 million – “really”."


def test_a_charset_that_nobody_knows_is_no_reason_to_lose_a_letter() -> None:
    assert of_file("mail-unknown-charset.eml").text == "The pier cost £4 million."


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("", "cp1252", "The pier cost £4 million."),
        ("us-ascii", "cp1252", "The pier cost £4 million."),
        ("us-ascii", "utf-8", "The pier cost €4 million."),
        ("iso-8859-1", "utf-8", "The pier cost €4 million."),
        ("utf-8", "cp1252", "The pier cost £4 million."),
        ("nonsense", "utf-8", "The pier cost €4 million."),
        ("iso-2022-jp", "iso2022_jp", "市長は橋を閉鎖する。"),
        ("ks_c_5601-1987", "cp949", "다리를 닫는다."),
        ("windows-1251", "cp1251", "Мэр закрыл мост."),
    ],
)
def test_a_part_is_decoded_as_files_are(label: str, encoding: str, text: str) -> None:
    kind = f"text/plain; charset={label}" if label else "text/plain"
    assert read_mail(part(text.encode(encoding), kind)).text == text
    raw = HEAD.encode() + f"Content-Type: {kind}\n\n".encode() + text.encode(encoding)
    (document,) = read(raw, "a.eml")
    assert document.text == text
    quoted = quopri.encodestring(text.encode(encoding)).decode()
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: quoted-printable\n\n"
    assert read_mail(head + quoted).text == text


@pytest.mark.parametrize("label", ["", "; charset=us-ascii", "; charset=unknown-8bit"])
def test_html_that_says_its_charset_itself_is_read_by_it(label: str) -> None:
    page = "<html><head><meta charset=windows-1251></head><p>Мэр закрыл мост.</p></html>"
    assert read_mail(part(page.encode("cp1251"), f"text/html{label}")).text == "Мэр закрыл мост."


def test_a_part_that_no_charset_fits_is_refused_with_its_reason() -> None:
    found = reasons(HEAD + part("£4, “naïve” ".encode() * 9 + b"\xff"), "a.eml")
    assert "invalid UTF-8 at byte" in found["a.eml"]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (b"=?iso-8859-1?q?=80_4_=96_=93really=94?=", "€ 4 – “really”"),
        (b"=?unknown-8bit?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?b?w6Q=?= =?utf-8?b?w7Y=?= plain", "äö plain"),
        (b"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("café – now".encode(), "café – now"),
        (b"Pier cost \xa34 million", "Pier cost £4 million"),
        (b"=?iso-2022-jp?b?GyRCO1REORsoQg==?=", "市長"),
        (b"folded\n over lines", "folded over lines"),
    ],
)
def test_headers_are_decoded_as_texts_are(subject: bytes, title: str) -> None:
    (document,) = read(b"From: a@x.example\nSubject: " + subject + b"\n\nText.", "a.eml")
    assert document.title == title


def test_a_name_with_a_comma_is_one_name() -> None:
    document = read_mail("\nText.", "From: =?utf-8?q?Tarn=2C_Ilse?= <i@x.example>\nSubject: a\n")
    assert document.author == "Tarn, Ilse"
    assert read_mail("\nText.", "From: <i@x.example>\n").author == "i@x.example"


# --- what is quoted ---

OWN = "It cost 5.6 million euros."
THEIRS = "It cost 4.1 million euros."


def test_mail_that_gmail_quotes_in_html_is_chrome() -> None:
    document = of_file("mail-gmail-quote.eml")
    (quoted,) = chrome_of(document)
    assert quoted.startswith("On Mon, 3 Nov 2025 at 09:12, B <b@x.example> wrote:")
    assert quoted.endswith("The pier cost 4.1 million euros, the council said.")
    assert document.text.startswith("The figure is wrong: the pier cost 5.6 million euros.")


HEADER = (
    "From: B &lt;b@x.example&gt;<br>Sent: Monday, November 3, 2025 9:12 AM<br>"
    "To: A<br>Subject: RE: Pier"
)


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote">Am Mo., 3. Nov. 2025 um 09:12 schrieb B &lt;b@x.example&gt;:<br>'
        f'<blockquote class="gmail_quote">{THEIRS}</blockquote></div>',
        f'<div class="moz-cite-prefix">On 03/11/2025 09:12, B wrote:</div>'
        f'<blockquote type="cite"><p>{THEIRS}</p></blockquote>',
        "<div>On 3 Nov 2025, at 09:12, B wrote:</div><br>"
        f"<blockquote type=cite>{THEIRS}</blockquote>",
        f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{HEADER}</div><p>{THEIRS}</p>',
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
        f"<p>{HEADER.replace('Pier', 'Other')}</p></div></div><p>{THEIRS}</p>",
        f"<div>{HEADER}</div><p>{THEIRS}</p>",
        f"<p>{HEADER.replace('<br>', '</p><p>')}</p><p>{THEIRS}</p>",
        f'<div class="yahoo_quoted"><div>On Monday, B wrote:</div><div>{THEIRS}</div></div>',
        f'<div class="protonmail_quote">On Monday, B wrote:<br>{THEIRS}</div>',
        f"<p>&gt; {THEIRS}</p>",
    ],
    ids=["gmail", "thunderbird", "apple", "outlook web", "outlook", "outlook header",
         "header in paragraphs", "yahoo", "proton", "marks"],
)  # fmt: skip
def test_mail_quoted_in_html_is_chrome_with_what_introduces_it(quoted: str) -> None:
    document = read_mail(
        html(f"<div>{OWN}</div>{quoted}"), HEAD.replace("=?utf", "Re: Pier\nX: =?utf")
    )
    (chrome,) = chrome_of(document)
    assert THEIRS in chrome
    assert document.text.replace(chrome, "").strip() == OWN
    holds(document)


def test_what_is_written_between_quoted_passages_is_no_chrome() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, 3 Nov 2025 at 09:12, B wrote:'
        "</div>"
        '<blockquote class="gmail_quote">What did it cost?</blockquote>'
        f'<div>{OWN}</div><blockquote class="gmail_quote">Who paid?</blockquote></div>'
    )
    document = read_mail(html(page))
    assert chrome_of(document) == [
        "On Mon, 3 Nov 2025 at 09:12, B wrote:\n\nWhat did it cost?", "Who paid?",
    ]  # fmt: skip


def test_a_passage_that_an_article_quotes_is_no_chrome() -> None:
    document = read_mail(
        html(f"<p>The report says:</p><blockquote>{THEIRS}</blockquote><p>{OWN}</p>")
    )
    assert document.chrome == ()


@pytest.mark.parametrize(
    "quoted",
    [
        f"On Mon, 3 Nov 2025 at 09:12, B <b@x.example>\nwrote:\n\n> {THEIRS}",
        f"Am 03.11.25 um 09:12 schrieb B:\n> {THEIRS}",
        f"Le lun. 3 nov. 2025 à 09:12, B <b@x.example> a écrit :\n\n> {THEIRS}",
        f"B <b@x.example> 于2025年11月3日周一 09:12写道：\n\n> {THEIRS}",
        f"-----Original Message-----\nFrom: B\n{THEIRS}",
        f"________________________________\nFrom: B <b@x.example>\nSent: Monday, November 3, 2025 "
        f"9:12 AM\nTo: A\nSubject: Something else\n\n{THEIRS}",
        f"From: B\nSent: Monday, November 3, 2025 9:12 AM\nTo: A\nSubject: RE: Pier\n\n{THEIRS}",
        "*Von:* B\n*Gesendet:* Montag, 3. November 2025 09:12\n*An:* A\n*Betreff:* AW: Pier"
        f"\n\n{THEIRS}",
        f"-----Ursprüngliche Nachricht-----\nVon: B\nGesendet: Montag, 3. November 2025 09:12\n"
        f"An: A\nBetreff: Brücke\n\n{THEIRS}",
        f"发件人: B\n发送时间: 2025年11月3日 9:12\n收件人: A\n主题: 回复: Pier\n\n{THEIRS}",
        f"From: B <b@x.example>\nSent: 3/11/2025 9:12 AM\nTo: A\nSubject: Its cost\n\n{THEIRS}",
        f"-- \nIlse\n\n{THEIRS}",
        f"_______________________________________________\nPier mailing list\n{THEIRS}",
    ],
)
def test_mail_quoted_in_plain_text_is_chrome_in_any_language(quoted: str) -> None:
    head = "From: A <a@x.example>\nSubject: Re: Pier\n"
    document = read_mail(part(f"{OWN}\n\n{quoted}"), head)
    assert chrome_of(document) == [quoted]
    holds(document)


@pytest.mark.parametrize(
    "text",
    [
        f"When: 4 November 2025, 10:00\nWhere: the pier\nContact: press@x.example\n\n{OWN}",
        f"{OWN}\n\n______________________\n\n" + f"{THEIRS}\n" * 9,
        f"The council said:\n{THEIRS}",
        f"------\n{OWN}\n------\n{THEIRS}",
    ],
)
def test_what_only_looks_like_a_header_block_is_no_chrome(text: str) -> None:
    assert read_mail(part(f"{OWN}\n\n{text}")).chrome == ()


def test_a_mail_that_is_passed_on_is_what_the_mail_says() -> None:
    header = "From: B <b@x.example>\nSent: Monday, November 3, 2025 9:12 AM\nTo: A\nSubject: Pier"
    head = "From: A <a@x.example>\nSubject: {} Pier\n"
    body = part(f"See below.\n\n{header}\n\n{THEIRS}\n> {OWN}")
    for mark in ("FW:", "Fwd:", "WG:", "TR:"):
        assert chrome_of(read_mail(body, head.format(mark))) == [f"> {OWN}"]
    page = html(f'See below.<div id="divRplyFwdMsg">{header}</div><blockquote type="cite">{THEIRS}'
                f'<blockquote type="cite">{OWN}</blockquote></blockquote>')  # fmt: skip
    assert chrome_of(read_mail(page, head.format("Fwd:"))) == [OWN]


def test_a_mail_that_is_all_quotation_is_no_chrome() -> None:
    assert read_mail("\n> The lamp is lit.\n").chrome == ()
    assert read_mail(html("<blockquote type=cite>The lamp is lit.</blockquote>")).chrome == ()


def test_a_signature_ends_its_own_part_and_not_the_next() -> None:
    document = read_mail(several("mixed", part("One.\n-- \nIlse\n"), PICTURE, part("Two.")))
    assert chrome_of(document) == ["-- \nIlse"]
    assert document.text.endswith("\n\nTwo.")


# --- what is attached ---

INNER = "From: B <b@x.example>\nSubject: Pier\nDate: Mon, 3 Nov 2025 09:12:00 +0000\n\n" + THEIRS


@pytest.mark.parametrize(
    "attached",
    [
        f"Content-Type: message/rfc822\n\n{INNER}",
        f"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n{INNER}",
        part(INNER, "message/rfc822"),
        part(INNER, "application/octet-stream; name=pier.EML"),
    ],
)
def test_a_mail_that_is_attached_is_a_document_of_its_own(attached: str) -> None:
    mail, inner = read(HEAD + several("mixed", part(OWN), attached), "a.eml")
    assert (mail.id, mail.text) == ("a.eml", OWN)
    assert (inner.id, inner.path, inner.title) == ("a.eml#1", "a.eml", "Pier")
    assert (inner.text, inner.author, inner.date) == (THEIRS, "B", "2025-11-03T09:12:00+00:00")


def test_mails_in_mails_in_mails_are_all_read() -> None:
    deepest = f"Content-Type: message/rfc822\n\n{INNER}"
    inner = several("mixed", part("In."), deepest, mark="x2")
    middle = f"Content-Type: message/rfc822\n\nSubject: Middle\n{inner}"
    found = read(HEAD + several("digest", middle, deepest), "a.eml")
    assert [(d.id, d.title) for d in found] == [
        ("a.eml#1", "Middle"), ("a.eml#2", "Pier"), ("a.eml#3", "Pier"),
    ]  # fmt: skip


def test_an_attached_mail_that_cannot_be_read_is_named() -> None:
    silent = "Content-Type: message/rfc822\n\nSubject: A\nContent-Type: image/png\n\nx"
    found = list(items(HEAD + several("mixed", part(OWN), silent), "a.eml"))
    assert isinstance(found[0], Document)
    assert isinstance(found[1], DocumentError)
    assert found[1].path == "a.eml#1"
    assert "shows no text" in found[1].reason


# --- what is refused ---


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Pears won on Friday.\n", "is no mail"),
        (HEAD + PICTURE, "shows no text"),
        (HEAD + "Content-Type: multipart/mixed; boundary=x\n\n--x--\n", "shows no text"),
        (HEAD + part("%PDF-1.7"), "is a PDF"),
    ],
)
def test_what_is_no_mail_is_refused(data: str, reason: str) -> None:
    assert reason in reasons(data, "a.eml")["a.eml"]


@given(TEXTS, st.sampled_from(["", "Re: ", "Fwd: "]))
def test_spans_of_any_mail_hold(body: str, mark: str) -> None:
    head = f"From: A <a@x.example>\nSubject: {mark}Pier\n".encode()
    for kind in (b"", b"Content-Type: text/html\n"):
        for item in items(head + kind + b"\n" + body.encode("utf-8", "replace"), "a.eml"):
            if isinstance(item, Document):
                holds(item)
                for span in item.chrome:
                    quote = item.text[span.start : span.end]
                    assert quote == quote.strip()


@pytest.mark.parametrize(
    "line",
    ["-", "--x", "_", "A: ", "A: b\n", "____________\n", "1234 12:3", ">", "> a\nb:\n", "a@b:\n",
     "=?utf-8?q?a?= ", "Re: ", "-- x\n"],
)  # fmt: skip
def test_hostile_mails_take_no_time(line: str) -> None:
    body = line * (LENGTH // len(line))
    with cpu_limit():
        list(items(f"From: a@x.example\nSubject: {body[:20_000]}\n\n{body}", "a.eml"))
        for kind in ("text/plain", "text/html", "multipart/mixed; boundary=x"):
            list(
                items(
                    f"From: a@x.example\nSubject: {body[:90]}\nContent-Type: {kind}\n\n{body}",
                    "a.eml",
                )
            )


def test_mails_nested_without_end_are_read_or_refused() -> None:
    bomb = "Subject: a\nContent-Type: message/rfc822\n\n" * 5000 + "text"
    with cpu_limit(20):
        assert list(items(bomb, "a.eml"))
