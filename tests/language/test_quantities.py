"""When two numbers with their units say the same."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from llmcheck.language.dates import Date
from llmcheck.language.figures import quantities
from llmcheck.language.quantities import Quantity, agree

UNITS = [
    "", "%", "pp", "USD", "EUR", "year", "years", "date", "clock", "fold", "boats",
    "m", "km", "mile", "feet", "foot", "inch", "kg", "tonne", "ton", "hour", "day", "month",
    "celsius", "fahrenheit", "degree", "barrel", "litre", "kw", "mw", "kilowatt", "gwh", "kph",
    "knot",
]  # fmt: skip
QUANTITIES = st.builds(
    Quantity,
    value=st.floats(min_value=0, max_value=1e15) | st.integers(0, 3000).map(float),
    unit=st.sampled_from(UNITS),
    digits=st.integers(2, 17),
    bound=st.sampled_from([-1, 0, 1]),
    words=st.just(""),
    high=st.none() | st.floats(min_value=1e15, max_value=1e16),
    parts=st.sampled_from([(), (3.0, 10.0)]),
    date=st.sampled_from([None, Date(((4, 15), (4, 15)), year=1904), Date(((4, 1), (6, 31)))]),
)


def only(text: str) -> Quantity:
    (quantity,) = quantities(text, "en")
    return quantity


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
        ("2 years", "24 months"),
        ("a year and a half", "18 months"),
        ("half an hour", "30 minutes"),
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
        ("-5 degrees", "5 degrees"),
        ("5%", "5 percentage points"),
        ("$5 million", "€5 million"),
        ("$5 million", "5 million loaves"),
        ("half of the bakers", "25% of the bakers"),
        ("two-thirds", "60%"),
        ("between 10 and 12", "13"),
        ("10 to 12", "10 to 15"),
        ("10 to 12 miles", "30 km"),
        ("dozens of boats", "200 boats"),
        ("under -5 degrees", "3 degrees"),
        ("15 April", "15 May"),
        ("April 2026", "May 2026"),
        ("Q3 2026", "Q4 2026"),
    ],
)
def test_what_no_conversion_makes_equal_disagrees(a: str, b: str) -> None:
    assert not agree(quantities(a, "en")[0], quantities(b, "en")[0])


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("over 50 boats", "62 boats", True),
        ("over 50 boats", "90 boats", False),
        ("over 50 boats", "48 boats", False),
        ("nearly 60 boats", "58 boats", True),
        ("nearly 60 boats", "63 boats", False),
        ("below -5 degrees", "-6 degrees", True),
        ("below -5 degrees", "-4 degrees", False),
        ("above -5 degrees", "-4 degrees", True),
        ("above -5 degrees", "-6 degrees", False),
        ("more than half", "62%", True),
        ("more than half", "48%", False),
    ],
)
def test_a_bound_agrees_with_what_satisfies_it_closely(a: str, b: str, alike: bool) -> None:
    assert agree(only(a), only(b)) is alike
