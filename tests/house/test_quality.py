"""The measured quality of the recorded runs holds: a fall is a failed test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from repository import ROOT

from llmcheck import Checker
from llmcheck.evaluation import SetScore, evaluate, read_gold
from llmcheck.evaluation.counts import added
from llmcheck.evaluation.quotes import locate

CLUSTERS = ("bank-merger", "biotech-trial-readout", "chemical-plant-fire", "phone-launch-recall")


@cache
def scored(name: str) -> SetScore:
    gold = read_gold(ROOT / "benchmarks" / "corpora" / name)
    corpus = gold.read_documents()
    score = evaluate(gold, corpus, Checker(replay=ROOT / "fixtures" / name).trace(corpus))
    assert not score.failures
    return score


def test_every_dispute_of_the_seeds_is_found() -> None:
    assert scored("seeds").missed == ()


def test_one_dispute_of_the_seeds_at_most_is_false() -> None:
    assert len(scored("seeds").false) <= 1


def test_the_kind_of_every_dispute_of_the_seeds_is_told() -> None:
    assert scored("seeds").figures.disputes.kind_accuracy.value == 1


def test_disputes_of_the_clusters_are_found_and_few_are_false() -> None:
    disputes = added([scored(name).figures.disputes for name in CLUSTERS])
    assert (disputes.disputes.f1 or 0) >= 0.6
    assert (disputes.disputes.precision.value or 0) >= 0.95


@pytest.mark.parametrize("name", ["seeds", *CLUSTERS])
def test_no_look_alike_raises_an_alarm(name: str) -> None:
    assert scored(name).alarms == ()


@pytest.mark.parametrize("name", ["seeds", *CLUSTERS])
def test_every_span_is_verbatim(name: str) -> None:
    assert scored(name).figures.claims.verbatim.value == 1


@pytest.mark.parametrize("name", ["seeds", *CLUSTERS])
def test_nine_of_ten_labelled_quotes_are_covered_by_a_claim(name: str) -> None:
    assert (scored(name).figures.claims.quotes.value or 0) >= 0.9


def test_blocking_keeps_six_of_ten_disputed_pairs_at_two_percent_of_all() -> None:
    scores = [scored(name).figures for name in ("seeds", *CLUSTERS)]
    kept = added([figures.funnel.blocking for figures in scores if figures.funnel.blocking])
    judged = added([figures.pairs for figures in scores if figures.pairs])
    assert (kept.value or 0) >= 0.6
    assert (judged.value or 1) <= 0.02


def test_more_than_half_of_the_agreements_are_told() -> None:
    scores = [scored(name).figures.agreements for name in ("seeds", *CLUSTERS)]
    assert (added(scores).value or 0) >= 0.55


def test_padding_is_found_and_not_overdone() -> None:
    padding = added([scored(name).figures.padding.padding for name in ("seeds", *CLUSTERS)])
    assert (padding.f1 or 0) >= 0.85
    assert (scored("seeds").figures.padding.padding.f1 or 0) >= 0.8


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "corpora").glob("*/gold.json")))
def test_every_label_of_the_corpora_stands_in_its_document(path: Path) -> None:
    gold = read_gold(path)
    assert locate(gold.labels, gold.read_documents().documents).errors == []
