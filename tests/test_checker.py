"""The checker: the stations a run passes, what its report holds, that order changes nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest
from builders import Script, document
from hypothesis import given
from hypothesis import strategies as st

from llmcheck import Checker, Corpus, DisputesFound, IncompleteRun, Settings
from llmcheck.errors import ProviderError
from llmcheck.llm.port import Call
from llmcheck.models import Report
from llmcheck.settings import Silence

ONE = document(
    "The ferry Ida carried 40 cars.\n\nSubscribe to our letter.", "one.txt", date="2026-01-01"
)
TWO = document("The ferry Ida carried 50 cars. It sailed at noon.", "two.txt", date="2026-01-02")
CORPUS = Corpus.from_texts([ONE, TWO])


def read(call: Call) -> dict[str, Any]:
    padding = [{"first": 2, "last": 2, "kind": "promotion"}] if "Subscribe" in call.user else []
    claims = [{"sentences": [1], "claim": "", "source": ""}]
    return {"padding": padding, "claims": claims}


SURVEYED = {
    "disputes": [
        {
            "question": "How many cars did the ferry Ida carry?",
            "positions": [
                {"answer": "40 cars", "sentences": ["1.1"]},
                {"answer": "50 cars", "sentences": ["2.1"]},
            ],
        }
    ],
    "lookalikes": [],
    "agreements": [{"statement": "There is a ferry called Ida.", "sentences": ["1.1", "2.1"]}],
}
JUDGED = {
    "pairs": [
        {"pair": 1, "a": "40", "b": "50", "why": "Two figures.", "verdict": "contradiction",
         "kind": "numeric"}
    ]
}  # fmt: skip
SUMMED = {"sentences": [{"text": "A ferry called Ida carried cars.", "findings": [1]}]}


def script(**more: Any) -> Script:
    return Script(
        **{"reading": read, "survey": SURVEYED, "judge": JUDGED, "summary": SUMMED, **more}
    )


def test_the_survey_does_not_wait_for_the_reading() -> None:
    surveyed = threading.Event()

    def read_late(call: Call) -> dict[str, Any]:
        assert surveyed.wait(10), "the survey waits for this"
        return read(call)

    def survey(call: Call) -> dict[str, Any]:
        surveyed.set()
        return SURVEYED

    report = Checker(llm=script(reading=read_late, survey=survey)).summarize(CORPUS)
    assert (len(report.disputes), len(report.padding), report.failures) == (1, 1, ())


def test_a_matter_is_judged_while_another_is_still_surveyed() -> None:
    heights = [f"The dam of Orvasund is {metres} m high." for metres in range(40, 48)]
    dam = [
        document(f"The dam of Orvasund holds.\n\n{line}", f"dam-{at}.txt", date="2026-01-01")
        for at, line in enumerate(heights)
    ]
    piano = [
        document(f"The piano of Vurre is {years} years old.", f"p-{years}.txt", date="2026-02-01")
        for years in (90, 95)
    ]
    judged = threading.Event()

    def survey(call: Call) -> dict[str, Any]:
        if "piano" in call.user:
            assert judged.wait(10), "the judging waits for this"
            return {"disputes": [], "lookalikes": [], "agreements": []}
        heights = [{"answer": f"{40 + at} m", "sentences": [f"{at + 1}.2"]} for at in range(8)]
        dispute = {"question": "How high is the dam?", "positions": heights}
        return {"disputes": [dispute], "lookalikes": [], "agreements": []}

    def judge(call: Call) -> dict[str, Any]:
        judged.set()
        pairs = [{**JUDGED["pairs"][0], "pair": number} for number in range(1, 21)]
        return {"pairs": pairs[: call.user.count("\nPAIR ")]}

    llm = script(survey=survey, judge=judge)
    # The dam's documents fill a table, so that the piano has one of its own.
    report = checker(llm, table_tokens=250).check(Corpus.from_texts([*dam, *piano]))
    assert [len(dispute.positions) for dispute in report.disputes] == [8]
    assert report.failures == ()


def checker(llm: Script | None = None, **settings: Any) -> Checker:
    return Checker("scripted", settings=Settings(**settings), llm=llm or script())


def without_usage(report: Report) -> Report:
    return report.model_copy(update={"usage": Report(model="x").usage})


def test_a_check_surveys_and_judges_and_reads_nothing_else() -> None:
    llm = script()
    report = checker(llm).check(CORPUS)
    assert [call.prompt for call in llm.calls] == ["survey.v1", "judge.v4"]
    (dispute,) = report.disputes
    assert {p.answer: p.doc_ids for p in dispute.positions} == {
        "40 cars": ("one.txt",),
        "50 cars": ("two.txt",),
    }
    assert [a.statement for a in report.agreements] == ["There is a ferry called Ida."]
    assert report.summary.sentences == ()
    assert [info.padding_share for info in report.documents] == [0.0, 0.0]
    assert set(report.prompts) == {"survey.v1", "judge.v4"}


def test_a_summary_adds_claims_padding_and_prose() -> None:
    report = checker().summarize(CORPUS)
    assert [flag.quote for flag in report.padding] == ["Subscribe to our letter."]
    assert [info.padding_share for info in report.documents] == [0.4565, 0.0]
    assert [s.text for s in report.summary.sentences] == ["A ferry called Ida carried cars."]
    assert set(report.prompts) == {"reading.v1", "survey.v1", "judge.v4", "summary.v1"}


def test_a_dispute_has_the_same_id_whether_or_not_its_documents_were_read() -> None:
    (one,), (other,) = checker().check(CORPUS).disputes, checker().summarize(CORPUS).disputes
    assert one.id == other.id


def test_every_span_is_verbatim_and_every_id_leads_to_a_claim() -> None:
    report = checker().summarize(CORPUS)
    texts = {d.id: d.text for d in CORPUS.documents}
    for claim in report.claims:
        assert texts[claim.doc_id][claim.start : claim.end] == claim.quote
    cited = [i for d in report.disputes for p in d.positions for i in p.claim_ids]
    cited += [i for a in report.agreements for i in a.claim_ids]
    cited += [i for s in report.summary.sentences for i in s.claim_ids]
    assert cited
    assert all(report.claim(i) for i in cited)


def test_claims_and_padding_come_from_one_reading() -> None:
    llm = script()
    claims, padding = checker(llm).claims(CORPUS), checker(llm).padding(CORPUS)
    assert {call.prompt for call in llm.calls} == {"reading.v1"}
    assert claims.padding == padding.padding != ()
    assert len(claims.claims) == 2
    assert padding.claims == ()


@given(st.permutations(range(4)))
def test_naming_documents_in_another_order_changes_no_call(order: list[int]) -> None:
    texts = [ONE, TWO, document("It rained.", "x"), document("The sun shone.", "y")]
    calls = []
    for documents in (texts, [texts[index] for index in order]):
        llm = script()
        checker(llm).summarize(Corpus.from_texts(documents))
        calls.append({call.key for call in llm.calls})
    assert calls[0] == calls[1]


def test_names_of_files_change_no_call_and_no_id_of_a_claim() -> None:
    renamed = [each.model_copy(update={"id": f"other/{each.id}"}) for each in (ONE, TWO)]
    here, there = script(), script()
    one = checker(here).summarize(CORPUS)
    other = checker(there).summarize(Corpus.from_texts(renamed))
    assert {call.key for call in here.calls} == {call.key for call in there.calls}
    assert [c.id for c in one.claims] == [c.id for c in other.claims]


def test_what_fails_is_in_the_report_and_the_rest_is_kept() -> None:
    def refuse(call: Call) -> Any:
        raise ProviderError("away", call_key=call.key, prompt=call.prompt)

    report = checker(script(judge=refuse)).summarize(CORPUS)
    assert [failure.stage for failure in report.failures] == ["judging"]
    assert report.agreements
    assert report.summary.sentences
    with pytest.raises(IncompleteRun):
        report.raise_for_disputes()


def test_disputes_can_be_raised() -> None:
    with pytest.raises(DisputesFound):
        checker().check(CORPUS).raise_for_disputes()


def test_a_silenced_dispute_is_marked_and_an_idle_silence_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (dispute,) = checker().check(CORPUS).disputes
    silences = (
        Silence(id=dispute.id, reason="known"), Silence(id="d-000000000000", reason="gone"),
    )  # fmt: skip
    with caplog.at_level(logging.WARNING, logger="llmcheck"):
        report = checker(silence=silences).check(CORPUS)
    assert report.disputes[0].silenced == "known"
    assert report.open_disputes == ()
    assert "d-000000000000 applies to nothing" in caplog.text


def test_a_dispute_that_is_not_selected_is_in_the_report_and_raises_nothing() -> None:
    report = checker(ignore="LC102").check(CORPUS)
    assert [dispute.silenced for dispute in report.disputes] == ["LC102 is not selected"]
    report.raise_for_disputes()
    with pytest.raises(DisputesFound):
        checker(ignore="LC103").check(CORPUS).raise_for_disputes()


def test_a_small_model_is_shown_little_and_its_answers_are_limited() -> None:
    llm = script(survey={**SURVEYED, "disputes": [], "agreements": []}, merge={"same": []})
    checker(llm, table_tokens=100).summarize(CORPUS)
    assert all(call.parameters["max_tokens"] == 512 for call in llm.calls)
    large = script()
    checker(large).summarize(CORPUS)
    assert all("max_tokens" not in call.parameters for call in large.calls)


def test_a_check_can_be_awaited() -> None:
    report = asyncio.run(checker().acheck(CORPUS))
    assert without_usage(report) == without_usage(checker().check(CORPUS))


def test_a_trace_tells_what_the_stations_handed_on() -> None:
    trace = checker().trace(CORPUS)
    assert [table.sentences for table in trace.tables] == [4]
    assert [question.relation for question in trace.questions] == ["dispute"]
    assert [verdict.label for verdict in trace.verdicts] == ["contradiction"]
    assert len(trace.statements) == 1


def test_a_report_knows_the_calls_that_its_findings_came_of() -> None:
    llm = script()
    report = checker(llm).summarize(CORPUS)
    keys = {call.key: call.prompt for call in llm.calls if not call.prompt.startswith("summary")}
    assert {call.key: call.prompt for call in report.provenance} == keys
    behind = {call.prompt: call.findings for call in report.provenance}
    (dispute,), (agreement,) = report.disputes, report.agreements
    assert behind["survey.v1"] == (dispute.id, agreement.id)
    assert behind["judge.v4"] == (dispute.id,)
    texts = {document.id: document.text for document in CORPUS.documents}
    read = [call.read for call in report.provenance if call.read is not None]
    assert [texts[each.doc_id][each.start : each.end] for each in read] == [ONE.text, TWO.text]
