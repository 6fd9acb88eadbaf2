"""Sections that are filler as a whole, and those alike that are about the event."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.filler_rules import filler_sections
from llmcheck.language.text import blocks
from llmcheck.reporting_cues import Vocabulary

NEWS = "The weavers of Brennhall sold their mill to Orla Tveit on 3 May, the guild said."
VOCABULARY = Vocabulary.of([NEWS])
TIPS = ["1. Oil the loom.", "2. Sweep the floor.", "3. Sign up for a class."]


def flagged(*parts: str) -> dict[str, str]:
    """Kind of every block that a section rule flags, by its text, under the news."""
    text = "\n\n".join([NEWS, *parts, NEWS])
    found = blocks(text)
    return {
        text[found[index].start : found[index].end]: rule.kind
        for index, rule in filler_sections(text, found, VOCABULARY).items()
    }


@pytest.mark.parametrize(
    "heading",
    [
        "3 Tips for New Weavers",
        "## Three easy ways to keep a loom running",
        "How to Look After a Loom in 3 Steps",
        "Weaving tips for beginners",
        "Before you begin, mind these tips:",
    ],
)
def test_a_how_to_list_is_filler_with_its_heading(heading: str) -> None:
    assert flagged(heading, *TIPS) == dict.fromkeys([heading, *TIPS], "seo_filler")


def test_a_how_to_list_may_have_lost_its_marks() -> None:
    plain = ["Oil the loom.", "Sweep the floor.", "Rest now and then."]
    heading = "3 ways to keep a loom running"
    assert set(flagged(heading, *plain)) == {heading, *plain}


def test_steps_that_are_headings_keep_their_text() -> None:
    parts = [
        "## How to warp a loom",
        "### Step 1: Measure",
        "Cut the yarn.",
        "### Step 2: Tie",
        "Knot it.",
    ]
    assert set(flagged(*parts)) == set(parts)


@pytest.mark.parametrize(
    "parts",
    [
        ["3 ways Brennhall will change", *TIPS],
        ["3 ways the town will change", *TIPS[:2], "3. Tveit was told to pay 900 crowns."],
        ["How the guild lost the mill", "The vote was lost."],
        ["5 weavers arrested", *TIPS],
    ],
)
def test_a_list_about_the_event_is_left_alone(parts: list[str]) -> None:
    assert flagged(*parts) == {}


DEFINITION = "A loom is a machine that crosses threads."


@pytest.mark.parametrize(
    "parts",
    [
        ["What is a loom?", DEFINITION],
        ["## What Is a Loom?", DEFINITION],
        [f"What is a loom? {DEFINITION}"],
        ["What are looms?", "Looms are machines that cross threads."],
    ],
)
def test_a_definition_is_filler_with_its_question(parts: list[str]) -> None:
    assert flagged(*parts) == dict.fromkeys(parts, "seo_filler")


@pytest.mark.parametrize(
    "parts",
    [
        ["What is the price?", "Nobody would say."],
        ["What is Brennhall?", "Brennhall is a weaving town."],
        ["What is a loom?", "Tveit was asked, and Brennhall laughed."],
    ],
)
def test_a_question_about_the_event_is_left_alone(parts: list[str]) -> None:
    assert flagged(*parts) == {}


def test_a_companys_words_about_itself_promote_it() -> None:
    heading = "About Tveit"
    portrait = "Tveit is a leading maker of fine cloth. Learn more on our site."
    assert flagged(heading, portrait) == dict.fromkeys([heading, portrait], "promotion")


def test_what_is_said_about_a_subject_in_general_is_filler() -> None:
    portrait = "Weaving is an old craft that helps people relax."
    assert set(flagged("About weaving", portrait).values()) == {"seo_filler"}


@pytest.mark.parametrize(
    "portrait",
    [
        "Tveit makes cloth and employs 140 people.",
        "The vote was close.",
        "“We are Tveit,” he said.",
    ],
)
def test_what_is_told_about_the_event_is_left_alone(portrait: str) -> None:
    assert flagged("About Tveit", portrait) == {}


@given(TEXTS)
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    found = blocks(text)
    assert set(filler_sections(text, found, Vocabulary())) <= set(range(len(found)))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        filler_sections(line, blocks(line), Vocabulary.of([line]))
