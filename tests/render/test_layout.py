"""Lines of a width: as rich wraps them, though it is asked only where cells must be counted."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.render import layout
from llmcheck.render.layout import beside, indent, printed, text

WORDS = st.lists(st.text("abcö’–", min_size=1, max_size=9), min_size=1, max_size=30)


@given(WORDS, st.integers(9, 40))
def test_plain_words_are_wrapped_as_rich_wraps_them(words: list[str], width: int) -> None:
    block = text((words[0], "bold"), " " + " ".join(words[1:]), style="dim")
    ours = printed(block(width), colour=False)
    with mock.patch.object(layout, "_line_ends", return_value=None):
        assert ours == printed(block(width), colour=False)


def test_a_word_without_room_is_folded_and_a_wide_character_takes_two_cells() -> None:
    assert printed(text("abcdefgh")(5), colour=False) == "abcde\nfgh\n"
    assert printed(text("東京 東京 東")(5), colour=False) == "東京\n東京\n東\n"


@pytest.mark.parametrize("right", ["six seven", "六六六 七七"])
def test_blocks_stand_side_by_side_and_hang_below_their_mark(right: str) -> None:
    block = beside(text("one two"), indent(text(right), "• "))
    first, second = right.split()
    expected = f"one  • {first}\ntwo    {second}\n"
    assert printed(block(14), colour=False) == expected


def test_styles_end_with_their_pieces() -> None:
    line = text(("yes", "bold cyan"), " — it is")(20)
    assert printed(line, colour=True) == "\x1b[1;36myes\x1b[0m — it is\n"
