"""DOCX: what is hidden, struck out or raised in it, and what it states of itself."""

from __future__ import annotations

import pytest
from samples import of_file, read, reasons, zipped

from llmcheck.models import Document

pytest.importorskip("mammoth", reason="the extra docx")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
TYPES = (
    "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
    "<Default Extension='xml' ContentType='application/xml'/></Types>"
)


def docx(body: str, styles: str = "", **parts: str) -> Document:
    """The document of a DOCX with this body, these styles, and further parts by their names."""
    members = {
        "[Content_Types].xml": TYPES,
        "word/document.xml": (
            f"<w:document xmlns:w='{W}' xmlns:m='{M}'><w:body>{body}</w:body></w:document>"
        ),
        "word/styles.xml": f"<w:styles xmlns:w='{W}'>{styles}</w:styles>",
        **parts,
    }
    (document,) = read(zipped(members), "a.docx")
    return document


def run(text: str, properties: str = "", tag: str = "t") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:{tag} xml:space='preserve'>{text}</w:{tag}></w:r>"


def style(name: str, properties: str, more: str = "") -> str:
    head = f"w:type='character' w:styleId='{name}'"
    return f"<w:style {head}>{more}<w:rPr>{properties}</w:rPr></w:style>"


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def core(**properties: str) -> dict[str, str]:
    """The part with the core properties, by the names that they have in it."""
    inner = "".join(f"<x:{name}>{value}</x:{name}>" for name, value in properties.items())
    return {"docProps/core.xml": f"<x:coreProperties xmlns:x='urn:x'>{inner}</x:coreProperties>"}


def test_a_document_of_a_library_has_no_date_author_hidden_or_struck_out_text() -> None:
    document = of_file("docx-hidden-template-date.docx")
    assert (document.title, document.date, document.author) == ("Pier report", None, None)
    assert document.struck == ("12", "4.1", "Old text.")
    paragraphs = document.text.split("\n\n")
    assert paragraphs[1:6] == [
        "The fire killed nine people.",
        "The pier cost 5.6 million euros.",
        "It opened in 2019³ and has CO2 meters.",
        "Visible part.",
        "New text.",
    ]
    assert "Year\tCost\n2019\t4.1 million" in paragraphs


@pytest.mark.parametrize(
    "marked",
    [
        run("12", "<w:strike/>"),
        run("12", "<w:dstrike w:val='true'/>"),
        run("1", "<w:strike/>") + run("2", "<w:b/><w:strike w:val='1'/>"),
        f"<w:del>{run('12', tag='delText')}</w:del>",
        f"<w:del>{run('1', tag='delText')}</w:del><w:del>{run('2', tag='delText')}</w:del>",
        run("12", "<w:rStyle w:val='Gone'/>"),
        run("12", "<w:rStyle w:val='GoneToo'/>"),
    ],
)
def test_what_is_struck_out_or_deleted_is_kept_beside_the_text(marked: str) -> None:
    styles = style("Gone", "<w:strike/>") + style("GoneToo", "", "<w:basedOn w:val='Gone'/>")
    document = docx(paragraph(run("Killed "), marked, run(" nine.")), styles)
    assert (document.text, document.struck) == ("Killed nine.", ("12",))


def test_what_a_style_strikes_out_and_a_run_does_not_is_text() -> None:
    styles = style("Gone", "<w:strike/>")
    runs = run("Twelve "), run("nine", "<w:strike w:val='0'/>")
    document = docx(paragraph(*runs, properties="<w:pStyle w:val='Gone'/>"), styles)
    assert (document.text, document.struck) == ("nine", ("Twelve",))


def test_deleted_rows_and_text_that_was_moved_stand_once_or_not_at_all() -> None:
    def row(text: str, properties: str = "") -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr><w:tc>{paragraph(run(text))}</w:tc></w:tr>"

    table = f"<w:tbl>{row('old', '<w:del/>')}{row('new')}</w:tbl>"
    moved = paragraph(
        f"<w:moveFrom>{run('moved')}</w:moveFrom>",
        run("kept "),
        f"<w:moveTo>{run('moved')}</w:moveTo>",
    )
    document = docx(table + moved)
    assert (document.text, document.struck) == ("new\n\nkept moved", ("old",))


