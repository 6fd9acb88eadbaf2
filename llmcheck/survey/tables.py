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

from llmcheck.numbering import NumberedDocument, tokens_of
from llmcheck.survey.likeness import by_words, likenesses
from llmcheck.survey.matters import matters_of
from llmcheck.survey.shapes import Part, Table

PASSAGES = 12
"""Passages that a table has room for, at the least."""
LONGEST = 150
"""Tokens of a passage; longer ones bring along too much that nobody else speaks of."""
NEIGHBOURS = 10
"""Passages with which each shares a table."""

LOOKED_AT = 64
"""Passages looked at for one that fits into what is left of a table."""


def tables_of(documents: Iterable[NumberedDocument], size: int) -> list[Table]:
    """The documents' sentences in tables of at most ``size`` tokens each.

    A sentence longer than that stands alone. Sentences of a copy that its original has are left
    out. Where one table does not hold a matter, a sentence may stand in several.
    """
    parts = [Part(document, document.own) for document in documents if document.own]
    return _single_table(parts, size) or [
        table
        for matter in matters_of(parts)
        for table in _single_table(matter, size) or _by_passage(matter, size)
    ]


def halves_of(table: Table) -> list[Table]:
    """Smaller tables for what one holds, each of about half its size; none for a lone sentence."""
    if table.sentences < 2:
        return []
    if table.sentences == 2:
        return [Table((Part(part.document, (n,)),)) for part in table.parts for n in part.numbers]
    return _by_passage(table.parts, math.ceil(table.tokens / 2))


def _single_table(parts: Sequence[Part], size: int) -> list[Table]:
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
        _join_passages([passages[index] for index in members], order)
        for members in _fill_tables(passages, partners, size)
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


def _fill_tables(
    passages: Sequence[Part], partners: Sequence[dict[int, float]], size: int
) -> Iterator[list[int]]:
    """Groups of passages in which every two partners meet at least once, greedily filled."""
    waiting = _Waiting(partners)
    while waiting:
        room = _Room(passages, size)
        while (start := waiting.neediest(room)) is not None:
            gains = {start: 1.0}
            while gains:
                best = max(gains, key=lambda index: (gains[index], -index))
                del gains[best]
                if not room.holds(best):
                    continue
                room.take(best)
                for other, weight in waiting.unmet[best].items():
                    if other not in room.members:
                        gains[other] = gains.get(other, 0.0) + weight
        if waiting.meet(room.members):
            yield list(room.members)
        else:
            # No table of this size shows it together with those it has still to meet.
            waiting.give_up(next(iter(room.members)))


class _Waiting:
    """Passages that have partners still to meet, or were in no group yet."""

    def __init__(self, partners: Sequence[dict[int, float]]) -> None:
        self.unmet = [dict(of) for of in partners]
        self._unseen = set(range(len(partners)))
        # What a passage still needs only falls: an entry that is too high is put back lower.
        self._heap = [(-sum(of.values()), index) for index, of in enumerate(partners)]
        heapq.heapify(self._heap)

    def __bool__(self) -> bool:
        """Whether one is left."""
        self._settle()
        return bool(self._heap)

    def neediest(self, room: _Room) -> int | None:
        """The passage with most left to meet that fits and is not there yet.

        Looks at few: what is left of a table's room is worth no long search.
        """
        passed: list[tuple[float, int]] = []
        found: int | None = None
        while found is None and self._settle() and len(passed) < LOOKED_AT:
            entry = heapq.heappop(self._heap)
            passed.append(entry)
            if entry[1] not in room.members and room.holds(entry[1]):
                found = entry[1]
        for entry in passed:
            heapq.heappush(self._heap, entry)
        return found

    def meet(self, members: Iterable[int]) -> int:
        """Take note that these were together; returns how much that brought."""
        together = set(members)
        brought = len(together & self._unseen)
        self._unseen -= together
        for one in together:
            for other in together & self.unmet[one].keys():
                del self.unmet[one][other]
                brought += 1
        return brought

    def give_up(self, index: int) -> None:
        """Expect no more of the partners of a passage."""
        for other in self.unmet[index]:
            del self.unmet[other][index]
        self.unmet[index].clear()

    def _settle(self) -> bool:
        """Bring the first entry up to date; returns whether there is one."""
        while self._heap:
            need, index = self._heap[0]
            now = -sum(self.unmet[index].values())
            if now == 0 and index not in self._unseen:
                heapq.heappop(self._heap)
            elif now > need:
                heapq.heapreplace(self._heap, (now, index))
            else:
                return True
        return False


class _Room:
    """A table while it is filled: its passages, and what they and their heads take."""

    def __init__(self, passages: Sequence[Part], size: int) -> None:
        self._passages = passages
        self._left = size
        self._documents: set[str] = set()
        self.members: dict[int, None] = {}

    def holds(self, index: int) -> bool:
        """Whether the passage fits; the first one always does."""
        return not self.members or self._takes(index) <= self._left

    def take(self, index: int) -> None:
        """Add the passage."""
        self._left -= self._takes(index)
        self.members[index] = None
        self._documents.add(self._passages[index].document.document.id)

    def _takes(self, index: int) -> int:
        part = self._passages[index]
        known = part.document.document.id in self._documents
        return part.tokens - known * tokens_of(part.document.head)


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
