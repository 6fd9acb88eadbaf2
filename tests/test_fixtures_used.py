"""The shipped recording: it answers a whole run over the seeds, and holds nothing besides."""

from __future__ import annotations

from pathlib import Path

from llmcheck import Checker, Corpus, ReplayLLM

ROOT = Path(__file__).resolve().parent.parent


def test_a_run_over_the_seeds_is_answered_and_asks_for_every_recording() -> None:
    replay = ReplayLLM(ROOT / "fixtures" / "seeds")

    report = Checker(llm=replay).check(Corpus.read(ROOT / "seeds"))

    report.raise_for_failures()
    assert report.usage.calls == 0
    assert replay.unused() == []
