"""Numbers and dates in running English: what is read, and what is not."""

from __future__ import annotations

import math

import pytest
from hostile import LENGTH, LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.language.figures import quantities
from llmcheck.language.quantities import Quantity, agree


def only(text: str) -> Quantity:
    (quantity,) = quantities(text, "en")
    return quantity


def readings(text: str) -> list[tuple[float, str]]:
    return [(quantity.value, quantity.unit) for quantity in quantities(text, "en")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The harbour has 40 berths.", [(40, "berths")]),
        ("The harbour has forty-two berths.", [(42, "berths")]),
        ("three hundred and five singers", [(305, "singers")]),
        ("1,234,567 visitors", [(1234567, "visitors")]),
        ("2.5 million kroner", [(2.5e6, "kroner")]),
        ("two million kroner", [(2e6, "kroner")]),
        ("3-million-kroner gate", [(3e6, "kroner")]),
        ("£3.2bn", [(3.2e9, "GBP")]),
        ("$5m", [(5e6, "USD")]),
        ("US$ 7,000", [(7000, "USD")]),
        ("usd 12", [(12, "USD")]),
        ("uſd 12", [(12, "USD")]),
        ("12 euros", [(12, "EUR")]),
        ("14%", [(14, "%")]),
        ("14 percent", [(14, "%")]),
        ("14 per cent", [(14, "%")]),
        ("fourteen percentage points", [(14, "pp")]),
        ("a mast of 5 m", [(5, "m")]),
        ("a run of 5km", [(5, "km")]),
        ("12.5kg of rope", [(12.5, "kg")]),
        ("6 feet", [(6, "feet")]),
        ("12 inches", [(12, "inch")]),
        ("built in 1904", [(1904, "year")]),
        ("1904 kilometres", [(1904, "kilometre")]),
        ("at 6 pm", [(18, "clock")]),
        ("at 12 a.m.", [(0, "clock")]),
        ("at 12 noon", [(12, "noon")]),
        ("at 6.30pm", [(18.5, "clock")]),
        ("at 18:30", [(18.5, "clock")]),
        ("10 boats at 6 pm and 4 by 7", [(10, "boats"), (18, "clock"), (4, ""), (7, "")]),
        ("40, 50 and 60", [(40, ""), (50, ""), (60, "")]),
        ("two dams and one hundred and one locks", [(2, "dams"), (101, "locks")]),
        ("5 million US dollars", [(5e6, "USD")]),
        ("1.5m euros", [(1.5e6, "EUR")]),
        ("A$5m", [(5e6, "AUD")]),
        ("five years", [(5, "years")]),
        ("a four-year lease", [(4, "years")]),
        ("-5 degrees", [(-5, "degree")]),
        ("minus five degrees", [(-5, "degree")]),
        ("minus $5 million", [(-5e6, "USD")]),
        ("a 5-3 win", [(5, ""), (3, "win")]),
        ("Berths 10 - 4 of them new", [(10, ""), (4, "")]),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_unit(text: str, found: list[tuple[float, str]]) -> None:
    assert readings(text) == found


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("The yard has 1500 staff.", "staff"),
        ("The 1500 staff left.", "staff"),
        ("about 1500 berths", "berths"),
        ("It hired 2000 people.", "people"),
        ("the 1234 boats", "boats"),
        ("1904 kilometres", "kilometre"),
        ("about 1500", ""),
        ("more than 2000", ""),
        ("built in 2019", "year"),
        ("In 2019 sales rose.", "year"),
        ("since 2000 ferries", "year"),
        ("the 2019 budget", "year"),
        ("the 1848 flood", "year"),
        ("Dam plans for 2028 amid doubt", "year"),
        ("the 1990s", "year"),
        ("2019-2021", "year"),
    ],
)
def test_four_digits_are_a_year_unless_they_count_something(text: str, unit: str) -> None:
    assert {quantity.unit for quantity in quantities(text, "en")} == {unit}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("half of the bakers", [(50, "%")]),
        ("Half the bakers", [(50, "%")]),
        ("half Ada Moe’s fleet", []),
        ("half Moe’s fleet", [(50, "%")]),
        ("half", [(50, "%")]),
        ("fell by half.", [(50, "%")]),
        ("one half of them", [(50, "%")]),
        ("a quarter of the ferries", [(25, "%")]),
        ("three quarters of the ferries", [(75, "%")]),
        ("three-quarters", [(75, "%")]),
        ("four fifths of voters", [(80, "%")]),
        ("one-tenth", [(10, "%")]),
        ("3/4 of the boats", [(75, "%")]),
        ("½ of the boats", [(50, "%")]),
        ("one in five boats", [(20, "%")]),
        ("1 in 5", [(20, "%")]),
        ("one in every ten bakers", [(10, "%")]),
        ("3 out of 10", [(30, "%")]),
        ("one in 10,000", [(0.01, "%")]),
        ("half a million loaves", [(5e5, "loaves")]),
        ("two and a half million loaves", [(2.5e6, "loaves")]),
        ("twenty-one and a half miles", [(21.5, "mile")]),
        ("a year and a half", [(1.5, "years")]),
        ("half an hour", [(0.5, "hour")]),
        ("a quarter of a mile", [(0.25, "mile")]),
        ("2½ miles", [(2.5, "mile")]),
        ("a dozen loaves", [(12, "loaves")]),
        ("two dozen", [(24, "")]),
        ("half a dozen", [(6, "")]),
        ("sales doubled", [(2, "fold")]),
        ("twice as many", [(2, "fold")]),
        ("tripled its fleet", [(3, "fold")]),
        ("a tenfold rise", [(10, "fold")]),
    ],
)
def test_shares_and_multiples_in_words_are_numbers(
    text: str, found: list[tuple[float, str]]
) -> None:
    assert readings(text) == found


