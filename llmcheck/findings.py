"""Findings: what questions, verdicts and statements come to, each with the claims behind it.

A dispute holds the positions between which a contradiction stands, an agreement the documents
whose own passages bear it out and that take no other side in a dispute about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from llmcheck.disjoint import DisjointSets
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import squeeze
from llmcheck.models import (
    Agreement,
    CallRef,
    Claim,
    Dispute,
    Lookalike,
    Position,
    Question,
    SentenceRef,
    Stance,
    Statement,
    Ungrounded,
    Verdict,
    content_id,
)
from llmcheck.numbering import NumberedSet, claim_of

REACH = 2
"""Sentences on either side of those cited that may hold a figure of an agreement."""
STATES = 90
"""Percentage of a position's words in a statement from which the statement takes the position."""

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
    cited = _Citations(numbered, claims)
    disputes: list[Dispute] = []
    lookalikes: list[Lookalike] = []
    sides: list[list[Stance]] = []
    calls: dict[str, tuple[CallRef, ...]] = {}
    for index, question in enumerate(questions):
        given = by_question[index]
        stances = _stances_in_dispute(question, given) if question.relation == "dispute" else []
        if stances:
            sides.append(stances)
            disputes.append(_dispute(question, stances, given, cited))
            calls[disputes[-1].id] = _calls_of(question, *given)
        elif found := _lookalike(question, given, cited):
            lookalikes.append(found)
    checked = _Checked(numbered, sides, language or numbered.language)
    agreements: list[Agreement] = []
    for statement in statements:
        if agreement := _make_agreement(statement, checked.borne_out(statement), cited):
            agreements.append(agreement)
            calls[agreement.id] = statement.calls
    return Findings(
        sorted(
            _drop_repeated(disputes), key=lambda d: (-d.confidence, -_documents(d.positions), d.id)
        ),
        sorted(_drop_repeated(agreements), key=lambda a: (-len(a.doc_ids), a.id)),
        lookalikes,
        cited.claims(),
        checked.ungrounded,
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


def _dispute(
    question: Question, stances: Sequence[Stance], verdicts: Sequence[Verdict], cited: _Citations
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
    question: Question, verdicts: Sequence[Verdict], cited: _Citations
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


def _make_agreement(
    statement: Statement, refs: Sequence[SentenceRef], cited: _Citations
) -> Agreement | None:
    if len({ref.doc_id for ref in refs}) < 2:
        return None
    position = cited.position(Stance(answer=statement.statement, sentences=tuple(refs)))
    if len(position.doc_ids) < 2:  # A document and its copy are one source.
        return None
    return Agreement(
        id=content_id("a", squeeze(statement.statement), *sorted(position.claim_ids)),
        statement=statement.statement,
        claim_ids=position.claim_ids,
        doc_ids=position.doc_ids,
    )


def _calls_of(*found: Question | Verdict) -> tuple[CallRef, ...]:
    return tuple(dict.fromkeys(call for each in found for call in each.calls))


def _drop_repeated(found: Sequence[T]) -> list[T]:
    return list({each.id: each for each in found}.values())


def _documents(positions: Sequence[Position]) -> int:
    return len({doc_id for position in positions for doc_id in position.doc_ids})


class _Citations:
    """From sentences to claims, and to the documents that count as sources."""

    def __init__(self, numbered: NumberedSet, claims: Sequence[Claim]) -> None:
        self._numbered = numbered
        self._claims = {claim.id: claim for claim in claims}
        self._on: defaultdict[SentenceRef, list[Claim]] = defaultdict(list)
        for claim in claims:
            document = numbered[claim.doc_id]
            for number in document.numbers_in(claim.start, claim.end):
                self._on[document.ref(number)].append(claim)

    def position(self, stance: Stance) -> Position:
        """The position with its claims, the most telling first, and its documents."""
        refs = self._numbered.best_first(stance.answer, stance.sentences)
        ids = tuple(dict.fromkeys(self._claim(ref, stance.answer).id for ref in refs))
        return Position(answer=stance.answer, claim_ids=ids, doc_ids=self._sources(stance))

    def claims(self) -> list[Claim]:
        """All claims, read or cited, in the order of the documents and their texts."""
        order = {d.document.id: at for at, d in enumerate(self._numbered.documents)}
        return sorted(self._claims.values(), key=lambda c: (order[c.doc_id], c.start, c.end, c.id))

    def wording(self, stance: Stance) -> str:
        """The position by the words it rests on, wherever they stand."""
        return "\x1e".join(sorted({squeeze(self._numbered.line(r)) for r in stance.sentences}))

    def _claim(self, ref: SentenceRef, answer: str) -> Claim:
        document = self._numbered[ref.doc_id]
        read = self._on[ref]
        if read:
            # Several facts may stand in one sentence: the one that speaks of the answer.
            return max(read, key=lambda c: (_likeness(answer, c.text), c.id))
        claim = claim_of(document, [ref.number])
        self._on[ref].append(claim)
        return self._claims.setdefault(claim.id, claim)

    def _sources(self, stance: Stance) -> tuple[str, ...]:
        """The documents, of one and its copies the original, or the first where it is silent."""
        found: dict[str, str] = {}
        for doc_id in (ref.doc_id for ref in stance.sentences):
            original = self._numbered[doc_id].document.copy_of or doc_id
            if doc_id == original or original not in found:
                found[original] = doc_id
        return tuple(found.values())


class _Checked:
    """Which sentences bear a statement out; notes those taken out and why."""

    def __init__(
        self, numbered: NumberedSet, disputes: Sequence[Sequence[Stance]], spoken: str
    ) -> None:
        self._spoken = spoken
        self._numbered = numbered
        self._disputes = disputes
        self.ungrounded: list[Ungrounded] = []

    def borne_out(self, statement: Statement) -> list[SentenceRef]:
        """The sentences of those documents whose passages bear the statement out."""
        of: defaultdict[str, list[SentenceRef]] = defaultdict(list)
        for ref in statement.sentences:
            of[ref.doc_id].append(ref)
        opposed = self._opponents(statement)
        kept: list[SentenceRef] = []
        for doc_id, refs in of.items():
            reason = (
                "it takes another side of a dispute"
                if doc_id in opposed
                else self._objection(statement.statement, doc_id, refs)
            )
            if reason is None:
                kept += refs
            else:
                self.ungrounded.append(
                    Ungrounded(doc_id=doc_id, text=statement.statement, reason=reason)
                )
        return kept

    def _objection(self, statement: str, doc_id: str, refs: Sequence[SentenceRef]) -> str | None:
        document = self._numbered[doc_id]
        passage = f"{document.text([ref.number for ref in refs])} {document.head}"
        near = document.text(sorted({n for ref in refs for n in document.near(ref.number, REACH)}))
        languages = document.language, self._spoken
        missing = missing_numbers(statement, f"{passage} {near}", *languages)
        missing += missing_names(statement, document.whole, *languages)
        return f"its passage lacks {', '.join(missing)}" if missing else None

    def _opponents(self, statement: Statement) -> set[str]:
        """Documents that take a side in a dispute other than the one the statement states."""
        opposed: set[str] = set()
        for stances in self._disputes:
            stated = [s for s in stances if _states(statement, s)]
            if not stated:
                continue
            own = {ref.doc_id for stance in stated for ref in stance.sentences}
            opposed |= {r.doc_id for s in stances if s not in stated for r in s.sentences} - own
        return opposed


def _likeness(answer: str, text: str) -> float:
    return float(fuzz.token_set_ratio(answer, text, processor=default_process))


def _states(statement: Statement, stance: Stance) -> bool:
    """Whether a statement rests on a position's sentences and says what it answers."""
    if not set(statement.sentences) & set(stance.sentences):
        return False
    return _likeness(stance.answer, statement.statement) >= STATES
