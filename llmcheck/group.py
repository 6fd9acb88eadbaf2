"""Disputes and agreements from verdicts: one question, its positions, who takes each.

Claims that agree are one node; contradictions between nodes are edges. Edges that share a node
and ask the same thing are one dispute, so a reader sees one row with four positions rather
than six pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from llmcheck.disjoint import DisjointSets
from llmcheck.language.quantities import same_numbers
from llmcheck.language.text import NEGATIONS, content_stems, squeeze
from llmcheck.models import (
    Agreement,
    Claim,
    Dispute,
    Document,
    Lookalike,
    Position,
    Verdict,
    content_id,
)

SAME_QUESTION = 0.5
"""Share of the shorter question's words from which two wordings are one question."""
SAME_ANSWER = 90
"""rapidfuzz token_set_ratio from which two answers without numbers are one position."""


class Findings(NamedTuple):
    """What the verdicts come to."""

    disputes: list[Dispute]
    agreements: list[Agreement]
    lookalikes: list[Lookalike]


class _Answer(NamedTuple):
    """An answer that a claim gives to the question of a contradiction."""

    text: str
    claim_id: str


def group_verdicts(
    verdicts: Sequence[Verdict], claims: Sequence[Claim], documents: Sequence[Document] = ()
) -> Findings:
    """Disputes, agreements and look-alikes, the best supported first.

    A document and its copies, as ``documents`` mark them, are one source.
    """
    by_id = {claim.id: claim for claim in claims}
    sources = _Sources(by_id, documents)
    alike = DisjointSets(by_id)
    for verdict in verdicts:
        if verdict.label == "agreement":
            alike.join(verdict.a_id, verdict.b_id)
    disputes = [
        dispute
        for edges in _by_question([v for v in verdicts if v.label == "contradiction"])
        if (dispute := _dispute(edges, verdicts, by_id, sources)) is not None
    ]
    # Disputes over the same sentences have one id: then the claims decide.
    disputes.sort(
        key=lambda d: (-_documents(d), -d.confidence, d.id, sorted(_places(d.positions)))
    )
    agreements = [
        agreement
        for members in alike.groups()
        if (agreement := _agreement([by_id[i] for i in members], sources)) is not None
    ]
    agreements.sort(key=lambda a: (-len(a.doc_ids), -len(a.claim_ids), a.id))
    lookalikes = [
        Lookalike(
            kind=verdict.kind,  # type: ignore[arg-type]
            claim_ids=(verdict.a_id, verdict.b_id),
            rationale=verdict.rationale,
        )
        for verdict in verdicts
        if verdict.label == "lookalike"
    ]
    return Findings(disputes, agreements, lookalikes)


def _by_question(contradictions: Sequence[Verdict]) -> list[list[Verdict]]:
    """The contradictions, parted into those that ask the same question."""
    same = DisjointSets(range(len(contradictions)))
    stems = [content_stems(v.question) for v in contradictions]
    for i, one in enumerate(contradictions):
        for j in range(i):
            other = contradictions[j]
            one_claim = bool({one.a_id, one.b_id} & {other.a_id, other.b_id})
            # "Who said it?" means nothing alone: it is asked of the claim.
            alike = _overlap(stems[i], stems[j]) >= SAME_QUESTION or (
                one_claim and one.kind == other.kind and not (stems[i] and stems[j])
            )
            if alike and _same_kind_of_answer(one, other) and (one_claim or _shares(one, other)):
                same.join(i, j)
    return [[contradictions[i] for i in members] for members in same.groups()]


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, min(len(a), len(b)))


def _shares(one: Verdict, other: Verdict) -> bool:
    """Whether an answer of the one is an answer of the other."""
    return any(
        same_answer(x, y)
        for x in (one.answer_a, one.answer_b)
        for y in (other.answer_a, other.answer_b)
    )


def _same_kind_of_answer(one: Verdict, other: Verdict) -> bool:
    numeric = {"numeric", "temporal"}
    return (one.kind in numeric) == (other.kind in numeric)


def same_answer(a: str, b: str) -> bool:
    """Whether two answers to one question say the same."""
    if NEGATIONS & set(squeeze(a).split()) != NEGATIONS & set(squeeze(b).split()):
        return False
    numbers = same_numbers(a, b)
    if numbers is not None:
        return numbers
    return fuzz.token_set_ratio(squeeze(a), squeeze(b)) >= SAME_ANSWER


