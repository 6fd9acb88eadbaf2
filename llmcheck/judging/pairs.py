"""Pairs: two positions on one question, with the passages that a judge is to compare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from llmcheck.llm.port import digest
from llmcheck.models import Question, Stance
from llmcheck.numbering import NumberedSet, tokens_of

MOST_PAIRS = 20
"""Pairs in one call: with more, a judge reads the last ones less well."""
FEW_PAIRS = 100
"""Pairs that are shared out evenly, however they change."""
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


def pairs_of(questions: Sequence[Question]) -> list[Pair]:
    """Every two positions of every question that is to be a dispute."""
    return [
        Pair(index, a, b)
        for index, question in enumerate(questions)
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
    def sides(self) -> tuple[tuple[int, int], ...]:
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


def batches_of(
    pairs: Sequence[Pair],
    tokens: dict[tuple[int, int], int],
    size: int,
    *,
    reach: int,
    most: int,
    worded: Sequence[str],
) -> list[Batch]:
    """The pairs in batches of at most ``size`` tokens of passages.

    Few pairs are shared out as evenly as can be. Of many, a batch of some length ends where the
    wording of the next question says so: a question that comes in between then changes its own
    batch, and seldom another. (Content-defined chunking: Muthitacharoen et al., SOSP 2001.)
    ``tokens`` is what showing each position takes, ``worded`` are the questions.
    """
    batches: list[Batch] = []
    held: list[Pair] = []
    few = len(pairs) <= FEW_PAIRS
    fair = -(-len(pairs) // max(1, -(-len(pairs) // MOST_PAIRS))) if few else MOST_PAIRS
    for pair in pairs:
        grown = Batch((*held, pair), reach, most)
        if held and (
            len(held) >= fair
            or sum(tokens[side] for side in grown.sides) > size
            or (not few and _ends_before(pair, held, worded))
        ):
            batches.append(Batch(tuple(held), reach, most))
            held = []
        held.append(pair)
    if held:
        batches.append(Batch(tuple(held), reach, most))
    return batches


def _ends_before(pair: Pair, held: Sequence[Pair], worded: Sequence[str]) -> bool:
    """Whether a batch that holds so much ends here: at one in four questions, past its half."""
    if len(held) < MOST_PAIRS // 2 or pair.question == held[-1].question:
        return False
    return int(digest(worded[pair.question])[:8], 16) % 4 == 0
