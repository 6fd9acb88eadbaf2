"""The measured quality of the recorded runs holds: a fall is a failed test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from quality import Score, score

from llmcheck import Checker, Corpus

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def seeds() -> Score:
    corpus = Corpus.read(ROOT / "seeds")
    report = Checker(replay=ROOT / "fixtures" / "seeds").check(corpus)
    assert not report.failures
    gold = json.loads((ROOT / "benchmarks/corpora/seeds/gold.json").read_text(encoding="utf-8"))
    return score(gold, corpus, report)


def test_three_of_the_four_disputes_of_the_seeds_are_found(seeds: Score) -> None:
    assert len(seeds.found) >= 3


def test_no_dispute_of_the_seeds_is_false(seeds: Score) -> None:
    assert seeds.false == []


def test_every_span_of_the_seeds_is_verbatim(seeds: Score) -> None:
    assert seeds.spans_verbatim == 1


def test_nine_of_ten_labelled_quotes_are_covered_by_a_claim(seeds: Score) -> None:
    assert seeds.quotes_covered >= 0.9


def test_blocking_keeps_seven_of_ten_disputed_pairs_at_two_percent_of_all(seeds: Score) -> None:
    kept, wanted = map(sum, zip(*seeds.funnel.values(), strict=True))
    assert kept / wanted >= 0.7
    assert seeds.pair_share <= 0.02


def test_padding_is_found_and_not_overdone(seeds: Score) -> None:
    assert seeds.padding_recall >= 0.9
    assert seeds.padding_precision >= 0.65
