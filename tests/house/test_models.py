"""What users see: frozen models, ids of content, the report's own methods, the package's names."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from builders import claim, dispute, failure, position, question, stance, statement, verdict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import llmcheck
from llmcheck import models
from llmcheck.models import (
    Agreement,
    Claim,
    DisputesFound,
    Document,
    DocumentInfo,
    Frozen,
    IncompleteRun,
    Report,
    Span,
    SummarySentence,
    content_id,
)

CLAIM = claim("c-1", "The bell rang.")
DISPUTE = dispute(
    position("3 tonnes", "c-1", "a.txt"),
    position("5 tonnes", "c-2", "b.txt"),
    question="How heavy is the bell?",
)
FAILED = failure()


def public_models() -> list[type[Frozen]]:
    found = [value for value in vars(models).values() if isinstance(value, type)]
    return [model for model in found if issubclass(model, Frozen) and model is not Frozen]


@pytest.mark.parametrize("model", public_models(), ids=lambda model: model.__name__)
def test_every_model_is_frozen_and_refuses_unknown_fields(model: type[BaseModel]) -> None:
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "forbid"


def test_a_model_cannot_be_altered() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CLAIM.text = "The bell fell."


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="qoute"):
        Claim.model_validate(CLAIM.model_dump() | {"qoute": "Q"})


def test_an_id_is_its_prefix_and_twelve_hex_digits_of_the_content_for_ever() -> None:
    # Reports are compared across runs and releases by these.
    assert content_id("c", "text", 0, 12) == "c-6a71f698f962"


@given(st.lists(st.text(st.characters(exclude_characters="\x1f"))), st.integers())
def test_an_id_depends_on_every_part_and_its_place(parts: list[str], number: int) -> None:
    given_id = content_id("c", *parts, number)
    assert content_id("c", *parts, number) == given_id
    assert content_id("c", *parts, number + 1) != given_id
    assert content_id("c", number, "x", *parts) != given_id
    assert content_id("d", *parts, number)[1:] == given_id[1:]


def test_parts_of_an_id_do_not_run_together() -> None:
    assert content_id("c", "ab", "c") != content_id("c", "a", "bc")


def test_a_documents_digest_is_of_its_text_alone() -> None:
    here, there = (Document(id=name, path=name, text="Bells.") for name in ("a.txt", "x/b.txt"))
    assert here.digest == there.digest
    assert Document(id="a.txt", text="Bells!").digest != here.digest


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 3, False), (0, 4, True), (5, 6, True), (6, 9, False)],
)
def test_spans_overlap_when_they_share_a_character(start: int, end: int, expected: bool) -> None:
    assert Span(start=3, end=6).overlaps(start, end) is expected


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (DISPUTE, "positions", DISPUTE.positions[:1]),
        (DISPUTE, "confidence", 1.5),
        (DISPUTE, "kind", "rounding"),
        (
            Agreement(id="a-1", statement="It rang.", claim_ids=("c-1",), doc_ids=("a", "b")),
            "doc_ids",
            ("a",),
        ),
        (SummarySentence(text="It rang.", claim_ids=("c-1",)), "claim_ids", ()),
        (
            DocumentInfo(id="a", path=None, title=None, words=1, padding_share=0.5),
            "padding_share",
            1.01,
        ),
        (Span(start=0, end=1), "start", -1),
        (verdict(0, 1), "confidence", 1.01),
        (verdict(0, 1), "kind", "odd"),
        (verdict(0, 1), "label", "odd"),
        (stance("3 tonnes", "a.1"), "sentences", ()),
        (question("How heavy?", stance("3 tonnes", "a.1")), "stances", ()),
        (question("How heavy?", stance("3 tonnes", "a.1")), "relation", "agreement"),
        (statement("It rang.", "a.1"), "sentences", ()),
        (FAILED, "stage", "judge"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_makes_no_sense_is_refused(model: BaseModel, field: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=field):
        type(model).model_validate(model.model_dump() | {field: value})


def test_a_question_has_the_sentences_of_all_its_stances() -> None:
    asked = question("How heavy?", stance("3 tonnes", "a.1", "b.2"), stance("5 tonnes", "c.1"))
    assert asked.sentences == (("a", 1), ("b", 2), ("c", 1))


# The report


def test_a_report_finds_its_claims_by_id() -> None:
    report = Report(model="tiny", claims=(CLAIM, claim("c-2", "It rang.", "b.txt")))
    assert report.claim("c-2").doc_id == "b.txt"
    with pytest.raises(KeyError, match="c-3"):
        report.claim("c-3")


def test_a_report_without_findings_raises_nothing() -> None:
    report = Report(model="tiny")
    report.raise_for_disputes()
    report.raise_for_failures()


def test_disputes_are_raised_with_their_questions_and_the_report() -> None:
    report = Report(model="tiny", disputes=(DISPUTE,), failures=(FAILED,))
    with pytest.raises(DisputesFound, match="How heavy is the bell") as caught:
        report.raise_for_disputes()
    assert caught.value.report is report


def test_an_incomplete_report_without_disputes_does_not_pass_for_clean() -> None:
    report = Report(model="tiny", failures=(FAILED, FAILED))
    with pytest.raises(IncompleteRun, match=r"2 part.*judging of a question: timed out") as caught:
        report.raise_for_disputes()
    assert caught.value.failures == (FAILED, FAILED)


def test_raise_for_failures_passes_over_disputes() -> None:
    Report(model="tiny", disputes=(DISPUTE,)).raise_for_failures()
    with pytest.raises(IncompleteRun):
        Report(model="tiny", failures=(FAILED,)).raise_for_failures()


def test_a_report_comes_back_from_its_json_as_it_was() -> None:
    report = Report(
        model="tiny",
        prompts={"judge.v4": "0" * 64},
        claims=(CLAIM,),
        disputes=(DISPUTE,),
        failures=(FAILED,),
    )
    report.claim("c-1")  # what is remembered for look-ups is no part of the report
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_a_report_of_another_schema_version_is_refused() -> None:
    with pytest.raises(ValidationError, match="schema_version"):
        Report.model_validate({"schema_version": 2, "model": "tiny"})


# The package


@pytest.mark.parametrize("name", llmcheck.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(llmcheck, name).__name__ == name


def test_the_public_names_are_listed_sorted_and_once() -> None:
    assert llmcheck.__all__ == sorted(set(llmcheck.__all__)) == dir(llmcheck)


def test_every_error_is_public() -> None:
    from llmcheck import errors

    raised = [name for name in vars(errors) if isinstance(getattr(errors, name), type)]
    assert {name for name in raised if name != "Sequence"} <= set(llmcheck.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'llmcheck' has no attribute 'Chekcer'"):
        llmcheck.Chekcer  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, llmcheck; print(sorted({'pydantic', 'jinja2', 'openai'} & {*sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
