"""The sources in full: paragraphs cut into marked pieces, padding folded where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar, get_args

from llmcheck.language.blocks import Block, blocks
from llmcheck.models import Claim, Document, DocumentInfo, PaddingFlag, Report
from llmcheck.render.phrases import clean, clean_lines, kind_name
from llmcheck.render.sources import Sources
from llmcheck.render.view import attribution, group_by_document
from llmcheck.render.web.anchors import AnchoredPassage, Anchors, Link, Standing, source_anchor
from llmcheck.render.web.segments import LabelledSpan, Segment, segments


class Fold(NamedTuple):
    """A stretch of padding: flags that overlap or have nothing but white space between them."""

    start: int
    end: int
    kinds: str
    reasons: str
    words: int
    unfolded: bool
    """It holds a passage that is cited, so a citation must land on words that are seen."""


class Piece(NamedTuple):
    """A stretch of text that is marked in one way."""

    text: str
    standing: Standing | None
    """None for words that state no claim."""
    anchors: list[str]
    """Of the passages that begin here."""
    back: list[Link]
    """To what cites the passages that end here."""


class Paragraph(NamedTuple):
    """A block of the text; ``kind`` is None for the white space between two."""

    kind: str | None
    pieces: list[Piece]


class Stretch(NamedTuple):
    """Paragraphs in a row that are padding, or that are not (``fold`` is None)."""

    fold: Fold | None
    paragraphs: list[Paragraph]


class SourceClaim(NamedTuple):
    """A claim as the model put it, and the anchor of the first of its words."""

    text: str
    anchor: str


class Source(NamedTuple):
    """A document as the page shows it."""

    anchor: str
    number: int | None
    name: str
    details: str
    info: DocumentInfo
    original: Link | None
    """For a copy: the source that holds its text."""
    stretches: list[Stretch]
    claims: list[SourceClaim]


_Label = Block | Fold | AnchoredPassage
_T = TypeVar("_T", Block, Fold)
_GRAVITY: tuple[Standing, ...] = get_args(Standing)


def source_texts(
    report: Report, documents: Mapping[str, Document], names: Sources, anchors: Anchors
) -> Iterator[Source]:
    """The documents of the report, in its order, with all that was found in each.

    Raises KeyError when ``documents`` lacks one that the report lists.
    """
    flags, claims = group_by_document(report.padding), group_by_document(report.claims)
    for info in report.documents:
        passages = anchors.passages[info.id]
        text = documents[info.id].text
        cited = [passage for passage in passages if anchors.links_back(passage)]
        folds = _folds(text, flags.get(info.id, ()), cited)
        number = names.number(info.id)
        yield Source(
            anchor=source_anchor(number),
            number=number,
            name=names.full_name(info.id),
            details=names.details(info),
            info=info,
            original=_link_to_original(info, names),
            stretches=list(_stretches(text, folds, passages, anchors)),
            claims=[_source_claim(claim, anchors) for claim in claims.get(info.id, ())],
        )


def _link_to_original(info: DocumentInfo, names: Sources) -> Link | None:
    if info.copy_of is None:
        return None
    name = names.listed([info.copy_of])
    return Link(source_anchor(names.number(info.copy_of)), name, name)


def _source_claim(claim: Claim, anchors: Anchors) -> SourceClaim:
    first = min(anchors.passages_of([claim.id]), key=lambda passage: passage.start)
    return SourceClaim(clean(claim.text) + attribution(claim), first.anchor)


def _folds(
    text: str, flags: Sequence[PaddingFlag], cited: Sequence[AnchoredPassage]
) -> list[Fold]:
    merged: list[list[PaddingFlag]] = []
    end = 0
    for flag in sorted(flags, key=lambda flag: flag.start):
        if merged and not text[end : flag.start].strip():
            merged[-1].append(flag)
        else:
            merged.append([flag])
        end = max(end, flag.end)
    folds = []
    after = 0
    for group in merged:
        start, end = group[0].start, max(flag.end for flag in group)
        while after < len(cited) and cited[after].end <= start:
            after += 1
        folds.append(
            Fold(
                start,
                end,
                kinds=", ".join(dict.fromkeys(kind_name(flag.kind) for flag in group)),
                reasons=" ".join(dict.fromkeys(clean(flag.rationale) for flag in group)),
                words=len(text[start:end].split()),
                unfolded=after < len(cited) and cited[after].start < end,
            )
        )
    return folds


def _stretches(
    text: str, folds: Sequence[Fold], passages: Sequence[AnchoredPassage], anchors: Anchors
) -> Iterator[Stretch]:
    labels: list[_Label] = [*blocks(text), *folds, *passages]
    pieces = segments(text, (LabelledSpan(label.start, label.end, label) for label in labels))
    for fold, stretch in groupby(pieces, key=lambda piece: _label_of_kind(piece, Fold)):
        paragraphs = [
            Paragraph(block.kind if block else None, [_piece(piece, anchors) for piece in held])
            for block, held in groupby(stretch, key=lambda piece: _label_of_kind(piece, Block))
        ]
        yield Stretch(fold, paragraphs)


def _label_of_kind(piece: Segment[_Label], kind: type[_T]) -> _T | None:
    """The label of this kind: blocks do not overlap each other, nor do folds."""
    return next((label for label in piece.labels if isinstance(label, kind)), None)


def _piece(piece: Segment[_Label], anchors: Anchors) -> Piece:
    end = piece.start + len(piece.text)
    inside = [label for label in piece.labels if isinstance(label, AnchoredPassage)]
    standings = [anchors.standing.get(passage.anchor, "claimed") for passage in inside]
    return Piece(
        text=clean_lines(piece.text),
        standing=min(standings, key=_GRAVITY.index, default=None),
        anchors=[passage.anchor for passage in inside if passage.start == piece.start],
        back=[
            link
            for passage in inside
            if passage.end == end
            for link in anchors.links_back(passage)
        ],
    )
