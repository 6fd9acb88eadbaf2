"""Blocks, sentences, names and stems: spans of any text, readings of news prose."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.language.text import (
    Block,
    Sentence,
    blocks,
    content_stems,
    names,
    sentences,
    squeeze,
    stem,
    words,
)


def assert_spans(text: str, spans: Sequence[Block | Sentence]) -> None:
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        quote = text[span.start : span.end]
        assert quote == quote.strip()
    for before, after in pairwise((span.start, span.end) for span in spans):
        assert before[1] <= after[0]


def bodies(text: str) -> list[str]:
    return [text[block.start : block.end] for block in blocks(text)]


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


def quotes(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in sentences(text)]


@given(TEXTS)
def test_blocks_are_ordered_disjoint_trimmed_and_leave_out_white_space_only(text: str) -> None:
    found = blocks(text)
    assert_spans(text, found)
    kept = "".join(text[block.start : block.end] for block in found)
    assert "".join(kept.split()) == "".join(text.split())


@given(TEXTS)
def test_sentences_are_ordered_disjoint_trimmed_and_inside_their_block(text: str) -> None:
    found, standing_in = sentences(text), blocks(text)
    assert_spans(text, found)
    for sentence in found:
        block = standing_in[sentence.block]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert any(c.isalnum() for c in text[sentence.start : sentence.end])


@given(TEXTS)
def test_no_letter_is_lost_between_sentences(text: str) -> None:
    outside = list(text)
    for sentence in sentences(text):
        outside[sentence.start : sentence.end] = " " * (sentence.end - sentence.start)
    # A ticked box is a list marker; it is the only one with a letter.
    assert {c for c in outside if c.isalpha()} <= {"x"}


@given(TEXTS)
def test_line_ends_of_windows_give_the_blocks_of_normalised_ones_once_normalised(
    text: str,
) -> None:
    plain = text.replace("\r", "")
    windows = plain.replace("\n", "\r\n")
    assert blocks(windows.replace("\r\n", "\n")) == blocks(plain)


@given(TEXTS)
def test_words_stems_and_names_of_any_text_are_words_of_it(text: str) -> None:
    assert all(word in text for word in words(text))
    assert all(name in text for name in names(text))
    assert all(isinstance(s, str) for s in content_stems(text))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        assert_spans(line, sentences(line))
        names(line)
        content_stems(line)


@pytest.mark.parametrize("space", "\x85\u00a0\u1680\u2009\u2028\u2029\u202f\u205f\u3000")
def test_white_space_beyond_ascii_after_an_initial_is_no_crash(space: str) -> None:
    # sentencex 1.0.32 panics here.
    text = f"The pier was built by Mr. B{space}. Moe."
    assert "".join(quotes(text)).endswith("Moe.")


def test_blank_lines_part_blocks_and_white_space_alone_is_none() -> None:
    assert bodies("One pier.\n\n  Two piers.  \n \t\nThree.\n") == [
        "One pier.",
        "Two piers.",
        "Three.",
    ]
    assert bodies(" \n\u00a0\n\t") == []


def test_lines_that_were_ended_on_purpose_are_blocks_of_their_own() -> None:
    assert bodies("The choir sang.\nThe hall was full.\nNobody left.") == [
        "The choir sang.",
        "The hall was full.",
        "Nobody left.",
    ]


WRAPPED = (
    "The observatory on Mount Kell has closed its\n"
    "visitors' gallery for the winter. Its oldest\n"
    "telescope will be taken apart and cleaned."
)


def test_a_hand_wrapped_paragraph_is_one_block_and_its_lines_end_no_sentence() -> None:
    assert bodies(WRAPPED) == [WRAPPED]
    assert quotes(WRAPPED) == [
        "The observatory on Mount Kell has closed its\nvisitors' gallery for the winter.",
        "Its oldest\ntelescope will be taken apart and cleaned.",
    ]


def test_list_items_are_never_joined_into_a_paragraph() -> None:
    text = WRAPPED.replace("\nvisitors'", "\n- visitors'")
    assert len(blocks(text)) == 3


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("# The choir sang.", "heading"),
        ("Choir tours the north", "heading"),
        ("- The choir sang.", "item"),
        ("• The choir sang.", "item"),
        ("12. The choir sang.", "item"),
        ("[x] The choir sang.", "item"),
        ("The choir sang.", "paragraph"),
        ("The choir sang:", "paragraph"),
        ("“The choir sang.”", "paragraph"),
        ("The choir sang " + "and sang " * 20, "paragraph"),
    ],
)
def test_kinds_of_blocks(line: str, kind: str) -> None:
    assert kinds(f"{line}\n\nThe end.")[0] == kind


def test_a_last_line_without_a_full_stop_is_no_heading() -> None:
    assert kinds("The choir sang.\n\nThe hall was full") == ["paragraph", "paragraph"]


def test_sentences_come_without_list_markers_and_without_lines_of_signs() -> None:
    text = "- The tide gate failed. Nobody was hurt.\n***\n2) The pumps ran."
    assert quotes(text) == ["The tide gate failed.", "Nobody was hurt.", "The pumps ran."]
    assert [sentence.block for sentence in sentences(text)] == [0, 0, 2]


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


def test_squeeze_makes_wordings_comparable() -> None:
    assert squeeze("  The “Vell’s”\u00a0 \n Quay — OPEN ") == 'the "vell\'s" quay - open'


@given(TEXTS)
def test_squeeze_settles_at_once(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("choirs", "choir"),
        ("choir's", "choirs"),
        ("ferries", "ferry"),
        ("closing", "closed"),
        ("closes", "close"),
        ("repairs", "repaired"),
        ("passes", "pass"),
        ("U.S", "US"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_different_words_keep_different_stems() -> None:
    assert len({stem(word) for word in ("pier", "port", "choir", "organ", "glass", "gas")}) == 6


def test_content_is_neither_stop_words_nor_numbers() -> None:
    assert content_stems("The 40 singers of the choir were there in 1998") == {"singer", "choir"}


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
    assert names(text) == found
