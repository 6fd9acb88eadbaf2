"""Where the labels' quotes stand in the documents, and which claims lie on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llmcheck.evaluation.gold import (
    GoldAgreement,
    GoldDispute,
    GoldLabels,
    GoldLookalike,
    GoldPadding,
    GoldQuote,
)
from llmcheck.models import Claim, Document, DocumentSpan, Frozen, PaddingKind

LocatedQuote = tuple[DocumentSpan, ...]
"""Wherever one quote stands: words that a document has twice have two spans."""
Side = Sequence[LocatedQuote]
"""The quotes of one position, or what else counts as one."""


class LabelError(Frozen):
    """A quote that cannot be found: an error of the labels, which lowers no figure."""

    label: str
    """Id of the label, or its field where it has none."""
    doc: str
    quote: str
    reason: str


class LocatedLabels(NamedTuple):
    """The labels, each with its quotes as they stand; one without enough of them is left out."""

    disputes: list[tuple[GoldDispute, list[Side]]]
    """With the quotes of every position."""
    optional: list[Side]
    lookalikes: list[tuple[GoldLookalike, Side]]
    agreements: list[tuple[GoldAgreement, Side]]
    padding: list[tuple[PaddingKind, LocatedQuote]]
    not_padding: Side
    errors: list[LabelError]

    def quotes(self) -> Iterator[LocatedQuote]:
        """Every quote of a fact: of disputes, optional ones, look-alikes and agreements."""
        for _, positions in self.disputes:
            for position in positions:
                yield from position
        for quotes in self.optional:
            yield from quotes
        for _, quotes in (*self.lookalikes, *self.agreements):
            yield from quotes


def claim_ids_on(quotes: Iterable[LocatedQuote], claims: Iterable[Claim]) -> set[str]:
    """Ids of the claims whose span overlaps at least one of the quotes."""
    spans = [span for quote in quotes for span in quote]
    return {claim.id for claim in claims if any(claim.span.overlaps(span) for span in spans)}


def count_covered(sides: Iterable[Side], claims: Sequence[Claim]) -> int:
    """How many of the sides have a quote that a claim overlaps."""
    return sum(bool(claim_ids_on(side, claims)) for side in sides)


def as_sides(quotes: Iterable[LocatedQuote]) -> list[Side]:
    """Each quote as a side of its own."""
    return [[quote] for quote in quotes]


def locate(labels: GoldLabels, documents: Sequence[Document]) -> LocatedLabels:
    """Find the quotes of the labels in the documents."""
    finder = _QuoteFinder(documents)

    def positions(dispute: GoldDispute) -> list[Side]:
        sides = [finder.locate(dispute.id, position.quotes) for position in dispute.positions]
        return [side for side in sides if side]

    disputes = [(label, positions(label)) for label in labels.disputes]
    optional = [finder.locate(label.id, label.quotes) for label in labels.optional_disputes]
    lookalikes = [(label, finder.locate(label.id, label.quotes)) for label in labels.lookalikes]
    agreements = [(label, finder.locate(label.id, label.quotes)) for label in labels.agreements]
    padding = [
        (label.kind, _without_first_time(label, quote))
        for label in labels.padding
        for quote in finder.locate("padding", [label])
    ]
    return LocatedLabels(
        disputes=[(label, sides) for label, sides in disputes if len(sides) > 1],
        optional=[quotes for quotes in optional if len(quotes) > 1],
        lookalikes=[(label, quotes) for label, quotes in lookalikes if len(quotes) > 1],
        agreements=[(label, quotes) for label, quotes in agreements if len(quotes) > 1],
        padding=padding,
        not_padding=finder.locate("not_padding", labels.not_padding),
        errors=finder.errors,
    )


def _without_first_time(label: GoldPadding, quote: LocatedQuote) -> LocatedQuote:
    """The spans of a padded block: of what is repeated, the first time is not padding."""
    return quote[1:] if label.kind == "repeated" and len(quote) > 1 else quote


class _QuoteFinder:
    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._by_id = {document.id: document for document in documents}
        self._without_spaces: dict[str, tuple[str, list[int]]] = {}
        self.errors: list[LabelError] = []

    def locate(self, label: str, quotes: Iterable[GoldQuote]) -> list[LocatedQuote]:
        """The spans of every quote that is found; what is not, is kept as an error."""
        found = []
        for quote in quotes:
            named = self._named(quote.doc)
            if len(named) != 1:
                many = "several documents have" if named else "no document has"
                self._note_error(label, quote, f"{many} this name")
            elif spans := self._find(quote.quote, named[0]):
                found.append(spans)
            else:
                self._note_error(label, quote, "the document does not have these words")
        return found

    def _named(self, name: str) -> list[Document]:
        """The document whose id is the name, or else those whose paths end in it."""
        if name in self._by_id:
            return [self._by_id[name]]
        return [each for each in self._documents if each.id.endswith(f"/{name}")]

    def _note_error(self, label: str, quote: GoldQuote, reason: str) -> None:
        self.errors.append(
            LabelError(label=label, doc=quote.doc, quote=quote.quote, reason=reason)
        )

    def _find(self, words: str, document: Document) -> LocatedQuote:
        exact = [
            DocumentSpan(document.id, at, at + len(words))
            for at in _occurrences(words, document.text)
        ]
        if exact:
            return tuple(exact)
        if document.id not in self._without_spaces:
            self._without_spaces[document.id] = remove_spaces(document.text)
        text, offsets = self._without_spaces[document.id]
        sought = "".join(words.split())
        return tuple(
            DocumentSpan(document.id, offsets[at], offsets[at + len(sought) - 1] + 1)
            for at in _occurrences(sought, text)
        )


def remove_spaces(text: str) -> tuple[str, list[int]]:
    """The text without white space, and the offset of each character that is left.

    >>> remove_spaces("a b")
    ('ab', [0, 2])
    """
    offsets = [at for at, character in enumerate(text) if not character.isspace()]
    return "".join(text[at] for at in offsets), offsets


def _occurrences(sought: str, text: str) -> Iterator[int]:
    at = text.find(sought)
    while at >= 0:
        yield at
        at = text.find(sought, at + len(sought))
