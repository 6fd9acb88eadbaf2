"""Whole runs with a model that errs nowhere: what its tables showed is kept, and kept once."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import bookkeeping
import generate
import pytest
import whole_runs
from perfect_model import PerfectModel

from llmcheck.checker import Checker, Trace
from llmcheck.documents.corpus import Corpus
from llmcheck.render.data import to_json

MADE = generate.made(600, seed=3)
SIZES = [24_000, 6_000, 1_500]


@cache
def walked(size: int) -> tuple[Trace, PerfectModel]:
    """A run at a table size, and the model that answered."""
    model = PerfectModel(MADE.labels)
    corpus = Corpus.from_texts(generate.documents_of(MADE))
    return Checker(llm=model, table_tokens=size, concurrency=1).trace(corpus), model


@pytest.mark.parametrize("size", SIZES)
def test_every_labelled_fact_that_a_table_showed_is_reported_once_with_all_its_passages(
    size: int,
) -> None:
    trace, _ = walked(size)
    kept = bookkeeping.audit(trace, MADE.labels)
    assert kept.wrong == []
    assert kept.disputes[0] == kept.disputes[1] >= 0.9 * kept.disputes[2] > 0
    assert kept.agreements[0] == kept.agreements[1] >= 0.9 * kept.agreements[2] > 0


@pytest.mark.parametrize("size", SIZES)
def test_no_call_shows_more_than_the_table_size(size: int) -> None:
    trace, model = walked(size)
    assert set(model.largest) >= {"reading", "survey", "judge", "summary"}
    # What is not counted is the frame: a few lines that every call of a prompt has.
    assert {name: most for name, most in model.largest.items() if most > size + 100} == {}
    assert trace.report.summary.sentences


def test_every_sentence_is_read_as_a_claim_once() -> None:
    claims = walked(6_000)[0].report.claims
    assert len({(claim.doc_id, claim.quote) for claim in claims}) == len(claims) == MADE.sentences


def test_a_survey_that_takes_lookalikes_for_disputes_was_overruled() -> None:
    trace, _ = walked(24_000)
    asked = {question.question for question in trace.questions if question.relation == "dispute"}
    reported = {dispute.question for dispute in trace.report.disputes}
    assert asked - reported == asked & {found.question for found in trace.report.lookalikes}
    assert asked - reported


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda report: {"disputes": report.disputes[1:]}, "is there 0 times"),
        (lambda report: {"disputes": report.disputes + report.disputes[:1]}, "is there 2 times"),
        (lambda report: {"agreements": report.agreements[1:]}, "is there 0 times"),
        (
            lambda report: {
                "disputes": (
                    report.disputes[0].model_copy(
                        update={"positions": report.lookalikes[0].positions}
                    ),
                )
            },
            "one of lookalikes, is there",
        ),
    ],
)
def test_what_is_lost_or_made_up_is_noticed(change: Any, complaint: str) -> None:
    trace, _ = walked(24_000)
    broken = trace._replace(report=trace.report.model_copy(update=change(trace.report)))
    assert any(complaint in each for each in bookkeeping.audit(broken, MADE.labels).wrong)


def test_two_runs_report_the_same() -> None:
    corpus = Corpus.from_texts(generate.documents_of(MADE)[::-1])
    again = Checker(llm=PerfectModel(MADE.labels), table_tokens=1_500).check(corpus)
    once = Checker(llm=PerfectModel(MADE.labels), table_tokens=1_500, concurrency=1).check(
        Corpus.from_texts(generate.documents_of(MADE))
    )
    unordered = {"documents": ()}
    assert to_json(again.model_copy(update=unordered)) == to_json(
        once.model_copy(update=unordered)
    )


def test_a_stage_has_its_own_seconds_without_those_of_stages_it_calls_or_of_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([0.0, 1.0, 11.0, 14.0])
    monkeypatch.setattr(whole_runs, "time", SimpleNamespace(process_time=lambda: next(now)))
    model = iter([0.0, 0.0, 6.0, 6.0])
    clock = whole_runs.Clock(lambda: next(model))
    with clock.stage("outer"), clock.stage("inner"):
        pass
    assert clock.seconds == {"inner": 4.0, "outer": 4.0}
