"""Every format: text, spans and metadata of real files, and refusal of broken and hostile ones."""

from __future__ import annotations

import io
import json

import pytest
from hostile import LENGTH, LINES, cpu_limit
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import DATA, chrome_of, holds, items, of_file, read, reasons, zipped

from llmcheck.documents.formats import FORMATS
from llmcheck.documents.formats.archive import Archive
from llmcheck.documents.formats.sniffing import sniffed
from llmcheck.errors import DocumentError
from llmcheck.installation import extras
from llmcheck.models import Document

TITLE = "Ferry to Skarn Island will sail all winter"
SAID = "“We have waited for this since my grandmother’s time,” said Aud Renner"


def test_every_format_has_a_reader_and_shares_no_suffix_or_media_type() -> None:
    assert all(callable(row.load()) for row in FORMATS.values())
    for told in ("suffixes", "media_types"):
        names = [name for row in FORMATS.values() for name in getattr(row, told)]
        assert len(names) == len(set(names))
        assert names == [name.lower() for name in names]


def test_an_extra_that_the_table_names_is_one_of_the_package() -> None:
    needed = {row.extra for row in FORMATS.values() if row.extra}
    assert needed <= {extra.name for extra in extras()}


# --- files that common programs made (tests/data/README.md) ---


@pytest.mark.parametrize("name", ["ferry.pdf", "ferry.docx", "ferry.epub"])
def test_a_document_of_an_office_program(name: str) -> None:
    document = of_file(name)
    assert (document.id, document.path) == (name, name)
    assert (document.title, document.author) == (TITLE, "Ottilie Brask")
    paragraphs = document.text.split("\n\n")
    assert TITLE in paragraphs
    assert "What an islander pays" in paragraphs
    assert any(SAID in paragraph and "1.3 million crowns" in paragraph for paragraph in paragraphs)
    assert "islanders who needed the mainland" in document.text
    assert "a re-designed quay" in document.text
    assert "planned for 2 November." in document.text
    at = document.text.index(SAID)
    assert document.text[at : at + len(SAID)] == SAID
    holds(document)


def test_dates_and_languages_are_those_of_the_properties() -> None:
    # The file was made on 2031-10-07, which is no date that the document states.
    assert of_file("ferry.docx").date is None
    assert of_file("ferry.docx").language == "en-GB"
    # LibreOffice writes the day of the export into a PDF, and none into an EPUB.
    assert of_file("ferry.pdf").date is None, "the day of the export is no date of the article"
    assert of_file("ferry.epub").date is None
    assert of_file("ferry.epub").language == "en-GB"


def test_rows_of_a_table_stay_rows() -> None:
    for name in ("ferry.docx", "ferry.epub", "ferry.pdf"):
        assert "Season\tPassengers\nSummer\t11,200\nWinter\t4,600" in of_file(name).text


def test_what_runs_along_the_pages_of_a_pdf_is_chrome() -> None:
    document = of_file("ferry.pdf")
    told = "\n\n".join(chrome_of(document)).split("\n\n")
    assert sorted(told) == sorted(
        ["The Ellhaven Log, winter edition"] * 2 + ["Page 1 of 2", "Page 2 of 2"]
    )


@pytest.mark.parametrize("name", ["feed.xml", "feed.atom"])
def test_a_feed_of_a_common_library(name: str) -> None:
    ferry, shop = read((DATA / name).read_bytes(), name)
    assert (ferry.id, shop.id) == (f"{name}#ferry-winter", f"{name}#shop")
    assert ferry.path == name
    assert (ferry.title, ferry.date) == (TITLE, "2031-10-07T09:30:00+02:00")
    assert (ferry.site, ferry.url) == ("The Ellhaven Log", "https://log.example/ferry")
    assert ferry.author == "Ottilie Brask"
    assert ferry.text == (
        "The ferry to Skarn Island will sail throughout the winter, the harbour board of "
        "Ellhaven said.\n\nWeekdays: three crossings\nSundays: one crossing"
    )
    assert shop.text == "Aud Renner will keep the shop on Skarn open on Sundays."


