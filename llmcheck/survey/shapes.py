"""What a model is shown: parts of documents, side by side at a table."""

from __future__ import annotations

from typing import NamedTuple

from llmcheck.numbering import NumberedDocument, tokens_of


class Part(NamedTuple):
    """Sentences of one document, by number, ascending."""

    document: NumberedDocument
    numbers: tuple[int, ...]

    @property
    def lines(self) -> list[str]:
        """The sentences, each on one line."""
        return [self.document.line(number) for number in self.numbers]

    @property
    def tokens(self) -> int:
        """What showing them takes."""
        return tokens_of(self.document.head) + sum(
            self.document.sizes[number - 1] for number in self.numbers
        )


TableKey = tuple[tuple[str, tuple[int, ...]], ...]
"""What a table shows, whatever its documents are named: their digests, with sentence numbers."""


class Table(NamedTuple):
    """What is shown in one call: parts of documents, in canonical order."""

    parts: tuple[Part, ...]

    @property
    def doc_ids(self) -> tuple[str, ...]:
        """The documents of which it shows sentences."""
        return tuple(part.document.document.id for part in self.parts)

    @property
    def tokens(self) -> int:
        """What showing them takes."""
        return sum(part.tokens for part in self.parts)

    @property
    def sentences(self) -> int:
        """How many sentences it shows."""
        return sum(len(part.numbers) for part in self.parts)

    @property
    def key(self) -> TableKey:
        """What it shows, for telling it from others in another run."""
        return tuple((part.document.document.digest, part.numbers) for part in self.parts)
