"""Two reports compared: what is new, gone and changed, whatever happened to ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import builders
import pytest
from builders import document, failure, info, position

from llmcheck.errors import ConfigError
from llmcheck.models import (
    Agreement,
    Claim,
    Dispute,
    DocumentInfo,
    Report,
)
from llmcheck.render.changes import changes_markdown, changes_text
from llmcheck.render.data import to_json
from llmcheck.reports.baseline import hold_against_baseline
from llmcheck.reports.comparison import compare
from llmcheck.reports.saved import read_check_report, read_report

LENGTH = "How long is the breakwater?"
QUOTES = {
    "a": "The breakwater is 410 metres long and was built by Orla Venn.",
    "b": "At 460 metres, the breakwater of Tam Quay was built by Ruud Aster.",
    "c": "A breakwater of 500 metres protects the quay.",
    "d": "The quay was closed on Friday.",
}


def claim(name: str, quote: str | None = None, doc_id: str | None = None) -> Claim:
    """Claim ``a-then`` rests on the sentence of document ``a``."""
    return builders.claim(name, quote or QUOTES[name[0]], doc_id or f"{name[0]}.txt", text=name)


def dispute(id_: str, *positions: tuple[str, str], **more: Any) -> Dispute:
    """Its positions as answers, each with the claim that gives it."""
    sides = [position(answer, name, f"{name[0]}.txt") for answer, name in positions]
    return builders.dispute(*sides, **{"id": id_, "question": LENGTH, **more})


def report(*disputes: Dispute, claims: tuple[Claim, ...] = (), **more: Any) -> Report:
    named = {name for d in disputes for p in d.positions for name in p.claim_ids}
    given = {made.id for made in claims}
    rest = (claim(name) for name in sorted(named - given))
    return builders.report(*disputes, claims=(*claims, *rest), **more)


OLD = report(dispute("d-1", ("410 m", "a-then"), ("460 m", "b-then")))


def test_equal_reports_differ_in_nothing() -> None:
    found = compare(OLD, OLD)
    assert found == type(found)(same_disputes=1)


def test_reworded_claims_are_known_by_the_sentences_they_rest_on() -> None:
    new = report(dispute("d-2", ("410 metres", "a-now"), ("460 metres", "b-now")))
    (change,) = compare(OLD, new).changed_disputes
    assert change.matched_by == "evidence"
    assert change.changes == ("its id was d-1",)
    assert not compare(OLD, new).new_disputes


def test_a_position_that_joins_or_leaves_is_told() -> None:
    joined = report(dispute("d-2", ("410 m", "a-now"), ("460 m", "b-now"), ("500 m", "c-now")))
    (change,) = compare(OLD, joined).changed_disputes
    assert "now also says 500 m (c.txt)" in change.changes
    (change,) = compare(joined, OLD).changed_disputes
    assert "no longer says 500 m (c.txt)" in change.changes


def test_a_sentence_that_was_edited_in_its_document_is_still_known() -> None:
    edited = claim("a-now", QUOTES["a"].replace("410", "420"))
    new = report(dispute("d-2", ("420 m", "a-now"), ("460 m", "b-now")), claims=(edited,))
    (change,) = compare(OLD, new).changed_disputes
    assert "now also says 420 m (a.txt)" in change.changes
    assert "no longer says 410 m (a.txt)" in change.changes


def test_documents_that_moved_are_known_by_their_words() -> None:
    moved = tuple(claim(f"{n}-now", doc_id=f"archive/{n}.txt") for n in "ab")
    new = report(dispute("d-2", ("410 m", "a-now"), ("460 m", "b-now")), claims=moved)
    assert compare(OLD, new).changed_disputes[0].matched_by == "evidence"


def test_another_question_about_the_same_sentences_is_another_dispute() -> None:
    builder = dispute(
        "d-2", ("Orla Venn", "a-now"), ("Ruud Aster", "b-now"),
        question="Who put up that wall?", kind="entity",
    )  # fmt: skip
    found = compare(OLD, report(builder))
    assert (found.new_disputes, found.gone_disputes) == ((builder,), OLD.disputes)


def test_one_sentence_in_common_is_not_enough() -> None:
    found = compare(OLD, report(dispute("d-2", ("410 m", "a-now"), ("500 m", "c-now"))))
    assert [d.id for d in found.new_disputes] == ["d-2"]


def test_one_dispute_stands_for_one_and_an_equal_id_goes_before_evidence() -> None:
    twin = dispute("d-2", ("410 m", "a-now"), ("460 m", "b-now"))
    found = compare(OLD, report(twin, OLD.disputes[0]))
    assert [d.id for d in found.new_disputes] == ["d-2"]
    assert found.same_disputes == 1


def test_a_silence_that_begins_or_ends_is_a_change() -> None:
    silenced = report(OLD.disputes[0].model_copy(update={"silenced": "asked"}))
    assert compare(OLD, silenced).changed_disputes[0].changes == ("silenced: asked",)
    assert compare(silenced, OLD).changed_disputes[0].changes == ("no longer silenced",)


def test_agreements_padding_failures_and_documents_are_compared_too() -> None:
    def listed(name: str, share: float) -> DocumentInfo:
        return info(document("", name), padding_share=share)

    def agreed(id_: str, *names: str) -> Agreement:
        docs = tuple(f"{name[0]}.txt" for name in names)
        return Agreement(id=id_, statement=id_, claim_ids=names, doc_ids=docs)

    failures = (failure("x"), failure("y"))
    old = builders.report(
        documents=(listed("a.txt", 0.5), listed("b.txt", 0.1)),
        claims=(claim("a-then"), claim("b-then"), claim("c-then")),
        agreements=(agreed("kept", "a-then", "b-then"), agreed("lost", "b-then", "c-then")),
        failures=failures[:1],
    )
    new = builders.report(
        documents=(listed("a.txt", 0.2), listed("c.txt", 0.1)),
        claims=(claim("a-now"), claim("b-now"), claim("d-now")),
        agreements=(agreed("reworded", "a-now", "b-now"), agreed("found", "a-now", "d-now")),
        failures=failures[1:],
    )

    found = compare(old, new)

    assert [a.id for a in found.new_agreements] == ["found"]
    assert [a.id for a in found.gone_agreements] == ["lost"]
    assert found.same_agreements == 1
    assert [(s.doc_id, s.old, s.new) for s in found.padding] == [("a.txt", 0.5, 0.2)]
    assert (found.new_failures, found.gone_failures) == (failures[1:], failures[:1])
    assert (found.new_documents, found.gone_documents) == (("c.txt",), ("b.txt",))
    page = changes_text(found)
    for line in ("Agreements: 1 new, 1 gone, 1 unchanged", "  ~ a.txt: 50%, now 20%"):
        assert line in page.splitlines()


def test_what_the_baseline_knows_is_left_out_and_the_rest_stays() -> None:
    fresh = dispute("d-9", ("Friday", "d-now"), ("Monday", "c-now"), question="When?")
    new = report(dispute("d-2", ("410 m", "a-now"), ("460 m", "b-now")), fresh)
    left = hold_against_baseline(new, OLD).new
    assert left.disputes == (fresh,)
    assert left.claims == new.claims


# --- pages ---


NEW = report(
    dispute("d-2", ("410 m", "a-now"), ("460 m", "b-now"), ("500 m", "c-now")),
    dispute("d-9", ("Friday", "d-now"), ("Monday", "c-now"), question="When? " * 20),
)


def test_the_text_says_what_became_of_each_dispute_in_80_columns() -> None:
    page = changes_text(compare(OLD, NEW))
    assert page.startswith("Disputes: 1 new, 0 gone, 1 changed, 0 unchanged\n  + When?")
    assert "      Friday — d.txt\n" in page
    assert "  ~ How long is the breakwater? numeric [d-2]\n" in page
    assert "      now also says 500 m (c.txt)\n      its id was d-1\n" in page
    assert "      matched by evidence\n" in page
    assert max(map(len, page.splitlines())) <= 80


def test_hostile_words_are_text_on_both_pages() -> None:
    nasty = "\x1b[31m<script> @port\n# x"
    comparison = compare(
        builders.report(), report(dispute("d", ("1", "a"), ("2", "b"), question=nasty))
    )
    assert "\x1b" not in changes_text(comparison) + changes_markdown(comparison)
    assert "<script" not in changes_markdown(comparison)
    assert "@port" not in changes_markdown(comparison)


def test_both_pages_name_documents_as_a_reader_does() -> None:
    tide = builders.info(builders.document("", "c.txt", title="The tide"))
    later = tide.model_copy(update={"padding_share": 0.5})
    comparison = compare(
        OLD.model_copy(update={"documents": (tide,)}),
        NEW.model_copy(update={"documents": (later,)}),
    )
    for page in (
        changes_text(comparison, (later, tide)),
        changes_markdown(comparison, (later, tide)),
    ):
        assert "Monday — The tide\n" in page
        assert "The tide: 0%, now 50%" in page


def test_markdown_marks_what_is_new() -> None:
    assert "- **new**: When?" in changes_markdown(compare(OLD, NEW))


# --- saved reports ---


def test_a_saved_report_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(to_json(OLD))
    assert read_report(path) == OLD


def test_a_report_made_before_disputes_could_be_silenced_is_read(tmp_path: Path) -> None:
    data = json.loads(to_json(OLD))
    del data["disputes"][0]["silenced"]
    (tmp_path / "r.json").write_text(json.dumps(data))
    assert read_report(tmp_path / "r.json") == OLD


def test_of_a_claim_that_an_earlier_version_saved_what_has_gone_is_left_out(
    tmp_path: Path,
) -> None:
    data = json.loads(to_json(OLD))
    for saved in data["claims"]:
        del saved["further"]
        saved["time"] = "in May"
        saved["questions"] = [LENGTH]
        saved["answers"] = [{"question": LENGTH, "answer": "410 m"}]
    (tmp_path / "r.json").write_text(json.dumps(data))
    assert read_report(tmp_path / "r.json") == OLD


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("documents", "documents"),
        ("extract", "reading"),
        ("padding", "reading"),
        ("question", "survey"),
        ("judge", "judging"),
        ("group", "judging"),
        ("summarize", "summary"),
        ("reading", "reading"),
    ],
)
def test_a_stage_of_an_earlier_version_is_read_as_that_of_today(
    tmp_path: Path, then: str, now: str
) -> None:
    failed = failure("x", stage="documents")
    data = json.loads(to_json(OLD.model_copy(update={"failures": (failed,)})))
    data["failures"][0]["stage"] = then
    (tmp_path / "r.json").write_text(json.dumps(data))
    (read,) = read_report(tmp_path / "r.json").failures
    assert read.stage == now


def test_a_lookalike_of_an_earlier_version_has_neither_question_nor_positions(
    tmp_path: Path,
) -> None:
    data = json.loads(to_json(OLD))
    data["lookalikes"] = [{"kind": "scope", "claim_ids": ["a-then"], "rationale": "A part."}]
    (tmp_path / "r.json").write_text(json.dumps(data))
    (read,) = read_report(tmp_path / "r.json").lookalikes
    assert (read.question, read.positions) == ("", ())


@pytest.mark.parametrize("prompts", [("survey.v1",), ("survey.v1", "judge.v4"), ("judge.v2",)])
def test_a_run_that_looked_for_disputes_is_one_whether_or_not_any_had_to_be_judged(
    tmp_path: Path, prompts: tuple[str, ...]
) -> None:
    path = tmp_path / "r.json"
    saved = builders.report(prompts=dict.fromkeys(prompts, "0"))
    path.write_text(to_json(saved))
    assert read_check_report(path) == saved


def test_a_run_that_only_read_is_no_check(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(to_json(builders.report(prompts={"reading.v1": "0"})))
    with pytest.raises(ConfigError, match="looked for no disputes"):
        read_check_report(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"gate.txt:1:1: LC102", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[1]", "is no report of llmcheck"),
        (b'{"version": "2.1.0", "runs": []}', "is no report of llmcheck"),
        (b'{"schema_version": 2}', "has schema_version 2, and this llmcheck reads 1"),
        (b'{"schema_version": 1}', "model: field required"),
        (b'{"schema_version": 1, "model": "m", "mood": 1}', "mood: extra inputs"),
        (b'{"schema_version": 1, "model": "m", "claims": 1}', "claims: input should be"),
        (b'{"schema_version": 1, "model": "m", "claims": [1]}', "claims.0: input should be"),
        (b'{"schema_version": 1, "model": "m", "claims": [{}]}', "claims.0.id: field required"),
        (b'{"schema_version": 1, "model": "m", "failures": [{"stage": ["judge"]}]}', "stage"),
    ],
)
def test_a_file_that_is_no_report_is_named_with_what_is_wrong(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_report(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("finding", ["disputes", "agreements"])
def test_a_report_without_the_claims_of_its_findings_is_refused(
    tmp_path: Path, finding: str
) -> None:
    agreement = Agreement(
        id="a-1", statement="It is long.", claim_ids=("a-then", "b-then"), doc_ids=("a", "b")
    )
    found = {"disputes": OLD.disputes, "agreements": (agreement,)}[finding]
    path = tmp_path / "r.json"
    path.write_text(to_json(Report.model_validate({"model": "m", finding: found})))
    with pytest.raises(ConfigError, match=r"-1 names a claim"):
        read_report(path)
