"""Windows: the stretches of a document that a model reads at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from llmcheck.numbering import NumberedDocument


class Window(NamedTuple):
    """The sentences ``first`` to ``last`` of a document, both included."""

    document: NumberedDocument
    first: int
    last: int

    @property
    def numbers(self) -> range:
        """The numbers of its sentences."""
        return range(self.first, self.last + 1)

    @property
    def lines(self) -> list[str]:
        """Its sentences, each with its number; empty lines part paragraphs."""
        told: list[str] = []
        spans = self.document.sentences
        held = Counter(spans[number - 1].block for number in self.numbers)
        for number in self.numbers:
            block = spans[number - 1].block
            before = spans[number - 2].block if number > self.first else block
            if block != before and max(held[block], held[before]) > 1:
                told.append("")
            told.append(f"{number} {self.document.line(number)}")
        return told


def windows_of(document: NumberedDocument, size: int) -> Iterator[Window]:
    """The document in windows of about ``size`` tokens, as equal in length as can be.

    A sentence longer than that is a window of its own.
    """
    total = sum(document.sizes)
    fair = total / max(1, -(-total // size))
    first, held = 1, 0
    for number in document.numbers:
        tokens = document.sizes[number - 1]
        if number > first and held + tokens / 2 > fair:
            yield Window(document, first, number - 1)
            first, held = number, 0
        held += tokens
    if document.numbers:
        yield Window(document, first, len(document.numbers))


def can_be_halved(window: Window) -> bool:
    """Whether a window has several sentences."""
    return window.first < window.last


def halves_of(window: Window) -> list[Window]:
    """The two halves of a window that can be halved."""
    document, first, last = window
    middle = (first + last) // 2
    return [Window(document, first, middle), Window(document, middle + 1, last)]
