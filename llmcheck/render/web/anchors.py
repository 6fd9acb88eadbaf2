"""What on the page can be linked to: passages of the sources, and the findings that cite them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from llmcheck.models import Claim, DocumentSpan, Report
from llmcheck.render.phrases import clean, shorten
from llmcheck.render.sources import Sources

Standing = Literal["disputed", "agreed", "claimed"]
"""What became of a passage, the gravest first."""

COLOURS = 6
"""Positions that have a colour of their own."""
_NAME_LENGTH = 120


class AnchoredPassage(NamedTuple):
    """Words of a source that state one or more claims."""

    anchor: str
    doc_id: str
    start: int
    end: int


class Link(NamedTuple):
    """A short link within the page."""

    anchor: str
    text: str
    name: str
    """What it leads to, for those who do not see it; begins with the text."""


def sentence_anchor(number: int) -> str:
    """The id of a sentence of the summary, counted from 1."""
    return f"s{number}"


def dispute_anchor(number: int) -> str:
    """The id of a dispute, counted from 1."""
    return f"d{number}"


def position_anchor(number: int, index: int) -> str:
    """The id of a dispute's position; the index counts from 0."""
    return f"d{number}-{letter(index)}"


def agreement_anchor(number: int) -> str:
    """The id of an agreement, counted from 1."""
    return f"a{number}"


def lookalike_anchor(number: int) -> str:
    """The id of a look-alike, counted from 1."""
    return f"l{number}"


def source_anchor(number: int | None) -> str:
    """The id of a source's section, by its number."""
    return f"source-{number}"


def source_link(doc_id: str, sources: Sources) -> Link:
    """A link to a source, by its number."""
    number = sources.number(doc_id)
    return Link(source_anchor(number), f"{number}", f"{number}: {sources.name(doc_id)}")


def letter(index: int) -> str:
    """What a position is called: A to Z, then by number."""
    return chr(ord("A") + index) if index < 26 else str(index + 1)


class Anchors:
    """The passages of a report, and links from and to them."""

    def __init__(self, report: Report, sources: Sources) -> None:
        self._sources = sources
        spans = sorted({span for claim in report.claims for span in _spans(claim)})
        self.passages: defaultdict[str, list[AnchoredPassage]] = defaultdict(list)
        """By document, in the order of the text."""
        by_span: dict[DocumentSpan, AnchoredPassage] = {}
        for span in spans:
            passages = self.passages[span.doc_id]
            anchor = f"{source_anchor(sources.number(span.doc_id))}-{len(passages) + 1}"
            by_span[span] = AnchoredPassage(anchor, *span)
            passages.append(by_span[span])
        self._of_claim = {c.id: [by_span[span] for span in _spans(c)] for c in report.claims}
        self._back: defaultdict[str, list[Link]] = defaultdict(list)
        self.standing: dict[str, Standing] = {}
        """By the passage's anchor, where it is more than claimed."""
        self._link_findings(report)

    def passage(self, claim_id: str) -> AnchoredPassage:
        """The words that state a claim, or the first of them."""
        return self._of_claim[claim_id][0]

    def links_back(self, passage: AnchoredPassage) -> list[Link]:
        """Links to the findings that cite a passage, in the order of the page."""
        return self._back.get(passage.anchor, [])

    def passages_of(self, claim_ids: Iterable[str]) -> list[AnchoredPassage]:
        """The passages that state these claims, each once, in the order of the claims."""
        passages = (passage for id_ in claim_ids for passage in self._of_claim[id_])
        return list(dict.fromkeys(passages))

    def cite(self, claim_ids: Iterable[str]) -> list[Link]:
        """Links to the words of claims, by source: ``1``, or ``1a`` and ``1b`` for two places."""
        by_document: defaultdict[str, list[AnchoredPassage]] = defaultdict(list)
        for passage in self.passages_of(claim_ids):
            by_document[passage.doc_id].append(passage)
        links = []
        for doc_id in sorted(by_document, key=lambda id_: self._sources.number(id_) or 0):
            cited = sorted(by_document[doc_id], key=lambda passage: passage.start)
            for index, passage in enumerate(cited):
                text = f"{self._sources.number(doc_id) or '?'}"
                if len(cited) > 1:
                    text += letter(index).lower()
                links.append(Link(passage.anchor, text, f"{text}: {self._sources.name(doc_id)}"))
        return links

    def _link_findings(self, report: Report) -> None:
        for n, sentence in enumerate(report.summary.sentences, 1):
            link = Link(sentence_anchor(n), f"S{n}", f"S{n}: sentence {n} of the summary")
            self._link_back(link, sentence.claim_ids)
        for n, dispute in enumerate(report.disputes, 1):
            for i, position in enumerate(dispute.positions):
                text = f"D{n}{letter(i)}"
                question = shorten(clean(dispute.question), _NAME_LENGTH)
                link = Link(position_anchor(n, i), text, f"{text}: dispute {n}, {question}")
                self._link_back(link, position.claim_ids, "disputed")
        for n, agreement in enumerate(report.agreements, 1):
            link = Link(agreement_anchor(n), f"A{n}", f"A{n}: agreement {n}")
            self._link_back(link, agreement.claim_ids, "agreed")
        for n, lookalike in enumerate(report.lookalikes, 1):
            link = Link(lookalike_anchor(n), f"L{n}", f"L{n}: look-alike {n}")
            self._link_back(link, lookalike.claim_ids)

    def _link_back(
        self, link: Link, claim_ids: Iterable[str], standing: Standing | None = None
    ) -> None:
        for passage in self.passages_of(claim_ids):
            self._back[passage.anchor].append(link)
            if standing is not None:
                self.standing.setdefault(passage.anchor, standing)


def _spans(claim: Claim) -> list[DocumentSpan]:
    """Where the words stand that a claim rests on: its quote, then what else it needs."""
    further = (DocumentSpan(claim.doc_id, each.start, each.end) for each in claim.further)
    return [claim.span, *further]
