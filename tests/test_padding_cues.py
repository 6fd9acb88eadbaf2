"""What in the wording says that a text reports, and what says that it would fit any page."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.reporting_cues import Vocabulary, balance, figures, is_note, quotes_somebody

CORPUS = Vocabulary.of([
    "The weavers of Brennhall sold the mill to Orla Tveit, and the mill stands empty.",
    "A lawyer for the Weavers Guild of Brennhall spoke to AI firms about the looms.",
])  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Tveit will keep the looms running in Brennhall.",
        "The guild was told nothing.",
        "“We never saw the contract,” a weaver said.",
        "Rents rose by 14%, to $600.",
        "The looms were carted off on 3 May.",
        "In my view the price is a joke.",
        "Correction: the looms stand in the east hall.",
        "If you work for Orla Tveit, bring your pass to the gate.",
    ],
)
def test_a_text_that_reports_shows_it(text: str) -> None:
    assert balance(text, CORPUS) > 0


@pytest.mark.parametrize(
    "text",
    [
        "Small mills face a rapidly evolving landscape, and careful planning is crucial.",
        "Whether you weave or knit, a good loom brings you peace of mind.",
        "Brennhall's story serves as a cautionary tale and highlights the importance of planning.",
        "Companies that fail to adapt may fall behind. Only time will tell.",
        "Should I buy a loom? There are many to choose from.",
    ],
)
def test_a_text_that_would_fit_any_page_shows_that(text: str) -> None:
    assert balance(text, CORPUS) <= 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The guild counts 340 members, 12 more than in 2019.", 3),
        ("Rents are 8% higher.", 1),
        ("1. Oil the loom.\n2. Check the belt.", 0),
        ("15 tips for weavers", 0),
        ("How to warp a loom in 12 easy steps", 0),
        ("Two yarns make one thread.", 0),
        ("Millions of people weave.", 0),
    ],
)
def test_numbers_that_count_the_pages_own_parts_measure_nothing(text: str, count: int) -> None:
    assert figures(text) == count


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Tveit stayed away.", {"Tveit"}),
        ("Brennhall’s looms are old.", {"Brennhall"}),
        ("Weavers are patient people.", set()),
        ("They asked the Weavers Guild.", {"Weavers", "Guild"}),
        ("Use AI.", set()),
        ("- Ask Orla Tveit: she may know.", set()),
        ("Somebody from Lund called.", set()),
    ],
)
def test_names_are_those_of_the_corpus(text: str, named: set[str]) -> None:
    assert CORPUS.named_in(text) == named


def test_in_a_heading_a_common_word_is_no_name() -> None:
    assert CORPUS.proper_in("What Weavers Want From Tveit") == {"Tveit"}


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("“Sign up today,” she told the weavers.", True),
        ("Words such as “may” and “will” mark it.", False),
        ("She told the weavers to sign up.", False),
    ],
)
def test_somebody_is_quoted_where_words_are_given_and_spoken(text: str, quotes: bool) -> None:
    assert quotes_somebody(text) is quotes


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("*Update: the mill has reopened.*", True),
        ("Editor’s note: names were changed.", True),
        ("The update: nothing new.", False),
        ("Disclosure rules are strict.", False),
    ],
)
def test_the_authors_notes_are_told_by_their_label(text: str, note: bool) -> None:
    assert is_note(text) is note


@given(TEXTS)
def test_any_text_is_weighed_without_a_crash(text: str) -> None:
    balance(text, Vocabulary.of([text]))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        balance(line, Vocabulary.of([line]))
