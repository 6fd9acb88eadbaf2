"""Lines of pages become paragraphs; what runs along the pages is set apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hostile import TEXTS
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.documents.formats.pdf_layout import laid_out
from llmcheck.documents.formats.pdf_lines import Line


def page(*texts: str, x: float = 50, gap: float = 12, top: float = 700) -> list[Line]:
    return [Line(text, x, top - at * gap, 10) for at, text in enumerate(texts)]


def text_of(*pages: Sequence[Line]) -> str:
    return laid_out(pages)[0]


BODY = "The lamp on Garnet Point was lit at"


def test_lines_of_a_paragraph_are_joined_and_a_wider_gap_parts_them() -> None:
    upper, lower = page(BODY, "dusk."), page("The keeper of the light went home", "late.", top=670)
    assert text_of(upper + lower) == (f"{BODY} dusk.\n\nThe keeper of the light went home late.")


@pytest.mark.parametrize(
    "after",
    [
        Line("Keepers slept until noon on the day", 65, 676, 10),
        Line("KEEPERS", 50, 676, 14),
        Line("• Keepers slept until noon", 50, 676, 10),
    ],
    ids=["indent", "size", "item"],
)
def test_what_else_begins_a_paragraph(after: Line) -> None:
    assert text_of([*page(BODY, "dusk and put out at dawn, they said"), after]).endswith(
        f"said\n\n{after.text}"
    )


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("the oldest light-", "house of all. A lighthouse", "lighthouse of all"),
        ("all the light-", "houses. One lighthouse is left", "lighthouses."),
        ("a re-", "designed lamp", "a re-designed lamp"),
        ("on 2 Novem-", "ber it was lit", "2 November"),
        ("Mary-", "Ann said it was lit", "Mary- Ann"),
        ("at 10-", "12 in the night", "10- 12"),
        ("the har\u00ad", "bour of the town", "the harbour of"),
    ],
)
def test_a_parted_word_is_joined_only_where_that_is_safe(
    first: str, second: str, joined: str
) -> None:
    assert joined in text_of(page(first, second))


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("Das Wasser lief durch die Schleu-", "sen und über die Schleuse", "die Schleusen und"),
        ("Am Donners-", "tag lief das Wasser aus der Kammer", "Am Donnerstag lief"),
        ("Im Novem-", "ber lief das Wasser in die Kammer", "Im November lief"),
        ("Die Häuser an der Kü-", "stenstraße waren leer", "der Kü-stenstraße"),
    ],
)
def test_a_parted_word_is_joined_in_the_forms_of_its_language(
    first: str, second: str, joined: str
) -> None:
    assert joined in text_of(page(first, second))


def test_a_paragraph_goes_on_over_the_page_and_the_heads_stand_behind_it() -> None:
    pages = [
        page("The Gull", f"Sheet {n} a long line of words that fills it", f"{BODY} {n}", top=700)
        for n in "abc"
    ]
    for number, sheet in enumerate(pages, 1):
        sheet.append(Line(f"– {number} –", 290, 30, 10))
    text, chrome = laid_out(pages)
    assert f"{BODY} a Sheet" not in text  # a capital begins a paragraph
    heads = "\n\n".join(text[span.start : span.end] for span in chrome).split("\n\n")
    assert sorted(heads) == sorted(["The Gull"] * 3 + ["– 1 –", "– 2 –", "– 3 –"])
    pages[1][1] = Line("dusk and every line of words after it", 50, 688, 10)
    text, _ = laid_out(pages)
    assert f"{BODY} a dusk and every line" in text


def row(*cells: str, y: float, gaps: Sequence[tuple[float, float]]) -> Line:
    return Line("\t".join(cells), 50, y, 10, tuple(gaps))


def test_cells_are_parted_where_the_gaps_of_two_rows_lie_one_above_the_other() -> None:
    head = row("Year", "Cost", y=700, gaps=[(80, 120)])
    wide = row("2019 to 2020", "320", y=686, gaps=[(110, 125)])
    assert text_of([head, wide]) == "Year\tCost\n2019 to 2020\t320"
    elsewhere = row("the lamp was", "lit at dusk", y=686, gaps=[(130, 140)])
    assert text_of([head._replace(text="The keeper says\tthat"), elsewhere]) == (
        "The keeper says that the lamp was lit at dusk"
    )
    assert text_of([head, wide._replace(y=500)]) == "Year Cost\n\n2019 to 2020 320"


def test_figures_one_below_the_other_are_no_one_number() -> None:
    assert text_of(page("11", "200", "33")) == "11\n\n200\n\n33"


def test_figures_at_the_foot_of_pages_that_do_not_count_them_are_no_chrome() -> None:
    pages = [
        [*page(f"{BODY} {figure} and"), Line(figure, 50, 40, 10)]
        for figure in ("ten: 310", "six: 17", "310", "17", "4,600")
    ]
    assert laid_out(pages)[1] == ()


def test_a_line_that_stands_on_two_pages_of_three_is_no_head() -> None:
    pages = [page("The Gull", "Lit"), page("The Gull", BODY), page("Last", BODY + " x")]
    assert laid_out(pages)[1] == ()


WORDS = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
PLACES = st.floats(-100, 1000)
LINES = st.builds(
    lambda cells, x, y, size, gap: Line("\t".join(cells), x, y, size, (gap,) * (len(cells) - 1)),
    st.lists(WORDS, min_size=1, max_size=3),
    PLACES,
    PLACES,
    st.sampled_from([0.0, 8.0, 10.0, 24.0]),
    st.tuples(PLACES, PLACES),
)


@given(st.lists(st.lists(LINES, max_size=8), max_size=5))
def test_no_ink_is_lost_and_spans_hold(pages: list[list[Line]]) -> None:
    def ink(texts: str) -> list[str]:
        return sorted(c for c in texts if not c.isspace() and c not in "-\u00ad\u2010")

    text, chrome = laid_out(pages)
    assert ink(text) == ink("".join(line.text for page in pages for line in page))
    end = -1
    for span in chrome:
        assert end < span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        end = span.end
