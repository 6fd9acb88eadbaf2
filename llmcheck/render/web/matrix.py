"""Who answers what, as a table: disputes by documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from llmcheck.models import Dispute, Report
from llmcheck.render.phrases import clean, kind_name, shorten
from llmcheck.render.sources import Sources
from llmcheck.render.web.anchors import (
    COLOURS,
    AnchoredPassage,
    Anchors,
    Link,
    dispute_anchor,
    letter,
    source_anchor,
)
from llmcheck.render.without_position import WithoutPosition

COLUMNS = 12
"""Documents that the matrix has room for; in larger sets, those that take most positions."""
ROWS = 200
"""Disputes up to which each has a row; where there are more, only those that a column answers."""
_CELL_LENGTH = 90


class MatrixAnswer(NamedTuple):
    """An answer in a cell of the matrix, linked to its words."""

    letter: str
    colour: int
    answer: str
    anchor: str


class MatrixCell(NamedTuple):
    """The answers that a document gives; of one without, what is known instead."""

    answers: list[MatrixAnswer]
    state: str


class MatrixRow(NamedTuple):
    """A dispute in the matrix, with a cell for each column."""

    link: Link
    question: str
    kind: str
    cells: list[MatrixCell]


class Matrix(NamedTuple):
    """Who answers what."""

    columns: list[Link]
    rows: list[MatrixRow]
    without_column: int
    """Documents that take a position and have no column for lack of room."""
    without_position: int
    """Documents that take no position and have no column."""
    without_row: int
    """Disputes among documents that have no column, where they are left out."""


def matrix(report: Report, sources: Sources, anchors: Anchors) -> Matrix:
    """Disputes by documents; those without any position come last when there is little room."""
    taken = Counter(doc_id for dispute in report.disputes for doc_id in _doc_ids(dispute))
    listed = [document.id for document in report.documents]
    chosen = sorted(sorted(listed, key=lambda id_: -taken[id_])[:COLUMNS], key=listed.index)
    left_out = [id_ for id_ in listed if id_ not in chosen]
    without_position = WithoutPosition(report)
    answered = set(chosen)
    numbered = [
        (number, dispute)
        for number, dispute in enumerate(report.disputes, 1)
        if len(report.disputes) <= ROWS or not answered.isdisjoint(_doc_ids(dispute))
    ]
    return Matrix(
        columns=[
            Link(source_anchor(sources.number(id_)), f"{sources.number(id_)}", sources.name(id_))
            for id_ in chosen
        ],
        rows=[
            MatrixRow(
                Link(dispute_anchor(n), f"D{n}", f"D{n}"),
                clean(dispute.question),
                kind_name(dispute.kind),
                _cells(report, dispute, chosen, anchors, without_position),
            )
            for n, dispute in numbered
        ],
        without_column=sum(id_ in taken for id_ in left_out),
        without_position=sum(id_ not in taken for id_ in left_out),
        without_row=len(report.disputes) - len(numbered),
    )


def _doc_ids(dispute: Dispute) -> set[str]:
    return {doc_id for position in dispute.positions for doc_id in position.doc_ids}


def _cells(
    report: Report,
    dispute: Dispute,
    chosen: Sequence[str],
    anchors: Anchors,
    without_position: WithoutPosition,
) -> list[MatrixCell]:
    answers: defaultdict[str, list[MatrixAnswer]] = defaultdict(list)
    for index, position in enumerate(dispute.positions):
        first: dict[str, AnchoredPassage] = {}
        for claim_id in position.claim_ids:
            first.setdefault(report.claim(claim_id).doc_id, anchors.passage(claim_id))
        answer = shorten(clean(position.answer), _CELL_LENGTH)
        for doc_id, passage in first.items():
            answers[doc_id].append(
                MatrixAnswer(letter(index), index % COLOURS, answer, passage.anchor)
            )
    states = without_position.states(dispute, chosen)
    return [MatrixCell(answers[doc_id], states.get(doc_id, "–")) for doc_id in chosen]
