"""Tables: which sentences a model sees side by side.

A set that fits the table size is one table. A larger one is parted by matter first, since
documents on different events dispute nothing, and a matter that is still too large by passage:
every passage shares a table with those most like it, so that the two sides of a dispute meet.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from llmcheck.numbering import NumberedDocument
from llmcheck.survey.likeness import by_words, likenesses
from llmcheck.survey.matters import matters_of
from llmcheck.survey.shapes import Part, Table

PASSAGES = 12
"""Passages that a table has room for, at the least."""
LONGEST = 150
"""Tokens of a passage; longer ones bring along too much that nobody else speaks of."""
NEIGHBOURS = 8
"""Passages with which each shares a table."""


def tables_of(documents: Iterable[NumberedDocument], size: int) -> list[Table]:
    """The documents' sentences in tables of at most ``size`` tokens each.

    A sentence longer than that stands alone. Sentences of a copy that its original has are left
    out. Where one table does not hold a matter, a sentence may stand in several.
    """
    parts = [Part(document, document.own) for document in documents if document.own]
    return _fitting(parts, size) or [
        table
        for matter in matters_of(parts)
        for table in _fitting(matter, size) or _by_passage(matter, size)
    ]


def halves_of(table: Table) -> list[Table]:
    """Smaller tables for what one holds, each of about half its size; none for a lone sentence."""
    if table.sentences < 2:
        return []
    if table.sentences == 2:
        return [Table((Part(part.document, (n,)),)) for part in table.parts for n in part.numbers]
    return _by_passage(table.parts, math.ceil(table.tokens / 2))


def _fitting(parts: Sequence[Part], size: int) -> list[Table]:
    """One table of all parts if they fit, else none."""
    table = Table(tuple(parts))
    return [table] if parts and table.tokens <= size else []


def _by_passage(parts: Sequence[Part], size: int) -> list[Table]:
    """Tables in which every passage meets those most like it."""
    passages = [p for part in parts for p in _passages(part, min(LONGEST, size // PASSAGES))]
    partners: list[dict[int, float]] = [{} for _ in passages]
    for one, likeness in enumerate(likenesses(by_words(passages))):
        for other in heapq.nlargest(NEIGHBOURS, likeness, key=lambda o: (likeness[o], -o)):
            partners[one][other] = partners[other][one] = likeness[other]
    order = {part.document.document.id: index for index, part in enumerate(parts)}
    return [
        _joined([passages[index] for index in members], order)
        for members in _filled([p.tokens for p in passages], partners, size)
    ]


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


def _filled(
    tokens: Sequence[int], partners: Sequence[dict[int, float]], size: int
) -> Iterator[list[int]]:
    """Groups of passages in which every two partners meet at least once, greedily filled."""
    unmet = [dict(of) for of in partners]
    seen: set[int] = set()
    while True:
        start = max(
            (i for i in range(len(tokens)) if unmet[i] or i not in seen),
            key=lambda i: (sum(unmet[i].values()), -i),
            default=None,
        )
        if start is None:
            return
        members: list[int] = []
        gains = {start: 1.0}
        room = size
        while gains:
            best = max(gains, key=lambda i: (gains[i], -i))
            del gains[best]
            if members and tokens[best] > room:
                continue
            members.append(best)
            room -= tokens[best]
            for other, weight in unmet[best].items():
                if other not in members:
                    gains[other] = gains.get(other, 0.0) + weight
        # Room that is left goes to passages that have met nobody: they must be read once, too.
        for index in range(len(tokens)):
            if index not in seen and index not in members and tokens[index] <= room:
                members.append(index)
                room -= tokens[index]
        inside = set(members)
        for one in members:
            for other in inside & unmet[one].keys():
                del unmet[one][other]
        if len(members) == 1:
            # Its partners do not fit beside it: no table of this size shows them together.
            for other in unmet[start]:
                del unmet[other][start]
            unmet[start].clear()
        seen |= inside
        yield members


def _joined(passages: Iterable[Part], order: dict[str, int]) -> Table:
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
