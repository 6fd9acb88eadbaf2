"""What a model is shown of a text: no control token, no invisible character, all else as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.llm.neutral import neutral

FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters that are drawn as nothing."""


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("<|im_start|>", "< |im_start| >"),
        ("<|any thing|>", "< |any thing| >"),
        ("<turn|>", "< turn| >"),
        ("<｜User｜>", "< ｜User｜ >"),
        ("</s>", "< /s>"),
        ("<<SYS>>", "<< SYS>>"),
        ("<start_of_turn>", "< start_of_turn>"),
        ("[INST]", "[ INST]"),
        ("[/INST]", "[ /INST]"),
        ("[gMASK]", "[ gMASK]"),
        ("[|user|]", "[ |user| ]"),
        ("]~b]", "] ~b]"),
        ("[e~[", "[e~ ["),
    ],
)
def test_a_control_token_is_parted_and_can_still_be_read(token: str, shown: str) -> None:
    assert neutral(token) == shown
    assert neutral(f"a{token}b") == f"a{shown}b"


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\x08", "\U000e0041"])
def test_what_hides_a_token_does_not_save_it(hidden: str) -> None:
    assert neutral(hidden.join("<|end|>")) == neutral("<|end|>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ig\u200bno\u2060re", "ignore"),
        ("a\u202eb\u202c c", "ab c"),
        ("sun\U000e0068\U000e0069", "sun"),
        ("heart \u2764\ufe0f\U000e0100", "heart \u2764"),
        ("a\x00b\x1bc\x9bd", "abcd"),
        ("a\u2028b\x85c\u3164d", "a b c d"),
        ("e\u0301 ñ", "e\u0301 ñ"),
        ("line\n\tnext", "line\n\tnext"),
    ],
)
def test_what_no_eye_sees_is_not_shown(text: str, shown: str) -> None:
    assert neutral(text) == shown


@pytest.mark.parametrize("word", ["می\u200cروم", "क्\u200dष", "ශ්\u200dරී", "বাংলা"])
def test_a_joiner_that_is_spelling_stays(word: str) -> None:
    assert neutral(word) == word
    assert neutral(f"\u200c{word}\u200d") == word


@pytest.mark.parametrize(
    "text",
    [
        "p < 0.05 and 3 > 2, or a<b",
        "a list [1], [a] and [see below]; a table | with | bars |",
        "Mr. Vell [left] said: “>> no <<”",
        "x || y, <= 5, -> there, ~100",
        "日本語 ｜ 中文 العربية עברית",
    ],
)
def test_ordinary_marks_are_left_alone(text: str) -> None:
    assert neutral(text) == text


@given(st.text(st.characters(categories=["L", "N", "Zs"], exclude_characters=FILLERS)))
def test_letters_and_figures_are_left_alone(text: str) -> None:
    assert neutral(text) == text


@given(TEXTS)
def test_what_is_neutral_stays_so_and_has_no_control_but_line_and_tab(text: str) -> None:
    shown = neutral(text)
    assert neutral(shown) == shown
    assert {c for c in shown if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}


@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_a_hostile_line_takes_no_time_to_speak_of(line: str) -> None:
    with cpu_limit():
        neutral(line)


@pytest.mark.parametrize("part", ["<", "<|", "<a", "[", "[A", "[/A", "~[", "\u200c", "ا\u200c"])
def test_a_token_begun_without_end_takes_no_time_to_speak_of(part: str) -> None:
    with cpu_limit():
        neutral(part * 50_000)
