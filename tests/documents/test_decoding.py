"""Bytes to text: the right encoding, or a refusal that names the byte."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.documents.decoding import decode

ENGLISH = "The ferry costs £4 more, “and that is that”, said the café’s owner – twice. " * 3
POLISH = "Prezydent powiedział, że żółw wrócił już do Łodzi, ale źle się czuje. " * 3
RUSSIAN = "Мэр сказал, что мост закроют на двенадцать месяцев, и добавил подробности. " * 3
JAPANESE = "市長は橋を十二か月間閉鎖すると述べた。これについては後で話し合うことになっている。" * 3


@given(
    st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_what_was_encoded_is_decoded(text: str, encoding: str) -> None:
    text = "x" + text  # neither a byte order mark nor the name of a binary format
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_either_byte_order_is_read_and_its_mark_dropped(mark: str) -> None:
    assert decode(("\ufeff" + POLISH).encode(mark)) == POLISH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
    ],
)
def test_old_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "label", "encoding"),
    [
        ("“café” £4", "iso-8859-1", "cp1252"),
        ("żółw", "windows-1250", "cp1250"),
        ("市長は橋を", "Shift_JIS", "cp932"),
        ("다리를 닫는다", "euc-kr", "cp949"),
    ],
)
@pytest.mark.parametrize(
    "head",
    ["<meta charset={}>", "<meta content='text/html; charset={}'>", "<?xml encoding='{}'?>"],
)
def test_html_is_decoded_as_it_declares(text: str, label: str, encoding: str, head: str) -> None:
    page = f"{head.format(label)}<p>{text}</p>"
    assert decode(page.encode(encoding), html=True) == page


def test_a_declared_charset_counts_in_html_only_and_after_utf8() -> None:
    page = "<meta charset=iso-8859-5><p>café</p>"
    assert decode(page.encode(), html=True) == page
    assert "café" in decode((page * 3).encode("cp1252"))


@pytest.mark.parametrize("label", ["idna", "hex", "unicode_escape", "nonsense", "undefined"])
def test_a_declared_codec_that_is_no_charset_is_passed_over(label: str) -> None:
    page = f"<meta charset={label}><p>{ENGLISH}</p>"
    assert decode(page.encode("cp1252"), html=True) == page


@pytest.mark.parametrize(
    ("text", "label", "encoding"),
    [
        ("The pier cost €4 million – “really”.", "iso-8859-1", "cp1252"),
        ("The pier cost €4 million – “really”.", "us-ascii", "cp1252"),
        ("The pier cost €4 million – “really”.", "ISO-8859-15", "cp1252"),
        ("„Żółw” kosztował 4 mln – naprawdę.", "iso-8859-2", "cp1250"),
        ("Η γέφυρα κόστισε – “4”", "iso-8859-7", "cp1253"),
        ("다리를 닫는다", "ks_c_5601-1987", "cp949"),
        ("市長は橋を閉鎖する", "x-sjis", "cp932"),
        ("市長は橋を閉鎖する", "iso-2022-jp", "iso2022_jp"),
        ("市長は①を閉鎖する", "iso-2022-jp", "iso2022_jp_2004"),
        ("桥要关闭", "hz-gb-2312", "hz"),
        ("The pier cost €4 million", "utf-7", "utf-7"),
        ("The pier cost €4 million", "utf-16", "utf-16-be"),
        ("The pier cost €4 million", "UTF-16", "utf-16-le"),
        ("The pier cost €4 million", "utf-16le", "utf-16-le"),
        ("שלום לכולם – “כן”", "iso-8859-8-i", "cp1255"),
    ],
)
def test_the_charset_that_a_text_came_with_is_read_as_programs_use_it(
    text: str, label: str, encoding: str
) -> None:
    assert decode(text.encode(encoding), charset=label) == text


@pytest.mark.parametrize("label", ["unknown-8bit", "x-unknown", "", "default", "utf-8"])
def test_a_label_that_says_nothing_is_passed_over(label: str) -> None:
    assert decode("The pier cost £4 million.".encode("cp1252"), charset=label) == (
        "The pier cost £4 million."
    )


def test_escapes_that_are_none_of_their_charset_are_refused() -> None:
    with pytest.raises(ValueError, match="is no valid iso2022_jp, which it is labelled"):
        decode(b"\x1b$B\x7f\x7f", charset="iso-2022-jp")


def test_a_page_that_declares_utf16_where_that_can_be_read_is_none() -> None:
    page = "<meta charset=utf-16><p>café</p>"
    assert decode(page.encode(), html=True) == page


def test_a_page_that_declares_a_charset_of_escapes_is_read_by_it() -> None:
    page = f"<meta charset=iso-2022-jp><p>{JAPANESE}</p>"
    assert decode(page.encode("iso2022_jp"), html=True) == page


@pytest.mark.parametrize("broken", [b"\xff", b"\xe2\x80", b"\xc3\xff"])
@pytest.mark.parametrize("html", [False, True])
def test_utf8_with_a_few_broken_bytes_is_refused_with_their_place(
    broken: bytes, html: bool
) -> None:
    start = f"<meta charset=iso-8859-1>{ENGLISH}".encode()
    with pytest.raises(
        ValueError, match=f"invalid UTF-8 at byte {len(start)}, in a file"
    ) as error:
        decode(start + broken + b" and so on", html=html)
    assert "iconv" in str(error.value)


def test_a_broken_file_with_a_mark_is_refused_with_the_place_in_the_file() -> None:
    with pytest.raises(ValueError, match="invalid UTF-8 at byte 5"):
        decode(codecs.BOM_UTF8 + b"ab\xffcd")
    with pytest.raises(ValueError, match="invalid UTF-16-LE at byte 4"):
        decode(codecs.BOM_UTF16_LE + b"a\0b")


def test_bytes_that_fit_no_encoding_are_refused_with_their_place() -> None:
    with pytest.raises(ValueError, match=r"invalid UTF-8 at byte 0 and no other encoding fits"):
        decode(bytes(range(254, 127, -1)) * 40)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04...", "a zip archive"),
        (b"\x89PNG\r\n", "a PNG image"),
        (b"{\\rtf1 text}", "an RTF file"),
        (b"text\0text", "NUL"),
    ],
)
def test_binary_files_are_refused_by_name(data: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        decode(data)


@given(st.binary())
def test_any_bytes_give_text_or_a_value_error(data: bytes) -> None:
    try:
        text = decode(data)
    except ValueError:
        return
    text.encode()
