"""What differs between two reports: which disputes are new, gone or changed, and the rest.

An id follows the wording of a dispute's sentences and claims. So disputes are matched by id
first, and then by evidence: two positions that rest on the same sentences, and the same
question or the same answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from llmcheck.language.detection import language_of
from llmcheck.language.figures import same_numbers
from llmcheck.language.text import squeeze
from llmcheck.models import Agreement, Dispute, Failure, Frozen, Position, Report

SAME_QUESTION = 70
"""rapidfuzz token_set_ratio from which two wordings ask the same."""
SAME_ANSWER = 90
"""The same from which two answers without figures are one."""
SAME_SENTENCE = 90
"""rapidfuzz ratio from which two sentences of one document are one, before and after an edit."""


class DisputeChange(Frozen):
    """A dispute that both reports have."""

    old: Dispute
    new: Dispute
    matched_by: Literal["id", "evidence"]
    """How the two were found to be one: by id, or by the sentences that they rest on."""
    changes: tuple[str, ...]
    """What is different, in a few words each."""


class ShareChange(Frozen):
    """A document whose share of padding is another."""

    doc_id: str
    old: float
    new: float


class Comparison(Frozen):
    """What differs between an old and a new report."""

    new_disputes: tuple[Dispute, ...] = ()
    gone_disputes: tuple[Dispute, ...] = ()
    changed_disputes: tuple[DisputeChange, ...] = ()
    same_disputes: int = 0
    """How many are as they were."""
    new_agreements: tuple[Agreement, ...] = ()
    gone_agreements: tuple[Agreement, ...] = ()
    same_agreements: int = 0
    """How many both have, in whatever words."""
    padding: tuple[ShareChange, ...] = ()
    new_failures: tuple[Failure, ...] = ()
    gone_failures: tuple[Failure, ...] = ()
    new_documents: tuple[str, ...] = ()
    """Ids of the documents that only the new report has."""
    gone_documents: tuple[str, ...] = ()


def compare(old: Report, new: Report) -> Comparison:
    """What became of the findings of ``old`` in ``new``.

    >>> failed = Failure(stage="reading", subject="a.txt", error="timed out")
    >>> found = compare(Report(model="m", failures=(failed,)), Report(model="m"))
    >>> [str(failure) for failure in found.gone_failures]
    ['reading of a.txt: timed out']
    """
    matches = match_disputes(old, new)
    changed = [match for match in matches if match.changes]
    old_agreements, new_agreements = _agreement_evidence(old), _agreement_evidence(new)
    unmatched = tuple(_without_counterpart(new_agreements, old_agreements))
    shares = {document.id: document.padding_share for document in old.documents}
    return Comparison(
        new_disputes=remove_disputes(new.disputes, [match.new for match in matches]),
        gone_disputes=remove_disputes(old.disputes, [match.old for match in matches]),
        changed_disputes=tuple(changed),
        same_disputes=len(matches) - len(changed),
        new_agreements=unmatched,
        gone_agreements=tuple(_without_counterpart(old_agreements, new_agreements)),
        same_agreements=len(new_agreements) - len(unmatched),
        padding=tuple(
            ShareChange(doc_id=document.id, old=shares[document.id], new=document.padding_share)
            for document in new.documents
            if shares.get(document.id, document.padding_share) != document.padding_share
        ),
        new_failures=tuple(f for f in new.failures if f not in old.failures),
        gone_failures=tuple(f for f in old.failures if f not in new.failures),
        new_documents=tuple(d.id for d in new.documents if d.id not in shares),
        gone_documents=tuple(sorted(shares.keys() - {d.id for d in new.documents})),
    )


def remove_disputes(
    disputes: Sequence[Dispute], removed: Collection[Dispute]
) -> tuple[Dispute, ...]:
    """The disputes without those that are removed."""
    gone = frozenset(removed)
    return tuple(dispute for dispute in disputes if dispute not in gone)


class _Sentence(NamedTuple):
    """A sentence that a claim rests on."""

    doc_id: str
    words: str


class _DisputeEvidence(NamedTuple):
    """A dispute and, for each of its positions, the sentences it rests on."""

    dispute: Dispute
    evidence: tuple[frozenset[_Sentence], ...]


def match_disputes(old: Report, new: Report) -> list[DisputeChange]:
    """Which dispute of the new report is which of the old one, in the new report's order."""
    before = [_dispute_evidence(old, dispute) for dispute in old.disputes]
    after = [_dispute_evidence(new, dispute) for dispute in new.disputes]
    language = _language(new)
    candidates = [
        (likeness, -i, -j)
        for i, j in _with_something_in_common(before, after)
        if (likeness := _likeness(before[i], after[j], language)) > 0
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(candidates, reverse=True):
        if -i not in taken and -j not in pairs:
            pairs[-j] = -i
            taken.add(-i)
    return [
        _change(before[pairs[j]].dispute, other.dispute, language)
        for j, other in enumerate(after)
        if j in pairs
    ]


def _with_something_in_common(
    before: Sequence[_DisputeEvidence], after: Sequence[_DisputeEvidence]
) -> Iterator[tuple[int, int]]:
    """Places of disputes that may be one: with one id, or with a document or words in common."""

    def marks(one: _DisputeEvidence) -> set[str]:
        return {one.dispute.id, *(mark for held in one.evidence for each in held for mark in each)}

    holders: defaultdict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(before):
        for mark in marks(one):
            holders[mark].append(i)
    for j, other in enumerate(after):
        for i in {i for mark in marks(other) for i in holders.get(mark, ())}:
            yield i, j


def _language(report: Report) -> str:
    """The language (a code) of its questions and answers."""
    lines = [(d.question, *(position.answer for position in d.positions)) for d in report.disputes]
    return language_of("\n".join(line for of_dispute in lines for line in of_dispute))


def _dispute_evidence(report: Report, dispute: Dispute) -> _DisputeEvidence:
    return _DisputeEvidence(
        dispute,
        tuple(
            frozenset(
                _Sentence(claim.doc_id, squeeze(claim.quote))
                for claim in map(report.claim, position.claim_ids)
            )
            for position in dispute.positions
        ),
    )


def _likeness(one: _DisputeEvidence, other: _DisputeEvidence, language: str) -> float:
    """0 when the two are not one dispute; infinite when their ids say that they are."""
    if one.dispute.id == other.dispute.id:
        return float("inf")
    shared_evidence = _count_apart(
        (i, j)
        for i, mine in enumerate(one.evidence)
        for j, theirs in enumerate(other.evidence)
        if any(_is_same_sentence(a, b) for a in mine for b in theirs)
    )
    if shared_evidence < 2:
        return 0
    question_likeness = fuzz.token_set_ratio(
        squeeze(one.dispute.question), squeeze(other.dispute.question)
    )
    shared_answers = _count_apart(
        (i, j)
        for i, mine in enumerate(one.dispute.positions)
        for j, theirs in enumerate(other.dispute.positions)
        if _same_answer(mine.answer, theirs.answer, language)
    )
    # One sentence states many facts, so the same sentences alone are not the same dispute.
    is_one = question_likeness >= SAME_QUESTION or shared_answers >= 2
    return shared_evidence + question_likeness / 100 + shared_answers if is_one else 0


def _same_answer(a: str, b: str, language: str) -> bool:
    numbers = same_numbers(a, b, language)
    return fuzz.token_set_ratio(squeeze(a), squeeze(b)) >= SAME_ANSWER or bool(numbers)


def _count_apart(pairs: Iterable[tuple[int, int]]) -> int:
    """How many of the pairs can stand beside each other, none sharing a member: 0, 1 or 2."""
    found = list(pairs)
    apart = any(a[0] != b[0] and a[1] != b[1] for a in found for b in found)
    return 2 if apart else min(1, len(found))


def _is_same_sentence(a: _Sentence, b: _Sentence) -> bool:
    """Whether they are one: the same words wherever they stand, or nearly so in one document."""
    return a.words == b.words or (
        a.doc_id == b.doc_id and fuzz.ratio(a.words, b.words) >= SAME_SENTENCE
    )


def _change(old: Dispute, new: Dispute, language: str) -> DisputeChange:
    return DisputeChange(
        old=old,
        new=new,
        matched_by="id" if old.id == new.id else "evidence",
        changes=tuple(_changes(old, new, language)),
    )


def _changes(old: Dispute, new: Dispute, language: str) -> Iterator[str]:
    for position in new.positions:
        before = _counterpart(position, old, language)
        if before is None:
            yield f"now also says {position.answer} ({', '.join(position.doc_ids)})"
            continue
        if joined := [d for d in position.doc_ids if d not in before.doc_ids]:
            yield f"{position.answer}: now also in {', '.join(joined)}"
        if left := [d for d in before.doc_ids if d not in position.doc_ids]:
            yield f"{position.answer}: no longer in {', '.join(left)}"
    for position in old.positions:
        if _counterpart(position, new, language) is None:
            yield f"no longer says {position.answer} ({', '.join(position.doc_ids)})"
    if old.question != new.question:
        yield f"asked before: {old.question}"
    if old.kind != new.kind:
        yield f"was {old.kind}, is {new.kind}"
    if old.silenced != new.silenced:
        yield f"silenced: {new.silenced}" if new.silenced else "no longer silenced"
    if old.id != new.id:
        yield f"its id was {old.id}"


def _counterpart(position: Position, dispute: Dispute, language: str) -> Position | None:
    alike = (p for p in dispute.positions if _same_answer(p.answer, position.answer, language))
    return next(alike, None)


class _AgreementEvidence(NamedTuple):
    agreement: Agreement
    evidence: frozenset[_Sentence]


def _agreement_evidence(report: Report) -> list[_AgreementEvidence]:
    claims = {claim.id: claim for claim in report.claims}
    return [
        _AgreementEvidence(
            agreement,
            frozenset(
                _Sentence(claims[id_].doc_id, squeeze(claims[id_].quote))
                for id_ in agreement.claim_ids
                if id_ in claims
            ),
        )
        for agreement in report.agreements
    ]


def _without_counterpart(
    these: Sequence[_AgreementEvidence], those: Sequence[_AgreementEvidence]
) -> Iterator[Agreement]:
    """The agreements that have no counterpart: none by id, none resting on two same sentences."""
    ids = {one.agreement.id for one in those}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for place, other in enumerate(those):
        for words in {sentence.words for sentence in other.evidence}:
            holders[words].append(place)
    for one in these:
        said = {sentence.words for sentence in one.evidence}
        shared = Counter(place for words in said for place in holders.get(words, ()))
        if one.agreement.id not in ids and max(shared.values(), default=0) < 2:
            yield one.agreement
