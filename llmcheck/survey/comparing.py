"""Comparing: which questions a model is shown together, to say which are the same.

Those of one matter, which share documents, in one call as long as it holds them; else those that
may be the same, in calls that each are no larger than a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from llmcheck.models import SentenceRef
from llmcheck.numbering import tokens_of
from llmcheck.survey.filling import Weight, fill_tables
from llmcheck.survey.likeness import by_words, likenesses, nearest

NEIGHBOURS = 5
"""Items with which each is compared at the least, where one call does not hold all."""


class Item(NamedTuple):
    """A question or a statement as the prompt shows it."""

    question: str
    answers: str
    sentences: tuple[SentenceRef, ...]
    table: int

    @property
    def documents(self) -> frozenset[str]:
        """Those of its sentences."""
        return frozenset(ref.doc_id for ref in self.sentences)

    @property
    def tokens(self) -> int:
        """What showing it takes."""
        return tokens_of(self.question + self.answers) + 3


def to_compare(matter: Sequence[int], items: Sequence[Item], size: int) -> list[tuple[int, ...]]:
    """The items of a matter as they are shown: all in one call if they fit, else those that may
    be the same, in calls of at most ``size`` tokens.

    What one table showed is not compared with itself.
    """
    if len({items[index].table for index in matter}) < 2:
        return []
    if sum(items[index].tokens for index in matter) <= size:
        return [tuple(matter)]
    partners = _partners([items[index] for index in matter])
    weights = [Weight(items[index].tokens) for index in matter]
    groups = (set(group) for group in fill_tables(weights, partners, size))
    met = [sorted(at for at in group if partners[at].keys() & group) for group in groups]
    return [tuple(matter[at] for at in group) for group in met if group]


def _partners(items: Sequence[Item]) -> list[dict[int, float]]:
    """For each item those of other tables that may be the same: all that share a sentence with
    it, and those most like it, with how much it is worth to compare them."""
    partners: list[dict[int, float]] = [{} for _ in items]

    def pair(one: int, other: int, worth: float) -> None:
        if items[one].table != items[other].table:
            partners[one][other] = partners[other][one] = worth

    vectors = by_words([f"{item.question} {item.answers}"] for item in items)
    for one, likeness in enumerate(likenesses(vectors)):
        table = items[one].table
        elsewhere = {at: worth for at, worth in likeness.items() if items[at].table != table}
        for other in nearest(elsewhere, NEIGHBOURS):
            pair(one, other, elsewhere[other])
    holders: defaultdict[SentenceRef, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for ref in dict.fromkeys(item.sentences):
            holders[ref].append(index)
    for held in holders.values():
        for one, other in combinations(held, 2):
            pair(one, other, 1.0)
    return partners
