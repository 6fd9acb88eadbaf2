"""Where labelled disputes are lost: their pairs of positions, station by station."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Literal

from llmcheck.checker import Trace
from llmcheck.evaluation.counts import Ratio
from llmcheck.evaluation.quotes import LocatedLabels, Side, claim_ids_on
from llmcheck.models import DocumentSpan, Frozen, Report, SentenceRef

LossStation = Literal["tables", "survey", "judging", "findings", "later"]


class FunnelRow(Frozen):
    """How many pairs of positions of one dispute each station has; each counts on its own."""

    dispute: str
    question: str
    pairs: int
    """Pairs of positions that are labelled."""
    tables: int | None
    """Pairs of which one table shows both; None without a trace."""
    survey: int | None
    """Pairs that one question holds apart; None without a trace."""
    judging: int | None
    """Pairs between which a contradiction stands; None without a trace."""
    findings: int
    """Pairs of which one reported dispute holds both positions."""
    lost_in: LossStation | None
    """The first station with no pair left; "later" where no trace says; None when found."""


class FunnelFigures(Frozen):
    """Pairs of positions that each station has, of all that are labelled."""

    tables: Ratio | None
    survey: Ratio | None
    judging: Ratio | None
    findings: Ratio


def funnel(located: LocatedLabels, report: Report, trace: Trace | None) -> tuple[FunnelRow, ...]:
    """One row for each labelled dispute."""
    reported = [
        [report.claim(i) for position in dispute.positions for i in position.claim_ids]
        for dispute in report.disputes
    ]
    stations = None if trace is None else _Stations(trace)
    rows = []
    for label, positions in located.disputes:
        pairs = list(combinations(positions, 2))
        findings = sum(
            any(claim_ids_on(one, claims) and claim_ids_on(other, claims) for claims in reported)
            for one, other in pairs
        )
        tables = None if stations is None else stations.count(pairs, stations.show_together)
        survey = None if stations is None else stations.count(pairs, stations.hold_apart)
        judging = None if stations is None else stations.count(pairs, stations.contradict)
        rows.append(
            FunnelRow(
                dispute=label.id,
                question=label.question,
                pairs=len(pairs),
                tables=tables,
                survey=survey,
                judging=judging,
                findings=findings,
                lost_in=_first_loss(tables, survey, judging, findings),
            )
        )
    return tuple(rows)


def funnel_figures(rows: Sequence[FunnelRow]) -> FunnelFigures:
    """The rows taken together."""
    pairs = sum(row.pairs for row in rows)

    def station(counts: Iterable[int | None]) -> Ratio | None:
        known = [count for count in counts if count is not None]
        return Ratio(part=sum(known), whole=pairs) if len(known) == len(rows) else None

    return FunnelFigures(
        tables=station(row.tables for row in rows),
        survey=station(row.survey for row in rows),
        judging=station(row.judging for row in rows),
        findings=Ratio(part=sum(row.findings for row in rows), whole=pairs),
    )


class _Stations:
    """What each station had before it, by the places of its sentences."""

    def __init__(self, trace: Trace) -> None:
        parts = [part for table in trace.tables for part in table.parts]
        self._documents = {part.document.document.id: part.document for part in parts}
        self._tables = [
            {ref for part in table.parts for ref in map(part.document.ref, part.numbers)}
            for table in trace.tables
        ]
        self._stances = [
            [set(stance.sentences) for stance in question.stances] for question in trace.questions
        ]
        self._contradictions = [
            (self._stances[v.question][v.a], self._stances[v.question][v.b])
            for v in trace.verdicts
            if v.label == "contradiction"
        ]

    def count(
        self, pairs: Iterable[tuple[Side, Side]], holds: Callable[[Side, Side], bool]
    ) -> int:
        """How many of the pairs hold."""
        return sum(holds(one, other) for one, other in pairs)

    def show_together(self, one: Side, other: Side) -> bool:
        """Whether one table shows both."""
        return any(self._on(one, shown) and self._on(other, shown) for shown in self._tables)

    def hold_apart(self, one: Side, other: Side) -> bool:
        """Whether one question holds them in different positions."""
        return any(
            self._part(a, b, one, other)
            for stances in self._stances
            for a, b in combinations(stances, 2)
        )

    def contradict(self, one: Side, other: Side) -> bool:
        """Whether a contradiction stands between them."""
        return any(self._part(a, b, one, other) for a, b in self._contradictions)

    def _part(self, a: set[SentenceRef], b: set[SentenceRef], one: Side, other: Side) -> bool:
        return (self._on(one, a) and self._on(other, b)) or (
            self._on(one, b) and self._on(other, a)
        )

    def _on(self, side: Side, refs: Iterable[SentenceRef]) -> bool:
        sentences = [self._span(ref) for ref in refs]
        return any(
            span.overlaps(sentence) for quote in side for span in quote for sentence in sentences
        )

    def _span(self, ref: SentenceRef) -> DocumentSpan:
        sentence = self._documents[ref.doc_id].sentences[ref.number - 1]
        return DocumentSpan(ref.doc_id, sentence.start, sentence.end)


def _first_loss(
    tables: int | None, survey: int | None, judging: int | None, findings: int
) -> LossStation | None:
    if findings:
        return None
    if tables is None or survey is None or judging is None:
        return "later"
    if not tables:
        return "tables"
    if not survey:
        return "survey"
    return "findings" if judging else "judging"
