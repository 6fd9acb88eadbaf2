"""The words of a quote that set an answer apart."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.render.web.contrast import contrast


def marked(quote: str, answer: str, *others: str, language: str = "en") -> list[str]:
    return [quote[one.start : one.end] for one in contrast(quote, answer, others, language)]


@pytest.mark.parametrize(
    ("quote", "answer", "others", "expected"),
    [
        ("The span is 320 metres long.", "320 metres", ["340 m"], ["320 metres"]),
        ("Ada Brook, not Ada Stone, leads it.", "Ada Brook", ["Ada Stone"], ["Ada Brook"]),
        ("In 2014 it had 14 berths.", "14", ["16"], ["14"]),
        ("It grew by\nhalf a mile.", "half a mile", ["a mile"], ["half a mile"]),
        ("Some 14 percent of the crew left.", "14%", ["20%"], ["14 percent"]),
        ("About twelve gates were open.", "12 gates", ["15 gates"], ["twelve"]),
        ("The pier was shut by the storm.", "a storm shut it", ["a strike shut it"], ["storm"]),
        ("Rust, the divers say.", "divers found rust", ["divers found a crack"], ["Rust"]),
        ("The pier is open.", "yes", ["no"], []),
        ("The pier is open.", "", [""], []),
    ],
)
def test_what_differs_is_found(
    quote: str, answer: str, others: list[str], expected: list[str]
) -> None:
    assert marked(quote, answer, *others) == expected


def test_a_figure_that_is_written_out_is_not_looked_for_in_a_longer_one() -> None:
    assert marked("Nach 52 Tagen kamen fünf Boote.", "5", "6", language="de") == ["fünf"]
    assert marked("Nach 5.200 Tagen kamen fünf Boote.", "5", "6", language="de") == ["fünf"]


def test_what_differs_is_found_in_another_language() -> None:
    assert marked(
        "In Ollenfleth standen sechsundachtzig Häuser unter Wasser.", "86", "140", language="de"
    ) == ["sechsundachtzig"]
    assert marked(
        "Ein Schiff hat das Tor gerammt.", "das Schiff", "ein Drehzapfen", language="de"
    ) == ["Schiff"]


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
def test_ranges_lie_in_the_quote_in_order_and_apart(
    quote: str, answer: str, others: list[str]
) -> None:
    borders = [at for one in contrast(quote, answer, others, "en") for at in one]
    assert borders == sorted(set(borders))
    assert all(0 <= at <= len(quote) for at in borders)


@pytest.mark.parametrize("line", [line[:1200] for line in LINES.values()], ids=list(LINES))
def test_hostile_quotes_and_answers_take_no_time_to_speak_of(line: str) -> None:
    with cpu_limit():
        contrast(line, line[:600], [line[1:500]], "en")
        contrast(line, "x " + line[:600], ["y"], "en")
