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
from llmcheck.models import Claim, Document, Frozen, PaddingKind


class Place(NamedTuple):
    """A stretch of a document."""

    doc_id: str
    start: int
    end: int

    def touches(self, other: Place) -> bool:
        """Whether the two have a character in common."""
        return self.doc_id == other.doc_id and self.start < other.end and other.start < self.end


Spot = tuple[Place, ...]
"""Wherever one quote stands: words that a document has twice have two places."""


class LabelError(Frozen):
    """A quote that cannot be found: an error of the labels, which lowers no figure."""

    label: str
    """Id of the label, or its field where it has none."""
    doc: str
    quote: str
    reason: str


class Located(NamedTuple):
    """The labels with the places of their quotes; those without enough places are left out."""

    disputes: list[tuple[GoldDispute, list[list[Spot]]]]
    """With the quotes of every position."""
    optional: list[list[Spot]]
    lookalikes: list[tuple[GoldLookalike, list[Spot]]]
    agreements: list[tuple[GoldAgreement, list[Spot]]]
    padding: list[tuple[PaddingKind, Spot]]
    not_padding: list[Spot]
    errors: list[LabelError]

    def quotes(self) -> Iterator[Spot]:
        """Every quote of a fact: of disputes, optional ones, look-alikes and agreements."""
        for _, positions in self.disputes:
            for position in positions:
                yield from position
        for spots in self.optional:
            yield from spots
        for _, spots in (*self.lookalikes, *self.agreements):
            yield from spots


def place_of(claim: Claim) -> Place:
    """The place of the claim's quote."""
    return Place(claim.doc_id, claim.start, claim.end)


def claims_on(spots: Iterable[Spot], claims: Iterable[Claim]) -> set[str]:
    """Ids of the claims whose span overlaps at least one of the quotes."""
    places = [place for spot in spots for place in spot]
    return {c.id for c in claims if any(place_of(c).touches(place) for place in places)}


def touched(sides: Iterable[Sequence[Spot]], claims: Sequence[Claim]) -> int:
    """How many of the sides have a quote that a claim overlaps."""
    return sum(bool(claims_on(side, claims)) for side in sides)


def each(spots: Iterable[Spot]) -> list[list[Spot]]:
    """Each quote as a side of its own."""
    return [[spot] for spot in spots]


def locate(labels: GoldLabels, documents: Sequence[Document]) -> Located:
    """Find the quotes of the labels in the documents."""
    finder = _Finder(documents)

    def positions(dispute: GoldDispute) -> list[list[Spot]]:
        sides = [finder.spots(dispute.id, position.quotes) for position in dispute.positions]
        return [side for side in sides if side]

    disputes = [(label, positions(label)) for label in labels.disputes]
    optional = [finder.spots(label.id, label.quotes) for label in labels.optional_disputes]
    lookalikes = [(label, finder.spots(label.id, label.quotes)) for label in labels.lookalikes]
    agreements = [(label, finder.spots(label.id, label.quotes)) for label in labels.agreements]
    padding = [
        (label.kind, _padded(label, spot))
        for label in labels.padding
        for spot in finder.spots("padding", [label])
    ]
    return Located(
        disputes=[(label, sides) for label, sides in disputes if len(sides) > 1],
        optional=[spots for spots in optional if len(spots) > 1],
        lookalikes=[(label, spots) for label, spots in lookalikes if len(spots) > 1],
        agreements=[(label, spots) for label, spots in agreements if len(spots) > 1],
        padding=padding,
        not_padding=finder.spots("not_padding", labels.not_padding),
        errors=finder.errors,
    )


def _padded(label: GoldPadding, spot: Spot) -> Spot:
    """The places of a padded block: of what is repeated, the first time is not padding."""
    return spot[1:] if label.kind == "repeated" and len(spot) > 1 else spot


class _Finder:
    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._inks: dict[str, tuple[str, list[int]]] = {}
        self.errors: list[LabelError] = []

    def spots(self, label: str, quotes: Iterable[GoldQuote]) -> list[Spot]:
        """The places of every quote that is found; what is not, is kept as an error."""
        found = []
        for quote in quotes:
            named = _named(self._documents, quote.doc)
            if len(named) != 1:
                many = "several documents have" if named else "no document has"
                self._blame(label, quote, f"{many} this name")
            elif spot := self._find(named[0], quote.quote):
                found.append(spot)
            else:
                self._blame(label, quote, "the document does not have these words")
        return found

    def _blame(self, label: str, quote: GoldQuote, reason: str) -> None:
        self.errors.append(
            LabelError(label=label, doc=quote.doc, quote=quote.quote, reason=reason)
        )

    def _find(self, document: Document, quote: str) -> Spot:
        exact = [
            Place(document.id, at, at + len(quote)) for at in _occurrences(document.text, quote)
        ]
        if exact:
            return tuple(exact)
        if document.id not in self._inks:
            self._inks[document.id] = ink(document.text)
        text, offsets = self._inks[document.id]
        sought = "".join(quote.split())
        return tuple(
            Place(document.id, offsets[at], offsets[at + len(sought) - 1] + 1)
            for at in _occurrences(text, sought)
        )


def ink(text: str) -> tuple[str, list[int]]:
    """The text without white space, and the offset of each character that is left."""
    offsets = [at for at, character in enumerate(text) if not character.isspace()]
    return "".join(text[at] for at in offsets), offsets


def _occurrences(text: str, sought: str) -> Iterator[int]:
    at = text.find(sought)
    while at >= 0:
        yield at
        at = text.find(sought, at + len(sought))


def _named(documents: Sequence[Document], name: str) -> list[Document]:
    """The documents whose id is the name, or else whose path ends in it."""
    return [d for d in documents if d.id == name] or [
        d for d in documents if d.id.endswith(f"/{name}")
    ]
