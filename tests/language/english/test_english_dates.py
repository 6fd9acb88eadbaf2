"""Dates in running English."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st
from written_dates import PHRASES, only

from llmcheck.language.dates import Date
from llmcheck.language.english.dates import find_dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on 15 April 2026", Date(((4, 15), (4, 15)), 2026)),
        ("on April 15, 2026", Date(((4, 15), (4, 15)), 2026)),
        ("the 15th of April", Date(((4, 15), (4, 15)))),
        ("April 15th", Date(((4, 15), (4, 15)))),
        ("Apr. 15", Date(((4, 15), (4, 15)))),
        ("Sept 2026", Date(((9, 1), (9, 31)), 2026)),
        ("2026-04-15", Date(((4, 15), (4, 15)), 2026)),
        ("Tuesday, 15 April", Date(((4, 15), (4, 15)), weekday=1)),
        ("on Sunday night", Date(weekday=6)),
        ("15-18 April", Date(((4, 15), (4, 18)))),
        ("April 15 to 18, 2026", Date(((4, 15), (4, 18)), 2026)),
        ("in May", Date(((5, 1), (5, 31)))),
        ("In May 12 boats sank", Date(((5, 1), (5, 31)))),
        ("the end of June 2026", Date(((6, 1), (6, 31)), 2026)),
        ("before the end of June", Date(((6, 1), (6, 31)), bound=-1)),
        ("by June 3", Date(((6, 3), (6, 3)), bound=-1)),
        ("after 3 June", Date(((6, 3), (6, 3)), bound=1)),
        ("Q3 2026", Date(((7, 1), (9, 31)), 2026)),
        ("third quarter of 2026", Date(((7, 1), (9, 31)), 2026)),
        ("the 4th quarter", Date(((10, 1), (12, 31)))),
        ("the first half of 2026", Date(((1, 1), (6, 31)), 2026)),
        ("the second half of the year", Date(((7, 1), (12, 31)))),
        ("H2 2026", Date(((7, 1), (12, 31)), 2026)),
        ("Q3 of fiscal 2026", Date(year=2026)),
    ],
)
def test_dates_are_read_with_what_they_tell(text: str, date: Date) -> None:
    assert only(text) == date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "may",
        "Mayor",
        "Marching",
        "in 2026",
        "a quarter of them",
        "the second half",
        "15 boats",
    ],
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert find_dates(text) == []


@given(TEXTS | st.lists(st.sampled_from(PHRASES), max_size=9).map(" ".join))
def test_dates_stand_in_the_text_in_order_and_apart(text: str) -> None:
    found = find_dates(text)
    offsets = [offset for date in found for offset in (date.start, date.end)]
    assert offsets == sorted(offsets)
    assert all(text[date.start : date.end].strip() for date in found)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        find_dates(f"May {line}")
