"""Splits a text at the boundaries of labelled spans that may overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

L = TypeVar("L")


class LabelledSpan(NamedTuple, Generic[L]):
    """A half-open range of characters, and what it is."""

    start: int
    end: int
    label: L


class Segment(NamedTuple, Generic[L]):
    """A stretch of text that lies wholly inside or outside every span."""

    start: int
    text: str
    labels: tuple[L, ...]
    """Of the spans it lies in, those that begin first first, then in the order given."""


def segments(text: str, spans: Iterable[LabelledSpan[L]]) -> Iterator[Segment[L]]:
    """The text cut wherever a span begins or ends; the segments' texts rejoin to it.

    Spans are cut off at the text's ends, and empty ones left out. The time grows with the text,
    the spans, and the labels given out.

    >>> spans = [LabelledSpan(0, 3, "article"), LabelledSpan(2, 7, "dam")]
    >>> [(segment.text, segment.labels) for segment in segments("The dam.", spans)]
    [('Th', ('article',)), ('e', ('article', 'dam')), (' dam', ('dam',)), ('.', ())]
    """
    opening: defaultdict[int, list[int]] = defaultdict(list)
    closing: defaultdict[int, list[int]] = defaultdict(list)
    labels: list[L] = []
    for span in spans:
        start, end = max(span.start, 0), min(span.end, len(text))
        if start < end:
            opening[start].append(len(labels))
            closing[end].append(len(labels))
            labels.append(span.label)
    inside: dict[int, L] = {}
    for start, end in pairwise(sorted({0, len(text), *opening, *closing})):
        for index in closing[start]:
            del inside[index]
        for index in opening[start]:
            inside[index] = labels[index]
        yield Segment(start, text[start:end], tuple(inside.values()))
