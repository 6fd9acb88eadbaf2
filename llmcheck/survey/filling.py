"""Fills tables: groups of things to be shown, in which every two that are most alike meet."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

LOOKED_AT = 64
"""Things looked at for one that fits into what is left of a table."""


class Weight(NamedTuple):
    """What showing a thing takes."""

    tokens: int
    """Its own."""
    head: str = ""
    """What it is shown under: a head stands once for all under it."""
    head_tokens: int = 0
    """Those of the head."""


def fill_tables(
    weights: Sequence[Weight],
    partners: Sequence[dict[int, float]],
    size: int,
    known: Iterable[list[int]] = (),
) -> Iterator[list[int]]:
    """Groups of things in which every two partners meet at least once, greedily filled.

    ``partners`` are those of each thing, by place, with how much their meeting is worth. Groups
    of at most ``size`` tokens; first those of ``known`` in which any partners meet. A thing that
    is larger than that stands alone.
    """
    waiting = _Waiting(partners)
    for group in known:
        if _fits(group, weights, size) and waiting.meet(group):
            yield group
    while waiting:
        room = _Room(weights, size)
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


def _fits(group: Iterable[int], weights: Sequence[Weight], size: int) -> bool:
    room = _Room(weights, size)
    for index in group:
        if not room.holds(index):
            return False
        room.take(index)
    return True


class _Waiting:
    """Things that have partners still to meet, or were in no group yet."""

    def __init__(self, partners: Sequence[dict[int, float]]) -> None:
        self.unmet = [dict(of) for of in partners]
        self._unseen = set(range(len(partners)))
        # What one still needs only falls: an entry that is too high is put back lower.
        self._heap = [(-sum(of.values()), index) for index, of in enumerate(partners)]
        heapq.heapify(self._heap)

    def __bool__(self) -> bool:
        """Whether one is left."""
        self._settle()
        return bool(self._heap)

    def neediest(self, room: _Room) -> int | None:
        """The thing with most left to meet that fits and is not there yet.

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
        """Expect no more of the partners of a thing."""
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
    """A table while it is filled: what is at it, and what that takes with its heads."""

    def __init__(self, weights: Sequence[Weight], size: int) -> None:
        self._weights = weights
        self._left = size
        self._heads: set[str] = set()
        self.members: dict[int, None] = {}

    def holds(self, index: int) -> bool:
        """Whether the thing fits; the first one always does."""
        return not self.members or self._takes(index) <= self._left

    def take(self, index: int) -> None:
        """Add the thing."""
        self._left -= self._takes(index)
        self.members[index] = None
        self._heads.add(self._weights[index].head)

    def _takes(self, index: int) -> int:
        weight = self._weights[index]
        return weight.tokens + (weight.head not in self._heads) * weight.head_tokens
