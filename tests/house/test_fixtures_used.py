"""The recordings: each answers a whole run over its documents, and holds nothing besides."""

from __future__ import annotations

from pathlib import Path

import baselines
import pytest
from repository import ROOT

from llmcheck import Checker, ReplayLLM
from llmcheck.evaluation import read_gold
from llmcheck.llm.connect import Connection
from llmcheck.llm.recording.files import read_manifest

SETS = sorted(ROOT.glob("benchmarks/*/*/gold.json"))
OTHERS = {"all-24000", "all-6000", "small-model"}
"""Recordings that tests of their own replay: test_quality.py, test_small_model.py."""


@pytest.mark.parametrize("labels", SETS, ids=lambda path: path.parent.name)
def test_a_run_and_its_baseline_are_answered_and_ask_for_every_recording(labels: Path) -> None:
    gold = read_gold(labels)
    replay = ReplayLLM(ROOT / "fixtures" / gold.name)

    report = Checker(llm=replay).summarize(gold.read_documents())
    chosen = {"whole-set": baselines.methods()["whole-set"]}
    (row,) = baselines.compare([gold], chosen, lambda _: Connection(replay, replay.model))

    report.raise_for_failures()
    assert report.usage.calls == 0
    assert row.failures == 0
    assert replay.unused() == []


def test_every_recording_belongs_to_a_labelled_set_or_has_a_test_of_its_own() -> None:
    recorded = {path.name for path in (ROOT / "fixtures").iterdir()}
    assert recorded == {path.parent.name for path in SETS} | OTHERS


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures").iterdir()), ids=lambda path: path.name)
def test_every_recording_names_a_real_model_and_its_day(path: Path) -> None:
    manifest = read_manifest(path)
    assert not manifest.synthetic
    assert manifest.model
    assert manifest.recorded
