"""What of a statement its source does not bear out."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.language.support import missing_names, missing_numbers


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("The quay has 40 berths.", "Forty berths line the quay."),
        ("The gate cost 2 million kroner.", "The gate cost 1.96 million kroner."),
        ("The gate cost 1,960,000 kroner.", "The gate cost 1.96 million kroner."),
        ("Over 50 boats came.", "Fifty-eight boats came."),
        ("Over 50 boats came.", "Over 50 boats came."),
        ("Nearly 60 boats came.", "58 boats came."),
        ("The reef lies 10 miles out.", "The reef lies 16 km out."),
        ("The dome opened in 1904.", "The dome, which opened in 1904, leaks."),
        ("The dome leaks.", ""),
        ("Half of the boats sank.", "Half the boats sank."),
        ("Half of the boats sank.", "50% of the boats sank."),
        ("50% of the boats sank.", "Half of the boats sank."),
        ("Half the boats sank.", "Half Ada Moe’s boats sank."),
        ("A third of the boats sank.", "33% of the boats sank."),
        ("One in five boats sank.", "20 percent of the boats sank."),
        ("Three boats sank.", "3 out of 9 boats sank."),
        ("3 out of 9 boats sank.", "Of 9 boats, 3 sank."),
        ("The fleet doubled.", "The fleet grew from 10 to 20 boats."),
        ("The two dams burst.", "The Alder and the Birk dam burst."),
        ("Two dams burst.", "The two dams burst."),
        ("10 to 12 boats came.", "Between 10 and 12 boats came."),
        ("The fleet grew from 10 to 12.", "It had 10 boats in May and 12 in June."),
        ("10 to 12 boats came.", "11 boats came."),
        ("At least 10 boats came.", "10 to 12 boats came."),
        ("Hundreds of boats came.", "Some 250 boats came."),
        ("It was 5 degrees below zero.", "It was -5 degrees."),
        ("It opens on April 15.", "It opens on 15 April 2026."),
        ("It opens in 2026.", "It opens on 15 April 2026."),
        ("It opens in April 2026.", "It opens between April and May 2026."),
        ("The yard has 1500 staff.", "The yard has 1,500 staff."),
    ],
)
def test_a_number_may_be_written_rounded_or_bounded_in_another_way(
    statement: str, source: str
) -> None:
    assert missing_numbers(statement, source, "en") == []


@pytest.mark.parametrize(
    ("statement", "source", "missing"),
    [
        ("The quay has 40 berths.", "The quay has 45 berths.", ["40"]),
        ("The quay has 40 berths.", "", ["40"]),
        ("Fees rose 14% to 30 kroner.", "Fees rose to 30 kroner.", ["14%"]),
        ("The dome opened in 1905.", "The dome opened in 1904.", ["1905"]),
        ("The gate cost 1.96 million kroner.", "The gate cost 2 million kroner.", ["1960000"]),
        ("The choir has 62 singers.", "The choir has over 50 singers.", ["62"]),
        ("3 of 9 boats sank.", "3 boats sank.", ["9"]),
        ("3 out of 9 boats sank.", "3 boats sank.", ["9"]),
        ("Half of the boats sank.", "25% of the boats sank.", ["50%"]),
        ("10 to 12 boats came.", "10 boats came.", ["12"]),
        ("11 boats came.", "10 to 12 boats came.", ["11"]),
        ("2 boats came.", "3 boats came.", ["2"]),
        ("Two boats came.", "Three boats came.", ["2"]),
        ("It sank in two hours.", "It sank in the night.", ["2"]),
        ("It opens on 15 April.", "It opens in April 2026.", ["15"]),
        ("It opens on 15 April.", "It opens on 16 April.", ["15"]),
    ],
)
def test_a_number_the_source_lacks_or_has_less_precisely_is_missing(
    statement: str, source: str, missing: list[str]
) -> None:
    assert missing_numbers(statement, source, "en") == missing


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("The keeper is Ada Moe.", "ADA MOE kept the light."),
        ("The keeper is Ada Moe.", "Ada Moe’s light went out."),
        ("The boat of Ada Moe's sank.", "Ada Moe lost her boat."),
        ("The pilot is Lind.", "The Lind-Berg pilots struck."),
        ("It lies in the U.S.A.", "It lies in the USA."),
        ("Singers left.", "They left."),
    ],
)
def test_a_name_may_stand_in_any_case_or_possessive(statement: str, source: str) -> None:
    assert missing_names(statement, source, "en") == []


def test_a_name_the_source_lacks_is_missing_in_its_own_spelling() -> None:
    assert missing_names("The keeper is Ada Moe of McKell.", "Ada Lind kept the light.", "en") == [
        "Moe",
        "McKell",
    ]


@given(TEXTS)
def test_every_text_bears_itself_out(text: str) -> None:
    assert missing_numbers(text, text, "en") == []
    assert missing_names(text, text, "en") == []


@given(TEXTS, TEXTS)
def test_what_is_missing_can_be_shown(statement: str, source: str) -> None:
    assert all(missing_numbers(statement, source, "en"))
    assert all(name in statement for name in missing_names(statement, source, "en"))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        missing_names(line, line, "en")
        missing_numbers("The quay has 40 berths.", line, "en")
        missing_numbers(line, "The quay has 40 berths.", "en")


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("Open until 19:00.", "We close at seven in the evening."),
        ("Open from 8:30.", "The doors open at half past eight."),
        ("Closed on Saturdays.", "On Saturday we are closed."),
        ("Kept at 2 °C.", "It is kept at two degrees."),
        ("The Larkton-Vell road is closed.", "The road from Larkton to Vell is closed."),
    ],
)
def test_a_time_a_day_or_a_name_may_be_told_in_other_words(statement: str, source: str) -> None:
    assert missing_numbers(statement, source, "en") == []
    assert missing_names(statement, source, "en") == []
