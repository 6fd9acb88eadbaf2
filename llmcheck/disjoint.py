"""Disjoint sets: which things are one because a chain of pairs says so (union-find)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


def groups_sharing(marks: Iterable[Iterable[Hashable]]) -> list[list[int]]:
    """Indices of things that have a mark in common, through others too, as one group.

    >>> groups_sharing(["ab", "c", "bd", "d"])
    [[0, 2, 3], [1]]
    """
    listed = list(marks)
    same = DisjointSets(range(len(listed)))
    holder: dict[Hashable, int] = {}
    for index, each in enumerate(listed):
        for mark in each:
            same.join(holder.setdefault(mark, index), index)
    return same.groups()


class DisjointSets(Generic[K]):
    """Disjoint sets of keys, in the order in which the keys were given.

    Roots are found by path halving (Tarjan and van Leeuwen, J. ACM 31, 1984).

    >>> sets = DisjointSets("abcd")
    >>> sets.join("a", "c")
    >>> sets.join("c", "d")
    >>> sets.groups()
    [['a', 'c', 'd'], ['b']]
    """

    def __init__(self, keys: Iterable[K]) -> None:
        """Each key is a set of its own."""
        self._parent: dict[K, K] = {key: key for key in keys}

    def join(self, a: K, b: K) -> None:
        """Make one set of those that hold the two keys."""
        self._parent[self._root(a)] = self._root(b)

    def groups(self) -> list[list[K]]:
        """The sets, in the order of their first keys."""
        members: defaultdict[K, list[K]] = defaultdict(list)
        for key in self._parent:
            members[self._root(key)].append(key)
        return list(members.values())

    def _root(self, key: K) -> K:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key
