"""The recordings: each answers a whole run over its documents, and holds nothing besides."""

from __future__ import annotations

import pytest
from repository import ROOT

from llmcheck import Checker, Corpus, ReplayLLM
from llmcheck.evaluation import read_gold

FIXTURES = sorted(path.name for path in (ROOT / "fixtures").iterdir())


def documents(name: str) -> Corpus:
    if name == "seeds":
        return Corpus.read(ROOT / "seeds")
    return read_gold(ROOT / "benchmarks" / "corpora" / name).read_documents()


@pytest.mark.parametrize("name", FIXTURES)
def test_a_run_is_answered_and_asks_for_every_recording(name: str) -> None:
    replay = ReplayLLM(ROOT / "fixtures" / name)

    report = Checker(llm=replay).check(documents(name))

    report.raise_for_failures()
    assert report.usage.calls == 0
    assert replay.unused() == []


def test_every_labelled_set_is_recorded() -> None:
    assert sorted(path.name for path in (ROOT / "benchmarks" / "corpora").iterdir()) == FIXTURES
