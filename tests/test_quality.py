"""The measured quality of the recorded runs holds: a fall is a failed test."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmcheck import Checker
from llmcheck.evaluation import SetScore, evaluate, read_gold

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def seeds() -> SetScore:
    gold = read_gold(ROOT / "benchmarks" / "corpora" / "seeds")
    corpus = gold.read_documents()
    score = evaluate(gold, corpus, Checker(replay=ROOT / "fixtures" / "seeds").trace(corpus))
    assert not score.failures
    return score


def test_every_dispute_of_the_seeds_is_found_and_its_kind_told(seeds: SetScore) -> None:
    assert seeds.missed == ()
    assert seeds.figures.disputes.kind_accuracy.value == 1


def test_no_dispute_of_the_seeds_is_false(seeds: SetScore) -> None:
    assert seeds.false == ()


def test_one_look_alike_of_the_seeds_at_most_raises_an_alarm(seeds: SetScore) -> None:
    assert [alarm.lookalike for alarm in seeds.alarms] in ([], ["L5"])


def test_every_span_of_the_seeds_is_verbatim(seeds: SetScore) -> None:
    assert seeds.figures.claims.verbatim.value == 1


def test_nine_of_ten_labelled_quotes_are_covered_by_a_claim(seeds: SetScore) -> None:
    assert (seeds.figures.claims.disputed_quotes.value or 0) >= 0.9


def test_blocking_keeps_eight_of_ten_disputed_pairs_at_two_percent_of_all(
    seeds: SetScore,
) -> None:
    kept, judged = seeds.figures.funnel.blocking, seeds.figures.pairs
    assert kept is not None
    assert judged is not None
    assert (kept.value or 0) >= 0.8
    assert (judged.value or 1) <= 0.02


def test_padding_is_found_and_not_overdone(seeds: SetScore) -> None:
    assert (seeds.figures.padding.padding.recall.value or 0) >= 0.9
    assert (seeds.figures.padding.padding.precision.value or 0) >= 0.7


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "corpora").glob("*/gold.json")))
def test_every_label_of_the_corpora_stands_in_its_document(path: Path) -> None:
    from llmcheck.evaluation.places import locate

    gold = read_gold(path)
    assert locate(gold.labels, gold.read_documents().documents).errors == []
