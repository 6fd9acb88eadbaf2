"""Findings: which positions a dispute holds, whom an agreement may cite, what a look-alike is."""

from __future__ import annotations

from typing import Any

from builders import document, numbered, question, stance, statement, verdict

from llmcheck.findings.findings import Findings, findings_of
from llmcheck.models import Question, Statement, Verdict
from llmcheck.numbering import NumberedSet, claim_of

TEXTS = numbered(
    a="The ferry Ida carried 40 cars. It sailed at noon. Nobody was hurt.",
    b="The ferry Ida carried 50 cars. It sailed at 12. No one was hurt.",
    c="Forty cars were on the ferry Ida. It sailed in the evening. It rained.",
)
CARS = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"), stance("forty", "c.1"))


def found(
    *questions: Question,
    verdicts: list[Verdict] | None = None,
    statements: list[Statement] | None = None,
    texts: NumberedSet = TEXTS,
    **more: Any,
) -> Findings:
    return findings_of(texts, questions, verdicts or [], statements or [], **more)


def test_positions_between_which_a_contradiction_stands_are_a_dispute() -> None:
    verdicts = [verdict(0, 1), verdict(0, 2, "agreement"), verdict(1, 2)]
    findings = found(CARS, verdicts=verdicts)
    (dispute,) = findings.disputes
    assert dispute.question == "How many cars?"
    assert [(p.answer, p.doc_ids) for p in dispute.positions] == [
        ("40", ("a", "c")),
        ("50", ("b",)),
    ]
    quotes = {claim.id: claim.quote for claim in findings.claims}
    assert [quotes[i] for p in dispute.positions for i in p.claim_ids] == [
        "The ferry Ida carried 40 cars.",
        "Forty cars were on the ferry Ida.",
        "The ferry Ida carried 50 cars.",
    ]


def test_a_position_that_contradicts_none_is_left_out_of_the_dispute() -> None:
    verdicts = [
        verdict(0, 1),
        verdict(0, 2, "lookalike", kind="scope"),
        verdict(1, 2, "unrelated"),
    ]
    shown = CARS.model_copy(update={"shown_doc_ids": ("a", "b", "c")})
    (dispute,) = found(shown, verdicts=verdicts).disputes
    assert [p.answer for p in dispute.positions] == ["40", "50"]
    assert dispute.compatible_doc_ids == ("c",)
    assert dispute.shown_doc_ids == ("a", "b", "c")


def test_a_dispute_that_the_judge_takes_for_a_lookalike_is_told_as_one() -> None:
    two = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    why = verdict(0, 1, "lookalike", kind="scope", rationale="One counts lorries.")
    findings = found(two, verdicts=[why])
    assert findings.disputes == []
    (like,) = findings.lookalikes
    assert (like.kind, like.rationale, like.question) == (
        "scope", "One counts lorries.", "How many cars?",
    )  # fmt: skip
    assert [p.doc_ids for p in like.positions] == [("a",), ("b",)]


def test_pairs_of_different_things_are_not_listed() -> None:
    two = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    findings = found(two, verdicts=[verdict(0, 1, "unrelated")])
    assert (findings.disputes, findings.lookalikes, findings.claims) == ([], [], [])


def test_a_question_whose_judging_failed_is_neither_dispute_nor_lookalike() -> None:
    findings = found(CARS)
    assert (findings.disputes, findings.lookalikes) == ([], [])


def test_an_agreement_cites_no_document_whose_passage_lacks_its_figures() -> None:
    told = statement("The ferry Ida carried 40 cars.", "a.1", "b.1", "c.1")
    findings = found(statements=[told])
    (agreement,) = findings.agreements
    assert agreement.doc_ids == ("a", "c")
    (rejected,) = findings.ungrounded
    assert (rejected.doc_id, rejected.reason) == ("b", "its passage lacks 40")


def test_an_agreement_cites_no_document_that_lacks_its_names() -> None:
    told = statement("The ferry Ida of Vellmar Lines sailed.", "a.2", "b.2")
    findings = found(statements=[told])
    assert findings.agreements == []
    assert {each.doc_id for each in findings.ungrounded} == {"a", "b"}


def test_an_agreement_never_holds_a_document_that_takes_another_side_of_its_dispute() -> None:
    times = question("When did it sail?", stance("noon", "a.2", "b.2"), stance("evening", "c.2"))
    told = statement("The ferry sailed at noon.", "a.2", "b.2", "c.2")
    findings = found(times, verdicts=[verdict(0, 1)], statements=[told])
    (agreement,) = findings.agreements
    assert agreement.doc_ids == ("a", "b")
    assert [each.reason for each in findings.ungrounded] == ["it takes another side of a dispute"]