# --- which format ---


@pytest.mark.parametrize(
    ("begins", "format_name"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\xef\xbb\xbf<!doctype html>", "html"),
        ("<html>".encode("utf-16"), "html"),
        (b"<?xml version='1.0'?>\n<!-- x --><rss version='2.0'>", "feed"),
        (b"<?xml version='1.0'?><?style x?><feed xmlns='x'>", "feed"),
        (b"<rdf:RDF", "feed"),
        (b"PK\x03\x04 nothing known", None),
        (b"Pears won.", None),
        (b"<!--" * 1000, None),
    ],
)
def test_a_format_is_told_by_how_a_file_begins(begins: bytes, format_name: str | None) -> None:
    assert sniffed(begins) == format_name


def test_files_without_a_suffix_are_told_by_their_content() -> None:
    for name in ("ferry.pdf", "ferry.docx", "ferry.epub", "feed.xml"):
        data = (DATA / name).read_bytes()
        assert sniffed(data) == ("feed" if name == "feed.xml" else name.rpartition(".")[2])


# --- Markdown ---


@pytest.mark.parametrize(
    ("source", "text", "struck"),
    [
        ("killed ~~12~~ nine people", "killed nine people", ["12"]),
        ("killed ~~12~~ ~~10~~ nine, <s>or so</s>.", "killed nine,.", ["12", "10", "or so"]),
        ("cost ~~4.1~~, 5.6", "cost, 5.6", ["4.1"]),
        ("~~Old.~~ New.", "New.", ["Old."]),
        ("- <del class='x'>Old</del>\n- New", "-\n- New", ["Old"]),
        ("~~two\nlines~~ of\ntext", "\nof\ntext", ["two lines"]),
        ("`~~code~~` and\n```\n~~code~~\n```\n", None, []),
        ("~~~\nfenced\n~~~\n", None, []),
        ("about ~5 ~~ 6, \\~~no~~ <strong>s</strong>", None, []),
        ("~~never\n\nclosed~~", None, []),
        ("320<sup>1</sup>, 10<sup>6</sup> and the 19<sup>th</sup>",
         "320¹, 10⁶ and the 19<sup>th</sup>", []),
    ],
)  # fmt: skip
def test_what_markdown_strikes_out_is_kept_beside_the_text(
    source: str, text: str | None, struck: list[str]
) -> None:
    front = "---\ntitle: A ~~b~~\n---\n"
    (document,) = read(front + source, "a.md")
    assert document.text == front + (source if text is None else text)
    assert document.text.count("\n") == (front + source).count("\n"), "lines keep their numbers"
    assert document.struck == tuple(struck)


