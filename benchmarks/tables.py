"""How tables keep the sides of known disputes together, and what that takes: no model is needed.

    python benchmarks/tables.py --sentences 10000 100000 [--size 6000] [--svg docs/tables.svg]
    python benchmarks/tables.py --gold benchmarks/corpora/* [--size 24000 6000 3000 1500]

For corpora of benchmarks/generate.py, or for labelled sets taken as one: tables, how often a
sentence is read on average, labelled pairs of positions that share a table, the processor's
seconds and memory. The exponent is that with which the time grows from the first number of
sentences to the last.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import drawing
import generate

from llmcheck.documents.corpus import Corpus
from llmcheck.evaluation import GoldLabels, read_gold
from llmcheck.evaluation.quotes import locate
from llmcheck.models import Document
from llmcheck.numbering import NumberedSet
from llmcheck.survey.shapes import Part, Table
from llmcheck.survey.tables import tables_of

Side = set[tuple[str, int]]
"""The sentences that take a position: document and number."""


class Row(NamedTuple):
    """What tables of one size came to."""

    sentences: int
    size: int
    tables: int
    readings: float
    """How often a sentence is read, by its tokens."""
    together: int
    """Pairs of positions that share a table, of ``pairs``."""
    pairs: int
    seconds: float


def measure(numbered: NumberedSet, pairs: Sequence[tuple[Side, Side]], size: int) -> Row:
    """The tables of a set, and which of the pairs of positions they keep together."""
    begun = time.process_time()
    tables = tables_of(numbered.documents, size)
    seconds = time.process_time() - begun
    whole = sum(Part(document, document.own).tokens for document in numbered.documents)
    return Row(
        sentences=sum(len(document.own) for document in numbered.documents),
        size=size,
        tables=len(tables),
        readings=sum(table.tokens for table in tables) / whole,
        together=_together(tables, pairs),
        pairs=len(pairs),
        seconds=seconds,
    )


def _together(tables: Sequence[Table], pairs: Sequence[tuple[Side, Side]]) -> int:
    at: dict[tuple[str, int], set[int]] = {}
    for index, table in enumerate(tables):
        for part in table.parts:
            for number in part.numbers:
                at.setdefault((part.document.document.id, number), set()).add(index)

    def seen(side: Side) -> set[int]:
        return set().union(*(at.get(place, set()) for place in side))

    return sum(bool(seen(one) & seen(other)) for one, other in pairs)


def generated(sentences: int) -> tuple[NumberedSet, list[tuple[Side, Side]]]:
    """A made-up corpus, and its pairs of positions."""
    corpus = generate.made(sentences)
    texts = generate.documents_of(corpus)
    return NumberedSet(texts), list(_pairs(GoldLabels.model_validate(corpus.labels), texts))


def labelled(folders: Sequence[Path]) -> tuple[NumberedSet, list[tuple[Side, Side]]]:
    """Labelled sets taken as one, and their pairs of positions."""
    sets = [read_gold(folder) for folder in folders]
    corpora = [gold.read_documents() for gold in sets]
    documents = [document for corpus in corpora for document in corpus.documents]
    pairs = [
        pair
        for gold, corpus in zip(sets, corpora, strict=True)
        for pair in _pairs(gold.labels, corpus.documents)
    ]
    return NumberedSet(Corpus.from_texts(documents).documents), pairs


def _pairs(labels: GoldLabels, documents: Sequence[Document]) -> Iterator[tuple[Side, Side]]:
    numbered = NumberedSet(documents)
    for _, positions in locate(labels, documents).disputes:
        sides = [
            {
                (place.doc_id, number)
                for spot in position
                for place in spot
                for number in numbered[place.doc_id].numbers_in(place.start, place.end)
            }
            for position in positions
        ]
        yield from combinations(sides, 2)


def exponent(rows: Sequence[Row]) -> float | None:
    """With which power of the sentences the time grows, at the last size; None for one number."""
    last = rows[-1]
    first = next(row for row in rows if row.size == last.size)
    if first.sentences == last.sentences:
        return None
    return math.log(last.seconds / first.seconds) / math.log(last.sentences / first.sentences)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", nargs="+", type=Path, metavar="GOLD_DIR")
    parser.add_argument("--sentences", nargs="+", type=int, default=[10_000], metavar="N")
    parser.add_argument("--size", nargs="+", type=int, default=[6_000], metavar="TOKENS")
    parser.add_argument("--svg", type=Path, metavar="FILE")
    options = parser.parse_args()
    sets = [labelled(options.gold)] if options.gold else map(generated, options.sentences)
    rows = [measure(numbered, pairs, size) for numbered, pairs in sets for size in options.size]
    print("sentences     size  tables  readings  together        seconds")
    for row in rows:
        share = f"{row.together:,}/{row.pairs:,}"
        print(
            f"{row.sentences:9,}  {row.size:7,}  {row.tables:6,}  {row.readings:8.2f}  "
            f"{share:>15}  {row.seconds:7.2f}"
        )
    if (power := exponent(rows)) is not None:
        print(f"exponent {power:.2f}")
    if options.svg:
        lines = {
            f"{size:,} tokens": [(r.sentences, r.seconds) for r in rows if r.size == size]
            for size in options.size
        }
        drawing.draw(
            options.svg, "Forming tables", lines, x="sentences", y="seconds, by table size"
        )
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main()
