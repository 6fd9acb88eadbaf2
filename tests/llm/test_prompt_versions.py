"""Versions of prompts: their order, their differences, and what became of a report's prompts."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.errors import PromptError
from llmcheck.llm.prompt_versions import (
    PromptText,
    fates,
    latest,
    recorded_prompts,
    unified_diff,
    versions,
)

NAMES = ["ask.v1", "ask.v10", "ask.v2", "ask.vx", "asking.v3", "ask-again.v1", "tell.v1"]
LINE = re.compile(r"[^\n]*\n|[^\n]+")
MISSING_END = "\\ No newline at end of file\n"
LINES = st.sampled_from(["oak\n", "elm\n", "\n", "  ash\n", "-\n", "+\n", "\u2028\x0c\n"])


def prompt(text: str, label: str = "ask.v1") -> PromptText:
    return PromptText(label, "0123456789abcdef", text)


def patched(old: str, diff: str) -> str:
    """``old`` with the hunks of ``diff`` applied, each at the line it names."""
    lines, changes = LINE.findall(old), LINE.findall(diff)[2:]
    new: list[str] = []
    at = 0
    for change, following in pairwise([*changes, ""]):
        text = change[1:-1] if following == MISSING_END else change[1:]
        if hunk := re.match(r"@@ -(\d+)(,0)?", change):
            start = int(hunk[1]) - (hunk[2] is None)
            new += lines[at:start]
            at = start
        elif change[0] in " -":
            assert lines[at] == text
            at += 1
        if change[0] in " +":
            new.append(text)
    return "".join(new + lines[at:])


def test_versions_are_those_of_the_stage_counted_as_numbers() -> None:
    assert versions("ask", NAMES) == ["ask.v1", "ask.v2", "ask.v10"]
    assert versions("tell", NAMES) == ["tell.v1"]
    assert versions("as", NAMES) == versions("ask.v1", NAMES) == []


@pytest.mark.parametrize(
    ("name", "newest"),
    [
        ("ask.v2", "ask.v10"),
        ("ask.v10", "ask.v10"),
        ("ask.v11", "ask.v10"),
        ("gone.v1", "gone.v1"),
    ],
)
def test_the_latest_version_is_that_of_the_same_stage(name: str, newest: str) -> None:
    assert latest(name, NAMES) == newest


def test_a_diff_names_both_sides_with_the_digests_that_reports_carry() -> None:
    diff = unified_diff(prompt("Ask.\nStop.\n"), prompt("Ask twice.\nStop.\n", "drafts/ask.md"))
    assert diff == (
        "--- ask.v1 0123456789ab\n"
        "+++ drafts/ask.md 0123456789ab\n"
        "@@ -1,2 +1,2 @@\n"
        "-Ask.\n"
        "+Ask twice.\n"
        " Stop.\n"
    )


def test_a_line_without_its_end_is_said_to_lack_it() -> None:
    diff = unified_diff(prompt("Ask."), prompt("Ask.\n"))
    assert diff.endswith(f"@@ -1 +1 @@\n-Ask.\n{MISSING_END}+Ask.\n")


@given(
    st.lists(LINES, max_size=12),
    st.lists(LINES, max_size=12),
    st.sampled_from(["", "fir"]),
    st.sampled_from(["", "fir"]),
)
def test_a_diff_turns_the_old_text_into_the_new(
    old: list[str], new: list[str], old_end: str, new_end: str
) -> None:
    before, after = "".join(old) + old_end, "".join(new) + new_end
    diff = unified_diff(prompt(before), prompt(after))
    assert (diff == "") == (before == after)
    assert patched(before, diff) == after


def test_the_prompts_of_a_report_are_read_from_its_json() -> None:
    assert recorded_prompts("r.json", '{"prompts": {"ask.v1": "ab"}, "claims": 3}') == {
        "ask.v1": "ab"
    }


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no report"),
        ("null", "is no report"),
        ("{}", "is no report"),
        ('{"prompts": ["ask.v1"]}', "is no report"),
        ('{"prompts": {"ask.v1": null}}', "is no report"),
        ('{"prompts": {}}', "names no prompts"),
    ],
)
def test_what_is_no_report_is_an_error_that_names_the_file(source: str, problem: str) -> None:
    with pytest.raises(PromptError, match=rf"r\.json: .*{problem}"):
        recorded_prompts("r.json", source)


def test_a_prompt_is_unchanged_changed_gone_or_new_by_its_digest() -> None:
    then = {"same.v1": "0", "other.v1": "0", "gone.v1": "0"}
    now = {"same.v1": "0", "other.v1": "1", "new.v1": "0"}
    assert fates(then, now) == {
        "gone.v1": "gone",
        "new.v1": "new",
        "other.v1": "changed",
        "same.v1": "unchanged",
    }