@pytest.mark.parametrize(
    "hidden",
    [
        run("secret", "<w:vanish/>"),
        run("secret", "<w:rStyle w:val='Hidden'/>"),
        run("secret", "<w:vanish/><w:strike/>"),
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + run("Click here to enter text.") + "</w:sdtContent></w:sdt>",
    ],
)  # fmt: skip
def test_hidden_text_and_placeholders_are_no_text(hidden: str) -> None:
    styles = style("Hidden", "<w:vanish w:val='on'/>")
    document = docx(paragraph(run("Seen"), hidden, run(".", "<w:vanish w:val='false'/>")), styles)
    assert (document.text, document.struck) == ("Seen.", ())


@pytest.mark.parametrize(
    "raised",
    [
        run("6", "<w:vertAlign w:val='superscript'/>"),
        run("6", "<w:position w:val='6'/>"),
        run("6", "<w:rStyle w:val='Up'/>"),
    ],
)
def test_raised_figures_are_raised(raised: str) -> None:
    styles = style("Up", "<w:vertAlign w:val='superscript'/>")
    low = run("2", "<w:position w:val='-4'/>")
    document = docx(paragraph(run("10"), raised, run(" l of CO"), low), styles)
    assert document.text == "10⁶ l of CO2"


def test_formulas_and_fields_are_text() -> None:
    power = (
        "<m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e>"
        "<m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    half = (
        "<m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara>"
    )
    field = f"<w:fldSimple>{run('4')}</w:fldSimple>"
    document = docx(
        paragraph(run("Holds "), power, run(" litres for 3"), half, run(" hours on "), field)
    )
    assert document.text == "Holds 10⁶ litres for 3 1/2 hours on 4"


def test_a_drop_capital_is_the_first_letter_of_its_word() -> None:
    capital = paragraph(run("T"), properties="<w:framePr w:dropCap='drop' w:lines='3'/>")
    document = docx(capital + paragraph(run("he lamp is lit."), properties="<w:jc/>"))
    assert document.text == "The lamp is lit."


def test_tabs_part_figures_and_a_cell_of_several_paragraphs_stays_in_its_row() -> None:
    tabbed = paragraph(run("2019"), "<w:r><w:tab/></w:r>", run("320"))
    first, second, third = (paragraph(run(text)) for text in "abc")
    row = f"<w:tr><w:tc>{first}{second}</w:tc><w:tc>{third}</w:tc></w:tr>"
    assert docx(f"{tabbed}<w:tbl>{row}</w:tbl>").text == "2019\t320\n\na b\tc"


def test_when_a_file_was_made_is_no_date_but_that_of_its_cover_page_is() -> None:
    made = core(
        created="2031-05-04T10:00:00Z", modified="2031-05-05T10:00:00Z", creator="Ilse Tarn"
    )
    document = docx(paragraph(run("The lamp is lit.")), **made)
    assert (document.date, document.author) == (None, "Ilse Tarn")
    cover = {
        "customXml/item1.xml": "<CoverPageProperties xmlns='urn:c'>"
        "<PublishDate>2031-05-06T00:00:00</PublishDate></CoverPageProperties>"
    }
    assert docx(paragraph(run("The lamp is lit.")), **made, **cover).date == "2031-05-06"


@pytest.mark.parametrize(
    ("creator", "description"),
    [
        ("python-docx", "generated by python-docx"),
        ("Letterpress 3", "generated by Letterpress 3"),
        ("Microsoft Office User", ""),
        ("Un-named", ""),
        ("admin", ""),
    ],
)
def test_a_program_or_an_account_without_a_name_is_no_author(
    creator: str, description: str
) -> None:
    made = core(creator=creator, description=description, title="Word Document")
    document = docx(paragraph(run("The lamp is lit.")), **made)
    assert (document.author, document.title) == (None, None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0", "is an old or encrypted Office file"),
        (zipped({"a": "b"}), "is no DOCX"),
        (zipped({"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "declares entities"),
        (zipped({"word/document.xml": "<a"}), "is damaged"),
        (zipped({"word/document.xml": "<a/>"}), "is a damaged DOCX"),
    ],
)
def test_what_is_no_docx_is_refused(data: bytes, reason: str) -> None:
    pytest.importorskip("mammoth", reason="the extra docx")
    assert reason in reasons(data, "a.docx")["a.docx"]
