"""Disputes and agreements: one row per question, with every document that takes a position."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.group import Findings, group_verdicts
from llmcheck.models import Claim, Dispute, Document, Verdict

QUESTION = "How long is the tunnel under the Hest ridge?"


def make_claim(name: str, text: str = "The tunnel is long.") -> Claim:
    """Claim ``b2`` is the second of document ``b``."""
    return Claim(id=name, text=text, doc_id=name[0], start=0, end=1, quote="T")


def make_verdict(label: str, a: str, b: str, *answers: str, **changes: Any) -> Verdict:
    kinds = {"contradiction": "numeric", "lookalike": "scope"}
    answer_a, answer_b = answers or ("it", "it")
    fields = {
        "a_id": a,
        "b_id": b,
        "question": QUESTION,
        "answer_a": answer_a,
        "answer_b": answer_b,
        "rationale": f"{a} and {b}",
        "label": label,
        "kind": kinds.get(label),
        "confidence": 1.0,
    }
    return Verdict.model_validate(fields | changes)


def against(a: str, b: str, answer_a: str, answer_b: str, **changes: Any) -> Verdict:
    return make_verdict("contradiction", a, b, answer_a, answer_b, **changes)


def alike(a: str, b: str, *answers: str) -> Verdict:
    return make_verdict("agreement", a, b, *answers)


def group(*verdicts: Verdict, claims: Iterable[str] = (), copies: str = "") -> Findings:
    """What the verdicts come to, where the documents ``copies`` are copies of ``a``."""
    names = dict.fromkeys([*claims, *sorted({i for v in verdicts for i in (v.a_id, v.b_id)})])
    documents = [Document(id=name, text=name, copy_of="a") for name in copies]
    return group_verdicts(verdicts, [make_claim(name) for name in names], documents)


def rows(dispute: Dispute) -> dict[str, set[str]]:
    return {position.answer: set(position.claim_ids) for position in dispute.positions}


# Disputes


def test_a_contradiction_is_a_dispute_with_two_positions() -> None:
    (dispute,), agreements, lookalikes = group(against("a1", "b1", "4 km", "7 km"))

    assert dispute.question == QUESTION
    assert (dispute.kind, dispute.confidence, dispute.rationale) == ("numeric", 1.0, "a1 and b1")
    assert rows(dispute) == {"4 km": {"a1"}, "7 km": {"b1"}}
    assert [position.doc_ids for position in dispute.positions] == [("a",), ("b",)]
    assert (agreements, lookalikes) == ([], [])


def test_three_answers_to_one_question_are_one_dispute_with_three_positions() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"),
        against("a1", "c1", "4 km", "9 km", question="How long is the Hest tunnel?"),
        against("b1", "c1", "7 km", "9 km"),
    )
    assert rows(dispute) == {"4 km": {"a1"}, "7 km": {"b1"}, "9 km": {"c1"}}


def test_the_same_answer_in_other_digits_is_one_position_and_the_widest_stands_first() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"), against("a1", "c1", "4 km", "7,000 metres")
    )
    assert [len(position.doc_ids) for position in dispute.positions] == [2, 1]
    assert set(rows(dispute)["4 km"]) == {"a1"}


def test_contradictions_that_share_an_answer_but_no_claim_are_one_dispute() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"), against("c1", "d1", "4 km", "9 km")
    )
    assert rows(dispute) == {"4 km": {"a1", "c1"}, "7 km": {"b1"}, "9 km": {"d1"}}


@pytest.mark.parametrize(
    ("question", "kind"),
    [("Who paid the builders?", "numeric"), (QUESTION, "entity")],
    ids=["another question", "another kind of answer"],
)
def test_what_is_asked_otherwise_is_a_dispute_of_its_own(question: str, kind: str) -> None:
    disputes, _, _ = group(
        against("a1", "b1", "4 km", "7 km"),
        against("a1", "c1", "4 crews", "7 crews", question=question, kind=kind),
    )
    assert len(disputes) == 2


def test_claims_that_agree_with_a_position_join_it() -> None:
    (dispute,), (agreement,), _ = group(
        against("a1", "b1", "4 km", "7 km"), alike("b1", "c1", "7 km", "seven km")
    )
    assert rows(dispute) == {"4 km": {"a1"}, "7 km": {"b1", "c1"}}
    assert dispute.positions[0].doc_ids == ("b", "c")
    assert agreement.claim_ids == ("b1", "c1")


def test_an_agreement_on_something_else_joins_no_position() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"), alike("b1", "c1", "2 lanes", "2 lanes")
    )
    assert rows(dispute) == {"4 km": {"a1"}, "7 km": {"b1"}}


def test_a_claim_that_agrees_with_two_positions_takes_neither() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"),
        alike("a1", "c1", "4 km", "4 km"),
        alike("b1", "c1", "7 km", "7 km"),
    )
    assert rows(dispute) == {"4 km": {"a1"}, "7 km": {"b1"}}


def test_a_contradiction_with_one_answer_only_is_no_dispute() -> None:
    assert group(against("a1", "b1", "7 km", "7,000 m")).disputes == []
    assert group(against("a1", "b1", "the county", "The County")).disputes == []


def test_a_document_may_dispute_itself() -> None:
    (dispute,), _, _ = group(against("a1", "a2", "4 km", "7 km"))
    assert [position.doc_ids for position in dispute.positions] == [("a",), ("a",)]


def test_the_confidence_is_the_share_of_verdicts_across_positions_that_contradict() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"),
        against("a1", "c1", "4 km", "7 km"),
        make_verdict("unrelated", "a2", "c1"),
        make_verdict("lookalike", "a2", "b1"),
        alike("a1", "a2", "4 km", "4 km"),
    )
    assert rows(dispute) == {"4 km": {"a1", "a2"}, "7 km": {"b1", "c1"}}
    assert dispute.confidence == 0.5


def test_the_commonest_kind_names_the_dispute() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km", kind="temporal"),
        against("a1", "c1", "4 km", "9 km", kind="numeric"),
        against("b1", "c1", "7 km", "9 km", kind="numeric"),
    )
    assert dispute.kind == "numeric"


def test_disputes_among_more_documents_stand_first() -> None:
    who = "Who digs it?"
    disputes, _, _ = group(
        against("a2", "b2", "Oda Vik", "Per Aas", question=who, kind="entity"),
        against("a1", "b1", "4 km", "7 km"),
        against("a1", "c1", "4 km", "9 km"),
    )
    assert [dispute.question for dispute in disputes] == [QUESTION, who]


def dispute_id(a: Claim, b: Claim, question: str = QUESTION) -> str:
    verdict = against(a.id, b.id, "4 km", "7 km", question=question)
    return group_verdicts([verdict], [a, b]).disputes[0].id


def test_the_id_of_a_dispute_is_that_of_its_sentences_and_claims_wherever_they_stand() -> None:
    a, b = make_claim("a1", "It is 4 km long."), make_claim("b1", "It is 7 km long.")
    known = dispute_id(a, b)
    assert dispute_id(b, a, "How long?") == known
    moved = {"id": "c9", "doc_id": "c", "start": 50, "end": 51}
    assert dispute_id(a, b.model_copy(update=moved)) == known
    for worded in ({"text": "Its length is 7 km."}, {"quote": "U"}):
        assert dispute_id(a, b.model_copy(update=worded)) != known


# Agreements and look-alikes


def test_claims_that_agree_one_by_one_are_one_agreement() -> None:
    _, (agreement,), _ = group(alike("a1", "b1"), alike("b1", "c1"), claims=["a1", "b1", "c1"])
    assert agreement.claim_ids == ("a1", "b1", "c1")
    assert agreement.doc_ids == ("a", "b", "c")


def test_an_agreement_needs_two_documents() -> None:
    assert group(alike("a1", "a2")).agreements == []


def test_an_agreement_is_told_in_the_words_of_one_of_its_claims() -> None:
    claims = [
        make_claim("a1", "The tunnel under the Hest ridge opens in May."),
        make_claim("b1", "It was also said by several that the Hest tunnel may open during May."),
    ]
    _, (agreement,), _ = group_verdicts([alike("a1", "b1")], claims)
    assert agreement.statement == claims[0].text


def test_wider_agreements_stand_first() -> None:
    _, agreements, _ = group(alike("a2", "b2"), alike("a1", "b1"), alike("b1", "c1"))
    assert [len(agreement.doc_ids) for agreement in agreements] == [3, 2]


def test_lookalikes_are_reported_as_what_they_are() -> None:
    disputes, agreements, (lookalike,) = group(make_verdict("lookalike", "a1", "b1"))
    assert (lookalike.kind, lookalike.claim_ids) == ("scope", ("a1", "b1"))
    assert lookalike.rationale == "a1 and b1"
    assert (disputes, agreements) == ([], [])


def test_unrelated_claims_and_no_verdicts_come_to_nothing() -> None:
    assert group(make_verdict("unrelated", "a1", "b1")) == Findings([], [], [])
    assert group_verdicts([], []) == Findings([], [], [])


# Whatever the order


def shape(found: Findings) -> tuple[object, ...]:
    """What was found, the order inside positions aside."""
    return (
        [(d.id, d.question, d.kind, d.confidence, d.rationale, rows(d)) for d in found.disputes],
        [(a.id, a.statement, a.claim_ids, a.doc_ids) for a in found.agreements],
        {(look.kind, look.claim_ids) for look in found.lookalikes},
    )


def test_the_order_of_the_verdicts_changes_nothing() -> None:
    verdicts = [
        against("a1", "b1", "4 km", "7 km"),
        against("a1", "c1", "4 km", "9 km", question="How long is the Hest tunnel?"),
        against("a1", "d1", "4 km", "7 km", question="How long is the road tunnel?"),
        alike("c1", "e1", "9 km", "9 km"),
        alike("b1", "f1", "7 km", "7 km"),
    ]
    first = shape(group(*verdicts))
    assert all(shape(group(*order)) == first for order in permutations(verdicts))


NAMES = [f"{doc}{n}" for doc in "abcd" for n in (1, 2)]
ANSWERS = ["4 km", "7 km", "7,000 metres", "9 km", "Oda Vik", "the county", "nobody"]


@st.composite
def verdict_lists(draw: st.DrawFn) -> list[Verdict]:
    found = {}
    for _ in range(draw(st.integers(0, 8))):
        a, b = sorted(draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True)))
        label = draw(st.sampled_from(["contradiction", "agreement", "lookalike", "unrelated"]))
        answers = (draw(st.sampled_from(ANSWERS)), draw(st.sampled_from(ANSWERS)))
        question = draw(st.sampled_from([QUESTION, "How long is the tunnel?", "Who digs?", ""]))
        found[a, b] = make_verdict(label, a, b, *answers, question=question)
    return list(found.values())


@given(verdict_lists(), st.randoms(use_true_random=False))
def test_whatever_the_verdicts_findings_are_sound_and_their_order_is_no_matter(
    verdicts: list[Verdict], chance: random.Random
) -> None:
    found = group(*verdicts, claims=NAMES)
    contradictions = {frozenset((v.a_id, v.b_id)) for v in verdicts if v.label == "contradiction"}
    for dispute in found.disputes:
        assert len(dispute.positions) >= 2
        answered = {i for position in dispute.positions for i in position.claim_ids}
        assert any(pair <= answered for pair in contradictions)
        for position in dispute.positions:
            assert set(position.doc_ids) == {i[0] for i in position.claim_ids}
    agreed = [i for agreement in found.agreements for i in agreement.claim_ids]
    assert len(agreed) == len(set(agreed)), "a claim stands in one agreement"
    assert all(len(agreement.doc_ids) >= 2 for agreement in found.agreements)

    shuffled = list(verdicts)
    chance.shuffle(shuffled)
    assert shape(group(*shuffled, claims=NAMES)) == shape(found)


def test_an_answer_and_its_negation_are_two_positions() -> None:
    (dispute,), _, _ = group(against("a1", "b1", "safe", "not safe", kind="negation"))
    assert rows(dispute) == {"safe": {"a1"}, "not safe": {"b1"}}


def test_claims_that_agree_through_others_join_the_position_as_well() -> None:
    (dispute,), _, _ = group(
        against("a1", "b1", "4 km", "7 km"),
        alike("b1", "c1", "7 km", "7 km"),
        alike("c1", "d1", "7 km", "7 km"),
    )
    assert rows(dispute)["7 km"] == {"b1", "c1", "d1"}


def test_who_said_it_of_one_claim_is_one_dispute() -> None:
    disputes, _, _ = group(
        against("a1", "b1", "Ada", "Bo", question="Who said it?", kind="attribution"),
        against("a1", "c1", "Ada", "Cy", question="Who said it?", kind="attribution"),
    )
    assert len(disputes) == 1


# Copies


def test_a_document_that_agrees_with_its_copy_alone_is_no_agreement() -> None:
    assert group(alike("a1", "b1"), copies="b").agreements == []
    assert group(alike("b1", "c1"), copies="bc").agreements == []


def test_of_a_document_and_its_copies_one_stands_for_all_in_an_agreement() -> None:
    verdicts = alike("b1", "a1"), alike("a1", "c1")
    (agreement,) = group(*verdicts, copies="b").agreements
    assert set(agreement.claim_ids) == {"a1", "b1", "c1"}
    assert set(agreement.doc_ids) == {"a", "c"}


def test_a_copy_that_differs_from_its_original_takes_a_position_of_its_own() -> None:
    (dispute,) = group(
        against("a1", "b1", "3 km", "4 km"), against("a1", "c1", "3 km", "4 km"), copies="bc"
    ).disputes
    assert {p.answer: p.doc_ids for p in dispute.positions} == {"3 km": ("a",), "4 km": ("b",)}
