"""Tables: which sentences a model sees side by side.

A set that fits the table size is one table. A larger one is parted by matter first, since
documents on different events dispute nothing, and a matter that is still too large by passage:
every passage shares a table with those most like it, so that the two sides of a dispute meet.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from llmcheck.numbering import NumberedDocument, tokens_of
from llmcheck.survey.filling import Weight, fill_tables
from llmcheck.survey.likeness import by_words, likenesses, nearest
from llmcheck.survey.matters import matters_of
from llmcheck.survey.shapes import Part, Table, TableKey

PASSAGES = 12
"""Passages that a table has room for, at the least."""
LONGEST = 150
"""Tokens of a passage; longer ones bring along too much that nobody else speaks of."""
NEIGHBOURS = 10
"""Passages with which each shares a table."""


def tables_of(
    documents: Iterable[NumberedDocument], size: int, known: Iterable[TableKey] = ()
) -> list[Table]:
    """The documents' sentences in tables of at most ``size`` tokens each.

    A sentence longer than that stands alone. Sentences of a copy that its original has are left
    out. Where one table does not hold a matter, a sentence may stand in several. ``known`` are
    tables of earlier runs: those of which every document is still there are formed again, and
    only what has not met in them makes new ones.
    """
    parts = [Part(document, document.own) for document in documents if document.own]
    known = list(known)
    return _single_table(parts, size) or [
        table
        for matter in matters_of(parts)
        for table in _single_table(matter, size) or _by_passage(matter, size, known)
    ]


def can_be_halved(table: Table) -> bool:
    """Whether a table shows several sentences."""
    return table.sentences > 1


def halves_of(table: Table) -> list[Table]:
    """Smaller tables for what one that can be halved holds, each of about half its size."""
    if table.sentences == 2:
        return [Table((Part(part.document, (n,)),)) for part in table.parts for n in part.numbers]
    return _by_passage(table.parts, math.ceil(table.tokens / 2))


def _single_table(parts: Sequence[Part], size: int) -> list[Table]:
    """One table of all parts if they fit, else none."""
    table = Table(tuple(parts))
    return [table] if parts and table.tokens <= size else []


def _by_passage(parts: Sequence[Part], size: int, known: Sequence[TableKey] = ()) -> list[Table]:
    """Tables in which every passage meets those most like it."""
    passages = [p for part in parts for p in _passages(part, min(LONGEST, size // PASSAGES))]
    partners: list[dict[int, float]] = [{} for _ in passages]
    for one, likeness in enumerate(likenesses(by_words(passage.lines for passage in passages))):
        for other in nearest(likeness, NEIGHBOURS):
            partners[one][other] = partners[other][one] = likeness[other]
    order = {part.document.document.id: index for index, part in enumerate(parts)}
    return [
        _join_passages([passages[index] for index in members], order)
        for members in fill_tables(
            [_weight(passage) for passage in passages],
            partners,
            size,
            _formed_again(known, passages),
        )
    ]


def _weight(passage: Part) -> Weight:
    head = tokens_of(passage.document.head)
    return Weight(passage.tokens - head, passage.document.document.id, head)


def _formed_again(known: Sequence[TableKey], passages: Sequence[Part]) -> Iterator[list[int]]:
    """The passages of each known table that consists of some of these, by their places."""
    places = {
        (passage.document.document.digest, number): place
        for place, passage in enumerate(passages)
        for number in passage.numbers
    }
    for table in known:
        shown = [(digest, number) for digest, numbers in table for number in numbers]
        members = {places[each]: None for each in shown if each in places}
        if len(shown) == sum(len(passages[place].numbers) for place in members):
            yield list(members)


def _passages(part: Part, size: int) -> Iterator[Part]:
    """Neighbouring sentences of one document, about ``size`` tokens together."""
    held: list[int] = []
    tokens = 0
    for number in part.numbers:
        weight = part.document.sizes[number - 1]
        if held and tokens + weight > size:
            yield Part(part.document, tuple(held))
            held, tokens = [], 0
        held.append(number)
        tokens += weight
    if held:
        yield Part(part.document, tuple(held))


def _join_passages(passages: Iterable[Part], order: dict[str, int]) -> Table:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    documents = {}
    for part in passages:
        documents[part.document.document.id] = part.document
        numbers[part.document.document.id] += part.numbers
    return Table(
        tuple(
            Part(documents[doc_id], tuple(sorted(numbers[doc_id])))
            for doc_id in sorted(documents, key=order.__getitem__)
        )
    )
