"""Numbers of any language, with what their digits may mean."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.language.numbers import likeliest, may_be_one, missing, numbers

CODES = st.sampled_from(["en", "de", "fr", "ja", "zz"])


def readings(text: str, *languages: str) -> list[set[float]]:
    return [set(number.readings) for number in numbers(text, *languages)]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("1.200", "de", {1200, 1.2}),
        ("1,200", "en", {1200, 1.2}),
        ("1 200", "fr", {1200}),
        ("1’200", "de", {1200}),
        ("1.234.567", "es", {1234567}),
        ("1.234,56", "de", {1234.56}),
        ("3,5 millions", "fr", {3.5e6}),
        ("3,5 Mrd.", "de", {3.5e9}),
        ("2.5 million", "en", {2.5e6}),
        ("5 m", "en", {5e6, 5}),
        ("quarante-deux", "fr", {42}),
        ("sesenta", "es", {60}),
        ("10.30.2", "de", {10, 30, 2}),
    ],
)
def test_a_number_has_every_reading_that_its_digits_allow(
    text: str, language: str, found: set[float]
) -> None:
    assert readings(text, language) == [found]


def test_numerals_of_two_languages_are_read_in_one_text() -> None:
    assert readings("forty, vierzig", "en", "de") == [{40}, {40}]
    assert readings("forty, vierzig", "de") == [{40}]


def test_of_a_language_that_nobody_knows_digits_are_read() -> None:
    assert readings("12 xx 3,5", "zz") == [{12}, {3.5}]


@pytest.mark.parametrize(
    ("words", "language", "value"),
    [("1.200", "de", 1200), ("1.200", "en", 1.2), ("1,200", "en", 1200), ("1,200", "de", 1.2)],
)
def test_of_two_readings_that_is_likeliest_which_the_language_writes(
    words: str, language: str, value: float
) -> None:
    (number,) = numbers(words, language)
    assert likeliest(number, language) == value


@pytest.mark.parametrize(
    ("statement", "source", "lacking"),
    [
        ("1.200 Gäste", "1,200 guests", []),
        ("1.300 Gäste", "1,200 guests", ["1.300"]),
        ("42 000 visiteurs", "41.800 Besucher", []),
        ("41 800 visiteurs", "42.000 Besucher", ["41 800"]),
        ("um 10:30 Uhr", "à 10.30 h", []),
        ("40 Boote", "", ["40"]),
        ("keine", "40", []),
    ],
)
def test_a_number_is_missing_when_no_reading_of_the_source_gives_or_rounds_to_it(
    statement: str, source: str, lacking: list[str]
) -> None:
    assert missing(statement, source, "de", "fr") == lacking


@given(TEXTS, CODES)
def test_every_text_bears_itself_out_and_its_numbers_are_one(text: str, language: str) -> None:
    assert missing(text, text, language) == []
    assert all(may_be_one(number, number) for number in numbers(text, language))
    assert all(likeliest(n, language) in n.readings for n in numbers(text, language))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str, language: str) -> None:
    with cpu_limit():
        numbers(line, language)
        missing("40 berths", line, language, "en")


@pytest.mark.parametrize("words", ["zwei ", "hundert ", "1.200 ", "1,1", "eine Million ", "und "])
def test_a_hostile_line_of_numbers_takes_no_time(words: str) -> None:
    with cpu_limit():
        numbers(words * 2000, "de", "en")
