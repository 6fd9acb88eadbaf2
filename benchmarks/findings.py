"""What a baseline found, in the form of llmcheck's own report, so that one scorer reads both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from llmcheck.documents.corpus import Corpus
from llmcheck.language.text import squeeze
from llmcheck.models import (
    Claim,
    ContradictionKind,
    Dispute,
    Document,
    DocumentInfo,
    DocumentSpan,
    Failure,
    Position,
    Report,
    Span,
    Ungrounded,
    content_id,
)

SIMILAR = 90
"""rapidfuzz partial_ratio from which words that a model altered are taken for the document's."""
KIND: ContradictionKind = "implicit"
"""A dispute must have a kind; the baselines name none, and their table has none."""


class MethodResult(NamedTuple):
    """What came out of one run of a method."""

    report: Report
    note: str = ""
    """What the reader of the figures must know."""


def locate(document: Document, quote: str) -> Span | None:
    """Where the document has the quote, or nearly; None when it does not.

    Nearly: the most similar passage of its length, in whole words, from a ratio of ``SIMILAR``.
    """
    return locate_exactly(document, quote) or _nearest(document, quote)


def locate_exactly(document: Document, quote: str) -> Span | None:
    """Where the document has the quote, whatever the white space, quotation marks and case."""
    sought, _ = _bare_text(quote)
    text, offsets = _bare_text(document.text)
    at = text.find(sought)
    if not sought or at < 0:
        return None
    return Span(start=offsets[at], end=offsets[at + len(sought) - 1] + 1)


def _nearest(document: Document, quote: str) -> Span | None:
    sought, _ = _bare_text(quote)
    text, offsets = _bare_text(document.text)
    if not 0 < len(sought) <= len(text):
        return None
    near = fuzz.partial_ratio_alignment(sought, text, score_cutoff=SIMILAR)
    if near is None:
        return None
    start, end = offsets[near.dest_start], offsets[near.dest_end - 1] + 1
    while start and document.text[start - 1 : start + 1].isalnum():
        start -= 1
    while document.text[end - 1 : end + 1].isalnum() and end < len(document.text):
        end += 1
    return Span(start=start, end=end)


@lru_cache(maxsize=64)
def _bare_text(text: str) -> tuple[str, tuple[int, ...]]:
    """The text's characters without white space, quotation marks and case; their offsets."""
    kept = [
        (plain, at)
        for at, character in enumerate(text)
        for plain in squeeze(character)
        if plain not in "'\""
    ]
    return "".join(plain for plain, _ in kept), tuple(at for _, at in kept)


def claim_at(document: Document, span: Span, text: str) -> Claim:
    """What a baseline takes from a passage, as a claim."""
    return Claim(
        id=content_id("c", document.digest, span.start, span.end, text),
        text=text,
        doc_id=document.id,
        start=span.start,
        end=span.end,
        quote=document.text[span.start : span.end],
    )


def dispute_of(question: str, sides: Sequence[Sequence[Claim]], rationale: str = "") -> Dispute:
    """A dispute between the sides, each of them the claims of one position."""
    return Dispute(
        id=content_id("d", *sorted(claim.id for side in sides for claim in side)),
        question=question,
        kind=KIND,
        confidence=1.0,
        rationale=rationale,
        positions=tuple(
            Position(
                answer=side[0].text,
                claim_ids=tuple(dict.fromkeys(claim.id for claim in side)),
                doc_ids=tuple(dict.fromkeys(claim.doc_id for claim in side)),
            )
            for side in sides
        ),
    )


def pair_disputes(pairs: Iterable[tuple[Claim, Claim]]) -> list[Dispute]:
    """Disputes from contradictory pairs of claims: one for any two passages.

    Pairs are not joined into larger disputes: a judge that says yes too often would chain all
    passages into one, and that one would match every label.
    """
    by_passages: dict[tuple[DocumentSpan, DocumentSpan], list[tuple[Claim, Claim]]] = {}
    for pair in pairs:
        a, b = sorted(pair, key=lambda claim: claim.span)
        by_passages.setdefault((a.span, b.span), []).append((a, b))
    return [
        dispute_of(
            f"{together[0][0].text} / {together[0][1].text}",
            [[a for a, _ in together], [b for _, b in together]],
        )
        for together in by_passages.values()
    ]


def report_of(
    corpus: Corpus,
    model: str,
    claims: Iterable[Claim],
    disputes: Iterable[Dispute],
    *,
    ungrounded: Iterable[Ungrounded] = (),
    failures: Iterable[Failure] = (),
) -> Report:
    """A report on the corpus that holds claims and disputes alone."""
    return Report(
        model=model,
        documents=tuple(DocumentInfo.of(document) for document in corpus.documents),
        claims=tuple({claim.id: claim for claim in claims}.values()),
        disputes=tuple(disputes),
        ungrounded=tuple(ungrounded),
        failures=(*corpus.failures, *failures),
    )
