"""Reported disputes against labelled ones: found, missed, false, and look-alike alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llmcheck.evaluation.counts import Ratio, Scores
from llmcheck.evaluation.quotes import LocatedLabels, as_sides, claim_ids_on, count_covered
from llmcheck.models import Claim, Dispute, Frozen, Report


class FoundDispute(Frozen):
    """A labelled dispute that was reported."""

    id: str
    kind: str
    reported: tuple[str, ...]
    """Ids of the reported disputes that match it, the one on most of its positions first."""
    reported_kind: str
    """The kind of the first of these."""


class FalseDispute(Frozen):
    """A reported dispute that matches no labelled one."""

    id: str
    question: str
    kind: str


class Alarm(Frozen):
    """A reported dispute that overlaps two quotes of a look-alike."""

    lookalike: str
    reason: str
    dispute: str
    """Id of the reported dispute."""
    question: str
    opposed: bool
    """Whether it puts the quotes in different positions, not merely beside each other."""
    matched: tuple[str, ...]
    """The labelled disputes that it matches: their quotes may stand in the same sentences."""


class DisputeFigures(Frozen):
    """How the reported disputes compare with the labelled ones."""

    disputes: Scores
    """Recall: labelled disputes that are found. Precision: of the reported disputes that match
    or are false, those that match."""
    by_kind: dict[str, Scores]
    """The same by kind: recall by the labelled one, precision by the reported one."""
    quotes: Ratio
    """Quotes of labelled positions on which a claim of a dispute that matches it lies."""
    kind_accuracy: Ratio
    """Of the disputes found, those whose best match has the labelled kind."""
    alarms: Ratio
    """Look-alikes that a reported dispute overlaps in two quotes."""
    alarms_opposed: Ratio
    """Those that a reported dispute has in different positions."""
    alarms_matched: Ratio
    """Those whose alarms all come from disputes that match a labelled one."""


class DisputeScore(NamedTuple):
    """The figures, and by name what they are made of."""

    figures: DisputeFigures
    found: tuple[FoundDispute, ...]
    missed: tuple[str, ...]
    false: tuple[FalseDispute, ...]
    alarms: tuple[Alarm, ...]


def score_disputes(located: LocatedLabels, report: Report) -> DisputeScore:
    """Compare the reported disputes with the labelled ones."""
    matches: dict[str, list[tuple[int, Dispute]]] = {d.id: [] for d, _ in located.disputes}
    false: list[Dispute] = []
    matching: list[Dispute] = []
    alarms: list[Alarm] = []
    for dispute in report.disputes:
        sides = [[report.claim(i) for i in p.claim_ids] for p in dispute.positions]
        claims = [claim for side in sides for claim in side]
        matched = []
        for label, positions in located.disputes:
            if (count := count_covered(positions, claims)) >= 2:
                matches[label.id].append((count, dispute))
                matched.append(label.id)
        if matched:
            matching.append(dispute)
        elif not any(count_covered(as_sides(quotes), claims) >= 2 for quotes in located.optional):
            false.append(dispute)
        alarms += _alarms(located, dispute, sides, tuple(matched))
    found = tuple(
        _found_dispute(label.id, label.kind, matches[label.id])
        for label, _ in located.disputes
        if matches[label.id]
    )
    wanted = Counter(str(label.kind) for label, _ in located.disputes)
    hits = Counter(hit.kind for hit in found)
    right, wrong = Counter(str(d.kind) for d in matching), Counter(str(d.kind) for d in false)
    lookalikes = len(located.lookalikes)
    rung = {alarm.lookalike for alarm in alarms}
    unmatched = {alarm.lookalike for alarm in alarms if not alarm.matched}
    return DisputeScore(
        figures=DisputeFigures(
            disputes=_scores(hits.total(), wanted.total(), right.total(), wrong.total()),
            by_kind={
                kind: _scores(hits[kind], wanted[kind], right[kind], wrong[kind])
                for kind in sorted({*wanted, *right, *wrong})
            },
            quotes=_quotes(located, report, matches),
            kind_accuracy=Ratio(
                part=sum(hit.kind == hit.reported_kind for hit in found), whole=len(found)
            ),
            alarms=Ratio(part=len(rung), whole=lookalikes),
            alarms_opposed=Ratio(
                part=len({a.lookalike for a in alarms if a.opposed}), whole=lookalikes
            ),
            alarms_matched=Ratio(part=len(rung - unmatched), whole=lookalikes),
        ),
        found=found,
        missed=tuple(label.id for label, _ in located.disputes if not matches[label.id]),
        false=tuple(FalseDispute(id=d.id, question=d.question, kind=d.kind) for d in false),
        alarms=tuple(alarms),
    )


def _quotes(
    located: LocatedLabels, report: Report, matches: Mapping[str, Sequence[tuple[int, Dispute]]]
) -> Ratio:
    covered = []
    for label, sides in located.disputes:
        claims = [
            report.claim(i)
            for _, dispute in matches[label.id]
            for position in dispute.positions
            for i in position.claim_ids
        ]
        covered += [bool(claim_ids_on([quote], claims)) for side in sides for quote in side]
    return Ratio(part=sum(covered), whole=len(covered))


def _scores(found: int, wanted: int, right: int, wrong: int) -> Scores:
    return Scores(
        recall=Ratio(part=found, whole=wanted),
        precision=Ratio(part=right, whole=right + wrong),
    )


def _found_dispute(name: str, kind: str, matches: Sequence[tuple[int, Dispute]]) -> FoundDispute:
    # Of equals the one the report puts first.
    ranked = [dispute for _, dispute in sorted(matches, key=lambda match: -match[0])]
    return FoundDispute(
        id=name,
        kind=kind,
        reported=tuple(dispute.id for dispute in ranked),
        reported_kind=ranked[0].kind,
    )


def _alarms(
    located: LocatedLabels,
    dispute: Dispute,
    sides: Sequence[Sequence[Claim]],
    matched: tuple[str, ...],
) -> list[Alarm]:
    claims = [claim for side in sides for claim in side]
    found = []
    for label, quotes in located.lookalikes:
        if count_covered(as_sides(quotes), claims) < 2:
            continue
        # By quote, the positions that hold it: two quotes in two different ones are opposed.
        holding = [
            {n for n, side in enumerate(sides) if claim_ids_on([quote], side)} for quote in quotes
        ]
        opposed = any(
            one and other and len(one | other) > 1
            for n, one in enumerate(holding)
            for other in holding[:n]
        )
        found.append(
            Alarm(
                lookalike=label.id,
                reason=label.reason,
                dispute=dispute.id,
                question=dispute.question,
                opposed=opposed,
                matched=matched,
            )
        )
    return found
