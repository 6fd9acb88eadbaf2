"""Where labelled disputes are lost: their pairs of positions, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Literal

from llmcheck.evaluation.counts import Ratio
from llmcheck.evaluation.quotes import Located, claims_on
from llmcheck.models import Frozen, Report
from llmcheck.pipeline import Trace

Lost = Literal["claims", "blocking", "judging", "grouping", "later"]
Pair = tuple[set[str], set[str]]
"""Ids of the claims on either position."""


class FunnelRow(Frozen):
    """How many pairs of positions of one dispute each stage has; the stages count on their own."""

    dispute: str
    question: str
    pairs: int
    """Pairs of positions that are labelled."""
    claims: int
    """Pairs with a claim on both positions."""
    blocking: int | None
    """Pairs with a candidate pair from the one position to the other; None without a trace."""
    judging: int | None
    """Pairs with a verdict of contradiction from the one to the other; None without a trace."""
    grouping: int
    """Pairs of which one reported dispute holds both positions."""
    lost_in: Lost | None
    """The first stage with no pair left; "later" when it is after the claims and no trace says
    where; None for a dispute that was found."""


class FunnelFigures(Frozen):
    """Pairs of positions that each stage has, of all that are labelled."""

    claims: Ratio
    blocking: Ratio | None
    judging: Ratio | None
    grouping: Ratio


def funnel(located: Located, report: Report, trace: Trace | None) -> tuple[FunnelRow, ...]:
    """One row for each labelled dispute."""
    reported = [
        {i for position in dispute.positions for i in position.claim_ids}
        for dispute in report.disputes
    ]
    candidates = trace and [(pair.a.id, pair.b.id) for pair in trace.pairs]
    contradictions = trace and [
        (v.a_id, v.b_id) for v in trace.verdicts if v.label == "contradiction"
    ]
    rows = []
    for label, positions in located.disputes:
        pairs = list(combinations([claims_on(side, report.claims) for side in positions], 2))
        claims = _count(pairs, lambda one, other: bool(one and other))
        blocking = None if candidates is None else _count(pairs, _linked(candidates))
        judging = None if contradictions is None else _count(pairs, _linked(contradictions))
        grouping = _count(
            pairs, lambda one, other: any(one & held and other & held for held in reported)
        )
        rows.append(
            FunnelRow(
                dispute=label.id,
                question=label.question,
                pairs=len(pairs),
                claims=claims,
                blocking=blocking,
                judging=judging,
                grouping=grouping,
                lost_in=_lost(claims, blocking, judging, grouping),
            )
        )
    return tuple(rows)


def funnel_figures(rows: Sequence[FunnelRow]) -> FunnelFigures:
    """The rows taken together."""
    pairs = sum(row.pairs for row in rows)

    def stage(counts: Iterable[int | None]) -> Ratio | None:
        known = [count for count in counts if count is not None]
        return Ratio(part=sum(known), whole=pairs) if len(known) == len(rows) else None

    return FunnelFigures(
        claims=Ratio(part=sum(row.claims for row in rows), whole=pairs),
        blocking=stage(row.blocking for row in rows),
        judging=stage(row.judging for row in rows),
        grouping=Ratio(part=sum(row.grouping for row in rows), whole=pairs),
    )


def _count(pairs: Iterable[Pair], holds: Callable[[set[str], set[str]], bool]) -> int:
    return sum(holds(one, other) for one, other in pairs)


def _linked(links: Sequence[tuple[str, str]]) -> Callable[[set[str], set[str]], bool]:
    def linked(one: set[str], other: set[str]) -> bool:
        return any((a in one and b in other) or (b in one and a in other) for a, b in links)

    return linked


def _lost(claims: int, blocking: int | None, judging: int | None, grouping: int) -> Lost | None:
    if grouping:
        return None
    if not claims:
        return "claims"
    if blocking is None or judging is None:
        return "later"
    if not blocking:
        return "blocking"
    return "grouping" if judging else "judging"
