"""A 1.5B model at its size: what it did not carry was asked for in halves, and replays alike."""

from __future__ import annotations

import json

from repository import ROOT

from llmcheck import Checker, Corpus, ReplayLLM
from llmcheck.llm.recording.files import call_files

FOLDER = ROOT / "fixtures" / "small-model"
ARTICLES = ROOT / "tests" / "data" / "ferry"
SIZE = 120


def test_a_run_that_was_halved_replays_whole_with_verbatim_spans() -> None:
    replay = ReplayLLM(FOLDER)
    corpus = Corpus.read(ARTICLES)

    report = Checker(llm=replay, table_tokens=SIZE, cache=False).check(corpus)

    assert report.usage.calls == 0
    assert replay.unused() == []
    texts = {document.id: document.text for document in corpus.documents}
    for claim in report.claims:
        assert texts[claim.doc_id][claim.start : claim.end] == claim.quote


def test_the_recording_holds_answers_that_did_not_come_whole() -> None:
    recorded = [json.loads(path.read_text(encoding="utf-8")) for path in call_files(FOLDER)]
    assert any("failed" in each for each in recorded)
    assert any("reply" in each for each in recorded)