def test_a_third_is_read_to_two_digits() -> None:
    quantity = only("nearly a third of the staff")
    assert (round(quantity.value, 3), quantity.unit) == (33.333, "%")
    assert (quantity.digits, quantity.bound, quantity.words) == (2, -1, "nearly 1/3 of")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10 to 12 boats", 10, 12),
        ("ten to twelve boats", 10, 12),
        ("between 10 and 12 boats", 10, 12),
        ("10-12 boats", 10, 12),
        ("10–12 boats", 10, 12),
        ("1500 to 1800 boats", 1500, 1800),
        ("4-5 million boats", 4e6, 5e6),
        ("four to five million boats", 4e6, 5e6),
        ("4 million to 5 million boats", 4e6, 5e6),
        ("dozens of boats", 24, 99),
        ("hundreds of boats", 100, 999),
        ("tens of thousands of boats", 10_000, 99_999),
        ("several hundred boats", 200, 900),
    ],
)
def test_a_range_is_one_number(text: str, low: float, high: float) -> None:
    quantity = only(text)
    assert (quantity.value, quantity.high, quantity.unit) == (low, high, "boats")


@pytest.mark.parametrize(
    ("text", "unit"), [("$4-5 million", "USD"), ("10-12%", "%"), ("10% to 12%", "%")]
)
def test_a_range_has_the_unit_of_either_end(text: str, unit: str) -> None:
    assert only(text).unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "from 10 to 12",
        "10 and 12",
        "14% to 30 kroner",
        "12 to 10",
        "10 boats to 12 ports",
        "in 2024 to $3 billion",
    ],
)
def test_two_numbers_in_a_row_may_be_no_range(text: str) -> None:
    assert len(quantities(text, "en")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no numbers",
        "the 21st singer",
        "the twelfth boat",
        "one of them",
        "wait a second",
        "the third quarter",
        "a third baker",
        "the first half of the year",
        "the second half",
        "at half-time",
        "halfway",
        "the other half",
        "half past noon",
        "a quarter of the year",
        "the quarter-final",
        "one third party",
        "the two dams",
        "No one knows.",
        "a baker's dozen",
        "B2B",
    ],
)
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert quantities(text, "en") == []


@pytest.mark.parametrize(
    ("text", "digits"), [("1,000 m", 2), ("1,230 m", 3), ("0.05 m", 2), ("2.50 m", 3), ("7 m", 2)]
)
def test_digits_are_those_written_and_at_least_two(text: str, digits: int) -> None:
    assert only(text).digits == digits


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 50 boats", 1),
        ("over\n fifty boats", 1),
        ("at\u00a0least 50 boats", 1),
        ("nearly 50 boats", -1),
        ("up to 50 boats", -1),
        ("less  than 50 boats", -1),
        ("50 boats", 0),
        ("no more than 50 boats", -1),
        ("not less than 50 boats", 1),
        ("as many as 50 boats", -1),
        ("more than half of the boats", 1),
        ("moreover 50 boats", 0),
    ],
)
def test_bounds_are_read_over_any_white_space(text: str, bound: int) -> None:
    assert only(text).bound == bound


@given(st.integers(0, 10**15))
def test_thousands_separators_do_not_change_a_number(number: int) -> None:
    assert only(f"{number:,} boats").value == only(f"{number:d} boats").value == number


@given(
    st.integers(1, 999),
    st.integers(0, 9),
    st.sampled_from([("thousand", 1e3), ("million", 1e6), ("bn", 1e9), ("trillion", 1e12)]),
)
def test_scale_words_say_the_same_as_the_number_written_out(
    whole: int, tenth: int, scale: tuple[str, float]
) -> None:
    word, factor = scale
    written_out = round((whole * 10 + tenth) * factor) // 10
    short, long = only(f"{whole}.{tenth} {word} kroner"), only(f"{written_out:,} kroner")
    assert math.isclose(short.value, long.value)
    assert agree(short, long)


@given(TEXTS)
def test_any_text_is_read_without_a_crash(text: str) -> None:
    for quantity in quantities(text, "en"):
        assert quantity.digits >= 2
        assert agree(quantity, quantity)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        quantities(line, "en")


@pytest.mark.parametrize(
    "part",
    ["half ", "half", "a third ", "one in 5 ", "1/2 ", "½", "dozens of ", "hundreds of thousands ",
     "a few ", "two-", "and a half ", "1 and a half ", "10-", "10 to ", "between 1 and ", "minus ",
     "- ", "-5", "no more than ", "15 April ", "April 15, ", "Q3 ", "Monday, ", "2026-", "by the ",
     "first half of ", "\u2064", "1⁄", "1∶"],
)  # fmt: skip
@pytest.mark.parametrize("space", ["", " " * 30])
def test_a_hostile_line_of_fractions_and_dates_takes_no_time(part: str, space: str) -> None:
    line = f"half {part}{space}"
    with cpu_limit():
        quantities(line * (LENGTH // 2 // len(line)), "en")


def test_a_fraction_far_from_its_whole_takes_no_time() -> None:
    far = " " * LENGTH
    with cpu_limit():
        quantities(
            f"a{far}half{far}of{far}a{far}million and{far}a half 5{far}in{far}10 to{far}12", "en"
        )


def test_pieces_of_a_long_text_are_parted_between_words() -> None:
    text = "forty-two berths and " * 2000
    assert set(readings(text)) == {(42, "berths")}
    assert len(quantities(text, "en")) == 2000
