"""Paragraphs, list items and headings of any text."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from spans import assert_spans

from llmcheck.language.blocks import blocks


def bodies(text: str) -> list[str]:
    return [text[block.start : block.end] for block in blocks(text)]


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


@given(TEXTS)
def test_blocks_are_ordered_disjoint_trimmed_and_leave_out_white_space_only(text: str) -> None:
    found = blocks(text)
    assert_spans(text, found)
    kept = "".join(text[block.start : block.end] for block in found)
    assert "".join(kept.split()) == "".join(text.split())


@given(TEXTS)
def test_line_ends_of_windows_give_the_blocks_of_normalised_ones_once_normalised(
    text: str,
) -> None:
    plain = text.replace("\r", "")
    windows = plain.replace("\n", "\r\n")
    assert blocks(windows.replace("\r\n", "\n")) == blocks(plain)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        assert_spans(line, blocks(line))


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


def test_a_hand_wrapped_paragraph_is_one_block() -> None:
    assert bodies(WRAPPED) == [WRAPPED]


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
