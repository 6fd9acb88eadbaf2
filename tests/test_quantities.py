"""Numbers in running text, and when two of them say the same."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import assume, example, given
from hypothesis import strategies as st

from llmcheck.quantities import Quantity, agree, quantities, same_numbers

UNITS = [
    "", "%", "USD", "EUR", "year", "clock", "boats", "m", "km", "mile", "feet", "foot", "inch",
    "kg", "tonne", "ton", "hour", "day", "month", "celsius", "fahrenheit", "degree", "barrel",
    "litre", "kw", "mw", "kilowatt", "gwh", "kph", "knot",
]  # fmt: skip
QUANTITIES = st.builds(
    Quantity,
    value=st.floats(min_value=0, max_value=1e15) | st.integers(0, 3000).map(float),
    unit=st.sampled_from(UNITS),
    digits=st.integers(2, 17),
    bound=st.sampled_from([-1, 0, 1]),
)


def only(text: str) -> Quantity:
    (quantity,) = quantities(text)
    return quantity


def readings(text: str) -> list[tuple[float, str]]:
    return [(quantity.value, quantity.unit) for quantity in quantities(text)]


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
        ("fourteen percentage points", [(14, "%")]),
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
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_unit(text: str, found: list[tuple[float, str]]) -> None:
    assert readings(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no numbers",
        "the 21st singer",
        "the twelfth boat",
        "one of them",
        "wait a second",
        "B2B",
    ],
)
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert quantities(text) == []


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
    for quantity in quantities(text):
        assert quantity.value >= 0
        assert quantity.digits >= 2
        assert agree(quantity, quantity)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        quantities(line)


def test_a_number_too_long_for_a_float_is_not_a_crash() -> None:
    text = f"{'9' * 400} km"
    assert only(text).value == math.inf
    assert same_numbers(text, f"{'9' * 500} miles") is True


def test_pieces_of_a_long_text_are_parted_between_words() -> None:
    text = "forty-two berths and " * 2000
    assert set(readings(text)) == {(42, "berths")}
    assert len(quantities(text)) == 2000


@given(QUANTITIES)
def test_a_quantity_agrees_with_itself(quantity: Quantity) -> None:
    assert agree(quantity, quantity)


@given(QUANTITIES, QUANTITIES)
@example(Quantity(10, "mile", 2), Quantity(16, "km", 2))
def test_agreement_does_not_depend_on_the_order(a: Quantity, b: Quantity) -> None:
    assert agree(a, b) == agree(b, a)


@given(
    st.integers(10, 10**12), st.integers(2, 12), st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])
)
@example(24_500, 2, ROUND_HALF_UP)
@example(24_500, 2, ROUND_HALF_EVEN)
def test_a_number_agrees_with_itself_rounded_to_two_or_more_digits(
    number: int, digits: int, how: str
) -> None:
    rounded = int(Context(prec=digits, rounding=how).create_decimal(number))
    assert agree(only(f"{number:,} boats"), only(f"{rounded:,} boats"))


@given(st.integers(10, 99), st.integers(10, 99), st.sampled_from(["", " million", " thousand"]))
def test_numbers_of_two_digits_that_differ_disagree(a: int, b: int, scale: str) -> None:
    assume(a != b)
    assert not agree(only(f"{a}{scale} boats"), only(f"{b}{scale} boats"))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("10 miles", "16 km"),
        ("16 km", "10 miles"),
        ("5 m", "500 cm"),
        ("6 feet", "1.8 metres"),
        ("12 inches", "1 foot"),
        ("2 tonnes", "2,000 kg"),
        ("5 MW", "5,000 kW"),
        ("1.5 GWh", "1,500 MWh"),
        ("20 celsius", "68 fahrenheit"),
        ("2 weeks", "14 days"),
        ("48 hours", "2 days"),
        ("42 gallons", "1 barrel"),
        ("100 kph", "62 mph"),
    ],
)
def test_measures_agree_after_conversion(a: str, b: str) -> None:
    assert agree(only(a), only(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("10 miles", "10 km"),
        ("5 kg", "5 metres"),
        ("20%", "20 boats"),
        ("$20", "€20"),
        ("built in 1904", "built in 1905"),
        ("at 6 pm", "at 6:05 pm"),
        ("1.94 million", "2.06 million"),
    ],
)
def test_what_no_conversion_makes_equal_disagrees(a: str, b: str) -> None:
    assert not agree(quantities(a)[0], quantities(b)[0])


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("over 50 boats", "62 boats", True),
        ("over 50 boats", "90 boats", False),
        ("over 50 boats", "48 boats", False),
        ("nearly 60 boats", "58 boats", True),
        ("nearly 60 boats", "63 boats", False),
    ],
)
def test_a_bound_agrees_with_what_satisfies_it_closely(a: str, b: str, alike: bool) -> None:
    assert agree(only(a), only(b)) is alike


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
    assert same_numbers(a, b) is same


NUMBERS = st.lists(
    st.sampled_from(["20", "20.4", "19.6", "over 15", "nearly 22", "3", "3%"]), max_size=6
).map("; ".join)


@given(NUMBERS, NUMBERS)
def test_same_numbers_does_not_depend_on_the_order(a: str, b: str) -> None:
    assert same_numbers(a, b) is same_numbers(b, a)


def test_same_numbers_of_a_long_answer_is_no_crash() -> None:
    assert same_numbers("5 boats, " * 1500, "5 boats, " * 1500) is True
