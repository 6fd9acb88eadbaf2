"""Disputes as the page shows them, each with the passages of its positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from llmcheck.models import Dispute, Document, Report
from llmcheck.render.phrases import clean, kind_name, percent
from llmcheck.render.sources import Sources
from llmcheck.render.web.anchors import (
    COLOURS,
    Anchors,
    Link,
    dispute_anchor,
    letter,
    position_anchor,
    source_link,
)
from llmcheck.render.web.excerpts import Excerpt, excerpt
from llmcheck.render.web.facets import Facets, facets
from llmcheck.render.without_position import WithoutPosition

_MOST_SHOWN = 2


class PositionView(NamedTuple):
    """One answer to a disputed question."""

    anchor: str
    letter: str
    colour: int
    answer: str
    sources: str
    excerpts: list[Excerpt]
    more_excerpts: list[Excerpt]
    """Those that unfold."""


class OtherDocuments(NamedTuple):
    """Documents without a position of which the same is known."""

    state: str
    number: int
    cites: list[Link]
    """Empty where they are too many."""


class DisputeView(NamedTuple):
    """A dispute with the passages of its positions."""

    anchor: str
    number: int
    id: str
    question: str
    kind: str
    confidence: str
    rationale: str
    silenced: str | None
    """Why it was set aside; None for a finding."""
    positions: list[PositionView]
    others: list[OtherDocuments]
    facets: Facets


def disputes(
    report: Report, documents: Mapping[str, Document], sources: Sources, anchors: Anchors
) -> Iterator[DisputeView]:
    """Every dispute with its passages in their context."""
    without_position = WithoutPosition(report)
    for n, dispute in enumerate(report.disputes, 1):
        yield DisputeView(
            anchor=dispute_anchor(n),
            number=n,
            id=clean(dispute.id),
            question=clean(dispute.question),
            kind=kind_name(dispute.kind),
            confidence=percent(dispute.confidence),
            rationale=clean(dispute.rationale),
            silenced=None if dispute.silenced is None else clean(dispute.silenced),
            positions=[
                _position(n, index, dispute, documents, sources, anchors)
                for index in range(len(dispute.positions))
            ],
            others=[
                OtherDocuments(
                    others.state,
                    others.number,
                    [source_link(doc_id, sources) for doc_id in others.doc_ids],
                )
                for others in without_position.others(dispute)
            ],
            facets=facets(
                f"dispute {dispute.kind}",
                (id_ for position in dispute.positions for id_ in position.doc_ids),
                sources,
                dispute.confidence,
            ),
        )


def _position(
    number: int,
    index: int,
    dispute: Dispute,
    documents: Mapping[str, Document],
    sources: Sources,
    anchors: Anchors,
) -> PositionView:
    position = dispute.positions[index]
    others = [other.answer for other in dispute.positions if other is not position]
    excerpts = [
        excerpt(documents[passage.doc_id], passage, position, others, sources)
        for passage in anchors.passages_of(position.claim_ids)
    ]
    return PositionView(
        anchor=position_anchor(number, index),
        letter=letter(index),
        colour=index % COLOURS,
        answer=clean(position.answer),
        sources=sources.listed(position.doc_ids),
        excerpts=excerpts[:_MOST_SHOWN],
        more_excerpts=excerpts[_MOST_SHOWN:],
    )
