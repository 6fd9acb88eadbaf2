"""Sentences of any text, and what ends none."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from spans import assert_spans

from llmcheck.language.blocks import blocks
from llmcheck.language.sentences import sentences


def quotes(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in sentences(text, "en")]


@given(TEXTS)
def test_sentences_are_ordered_disjoint_trimmed_and_inside_their_block(text: str) -> None:
    found, standing_in = sentences(text, "en"), blocks(text)
    assert_spans(text, found)
    for sentence in found:
        block = standing_in[sentence.block]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert any(c.isalnum() for c in text[sentence.start : sentence.end])


@given(TEXTS)
def test_no_letter_is_lost_between_sentences(text: str) -> None:
    outside = list(text)
    for sentence in sentences(text, "en"):
        outside[sentence.start : sentence.end] = " " * (sentence.end - sentence.start)
    # A ticked box is a list marker; it is the only one with a letter.
    assert {c for c in outside if c.isalpha()} <= {"x"}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("language", ["en", "de", "ja", "zz"])
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str, language: str) -> None:
    with cpu_limit():
        assert_spans(line, sentences(line, language))


@pytest.mark.parametrize("space", "\x85\u00a0\u1680\u2009\u2028\u2029\u202f\u205f\u3000")
def test_white_space_beyond_ascii_after_an_initial_is_no_crash(space: str) -> None:
    # sentencex 1.0.32 panics here.
    text = f"The pier was built by Mr. B{space}. Moe."
    assert "".join(quotes(text)).endswith("Moe.")


def test_the_lines_of_a_hand_wrapped_paragraph_end_no_sentence() -> None:
    text = (
        "The observatory on Mount Kell has closed its\n"
        "visitors' gallery for the winter. Its oldest\n"
        "telescope will be taken apart and cleaned."
    )
    assert quotes(text) == [
        "The observatory on Mount Kell has closed its\nvisitors' gallery for the winter.",
        "Its oldest\ntelescope will be taken apart and cleaned.",
    ]


def test_sentences_come_without_list_markers_and_without_lines_of_signs() -> None:
    text = "- The tide gate failed. Nobody was hurt.\n***\n2) The pumps ran."
    assert quotes(text) == ["The tide gate failed.", "Nobody was hurt.", "The pumps ran."]
    assert [sentence.block for sentence in sentences(text, "en")] == [0, 0, 2]


def test_a_heading_is_one_sentence() -> None:
    text = "Choir. Hall. Organ\n\nThe choir sang."
    assert quotes(text) == ["Choir. Hall. Organ", "The choir sang."]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Moe reopened the gallery.",
        "The gate cost 2.5 million kroner.",
        "It lies in the U.S. Virgin Islands.",
    ],
)
def test_points_inside_a_sentence_do_not_end_it(text: str) -> None:
    assert quotes(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "It cost approx. 40 crowns.",
        "See fig. 3 and sec. 12 of the plan.",
        "The office opens at 9 a.m. Monday to Friday.",
        "Steps: 1. Close the gate.",
    ],
)
def test_abbreviations_before_figures_and_numbers_of_steps_end_no_sentence(text: str) -> None:
    assert quotes(f"{text} Nobody was hurt.") == [text, "Nobody was hurt."]


def test_a_language_that_nobody_knows_is_cut_at_its_marks() -> None:
    text = "Xe vo 3 ka. Zu te."
    assert [text[s.start : s.end] for s in sentences(text, "zz")] == ["Xe vo 3 ka.", "Zu te."]
