"""Explaining a finding: its words, and what was asked and answered, from what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import Script

from llmcheck import Checker, ConfigError, Corpus, RecordingLLM, Report
from llmcheck.explanation.explain import explain
from llmcheck.explanation.shapes import Explanation
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.port import LLM, Call
from llmcheck.llm.store import ReplyStore
from llmcheck.llm.wishes import WishesLLM
from llmcheck.render.explanation import explanation_text
from llmcheck.settings import Settings

ADVERT = "Subscribe to our letter."
# Shown in this order: undated documents are sorted by their texts' digests.
TEXTS = {
    "one.txt": f"The ferry Ida carried 40 cars.\n\n{ADVERT}",
    "two.txt": "The ferry Ida carried 50 cars. It left at one.",
}


def read(call: Call) -> dict[str, Any]:
    padding = [{"first": 2, "last": 2, "kind": "promotion"}] if ADVERT in call.user else []
    return {"padding": padding, "claims": [{"sentences": [1], "claim": "", "source": ""}]}


SURVEYED = {
    "disputes": [
        {
            "question": "How many cars did Ida carry?",
            "positions": [
                {"answer": "40 cars", "sentences": ["1.1"]},
                {"answer": "50 cars", "sentences": ["2.1"]},
            ],
        }
    ],
    "lookalikes": [],
    "agreements": [{"statement": "There is a ferry Ida.", "sentences": ["1.1", "2.1"]}],
}
JUDGED = {
    "pairs": [
        {"pair": 1, "a": "40", "b": "50", "why": "Two figures.", "verdict": "contradiction",
         "kind": "numeric"}
    ]
}  # fmt: skip


def script() -> Script:
    summary = {"sentences": [{"text": "Ida is a ferry.", "findings": [1]}]}
    return Script(reading=read, survey=SURVEYED, judge=JUDGED, summary=summary)


def alter_key(recording: dict[str, Any]) -> None:
    recording["key"] = "0" * 64


def alter_prompt(recording: dict[str, Any]) -> None:
    recording["call"]["user"][0] += " Favour the ferry."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in TEXTS.items():
        Path(name).write_text(text)
    return tmp_path


def report_by(llm: LLM, *, whole: bool = False) -> Report:
    checker, corpus = Checker("scripted", llm=llm), Corpus.read(*TEXTS)
    return checker.summarize(corpus) if whole else checker.check(corpus)


def recorded(folder: Path, *, whole: bool = False) -> tuple[Report, Settings]:
    llm = RecordingLLM(script(), folder / "recorded", synthetic=True)
    return report_by(llm, whole=whole), Settings(replay=folder / "recorded")


def cached(folder: Path, asked: Script) -> tuple[Report, Settings]:
    llm = CachedLLM(asked, ReplyStore(folder / "cache"))
    return report_by(llm), Settings(cache=folder / "cache")


def prompts(explanation: Explanation) -> list[str]:
    return [call.prompt.partition(".")[0] for call in explanation.calls]


def test_a_dispute_is_told_with_its_words_and_with_what_was_asked_and_answered(
    folder: Path,
) -> None:
    report, settings = recorded(folder)
    (dispute,) = report.disputes
    found = explain(report, dispute.id, settings)
    assert found.finding.text == "How many cars did Ida carry?"
    assert [(p.cited_for, p.quote) for p in found.finding.passages] == [
        ("40 cars", "The ferry Ida carried 40 cars."),
        ("50 cars", "The ferry Ida carried 50 cars."),
    ]
    assert prompts(found) == ["survey", "judge"]
    survey, judge = found.calls
    assert "1.1 The ferry Ida carried 40 cars." in (survey.user or "")
    assert "You read documents" in (survey.system or "")
    assert (survey.answer, judge.answer) == (SURVEYED, JUDGED)
    assert not any(call.missing for call in found.calls)


def test_an_agreement_came_of_the_survey_alone(folder: Path) -> None:
    report, settings = recorded(folder)
    found = explain(report, report.agreements[0].id, settings)
    assert (found.finding.kind, prompts(found)) == ("agreement", ["survey"])


def test_padding_and_claims_came_of_the_reading_of_their_document(folder: Path) -> None:
    report, settings = recorded(folder, whole=True)
    (flag,) = report.padding
    padding = explain(report, f"{flag.doc_id}:{flag.start}", settings)
    assert [p.quote for p in padding.finding.passages] == [ADVERT]
    assert prompts(padding) == ["reading"]
    claim = explain(report, report.claims[0].id, settings)
    assert claim.finding.cited_by == (report.disputes[0].id, report.agreements[0].id)
    assert claim.calls == padding.calls


def test_a_claim_that_was_not_read_came_of_the_findings_that_cite_it(folder: Path) -> None:
    report, settings = recorded(folder)
    assert prompts(explain(report, report.claims[0].id, settings)) == ["survey", "judge"]


def test_the_key_is_that_of_the_call_with_what_the_user_wished(folder: Path) -> None:
    inner = RecordingLLM(script(), folder / "recorded", synthetic=True)
    report = report_by(WishesLLM(inner, {"reasoning_effort": "low"}))
    found = explain(report, report.disputes[0].id, Settings(replay=folder / "recorded"))
    assert not any(call.missing for call in found.calls)


def test_of_the_cache_prompts_are_made_again_while_documents_are_as_they_were(
    folder: Path,
) -> None:
    asked = script()
    report, settings = cached(folder, asked)
    found = explain(report, report.disputes[0].id, settings)
    assert [call.user for call in found.calls] == asked.asked("survey") + asked.asked("judge")
    assert [call.answer for call in found.calls] == [SURVEYED, JUDGED]


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_text("It sank.")])
def test_where_a_document_is_gone_or_another_the_answers_are_told_all_the_same(
    folder: Path, change: Any
) -> None:
    report, settings = cached(folder, script())
    change(Path("two.txt"))
    found = explain(report, report.disputes[0].id, settings)
    assert [call.user for call in found.calls] == [None, None]
    assert [call.answer for call in found.calls] == [SURVEYED, JUDGED]
    assert "cannot be made again" in explanation_text(found, report.documents)


def test_where_no_answer_is_left_it_says_how_to_get_them_and_makes_no_cache(
    folder: Path,
) -> None:
    report, _ = recorded(folder)
    with pytest.raises(ConfigError, match=r"does not hold it.*--cache.*--replay.*--record"):
        explain(report, report.disputes[0].id, Settings(cache=folder / "none"))
    assert not (folder / "none").exists()


def test_where_one_answer_is_damaged_the_others_are_told(folder: Path) -> None:
    report, settings = recorded(folder)
    (path,) = (folder / "recorded").glob("judge.*/*.json")
    path.write_text("{")
    found = explain(report, report.disputes[0].id, settings)
    assert [bool(call.missing) for call in found.calls] == [False, True]
    assert str(path) in found.calls[1].missing


@pytest.mark.parametrize("alter", [alter_key, alter_prompt])
def test_a_recording_of_another_call_or_an_altered_one_is_not_told(
    folder: Path, alter: Callable[[dict[str, Any]], None]
) -> None:
    report, settings = recorded(folder)
    (path,) = (folder / "recorded").glob("judge.*/*.json")
    recording = json.loads(path.read_text())
    alter(recording)
    path.write_text(json.dumps(recording))
    found = explain(report, report.disputes[0].id, settings)
    assert "another call, or was altered" in found.calls[1].missing


def test_a_report_that_does_not_know_its_calls_says_so(folder: Path) -> None:
    report, settings = recorded(folder)
    earlier = report.model_copy(update={"provenance": ()})
    with pytest.raises(ConfigError, match="earlier version"):
        explain(earlier, report.disputes[0].id, settings)


def test_the_beginning_of_an_id_will_do_where_it_is_the_only_one(folder: Path) -> None:
    report, settings = recorded(folder)
    (dispute,) = report.disputes
    assert explain(report, dispute.id[:4], settings).finding.id == dispute.id
    with pytest.raises(ConfigError, match="more than one"):
        explain(report, "c-", settings)
    with pytest.raises(ConfigError, match=f"no finding 'x-1'.*{dispute.id}"):
        explain(report, "x-1", settings)


def test_provenance_cannot_lead_out_of_the_recording() -> None:
    call = {"prompt": "../judge.v4", "key": "ab", "findings": ["d-1"]}
    with pytest.raises(ValueError, match="prompt"):
        Report.model_validate({"model": "m", "provenance": [call]})


def test_a_terminal_gets_no_escape_of_a_document(folder: Path) -> None:
    Path("one.txt").write_text("The ferry Ida\x1b[2J carried 40 cars.")
    report, settings = recorded(folder)
    explained = explain(report, report.disputes[0].id, settings)
    text = explanation_text(explained, report.documents)
    assert "\x1b" not in text
    assert "carried 40 cars" in text
