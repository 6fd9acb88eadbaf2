"""Summary, disputes, agreements and look-alikes as the page shows them, in plain values."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from llmcheck.models import Dispute, Document, Position, Report
from llmcheck.numbering import spoken_in
from llmcheck.render.phrases import clean, clean_lines, kind_name, percent, shorten
from llmcheck.render.view import Sources, lookalike_sides
from llmcheck.render.web.anchors import (
    AnchoredPassage,
    Anchors,
    Link,
    agreement_anchor,
    dispute_anchor,
    letter,
    lookalike_anchor,
    position_anchor,
    sentence_anchor,
    source_anchor,
)
from llmcheck.render.web.contrast import contrast
from llmcheck.render.web.segments import LabelledSpan, segments

COLUMNS = 12
"""Documents that the matrix has room for; in larger sets, those that take most positions."""
_COLOURS = 6
_CELL_LENGTH = 90
_CONTEXT = 130
_QUOTE_LENGTH = 1200
_MOST_SHOWN = 2
_BLANK_LINES = re.compile(r"\n\s*\n")


class CitedText(NamedTuple):
    """A statement with links to the words that bear it out."""

    anchor: str
    text: str
    cites: list[Link]
    about: Link | None = None
    """The dispute that a sentence of the summary puts."""


class Excerpt(NamedTuple):
    """A quote, some words before and after it, and what in it sets the answer apart."""

    before: str
    quote: list[tuple[str, bool]]
    """The quote's text in pieces, and whether each is what differs."""
    after: str
    link: Link


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


class MatrixAnswer(NamedTuple):
    """An answer in a cell of the matrix, linked to its words."""

    letter: str
    colour: int
    answer: str
    anchor: str


class MatrixRow(NamedTuple):
    """A dispute in the matrix: for each column, the answers that the document gives."""

    link: Link
    question: str
    kind: str
    cells: list[list[MatrixAnswer]]


class Matrix(NamedTuple):
    """Who answers what."""

    columns: list[Link]
    rows: list[MatrixRow]
    without_column: int
    """Documents that take a position and have no column for lack of room."""
    without_position: int
    """Documents that take no position."""


class LookalikeView(NamedTuple):
    """A look-alike: its answers, each with its words, and why they can all hold."""

    anchor: str
    question: str
    answers: list[CitedText]
    rationale: str
    kind: str


def summary(report: Report, anchors: Anchors) -> list[CitedText]:
    """The sentences of the summary; one that puts a dispute leads to it."""
    disputes = {
        frozenset(id_ for position in dispute.positions for id_ in position.claim_ids): Link(
            dispute_anchor(n), f"D{n}", f"D{n}: dispute {n}"
        )
        for n, dispute in enumerate(report.disputes, 1)
    }
    return [
        CitedText(
            sentence_anchor(n),
            clean(sentence.text),
            anchors.cite(sentence.claim_ids),
            disputes.get(frozenset(sentence.claim_ids)),
        )
        for n, sentence in enumerate(report.summary.sentences, 1)
    ]


def matrix(report: Report, sources: Sources, anchors: Anchors) -> Matrix:
    """Disputes by documents. Documents without a position have no column."""
    taken = Counter(
        doc_id
        for dispute in report.disputes
        for doc_id in {id_ for position in dispute.positions for id_ in position.doc_ids}
    )
    ranked = sorted(taken, key=lambda id_: (-taken[id_], sources.number(id_) or 0))
    chosen = sorted(ranked[:COLUMNS], key=lambda id_: sources.number(id_) or 0)
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
                _cells(report, dispute, chosen, anchors),
            )
            for n, dispute in enumerate(report.disputes, 1)
        ],
        without_column=len(ranked) - len(chosen),
        without_position=sum(document.id not in taken for document in report.documents),
    )


def _cells(
    report: Report, dispute: Dispute, chosen: Sequence[str], anchors: Anchors
) -> list[list[MatrixAnswer]]:
    answers: defaultdict[str, list[MatrixAnswer]] = defaultdict(list)
    for index, position in enumerate(dispute.positions):
        first: dict[str, AnchoredPassage] = {}
        for claim_id in position.claim_ids:
            first.setdefault(report.claim(claim_id).doc_id, anchors.passage(claim_id))
        answer = shorten(clean(position.answer), _CELL_LENGTH)
        for doc_id, passage in first.items():
            answers[doc_id].append(
                MatrixAnswer(letter(index), index % _COLOURS, answer, passage.anchor)
            )
    return [answers[doc_id] for doc_id in chosen]


def disputes(
    report: Report, documents: Mapping[str, Document], sources: Sources, anchors: Anchors
) -> Iterator[DisputeView]:
    """Every dispute with its passages in their context."""
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
        _excerpt(documents[passage.doc_id], passage, position, others, sources)
        for passage in anchors.passages_of(position.claim_ids)
    ]
    return PositionView(
        anchor=position_anchor(number, index),
        letter=letter(index),
        colour=index % _COLOURS,
        answer=clean(position.answer),
        sources=sources.listed(position.doc_ids),
        excerpts=excerpts[:_MOST_SHOWN],
        more_excerpts=excerpts[_MOST_SHOWN:],
    )


def _excerpt(
    document: Document,
    passage: AnchoredPassage,
    position: Position,
    others: Sequence[str],
    sources: Sources,
) -> Excerpt:
    text = document.text
    end = min(passage.end, passage.start + _QUOTE_LENGTH)
    quote = text[passage.start : end]
    differing = contrast(quote, position.answer, others, spoken_in(document))
    name = sources.listed([passage.doc_id])
    return Excerpt(
        before=_before(text, passage.start),
        quote=[
            (clean_lines(piece.text), bool(piece.labels))
            for piece in segments(quote, (LabelledSpan(*span, True) for span in differing))
        ],
        after=_after(text, end),
        link=Link(passage.anchor, name, name),
    )


def _before(text: str, start: int) -> str:
    """Some words before an offset, from the beginning of a word."""
    reach = text[max(0, start - _CONTEXT) : start]
    if start > _CONTEXT:
        reach = "… " + reach.partition(" ")[2]
    return clean_lines(_BLANK_LINES.sub("\n", reach))


def _after(text: str, end: int) -> str:
    """Some words after an offset, to the end of a word."""
    reach = text[end : end + _CONTEXT]
    if end + _CONTEXT < len(text):
        reach = reach.rpartition(" ")[0] + " …"
    return clean_lines(_BLANK_LINES.sub("\n", reach))


def agreements(report: Report, anchors: Anchors) -> list[CitedText]:
    """What several documents state, with the words of each."""
    return [
        CitedText(
            agreement_anchor(n), clean(agreement.statement), anchors.cite(agreement.claim_ids)
        )
        for n, agreement in enumerate(report.agreements, 1)
    ]


def lookalikes(report: Report, anchors: Anchors) -> list[LookalikeView]:
    """What looks contradictory, and why it is not."""
    return [
        LookalikeView(
            lookalike_anchor(n),
            clean(lookalike.question),
            [
                CitedText("", clean(side.answer), anchors.cite(side.claim_ids))
                for side in lookalike_sides(report, lookalike)
            ],
            clean(lookalike.rationale),
            kind_name(lookalike.kind),
        )
        for n, lookalike in enumerate(report.lookalikes, 1)
    ]