@pytest.mark.parametrize("part", ["~~a ", "<s>", "<del>a", "`", "``a", "~~", "<sup>1", "~~a\n"])
def test_openings_without_end_take_no_time_in_markdown(part: str) -> None:
    with cpu_limit():
        list(items(part * (LENGTH // len(part)), "a.md"))


# --- rows ---


def test_json_lines() -> None:
    rows = [
        {"id": 7, "text": "Pears won.\r\nAt last.", "title": "Pears", "date": "2031-05-04",
         "url": "https://gull.example/7", "author": "Ilse Tarn", "language": "en"},
        {"text": "Apples lost.", "date": "04/05/31", "url": "javascript:x", "more": [1]},
    ]  # fmt: skip
    first, second = read("\n\n".join(map(json.dumps, rows)), "a.jsonl")
    assert (first.id, first.path, first.text) == ("a.jsonl#7", "a.jsonl", "Pears won.\nAt last.")
    assert (first.title, first.date, first.author) == ("Pears", "2031-05-04", "Ilse Tarn")
    assert (first.url, first.language) == ("https://gull.example/7", "en")
    assert (second.id, second.date, second.url) == ("a.jsonl#3", None, None)


def test_fields_hold_nothing_that_no_output_can() -> None:
    (document,) = read('{"id": "a\\ud800", "text": "x", "title": "b\\ud800\\n"}', "a.jsonl")
    assert (document.id, document.title) == ("a.jsonl#a?", "b?")


@pytest.mark.parametrize(("name", "data"), [("a.jsonl", "\n"), ("a.csv", "id,text\n")])
def test_a_file_without_rows_is_named(name: str, data: str) -> None:
    assert "holds no document" in reasons(data, name)[name]


def test_a_bad_line_is_named_and_the_others_are_read() -> None:
    lines = [
        '{"id": "a", "text": "Pears won."}', "{", '["text"]', '{"text": 3}', '{"text": " "}',
        '{"id": {}, "text": "x"}', '{"id": "a", "text": "y"}', "[" * 100_000,
        '{"text": "Apples lost."}',
    ]  # fmt: skip
    found = list(items("\n".join(lines), "a.jsonl"))
    assert [item.id for item in found if isinstance(item, Document)] == ["a.jsonl#a", "a.jsonl#9"]
    told = {item.path: item.reason for item in found if isinstance(item, DocumentError)}
    assert list(told) == [f"a.jsonl:{number}" for number in range(2, 9)]
    assert "not valid JSON" in told["a.jsonl:2"]
    assert "no JSON object" in told["a.jsonl:3"]
    assert "its text is no string" in told["a.jsonl:4"]
    assert "has no text" in told["a.jsonl:5"]
    assert "its id is" in told["a.jsonl:6"]
    assert "repeats the id 'a'" in told["a.jsonl:7"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table(delimiter: str) -> None:
    text = "Pears won;\nlater, apples\tlost."
    header = delimiter.join(["ID", "Title", " Text ", "date"])
    first = delimiter.join(["n1", "Pears", f'"{text}"', "May 4 2031"])
    short = delimiter.join(["", "", "x" * 200_000])
    documents = read(f"\ufeff{header}\r\n{first}\r\n\r\n{short}\r\n", "a.csv")
    assert [d.id for d in documents] == ["a.csv#n1", "a.csv#2"]
    assert (documents[0].text, documents[0].date) == (text, "2031-05-04")
    assert len(documents[1].text) == 200_000


def test_a_table_without_a_text_column_lists_what_it_has() -> None:
    (reason,) = reasons("headline;body\nPears;won\n", "a.csv").values()
    assert "has no column 'text' (its columns: 'headline', 'body')" in reason


def test_a_row_with_too_many_cells_is_named() -> None:
    found = reasons('id,text\na,"two\nlines"\nb,Pears, apples\n', "a.csv")
    assert found == {
        "a.csv:4": "has 3 columns where the header has 2: quote a text that holds the delimiter"
    }


# --- anything at all ---

MAIL = "From: Ilse Tarn <i.tarn@gull.example>\nSubject: =?utf-8?q?L=C3=A4mp?=\n"


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    with cpu_limit():
        for format_name in ("eml", "markdown", "csv", "jsonl"):
            for head in (MAIL, "---\n", "On ", "<!--"):
                list(items(f"{head}\n{line}\n> {line}", "a", format_name))
        sniffed(line.encode())


@given(st.binary(max_size=300), st.sampled_from(list(FORMATS)))
def test_any_bytes_of_any_format_are_read_or_refused(data: bytes, format_name: str) -> None:
    for head in (b"", MAIL.encode(), b"<rss><channel><item><title>", b'{"text": "', b"text\n"):
        for item in items(head + data, "a", format_name):
            if isinstance(item, Document):
                holds(item)


# --- feeds ---

RSS = "<?xml version='1.0'?>{}<rss version='2.0'><channel><title>Gull</title>{}</channel></rss>"


def test_an_entry_without_text_is_its_title_and_one_without_anything_is_named() -> None:
    entries = "<item><title>Lamp lit</title></item><item><link>https://a.example/</link></item>"
    found = list(items(RSS.format("", entries), "feed.xml"))
    assert isinstance(found[0], Document)
    assert (found[0].id, found[0].text) == ("feed.xml#1", "Lamp lit")
    assert isinstance(found[1], DocumentError)
    assert found[1].path == "feed.xml#2"


def test_a_feed_in_any_charset_keeps_its_words() -> None:
    feed = (
        '<?xml version="1.0" encoding="iso-8859-2"?><rss version="2.0"><channel>'
        "<item><title>Koń</title><description>Źrebię wygrało pięć wyścigów.</description></item>"
        "</channel></rss>"
    )
    (document,) = read(feed.encode("iso-8859-2"), "koń.xml")
    assert "Źrebię wygrało pięć wyścigów." in document.text


def test_a_line_whose_number_is_the_id_of_another_is_read() -> None:
    data = '{"id": "2", "text": "Apples."}\n{"text": "Pears."}\n'
    assert [(d.id, d.text) for d in read(data, "a.jsonl")] == [
        ("a.jsonl#2", "Apples."), ("a.jsonl#2+", "Pears."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "own", ["<guid>https://h.example/</guid>", "", "<link>https://h.example/</link>"]
)
def test_entries_that_share_an_id_or_have_none_are_all_read_and_numbered(own: str) -> None:
    entries = [
        f"<item>{own}<title>Pier opens</title></item>",
        "<item><guid>b</guid><title>Pier closed</title></item>",
        f"<item>{own}<title>Dearer</title><description>It cost 5.6 million.</description></item>",
    ]  # fmt: skip
    documents = read(RSS.format("", "".join(entries)), "f.rss")
    assert [document.id for document in documents] == ["f.rss#1", "f.rss#b", "f.rss#3"]
    assert documents[2].text == "It cost 5.6 million."


def test_a_feed_of_one_guid_is_read_whole() -> None:
    documents = read((DATA / "feed-one-guid.rss").read_bytes(), "feed.rss")
    assert [document.id for document in documents] == ["feed.rss#1", "feed.rss#2", "feed.rss#3"]
    assert [document.title for document in documents] == [
        "Pier opens", "Pier dearer than told", "Pier closed",
    ]  # fmt: skip
    assert documents[1].text == "The pier cost 5.6 million euros."


def test_what_an_entry_strikes_out_is_kept_beside_its_text() -> None:
    entry = "<item><description>&lt;p&gt;Killed &lt;s&gt;12&lt;/s&gt; nine.</description></item>"
    (document,) = read(RSS.format("", entry), "f.rss")
    assert (document.text, document.struck) == ("Killed nine.", ("12",))


def test_a_feed_that_is_cut_off_says_so() -> None:
    whole = RSS.format("", "<item><title>Lamp lit</title></item>" * 3)
    found = list(items(whole[: whole.rindex("<item>") + 15], "f.rss"))
    assert any(isinstance(item, Document) for item in found)
    assert any(isinstance(i, DocumentError) and "not well-formed" in i.reason for i in found)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<?xml version='1.0'?><project><name>x</name></project>", "is no RSS or Atom feed"),
        (RSS.format("", ""), "without an entry"),
        ("", "is no RSS or Atom feed"),
    ],
)
def test_what_is_no_feed_is_refused(data: str, reason: str) -> None:
    assert reason in reasons(data, "a.xml")["a.xml"]


def test_a_feed_expands_no_entities_and_reads_no_files() -> None:
    secret = DATA / "README.md"
    bomb = "".join(f"<!ENTITY b{n} '{f'&b{n - 1};' * 20}'>" for n in range(1, 9))
    doctype = f"<!DOCTYPE x [<!ENTITY b0 'boom'>{bomb}<!ENTITY f SYSTEM 'file://{secret}'>]>"
    entry = "<item><title>Lamp &b8; &f; lit</title></item>"
    with cpu_limit():
        found = list(items(RSS.format(doctype, entry), "a.xml"))
    texts = " ".join(item.text for item in found if isinstance(item, Document))
    assert len(texts) < 1000
    assert secret.read_text()[:20] not in texts


# --- archives ---


def _media_type(name: str) -> str:
    return "text/css" if name.endswith(".css") else "application/xhtml+xml"


def book(chapters: dict[str, str], event: str = "", **more: bytes | str) -> bytes:
    manifest = "".join(
        f"<item id='i{n}' href='{name}' media-type='{_media_type(name)}'"
        + (" properties='nav'" if name == "nav.xhtml" else "")
        + "/>"
        for n, name in enumerate(chapters)
    )
    spine = "".join(f"<itemref idref='i{n}'/>" for n in range(len(chapters)))
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<metadata><dc:title>The Lamp</dc:title><dc:date event='{event}'>2031-05</dc:date>"
        "</metadata>"
        f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='OPS/book.opf'/></rootfiles></container>"
    )
    members: dict[str, bytes | str] = {
        "META-INF/container.xml": container,
        "OPS/book.opf": package,
        **{f"OPS/{name}": content for name, content in chapters.items()},
        **more,
    }
    return zipped(members)


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    data = book({
        "nav.xhtml": "<html><body><nav><ol><li>Two</li></ol></nav></body></html>",
        "z.xhtml": "<html><body><p>First.</p></body></html>",
        "a.xhtml": "<?xml version='1.0'?><html><head><title/></head><body><p>Then.</p></body>",
    })  # fmt: skip
    (document,) = read(data, "a.epub")
    assert document.text == "Two\n\nFirst.\n\nThen."
    assert chrome_of(document) == ["Two"]
    assert (document.title, document.date) == ("The Lamp", "2031-05")


def test_when_the_file_of_a_book_was_made_is_no_date_of_it() -> None:
    for event, date in (("", "2031-05"), ("modification", None), ("publication", "2031-05")):
        dated = book({"a.xhtml": "<p>x</p>"}, event=event)
        assert read(dated, "a.epub")[0].date == date


def test_what_a_book_strikes_out_or_raises_by_its_style_sheet_is_seen() -> None:
    data = book({
        "a.xhtml": "<p>Killed <span class='gone'>12</span> nine, cost 320<b class='up'>1</b>.</p>",
        "look.css": ".gone {text-decoration: line-through} b.up {vertical-align: super}",
    })  # fmt: skip
    (document,) = read(data, "a.epub")
    assert (document.text, document.struck) == ("Killed nine, cost 320¹.", ("12",))


ENCRYPTION = (
    "<encryption><EncryptedData><EncryptionMethod Algorithm='{}'/></EncryptedData></encryption>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no zip", "is no EPUB"),
        (zipped({"a": "b"}), "is no EPUB"),
        (zipped({"a": "b"})[:-30], "is a damaged archive"),
        (book({"a.xhtml": "<p>x</p>"})[:80], "is a damaged archive"),
        (book({"../../a.xhtml": "<p>x</p>"}), "points outside itself"),
        (book({"/a.xhtml": "<p>x</p>"}), "points outside itself"),
        (book({"a.xhtml": "<html><body><img src='x'/></body></html>"}), "shows no text"),
        (book({"a.xhtml": "x"}, **{"META-INF/encryption.xml": ENCRYPTION.format("aes256")}),
         "is encrypted"),
        (book({"a.xhtml": "x"}, **{"META-INF/container.xml": "<!DOCTYPE a [<!ENTITY b ''>]><a/>"}),
         "declares entities"),
        (book({"a.xhtml": "x"}, **{"META-INF/container.xml": "<a"}), "is damaged"),
    ],
)  # fmt: skip
def test_books_that_cannot_be_read_say_why(data: bytes, reason: str) -> None:
    assert reason in reasons(data, "a.epub")["a.epub"]


