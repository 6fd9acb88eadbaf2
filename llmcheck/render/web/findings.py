"""Summary, agreements, look-alikes and what was left out, as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llmcheck.models import Document, Report
from llmcheck.render.phrases import clean, kind_name
from llmcheck.render.sources import Sources
from llmcheck.render.view import doc_ids_of, lookalike_sides
from llmcheck.render.web.anchors import (
    Anchors,
    Link,
    agreement_anchor,
    dispute_anchor,
    lookalike_anchor,
    sentence_anchor,
    source_link,
)
from llmcheck.render.web.excerpts import Excerpt, quote_alone
from llmcheck.render.web.facets import Facets, facets


class CitedText(NamedTuple):
    """A statement with links to the words that bear it out."""

    anchor: str
    text: str
    cites: list[Link]
    about: Link | None = None
    """The dispute that a sentence of the summary puts."""


class AgreementView(NamedTuple):
    """An agreement and the words of each source."""

    anchor: str
    statement: str
    cites: list[Link]
    excerpts: list[Excerpt]
    facets: Facets


class LookalikeView(NamedTuple):
    """A look-alike: its answers, each with its words, and why they can all hold."""

    anchor: str
    question: str
    answers: list[CitedText]
    rationale: str
    kind: str
    facets: Facets


class LeftOut(NamedTuple):
    """What the model said and no document bears out."""

    text: str
    reason: str
    source: Link | None
    """The document that it pointed at."""


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


def agreements(
    report: Report, documents: Mapping[str, Document], sources: Sources, anchors: Anchors
) -> list[AgreementView]:
    """What several documents state, with the words of each."""
    return [
        AgreementView(
            agreement_anchor(n),
            clean(agreement.statement),
            anchors.cite(agreement.claim_ids),
            [
                quote_alone(documents[passage.doc_id], passage, sources)
                for passage in anchors.passages_of(agreement.claim_ids)
            ],
            facets("agreement", agreement.doc_ids, sources),
        )
        for n, agreement in enumerate(report.agreements, 1)
    ]


def lookalikes(report: Report, sources: Sources, anchors: Anchors) -> list[LookalikeView]:
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
            facets(
                f"lookalike {lookalike.kind}", doc_ids_of(report, lookalike.claim_ids), sources
            ),
        )
        for n, lookalike in enumerate(report.lookalikes, 1)
    ]


def left_out(report: Report, sources: Sources) -> list[LeftOut]:
    """What the model said and no document bears out."""
    return [
        LeftOut(
            clean(each.text),
            clean(each.reason),
            None if sources.number(each.doc_id) is None else source_link(each.doc_id, sources),
        )
        for each in report.ungrounded
    ]
