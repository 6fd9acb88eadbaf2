"""What is known of a document without a position in a dispute: that none was found, or less."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from llmcheck.render.phrases import pluralize

if TYPE_CHECKING:
    from llmcheck.models import Dispute, Report
    from llmcheck.render.sources import Sources

State = Literal[
    "contradicts no position",
    "nothing found",
    "copy",
    "not fully compared",
    "could not be compared",
    "not shown together",
]
"""In the words of the pages. No page says that a document says nothing: that is never known."""

MOST_CITED = 12
"""Documents of a state that are cited one by one."""


def without_position(report: Report, dispute: Dispute) -> dict[str, State]:
    """The state of every document without a position in the dispute, by id, in their order."""
    taken = {doc_id for position in dispute.positions for doc_id in position.doc_ids}
    taken |= {report.claim(id_).doc_id for p in dispute.positions for id_ in p.claim_ids}
    unjudged, unsurveyed = set[str](), set[str]()
    for failure in report.failures:
        if failure.stage == "survey":
            unsurveyed.update(failure.doc_ids)
        elif failure.stage == "judging" and failure.subject == dispute.question:
            unjudged.update(failure.doc_ids)
    shown = set(dispute.shown_doc_ids or (document.id for document in report.documents))

    def state(doc_id: str, copy_of: str | None) -> State:
        if doc_id in unjudged:
            return "could not be compared"
        if doc_id in dispute.compatible_doc_ids:
            return "contradicts no position"
        if doc_id in unsurveyed:
            in_part = doc_id in dispute.shown_doc_ids
            return "not fully compared" if in_part else "could not be compared"
        if copy_of is not None and (copy_of in taken or doc_id not in shown):
            return "copy"
        return "nothing found" if doc_id in shown else "not shown together"

    return {d.id: state(d.id, d.copy_of) for d in report.documents if d.id not in taken}


def by_state(report: Report, dispute: Dispute) -> dict[State, list[str]]:
    """The ids of the documents without a position, under their state."""
    grouped: defaultdict[State, list[str]] = defaultdict(list)
    for doc_id, state in without_position(report, dispute).items():
        grouped[state].append(doc_id)
    return grouped


def without_position_line(report: Report, dispute: Dispute, sources: Sources) -> str:
    """The same on a line: ``nothing found [3]; could not be compared [5]``; may be empty."""
    return "; ".join(
        f"{state} {sources.cite(doc_ids)}"
        if len(doc_ids) <= MOST_CITED
        else f"{state} in {pluralize(len(doc_ids), 'document')}"
        for state, doc_ids in by_state(report, dispute).items()
    )
