"""Pairs: two positions on one question, with the passages that a judge is to compare."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

from llmcheck.llm.port import digest
from llmcheck.models import Question, Stance
from llmcheck.numbering import NumberedSet, tokens_of

MOST_PAIRS = 20
"""Pairs in one call: with more, a judge reads the last ones less well."""
FEW_PAIRS = 100
"""Pairs that are shared out evenly, however they change."""
Side = tuple[int, int]
"""A position: the question, and its place in it."""

_MARK = re.compile(r"(?=<<|>>)[<>]")


class Pair(NamedTuple):
    """Two positions of a question, by their places in it."""

    question: int
    a: int
    b: int

    @property
    def swapped(self) -> Pair:
        """The same the other way round."""
        return Pair(self.question, self.b, self.a)


class Passage(NamedTuple):
    """What is shown for a position: sentences of one document, those that take it marked."""

    head: str
    text: str

    @property
    def tokens(self) -> int:
        """What showing it takes."""
        return tokens_of(self.head + self.text) + 5


def pairs_of(questions: Sequence[Question], first: int = 0) -> list[Pair]:
    """Every two positions of every question that is to be a dispute; the questions count from
    ``first``."""
    return [
        Pair(index, a, b)
        for index, question in enumerate(questions, first)
        if question.relation == "dispute"
        for a, b in combinations(range(len(question.stances)), 2)
    ]


def passage_of(numbered: NumberedSet, stance: Stance, *, reach: int, most: int) -> Passage:
    """The best sentence of a position with ``reach`` others on either side.

    Up to ``most - 1`` sentences of other places that take the same position follow it, those of
    other documents first, each with its source.
    """
    ranked = numbered.best_first(stance.answer, stance.sentences)
    first = ranked[0]
    document = numbered[first.doc_id]
    taken = set(stance.sentences)
    told = [
        f">>{without_marks(document.line(n))}<<"
        if document.ref(n) in taken
        else without_marks(document.line(n))
        for n in document.near(first.number, reach)
    ]
    rest = sorted(ranked[1:], key=lambda ref: ref.doc_id == first.doc_id)
    others = [
        f"[{without_marks(numbered[ref.doc_id].head)}] >>{without_marks(numbered.line(ref))}<<"
        for ref in rest
        if ref.doc_id != first.doc_id or abs(ref.number - first.number) > reach
    ]
    return Passage(without_marks(document.head), " ".join([*told, *others[: most - 1]]))


def without_marks(line: str) -> str:
    """A line in which nothing passes for the marks of a sentence to compare."""
    return _MARK.sub(r"\g<0> ", line)


class Batch(NamedTuple):
    """Pairs that are judged in one call."""

    pairs: tuple[Pair, ...]
    reach: int
    most: int

    @property
    def sides(self) -> tuple[Side, ...]:
        """The positions shown, each once: question and place in it, in the order of the pairs."""
        ordered = [side for p in self.pairs for side in ((p.question, p.a), (p.question, p.b))]
        return tuple(dict.fromkeys(ordered))


def can_be_halved(batch: Batch) -> bool:
    """Whether a batch has several pairs."""
    return len(batch.pairs) > 1


def halves_of(batch: Batch) -> list[Batch]:
    """The two halves of a batch that can be halved."""
    middle = len(batch.pairs) // 2
    return [batch._replace(pairs=pairs) for pairs in (batch.pairs[:middle], batch.pairs[middle:])]


def batches_of(pairs: Sequence[Pair], batching: Batching) -> list[Batch]:
    """All pairs in batches: few shared out as evenly as can be, many as they would come in."""
    if len(pairs) <= FEW_PAIRS:
        calls = max(1, math.ceil(len(pairs) / MOST_PAIRS))
        batching.share_evenly(math.ceil(len(pairs) / calls))
    ended = [batch for pair in pairs for batch in batching.add(pair)]
    return ended + batching.rest()


class Batching:
    """Pairs parted into batches in their order, as they come to be known.

    A batch of some length ends where the wording of the next question says so: a question that
    comes in between then changes its own batch, and seldom another. (Content-defined chunking:
    Muthitacharoen et al., SOSP 2001.) Nor has one more than ``size`` tokens of passages.
    ``tokens`` is what showing a position takes, ``worded`` the wording of a question.
    """

    def __init__(
        self,
        tokens: Callable[[Side], int],
        size: int,
        *,
        reach: int,
        most: int,
        worded: Callable[[int], str],
    ) -> None:
        self._tokens = tokens
        self._size = size
        self._empty = Batch((), reach, most)
        self._worded = worded
        self._held = self._empty
        self._share: int | None = None

    def share_evenly(self, pairs: int) -> None:
        """End batches at so many pairs each, whatever the wording."""
        self._share = pairs

    def add(self, pair: Pair) -> list[Batch]:
        """The batch that ends before this pair, if one does."""
        held, grown = self._held, self._held._replace(pairs=(*self._held.pairs, pair))
        if not held.pairs or not self._ends(held, grown, pair):
            self._held = grown
            return []
        self._held = self._empty._replace(pairs=(pair,))
        return [held]

    def rest(self) -> list[Batch]:
        """The last batch, if there is one: no other pair comes."""
        held, self._held = self._held, self._empty
        return [held] if held.pairs else []

    def _ends(self, held: Batch, grown: Batch, pair: Pair) -> bool:
        if len(held.pairs) >= (self._share or MOST_PAIRS):
            return True
        if sum(map(self._tokens, grown.sides)) > self._size:
            return True
        return self._share is None and self._ends_by_wording(held.pairs, pair)

    def _ends_by_wording(self, held: Sequence[Pair], pair: Pair) -> bool:
        """At one in four questions, past the half of a batch."""
        if len(held) < MOST_PAIRS // 2 or pair.question == held[-1].question:
            return False
        return int(digest(self._worded(pair.question))[:8], 16) % 4 == 0
