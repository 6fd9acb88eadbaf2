"""Findings: what questions, verdicts and statements come to, each with the claims behind it.

A dispute holds the positions between which a contradiction stands, an agreement the documents
whose own passages bear it out and that take no other side in a dispute about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from llmcheck.disjoint import DisjointSets
from llmcheck.findings.agreements import Grounds, make_agreement
from llmcheck.findings.citations import Citations
from llmcheck.models import (
    Agreement,
    CallRef,
    Claim,
    Dispute,
    Lookalike,
    Position,
    Question,
    Stance,
    Statement,
    Ungrounded,
    Verdict,
    content_id,
)
from llmcheck.numbering import NumberedSet

T = TypeVar("T", Dispute, Agreement)


class Findings(NamedTuple):
    """What the report tells of a set, with the claims that its findings rest on."""

    disputes: list[Dispute]
    agreements: list[Agreement]
    lookalikes: list[Lookalike]
    claims: list[Claim]
    """Those read and those that only a finding rests on, in the order of documents and texts."""
    ungrounded: list[Ungrounded]
    """Citations that code took out of agreements."""
    calls: dict[str, tuple[CallRef, ...]]
    """By id of a dispute or an agreement, the calls that it rests on."""


def findings_of(
    numbered: NumberedSet,
    questions: Sequence[Question],
    verdicts: Sequence[Verdict],
    statements: Sequence[Statement],
    claims: Sequence[Claim] = (),
    language: str | None = None,
) -> Findings:
    """Disputes, agreements and look-alikes, the best supported first.

    ``claims`` are those that a reading found, if there was one: a position then rests on the
    claim of its sentence that is closest to its answer, else on the sentence in its own words.
    ``language`` is that of the answers where it is not that of most of the documents.
    """
    by_question: defaultdict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_question[verdict.question].append(verdict)
    answers: defaultdict[int | None, list[Statement]] = defaultdict(list)
    for statement in statements:
        answers[statement.question].append(statement)
    cited = Citations(numbered, claims)
    disputes: list[Dispute] = []
    lookalikes: list[Lookalike] = []
    sides: list[list[Stance]] = []
    taken: set[Statement] = set()
    calls: dict[str, tuple[CallRef, ...]] = {}
    for index, question in enumerate(questions):
        given = by_question[index]
        stances = _stances_in_dispute(question, given) if question.relation == "dispute" else []
        if stances:
            told = _take_sides(stances, answers[index])
            taken.update(told)
            sides.append(stances)
            disputes.append(_dispute(question, stances, given, cited))
            calls[disputes[-1].id] = _calls_of(question, *given, *told)
        elif found := _lookalike(question, given, cited):
            lookalikes.append(found)
    grounds = Grounds(numbered, sides, language or numbered.language)
    agreements: list[Agreement] = []
    for statement in statements:
        if statement in taken:
            continue
        if agreement := make_agreement(statement, grounds.borne_out(statement), cited):
            agreements.append(agreement)
            calls[agreement.id] = statement.calls
    return Findings(
        sorted(
            _drop_repeated(disputes), key=lambda d: (-d.confidence, -_documents(d.positions), d.id)
        ),
        sorted(_drop_repeated(agreements), key=lambda a: (-len(a.doc_ids), a.id)),
        lookalikes,
        cited.claims(),
        grounds.ungrounded,
        calls,
    )


def _stances_in_dispute(question: Question, verdicts: Sequence[Verdict]) -> list[Stance]:
    """The positions between which a contradiction stands, those that agree as one."""
    same = DisjointSets(range(len(question.stances)))
    for verdict in verdicts:
        if verdict.label == "agreement":
            same.join(verdict.a, verdict.b)
    groups = same.groups()
    place = {index: at for at, group in enumerate(groups) for index in group}
    apart = {
        at
        for verdict in verdicts
        if verdict.label == "contradiction" and place[verdict.a] != place[verdict.b]
        for at in (place[verdict.a], place[verdict.b])
    }
    return [Stance.joined([question.stances[i] for i in groups[at]]) for at in sorted(apart)]


def _take_sides(stances: list[Stance], statements: Sequence[Statement]) -> list[Statement]:
    """Give the positions the sentences of statements that take them; returns these statements.

    A table that shows one side alone takes it for agreed: what has sentences in common with one
    position, and with no other, is that position's.
    """
    taken = []
    for statement in statements:
        told = set(statement.sentences)
        sharing = [at for at, stance in enumerate(stances) if told & set(stance.sentences)]
        if len(sharing) == 1:
            (at,) = sharing
            more = Stance(answer=statement.statement, sentences=statement.sentences)
            stances[at] = Stance.joined([stances[at], more])
            taken.append(statement)
    return taken


def _dispute(
    question: Question, stances: Sequence[Stance], verdicts: Sequence[Verdict], cited: Citations
) -> Dispute:
    standing = [verdict for verdict in verdicts if verdict.label == "contradiction"]
    surest = max(standing, key=lambda verdict: (verdict.confidence, -verdict.a, -verdict.b))
    kinds = [verdict.kind for verdict in standing]
    positions = map(cited.position, stances)
    apart = {ref.doc_id for stance in stances for ref in stance.sentences}
    return Dispute(
        id=content_id("d", *sorted(cited.wording(stance) for stance in stances)),
        question=question.question,
        kind=max(kinds, key=lambda kind: (kinds.count(kind), str(kind))),  # type: ignore[arg-type]
        confidence=surest.confidence,
        rationale=surest.rationale,
        positions=tuple(sorted(positions, key=lambda p: (-len(p.doc_ids), p.answer))),
        shown_doc_ids=question.shown_doc_ids,
        compatible_doc_ids=tuple(sorted({r.doc_id for r in question.sentences} - apart)),
    )


def _lookalike(
    question: Question, verdicts: Sequence[Verdict], cited: Citations
) -> Lookalike | None:
    """The question as a look-alike, when the survey or the judge found it to be one."""
    kind, rationale = question.kind, question.rationale
    if question.relation == "dispute":
        found = next((verdict for verdict in verdicts if verdict.label == "lookalike"), None)
        if found is None:
            return None
        kind, rationale = found.kind, found.rationale  # type: ignore[assignment]
    positions = tuple(cited.position(stance) for stance in question.stances)
    return Lookalike(
        kind=kind or "complementary",
        question=question.question,
        claim_ids=tuple(dict.fromkeys(i for p in positions for i in p.claim_ids)),
        rationale=rationale,
        positions=positions,
    )


def _calls_of(*found: Question | Verdict | Statement) -> tuple[CallRef, ...]:
    return tuple(dict.fromkeys(call for each in found for call in each.calls))


def _drop_repeated(found: Sequence[T]) -> list[T]:
    return list({each.id: each for each in found}.values())


def _documents(positions: Sequence[Position]) -> int:
    return len({doc_id for position in positions for doc_id in position.doc_ids})
