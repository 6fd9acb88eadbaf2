"""What a text writes as names."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.language.names import names


@given(TEXTS)
def test_names_of_any_text_are_words_of_it(text: str) -> None:
    assert all(name in text for name in names(text, "en"))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        names(line, "en")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Keeper Ada Moe lit the lamp", ["Keeper", "Ada", "Moe"]),
        ("The keeper is Ada Moe's son", ["Ada", "Moe"]),
        ("Yesterday the lamp failed. Nobody saw it", []),
        ("“Lamps fail.” Keepers know", []),
        ("NOAA lit the lamp", ["NOAA"]),
        ("the McKell light", ["McKell"]),
    ],
)
def test_names_are_capitalised_words_that_open_no_sentence(text: str, found: list[str]) -> None:
    assert names(text, "en") == found
