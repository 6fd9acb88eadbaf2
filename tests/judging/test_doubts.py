"""What makes code ask again: figures that are equal, or that stand in no passage."""

from __future__ import annotations

import pytest
from builders import document, stance

from llmcheck.judging.doubts import doubt
from llmcheck.numbering import NumberedSet

TEXTS = NumberedSet(
    [
        document("The ferry carried 1,200 people. Prices rose by 5%.", "en", language="en"),
        document("Die Fähre trug 1.300 Menschen. Die Preise fielen um 5 %.", "de", language="de"),
    ]
)
PEOPLE = stance("1,200 people", "en.1"), stance("1.300 Menschen", "de.1")
PRICES = stance("rose by 5%", "en.2"), stance("fielen um 5 %", "de.2")


@pytest.mark.parametrize(
    ("a", "b", "spoken"),
    [
        ("rose by 5%", "fell by 5%", "en"),
        ("stiegen um 5 %", "fielen um 5 %", "de"),
        ("stiegen um fünfzig Prozent", "fielen um 50 %", "de"),
        ("subieron un 5 %", "bajaron un 5 %", "es"),
    ],
)
def test_equal_figures_raise_a_doubt_in_any_language(a: str, b: str, spoken: str) -> None:
    assert doubt(TEXTS, *PRICES, a, b, spoken)


@pytest.mark.parametrize(
    ("a", "b", "spoken"),
    [
        ("1,200 people", "1,300 people", "en"),
        ("1.200 Menschen", "1.300 Menschen", "de"),
        ("1 200 personnes", "1 300 personnes", "fr"),
    ],
)
def test_figures_that_differ_and_stand_there_raise_none(a: str, b: str, spoken: str) -> None:
    assert not doubt(TEXTS, *PEOPLE, a, b, spoken)


def test_figures_that_stand_in_no_passage_raise_a_doubt() -> None:
    worked_out = stance("2,500 people", "en.1")
    assert doubt(TEXTS, worked_out, PEOPLE[1], "2,500 people", "1,300 people", "en")
    assert doubt(TEXTS, worked_out, PEOPLE[1], "2.500 Menschen", "1.300 Menschen", "de")


def test_an_answer_as_the_survey_put_it_will_do() -> None:
    assert not doubt(TEXTS, *PEOPLE, "2,400 halves of people", "1,300 people", "en")
