"""PDF: words, figures and rows as a page shows them, however they are painted."""

from __future__ import annotations

import zlib

import pytest
from hostile import cpu_limit
from samples import holds, items, of_file, read, reasons

from llmcheck.models import Document

pytest.importorskip("pypdf", reason="the extra pdf")


def pdf(*pages: str, forms: tuple[str, ...] = ()) -> bytes:
    """A PDF of these content streams, with Helvetica as F1, Times as F2, and forms X0, X1, ..."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [{}] /Count {} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>",
    ]

    def add(kind: str, content: str) -> int:
        packed = zlib.compress(content.encode("cp1252"))
        head = f"<< {kind} /Filter /FlateDecode /Length {len(packed)} >>"
        objects.append(f"{head}\nstream\n{packed.decode('latin-1')}\nendstream")
        return len(objects)

    names = "".join(
        f"/X{at} {add('/Type /XObject /Subtype /Form /BBox [0 0 600 800]', form)} 0 R "
        for at, form in enumerate(forms)
    )
    resources = f"<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << {names} >> >>"
    kids = []
    for page in pages:
        content = add("", page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {resources} "
            f"/Contents {content} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = objects[1].format(" ".join(kids), len(kids))
    data, places = b"%PDF-1.4\n", []
    for number, inner in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{inner}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(places) + 1
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def at(x: float, y: float, text: str, size: float = 12, font: str = "F1") -> str:
    return f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET\n"


def read_pdf(*pages: str, forms: tuple[str, ...] = ()) -> Document:
    (document,) = read(pdf(*pages, forms=forms), "a.pdf")
    holds(document)
    return document


def text_of(*pages: str, forms: tuple[str, ...] = ()) -> str:
    return read_pdf(*pages, forms=forms).text


# --- raised figures ---


def test_note_numbers_and_powers_that_a_browser_prints_are_raised() -> None:
    text = of_file("raised-note-numbers.pdf").text
    assert "The pier cost $320¹ million, and 214² people worked on it" in text
    assert "It was opened in 2019³ and" in text
    assert "had set aside $350⁴ million in its budget of 2016⁵. About 12 000" in text
    assert "45 g CO2 per km, and the hall holds 10⁶ litres." in text
    assert "¹ Without tax. ² Full-time posts." in text


@pytest.mark.parametrize(
    "raised",
    [
        "/F1 7 Tf 5 Ts (1) Tj 0 Ts /F1 12 Tf",
        "/F1 7 Tf 0 4 Td (1) Tj /F1 12 Tf 4 -4 Td",
        "5 Ts (1) Tj 0 Ts",
        "/F1 8 Tf 1 0 0 1 115.4 704 Tm (1) Tj /F1 12 Tf 1 0 0 1 119.8 700 Tm",
    ],
    ids=["rise", "moved", "of the same size", "placed"],
)
def test_a_raised_figure_is_raised_however_it_is_placed(raised: str) -> None:
    # The pen stands behind "320" where a placement is relative to it.
    start = "BT /F1 12 Tf 72 700 Td (It cost ) Tj ET "
    begin = "BT /F1 12 Tf 95.4 700 Td (320) Tj " if "Tm" in raised else ""
    if "Td" in raised:
        begin = "BT /F1 12 Tf 95.4 700 Td (320) Tj ET BT /F1 12 Tf 115.4 700 Td "
    elif not begin:
        begin = "BT /F1 12 Tf 95.4 700 Td (320) Tj "
    gap = "72 700 Td" if not begin else ""
    page = f"{start.replace('72 700', '50 700')}{begin}{gap} {raised} ( million) Tj ET"
    assert "320¹ million" in text_of(page)


def test_a_list_of_notes_is_raised_and_an_ordinal_or_a_lowered_figure_is_not() -> None:
    def raised(text: str, by: int) -> str:
        return f"/F1 7 Tf {by} Ts ({text}) Tj 0 Ts /F1 12 Tf"

    page = (
        f"BT /F1 12 Tf 72 700 Td (In 2019) Tj {raised('3, 4', 5)} ( on the 19) Tj "
        f"{raised('th', 5)} ( CO) Tj {raised('2', -2)} ( fell) Tj ET"
    )
    assert text_of(page) == "In 2019³, ⁴ on the 19th CO2 fell"


# --- painted twice ---


def test_a_line_that_is_painted_twice_is_read_once() -> None:
    assert of_file("pdf-painted-twice.pdf").text == (
        "The pier cost 320 million\n\nIt opened in 2019 and was paid by the state."
    )


@pytest.mark.parametrize(
    "again",
    [
        at(72.4, 700, "The pier cost 320 million", 20) * 3,
        at(73.5, 698.5, "The pier cost 320 million", 20),
        "2 Tr " + at(72, 700, "The pier cost 320 million", 20) + "0 Tr ",
        at(72, 600, "It opened.") + at(72.3, 700, "The pier cost 320 million", 20),
    ],
    ids=["bold", "shadow", "outline", "at the end"],
)
def test_what_is_painted_again_a_little_apart_is_read_once(again: str) -> None:
    text = text_of(at(72, 700, "The pier cost 320 million", 20) + again)
    assert text.count("320") == 1
    assert text.replace("\n\nIt opened.", "") == "The pier cost 320 million"


def test_letters_that_are_each_painted_twice_are_read_once() -> None:
    page, x = "", 72.0
    for letter, width in zip("all", (6.7, 2.7, 2.7), strict=True):
        page += at(x, 700, letter) + at(x + 0.3, 700, letter)
        x += width
    assert text_of(page) == "all"


def test_a_form_that_is_painted_twice_is_read_once_and_one_that_paints_itself_ends() -> None:
    form = at(72, 700, "Lit at dusk")
    assert text_of("/X0 Do 1 0 0 1 0.3 0 cm /X0 Do", forms=(form,)) == "Lit at dusk"
    assert text_of("/X0 Do", forms=(form + "/X0 Do",)) == "Lit at dusk"


def test_the_same_words_in_two_places_are_read_twice() -> None:
    rows = "".join(
        at(72, 700 - 14 * row, "Paid") + at(200, 700 - 14 * row, "Paid") for row in (0, 1)
    )
    assert text_of(rows) == "Paid\tPaid\nPaid\tPaid"


# --- words ---


@pytest.mark.parametrize(
    "title",
    [
        "BT /F1 12 Tf 72 700 Td 4 Tc (THE PIER OPENS) Tj ET",
        "BT /F1 12 Tf 72 700 Td [(T)-300(H)-300(E)-300( )-300(P)-300(I)-300(E)-300(R)-300( )-300"
        "(O)-300(P)-300(E)-300(N)-300(S)] TJ ET",
        "BT /F1 12 Tf 72 700 Td [(T)-300(H)-300(E)-900(P)-300(I)-300(E)-300(R)-900"
        "(O)-300(P)-300(E)-300(N)-300(S)] TJ ET",
        at(72, 700, "T H E   P I E R   O P E N S"),
        at(72, 700, "T H E  P I E R  O P E N S"),
    ],
    ids=["spacing", "kerned with spaces", "kerned", "typed", "typed with two"],
)
def test_letters_that_are_spaced_out_are_words(title: str) -> None:
    body = at(72, 670, "A small lamp is lit on the pier") + at(72, 656, "of Garnet Point.")
    text = text_of(f"{title}\n{body}")
    assert text == "THE PIER OPENS\n\nA small lamp is lit on the pier of Garnet Point."


def test_letters_that_are_placed_one_by_one_are_words() -> None:
    advances = {"T": 7.3, "H": 8.7, "E": 8, "P": 8, "I": 3.3, "R": 8.7, " ": 3.3}
    page, x = "", 72.0
    for letter in "THE PIER":
        page += "" if letter == " " else f"BT /F1 12 Tf 1 0 0 1 {x:.2f} 700 Tm ({letter}) Tj ET "
        x += advances[letter] + 4
    assert text_of(page) == "THE PIER"


def test_letters_of_a_row_of_cells_stay_apart() -> None:
    rows = "".join(
        "".join(
            at(72 + 40 * column, 700 - 14 * row, letter) for column, letter in enumerate("ABCDE")
        )
        for row in (0, 1)
    )
    assert text_of(rows) == "A\tB\tC\tD\tE\nA\tB\tC\tD\tE"


@pytest.mark.parametrize(
    ("first", "line"),
    [
        (at(72, 664, "T", 52, "F2"), "he lamp on the pier was lit at dusk,"),
        (at(72, 664, "T", 52, "F2"), "HE LAMP on the pier was lit at dusk,"),
        (at(72, 664, "“T", 52, "F2"), "he lamp on the pier was lit at dusk,"),
    ],
)
def test_a_drop_capital_is_the_first_letter_of_its_word(first: str, line: str) -> None:
    lines = at(112, 691, line) + at(112, 677, "and its keeper went home to sleep, as he") + at(
        112, 663, "had done every evening for thirty years,"
    ) + at(72, 649, "with a lantern in his hand and his dog at his heels.")  # fmt: skip
    capital = first[first.index("(") + 1 : first.index(")")]
    for page in (first + lines, lines + first):
        text = text_of(page)
        assert text.startswith(f"{capital}{line} and its keeper")
        assert text.endswith("at his heels.")
        assert "\n" not in text


def test_a_drop_capital_that_is_a_word_stays_one() -> None:
    page = at(72, 664, "A", 52) + at(112, 691, "lamp on the pier was lit.") + at(
        112, 677, "It is a lamp with a green glass."
    )  # fmt: skip
    assert text_of(page).startswith("A lamp on the pier was lit.")


# --- rows and lines ---


def test_rows_of_a_table_are_lines_and_their_cells_are_apart() -> None:
    table = [("Year", "Cost", "Staff"), ("2019", "320", "214"), ("2020", "350", "230")]
    page = at(72, 730, "What the pier cost, in millions, and how many it employs:")
    for row, cells in enumerate(table):
        page += "".join(at(72 + 90 * n, 700 - 16 * row, cell) for n, cell in enumerate(cells))
    page += at(72, 630, "The figures are those of the council.")
    assert text_of(page).split("\n\n")[1:] == [
        "Year\tCost\tStaff\n2019\t320\t214\n2020\t350\t230",
        "The figures are those of the council.",
    ]


def test_rows_in_one_text_object_are_rows_too() -> None:
    page = (
        "BT /F1 10 Tf 12 TL 72 700 Td (Summer) Tj 100 0 Td (11,200) Tj -100 -12 Td (Winter) Tj "
        "100 0 Td (4,600) Tj ET"
    )
    assert text_of(page) == "Summer\t11,200\nWinter\t4,600"
    typed = "BT /F1 10 Tf 12 TL 72 700 Td (Summer      11,200) Tj T* (Winter       4,600) Tj ET"
    assert text_of(typed) == "Summer\t11,200\nWinter\t4,600"


def test_a_wide_gap_in_a_single_line_parts_no_paragraph() -> None:
    page = at(72, 700, "The lamp on Garnet Point was lit") + at(280, 700, "at dusk by the old")
    page += at(72, 686, "keeper of the light, who then went home to bed and slept till late.")
    assert text_of(page) == (
        "The lamp on Garnet Point was lit at dusk by the old keeper of the light, who then went "
        "home to bed and slept till late."
    )


def test_what_is_painted_from_right_to_left_reads_from_left_to_right() -> None:
    assert text_of(at(300, 700, "200") + at(72, 700, "Paid")) == "Paid 200"


def test_a_turned_page_reads_as_it_is_read() -> None:
    text = "(The lamp ) Tj (was lit.) Tj 0 -14 Td (Then it was not.) Tj"
    page = f"BT /F1 12 Tf 0 1 -1 0 300 72 Tm {text} ET"
    assert text_of(page) == "The lamp was lit. Then it was not."


def test_quotes_move_to_the_next_line() -> None:
    page = "BT /F1 12 Tf 14 TL 72 700 Td (One line) Tj (and the next) ' 1 0 (and one more) \" ET"
    assert text_of(page) == "One line and the next and one more"


# --- hostile ---


@pytest.mark.parametrize(
    "page",
    [
        "q " * 200_000,
        "BT /F1 12 Tf " + "(a) Tj " * 50_000 + "ET",
        "BT /F1 12 Tf " + "0 0 Td (a) Tj " * 50_000 + "ET",
        "BT /F1 0 Tf " + "(a) Tj " * 50_000 + "ET",
        "BT /F1 1e300 Tf 1e300 1e300 Td (a) Tj 1e300 0 Td (b) Tj ET",
        "BT /F9 12 Tf (a) Tj ET BT (b) Tj ET Tf Td Tm cm Tj TJ \" ' Do",
        "BT /F1 12 Tf [[(a)] /Name (b)] TJ (x) (y) Td /F1 /F2 Tf [1 2] Tf ET",
        "/X0 Do " * 5000,
    ],
)  # fmt: skip
def test_a_hostile_page_is_read_or_refused_in_time(page: str) -> None:
    doubling = tuple(f"/X{n + 1} Do /X{n + 1} Do" for n in range(25))
    with cpu_limit(10):
        for item in items(pdf(page, forms=doubling), "a.pdf"):
            if isinstance(item, Document):
                holds(item)


def test_a_pdf_of_too_many_characters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmcheck.documents.formats.pdf._MAX_CHARACTERS", 10)
    assert "holds more than 10 characters" in reasons(pdf(at(72, 700, "x" * 11)), "a.pdf")["a.pdf"]