def test_a_book_with_scrambled_fonts_is_not_encrypted() -> None:
    scrambled = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    assert read(book({"a.xhtml": "<p>x</p>"}, **{"META-INF/encryption.xml": scrambled}), "a.epub")


def test_archives_that_unpack_to_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"a": b"\0" * 2_000_000})
    assert len(bomb) < 10_000
    monkeypatch.setattr("llmcheck.documents.formats.archive._MAX_UNPACKED", 1_000_000)
    with pytest.raises(ValueError, match=r"unpacks to 2,000,000 bytes, more than"):
        Archive(bomb)
    monkeypatch.undo()
    monkeypatch.setattr("llmcheck.documents.formats.archive._MAX_MEMBER", 1_000_000)
    with pytest.raises(ValueError, match="'a' unpacks to more than 1 MB"):
        Archive(bomb).bytes_of("a")
    monkeypatch.setattr("llmcheck.documents.formats.archive._MAX_MEMBERS", 1)
    with pytest.raises(ValueError, match="packs 2 files"):
        Archive(zipped({"a": "", "b": ""}))


def test_members_that_are_encrypted_or_damaged_are_refused() -> None:
    whole = zipped({"a": b"lamp" * 20}, stored=True)
    with pytest.raises(ValueError, match="'a' is damaged"):
        Archive(whole.replace(b"lamplamp", b"lampLAMP", 1)).bytes_of("a")
    at = whole.index(b"PK\x01\x02") + 8
    with pytest.raises(ValueError, match="is encrypted"):
        Archive(whole[:at] + b"\x01" + whole[at + 1 :]).bytes_of("a")