def _dispute(
    edges: Sequence[Verdict],
    verdicts: Sequence[Verdict],
    claims: Mapping[str, Claim],
    sources: _Sources,
) -> Dispute | None:
    answers = [_Answer(e.answer_a, e.a_id) for e in edges]
    answers += [_Answer(e.answer_b, e.b_id) for e in edges]
    same = DisjointSets(range(len(answers)))
    for i, one in enumerate(answers):
        for j in range(i):
            if same_answer(one.text, answers[j].text):
                same.join(i, j)
    positions = [_position([answers[i] for i in members], sources) for members in same.groups()]
    if len(positions) < 2:
        return None
    while (grown := _with_agreeing(positions, verdicts, sources)) != positions:
        # Who agrees with one who has just joined joins next.
        positions = grown
    positions.sort(key=lambda p: (-len(p.doc_ids), p.answer))
    best = max(edges, key=lambda e: (_typicality(e, edges), -len(e.question), e.a_id, e.b_id))
    kinds = [e.kind for e in edges]
    return Dispute(
        # Not the claims' ids: those change with every edit of their document, whatever its place.
        id=content_id("d", *sorted({_wording(claims[a.claim_id]) for a in answers})),
        question=best.question,
        kind=max(kinds, key=lambda k: (kinds.count(k), str(k))),  # type: ignore[arg-type]
        confidence=_confidence(positions, verdicts),
        rationale=best.rationale,
        positions=tuple(positions),
    )


def _wording(claim: Claim) -> str:
    return f"{squeeze(claim.quote)}\x1e{squeeze(claim.text)}"


def _typicality(edge: Verdict, edges: Sequence[Verdict]) -> float:
    """How much the edge's question has in common with those of the others."""
    stems = content_stems(edge.question)
    return sum(_overlap(stems, content_stems(other.question)) for other in edges)


def _position(answers: Sequence[_Answer], sources: _Sources) -> Position:
    texts = [answer.text for answer in answers]
    ids = list(dict.fromkeys(answer.claim_id for answer in answers))
    return Position(
        answer=max(texts, key=lambda t: (texts.count(t), -len(t), t)),
        claim_ids=tuple(ids),
        doc_ids=sources.of(ids),
    )


def _with_agreeing(
    positions: Sequence[Position], verdicts: Sequence[Verdict], sources: _Sources
) -> list[Position]:
    """The positions, with the claims that agree with exactly one of them."""
    where = _places(positions)
    joining: defaultdict[str, set[int]] = defaultdict(set)
    for verdict in verdicts:
        if verdict.label != "agreement":
            continue
        for one, other, answer in (
            (verdict.a_id, verdict.b_id, verdict.answer_b),
            (verdict.b_id, verdict.a_id, verdict.answer_a),
        ):
            if one in where and other not in where:
                # The two may agree on something else than what is disputed.
                joining[other] |= {
                    place for place in where[one] if same_answer(answer, positions[place].answer)
                }
    extra: defaultdict[int, list[str]] = defaultdict(list)
    for claim_id, places in joining.items():
        if len(places) == 1:
            extra[places.pop()].append(claim_id)
    return [
        position.model_copy(
            update={
                "claim_ids": (*position.claim_ids, *extra[i]),
                "doc_ids": sources.of((*position.claim_ids, *extra[i])),
            }
        )
        for i, position in enumerate(positions)
    ]


def _confidence(positions: Sequence[Position], verdicts: Sequence[Verdict]) -> float:
    """Share of the verdicts between different positions that found a contradiction."""
    where = _places(positions)
    across = [
        v
        for v in verdicts
        if v.a_id in where and v.b_id in where and where[v.a_id] != where[v.b_id]
    ]
    found = sum(v.label == "contradiction" for v in across)
    return round(found / len(across), 3) if across else 0.0


def _places(positions: Sequence[Position]) -> dict[str, set[int]]:
    """Which positions every claim takes: more than one when its answers differ by verdict."""
    places: dict[str, set[int]] = {}
    for i, position in enumerate(positions):
        for claim_id in position.claim_ids:
            places.setdefault(claim_id, set()).add(i)
    return places


def _agreement(claims: Sequence[Claim], sources: _Sources) -> Agreement | None:
    doc_ids = sources.of(claim.id for claim in claims)
    if len(doc_ids) < 2:
        return None
    # The plainest wording that still carries the most of what the others say.
    shared = [content_stems(c.text) for c in claims]
    best = max(
        range(len(claims)),
        key=lambda i: (
            sum(len(shared[i] & other) for other in shared) / (len(claims[i].text) ** 0.5 + 1),
            claims[i].id,
        ),
    )
    ids = tuple(claim.id for claim in claims)
    return Agreement(
        id=content_id("a", *sorted(ids)),
        statement=claims[best].text,
        claim_ids=ids,
        doc_ids=doc_ids,
    )


class _Sources:
    """Who makes a claim; of a document and its copies one counts."""

    def __init__(self, claims: Mapping[str, Claim], documents: Sequence[Document]) -> None:
        self._claims = claims
        self._originals = {d.id: d.copy_of for d in documents if d.copy_of is not None}

    def of(self, claim_ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of the documents, in order: the original, or the first copy where it is silent."""
        found: dict[str, str] = {}
        for doc_id in (self._claims[claim_id].doc_id for claim_id in claim_ids):
            original = self._originals.get(doc_id, doc_id)
            if doc_id == original or original not in found:
                found[original] = doc_id
        return tuple(found.values())


def _documents(dispute: Dispute) -> int:
    return len({doc_id for position in dispute.positions for doc_id in position.doc_ids})
