"""Numbers of any language, with what their digits may mean."""

from __future__ import annotations

import pytest
from hostile import LINES, cpu_limit

from llmcheck.language.numbers import missing, numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.200", {1200, 1.2}),
        ("1.234.567", {1234567}),
        ("1.234,56", {1234.56}),
        ("3,5 Mrd.", {3.5e9}),
        ("10.30.2", {10, 30, 2}),
    ],
)
def test_a_number_has_every_reading_that_its_digits_allow(text: str, found: set[float]) -> None:
    assert [set(number.readings) for number in numbers(text, "de")] == [found]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str, language: str) -> None:
    with cpu_limit():
        numbers(line, language)
        missing("40 berths", line, language, "en")
