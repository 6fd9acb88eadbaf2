"""Which disputes count as findings: by code, by confidence, by id, and which of these prevails."""

from __future__ import annotations

from typing import Any

import builders
import pytest
from builders import position
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.models import Dispute
from llmcheck.reports.silencing import select_disputes, silence_disputes
from llmcheck.rules import CODES
from llmcheck.settings import Settings

PREFIXES = sorted({code[:length] for code in CODES.values() for length in range(2, 6)})


def dispute(kind: str = "numeric", confidence: float = 1.0) -> Dispute:
    sides = [position(answer, "c", "a.txt") for answer in ("40", "50")]
    return builders.dispute(*sides, id=f"d-{kind}", kind=kind, confidence=confidence)


def codes_left(**settings: Any) -> list[str]:
    report = builders.report(*map(dispute, CODES))
    return [CODES[d.kind] for d in select_disputes(report, Settings(**settings)).disputes]


def test_without_a_setting_every_dispute_counts() -> None:
    assert codes_left() == list(CODES.values())


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ("LC102", "", ["LC102"]),
        ("LC102,LC11", "", ["LC102", "LC110"]),
        (["LC102", "LC101, LC110"], "", ["LC101", "LC102", "LC110"]),
        ("LC1", "LC10", ["LC110"]),
        ("LC102", "LC10", ["LC102"]),
        ("LC102", "LC102", []),
        ("LC", "LC", []),
    ],
)
def test_the_longer_prefix_prevails_and_of_equal_ones_that_which_ignores(
    select: Any, ignore: Any, left: list[str]
) -> None:
    assert codes_left(select=select, ignore=ignore) == left


@given(st.lists(st.sampled_from(PREFIXES), min_size=1), st.lists(st.sampled_from(PREFIXES)))
def test_what_does_not_count_is_marked_and_what_counts_is_not(
    select: list[str], ignore: list[str]
) -> None:
    settings = Settings(select=select, ignore=ignore)  # type: ignore[arg-type]
    disputes = tuple(map(dispute, CODES))
    marked = silence_disputes(disputes, settings)
    left = select_disputes(builders.report(*disputes), settings).disputes
    assert [d.id for d in marked if d.silenced is None] == [d.id for d in left]
    assert [d.id for d in marked] == [d.id for d in disputes]


def test_a_dispute_that_is_as_sure_as_asked_for_counts() -> None:
    settings = Settings(min_confidence=0.75)
    sure, unsure = silence_disputes([dispute(confidence=0.75), dispute("causal", 0.7)], settings)
    assert sure.silenced is None
    assert unsure.silenced == "its confidence, 0.7, is below 0.75"


def test_the_reason_of_a_silence_is_told_before_that_of_a_code() -> None:
    silences = [{"id": "d-numeric", "reason": "asked the port"}]
    settings = Settings.model_validate({"silence": silences, "ignore": "LC102"})
    (marked,) = silence_disputes([dispute()], settings)
    assert marked.silenced == "asked the port"
