"""When two dates can be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_dates import PHRASES, only

from llmcheck.language.dates import dates_agree


@pytest.mark.parametrize(
    ("a", "b", "agreed"),
    [
        ("15 April", "April 15, 2026", True),
        ("15 April", "15 May", False),
        ("15 April", "16 April", False),
        ("15 April 2025", "15 April 2026", False),
        ("15 April", "April 2026", True),
        ("15-18 April", "17 April", True),
        ("15-18 April", "19 April", False),
        ("Tuesday", "Wednesday", False),
        ("Tuesday", "15 April", True),
        ("Tuesday", "15 April 2026", False),
        ("Wednesday", "15 April 2026", True),
        ("Q3 2026", "the third quarter", True),
        ("Q3 2026", "August 2026", True),
        ("Q3 2026", "May 2026", False),
        ("H1 2026", "the second quarter of 2026", True),
        ("H1 2026", "the second half of 2026", False),
        ("the end of June 2026", "June", True),
        ("before the end of June", "in May", True),
        ("before the end of June", "in July", False),
        ("by June", "by July", False),
        ("after June", "in July", True),
        ("after June", "in May", False),
        ("31 February 2026", "Tuesday", True),
    ],
)
def test_dates_agree_when_no_part_that_both_give_differs(a: str, b: str, agreed: bool) -> None:
    assert dates_agree(only(a), only(b)) is dates_agree(only(b), only(a)) is agreed


@given(st.sampled_from(PHRASES))
def test_a_date_agrees_with_itself(text: str) -> None:
    assert dates_agree(only(text), only(text))
