"""Whether two texts have the same figures, and what is known of figures in any language."""

from __future__ import annotations

import math

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.language.dates import Date
from llmcheck.language.figures import dates, quantities, same_numbers


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("40 berths", "forty berths", True),
        ("40 berths", "55 berths", False),
        ("40 berths", "berths", None),
        ("berths", "moorings", None),
        ("40 berths and 3 cranes", "3 cranes", True),
        ("40 berths and 3 cranes", "3 cranes and 40 berths", True),
        ("3 cranes and 3 locks", "3 cranes and 5 locks", False),
        ("3 cranes and 5 locks", "3 cranes and 3 locks", False),
        ("20 and 20.4", "20.4 and 19.6", True),
    ],
)
def test_same_numbers_pairs_them_one_to_one(a: str, b: str, same: bool | None) -> None:
    assert same_numbers(a, b, "en") is same


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("$5 million", "5 million dollars"),
        ("$5 million", "US$5m"),
        ("$5 million", "5 million"),
        ("half of the bakers", "50%"),
        ("one in five bakers", "20 percent"),
        ("one in five", "1 in 5"),
        ("two-thirds", "67%"),
        ("a third of them", "33%"),
        ("3 out of 10 boats", "3 boats"),
        ("3 out of 10 boats", "30%"),
        ("minus 5 degrees", "-5 degrees"),
        ("-5%", "a fall of 5%"),
        ("a dozen loaves", "12 loaves"),
        ("between 10 and 12", "11"),
        ("10 to 12", "over 11"),
        ("10-12", "between ten and twelve"),
        ("10 to 12 miles", "18 km"),
        ("hundreds of boats", "250 boats"),
        # What is counted has many names.
        ("14 workers", "14 people"),
        ("28 branches", "28 locations"),
        ("15 April", "April 15, 2026"),
        ("April 2026", "15 April"),
        ("Q3 2026", "the third quarter of 2026"),
        ("Q3 2026", "August 2026"),
    ],
)
def test_what_is_written_in_another_way_agrees(a: str, b: str) -> None:
    assert same_numbers(a, b, "en") is True
    assert same_numbers(b, a, "en") is True


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("on Monday", "on Tuesday", False),
        ("in April", "in May", False),
        ("in April", "on 15 April", None),
        ("before the end of June", "in May", None),
        ("before the end of June", "in July", False),
        ("200 boats on Monday", "200 boats on Friday", False),
        ("half of them", "in the second half", None),
        ("half of them", "a quarter of them", False),
        ("40 boats", "no boats", None),
    ],
)
def test_dates_that_differ_make_texts_differ(a: str, b: str, same: bool | None) -> None:
    assert same_numbers(a, b, "en") is same_numbers(b, a, "en") is same


NUMBERS = st.lists(
    st.sampled_from(["20", "20.4", "19.6", "over 15", "nearly 22", "3", "3%"]), max_size=6
).map("; ".join)


@given(NUMBERS, NUMBERS)
def test_same_numbers_does_not_depend_on_the_order(a: str, b: str) -> None:
    assert same_numbers(a, b, "en") is same_numbers(b, a, "en")


def test_same_numbers_of_a_long_answer_is_no_crash() -> None:
    assert same_numbers("5 boats, " * 1500, "5 boats, " * 1500, "en") is True


def test_a_number_too_long_for_a_float_is_not_a_crash() -> None:
    text = f"{'9' * 400} km"
    (quantity,) = quantities(text, "en")
    assert quantity.value == math.inf
    assert same_numbers(text, f"{'9' * 500} miles", "en") is True


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("1 200 visiteurs", "fr", [(1200, 2)]),
        ("12,50 euros", "fr", [(12.5, 3)]),
        ("1.234 visitantes", "es", [(1234, 4)]),
        ("sin números", "es", []),
    ],
)
def test_a_language_without_a_reader_of_its_own_has_numbers_without_units(
    text: str, language: str, found: list[tuple[float, int]]
) -> None:
    assert [(q.value, q.digits) for q in quantities(text, language)] == found
    assert {q.unit for q in quantities(text, language)} <= {""}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sonnabend, 14. März 2026", "de"),
        ("14. märz 2026", "de-AT"),
        ("14 mars 2026", "fr"),
        ("14 de marzo de 2026", "es"),
        ("14 марта 2026 г.", "ru"),
        ("14 марта 2026", "ru"),
        ("2026. március 14.", "hu"),
        ("2026年3月14日", "ja"),
        ("March 14, 2026", "en"),
    ],
)
def test_a_date_in_full_is_read_as_its_language_writes_it(text: str, language: str) -> None:
    (date,) = dates(text, language)
    assert date[:2] == Date(((3, 14), (3, 14)), 2026)[:2]


@pytest.mark.parametrize("text", ["14.3.2026", "März 2026", "14. März", "14. Marzo 2026", ""])
def test_what_is_no_date_in_full_is_not_read(text: str) -> None:
    assert dates(text, "de") == ()


@given(TEXTS, st.sampled_from(["de", "fr", "ja", "zz"]))
def test_any_text_of_any_language_is_read_without_a_crash(text: str, language: str) -> None:
    dates(text, language)
    assert same_numbers(text, text, language) is (True if quantities(text, language) else None)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        quantities(line, "de")
        dates(line, "de")