# --- PDF ---


def test_pdfs_that_cannot_be_read_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra pdf")

    def made(*, password: str | None = None, pages: int = 1) -> bytes:
        writer = pypdf.PdfWriter()
        for _ in range(pages):
            writer.add_blank_page(100, 100)
        if password is not None:
            writer.encrypt(password, "owner", algorithm="RC4-128")
        target = io.BytesIO()
        writer.write(target)
        return target.getvalue()

    assert reasons("<html>login</html>", "a.pdf")["a.pdf"].startswith("is no PDF")
    assert "damaged PDF" in reasons("%PDF-1.4 nothing", "a.pdf")["a.pdf"]
    assert "has no text layer (a scan?)" in reasons(made(), "a.pdf")["a.pdf"]
    assert "is encrypted" in reasons(made(password="secret"), "a.pdf")["a.pdf"]
    # Without a password to open it, it may be read: only printing is forbidden.
    assert "has no text layer" in reasons(made(password=""), "a.pdf")["a.pdf"]
    monkeypatch.setattr("llmcheck.documents.formats.pdf._MAX_PAGES", 1)
    assert "has 2 pages, more than 1" in reasons(made(pages=2), "a.pdf")["a.pdf"]


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_pdf_with_any_bytes_broken_is_read_or_refused(data: st.DataObject) -> None:
    pytest.importorskip("pypdf", reason="the extra pdf")
    broken = bytearray((DATA / "ferry.pdf").read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        broken[data.draw(st.integers(8, len(broken) - 1))] = data.draw(st.integers(0, 255))
    for item in items(bytes(broken), "a.pdf"):
        if isinstance(item, Document):
            holds(item)


@pytest.mark.parametrize(("name", "extra"), [("pypdf", "pdf"), ("mammoth", "docx")])
def test_a_missing_extra_is_named(name: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, name, None)
    (reason,) = reasons((DATA / f"ferry.{extra}").read_bytes(), f"a.{extra}").values()
    assert f"pip install 'llmcheck[{extra}]'" in reason


def test_a_feed_with_a_character_that_there_is_none_of_is_refused() -> None:
    source = "<rss version='2.0'><channel><item><title>a & &#99999999999;</title></item></rss>"
    assert reasons(source, "a.rss") == {
        "a.rss": "is a damaged feed (OverflowError): fetch it again"
    }