def test_what_a_table_that_saw_one_side_took_for_agreed_is_a_passage_of_that_side() -> None:
    cars = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    told = statement("It carried 40 cars.", "a.1", "c.1").model_copy(update={"question": 0})
    findings = found(cars, verdicts=[verdict(0, 1)], statements=[told])
    (dispute,) = findings.disputes
    assert [p.doc_ids for p in dispute.positions] == [("a", "c"), ("b",)]
    assert findings.agreements == []


def test_an_answer_to_a_question_that_is_no_dispute_stays_an_agreement() -> None:
    cars = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    told = statement("The ferry Ida carried 40 cars.", "a.1", "c.1")
    told = told.model_copy(update={"question": 0})
    findings = found(cars, verdicts=[verdict(0, 1, "unrelated")], statements=[told])
    assert [agreement.doc_ids for agreement in findings.agreements] == [("a", "c")]


def test_what_both_sides_of_a_dispute_state_stays_an_agreement() -> None:
    cars = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    told = statement("The ferry Ida carried cars.", "a.1", "b.1")
    told = told.model_copy(update={"question": 0})
    findings = found(cars, verdicts=[verdict(0, 1)], statements=[told])
    assert [agreement.doc_ids for agreement in findings.agreements] == [("a", "b")]
    assert [p.doc_ids for p in findings.disputes[0].positions] == [("a",), ("b",)]


def test_what_one_document_states_alone_is_no_agreement() -> None:
    assert found(statements=[statement("It rained.", "c.3")]).agreements == []


def test_a_document_and_its_copy_are_one_source() -> None:
    text = "The ferry Ida carried 40 cars. Nobody was hurt."
    texts = NumberedSet(
        [document(text, "o"), document(text + " It rained.", "c", copy_of="o"),
         document("The ferry Ida carried 40 cars.", "z")]
    )  # fmt: skip
    told = [statement("Nobody was hurt.", "o.2", "c.2"),
            statement("The ferry Ida carried 40 cars.", "o.1", "c.1", "z.1")]  # fmt: skip
    (agreement,) = found(statements=told, texts=texts).agreements
    assert agreement.doc_ids == ("o", "z")


def test_a_position_rests_on_the_claim_of_its_sentence_that_speaks_of_its_answer() -> None:
    read = [
        claim_of(TEXTS["a"], [1], "The ferry is called Ida."),
        claim_of(TEXTS["a"], [1], "The ferry carried 40 cars."),
        claim_of(TEXTS["a"], [3], "Nobody was hurt."),
    ]
    two = question("How many cars?", stance("40 cars", "a.1"), stance("50 cars", "b.1"))
    findings = found(two, verdicts=[verdict(0, 1)], claims=read)
    (dispute,) = findings.disputes
    (first, second) = (p.claim_ids for p in dispute.positions)
    assert first == (read[1].id,)
    assert second == (claim_of(TEXTS["b"], [1]).id,)
    assert [claim.doc_id for claim in findings.claims] == ["a", "a", "a", "b"]


def test_ids_follow_the_sentences_and_not_the_wording_of_the_model_or_the_place() -> None:
    def dispute_id(asked: str, name: str) -> str:
        texts = numbered(**{name: "The ferry carried 40 cars.", "z": "It carried 50 cars."})
        two = question(asked, stance("40", f"{name}.1"), stance("50", "z.1"))
        (dispute,) = found(two, verdicts=[verdict(0, 1)], texts=texts).disputes
        return dispute.id

    assert dispute_id("How many?", "a") == dispute_id("What number?", "b")


def test_the_surest_and_widest_disputes_come_first() -> None:
    times = question("When?", stance("noon", "a.2"), stance("evening", "c.2"))
    verdicts = [verdict(0, 1, confidence=0.667), verdict(0, 1, question=1)]
    two = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    findings = found(two, times, verdicts=verdicts)
    assert [d.question for d in findings.disputes] == ["When?", "How many cars?"]


def test_figures_are_checked_across_languages() -> None:
    german = document(
        "Die Fähre hatte 1.200 Menschen an Bord. Sie kostete 3,5 Millionen Euro.", "de",
        language="de",
    )  # fmt: skip
    english = document("The ferry had 1,200 people aboard. It cost 3.5 million euros.", "en")
    told = [statement("The ferry had 1,200 people aboard.", "de.1", "en.1"),
            statement("The ferry cost 3.5 million euros.", "de.2", "en.2"),
            statement("The ferry had 1,300 people aboard.", "de.1", "en.1")]  # fmt: skip
    findings = found(statements=told, texts=NumberedSet([german, english]), language="en")
    assert len(findings.agreements) == 2
    assert {each.doc_id for each in findings.ungrounded} == {"de", "en"}
