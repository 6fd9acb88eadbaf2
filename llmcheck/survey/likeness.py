"""How alike texts are, in any language: tf-idf over beginnings of words.

(Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988.)
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from llmcheck.language.text import squeeze, words

Lines = Sequence[str]
"""The sentences of a text."""
Vector = dict[str, float]
"""Weights by term, of length 1."""

COMMON = 0.2
"""Share of all sentences from which a term tells nothing of what they are about."""
RARITY = 3
"""Power of a term's rarity in its weight: two texts that share one name which nobody else has
are closer than two that share ten words of the matter."""
MOST_HOLDERS = 512
"""Texts that share a term from which it leads from one to another no more: so the work grows with
the texts, not with their square."""
STEM = 6
"""Letters of a word that are compared: forms of a word mostly part behind them."""
SHORTEST_NAME = 3


def by_words(texts: Iterable[Lines]) -> list[Vector]:
    """A vector for each text, of all its words.

    How common a term is, is counted over sentences: what names a matter stands in all of its
    documents, but in few of their sentences.
    """
    counted = [[_terms(line) for line in lines] for lines in texts]
    held_by = Counter(term for lines in counted for terms in lines for term in terms)
    count = sum(map(len, counted))
    most = max(2, COMMON * count)
    return [
        _unit(
            {
                term: (1 + math.log(number)) * math.log(count / held_by[term]) ** RARITY
                for term, number in sum(lines, Counter[str]()).items()
                if held_by[term] <= most
            }
        )
        for lines in counted
    ]


def by_names(texts: Iterable[Lines]) -> list[Vector]:
    """A vector for each text, of its figures and of what it writes with a capital.

    These are what documents in several languages have in common.
    """
    counted = [sum(map(_names, lines), Counter[str]()) for lines in texts]
    held_by = Counter(name for names in counted for name in names)
    return [
        _unit(
            {
                name: (1 + math.log(number)) * math.log(1 + len(counted) / held_by[name])
                for name, number in names.items()
            }
        )
        for names in counted
    ]


def likenesses(vectors: Sequence[Vector]) -> Iterator[dict[int, float]]:
    """For each vector its cosine with every other with which it shares a term that few have."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        for term in vector:
            holders[term].append(index)
    for index, vector in enumerate(vectors):
        found: defaultdict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            if len(holders[term]) <= MOST_HOLDERS:
                for other in holders[term]:
                    found[other] += weight * vectors[other][term]
        found.pop(index, None)
        yield dict(found)


def nearest(likeness: Mapping[int, float], most: int) -> list[int]:
    """Of those that are alike, up to ``most`` that are most so; of equals the first."""
    return heapq.nlargest(most, likeness, key=lambda other: (likeness[other], -other))


def _unit(weights: Vector) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items() if weight} if length else {}


def _terms(text: str) -> Counter[str]:
    return Counter(word[:STEM] for word in words(squeeze(text)))


def _names(sentence: str) -> Counter[str]:
    """Its first word aside, which any sentence writes with a capital."""
    return Counter(
        squeeze(word)[:STEM]
        for word in words(sentence)[1:]
        if len(word) >= SHORTEST_NAME and any(c.isupper() or c.isdigit() for c in word)
    )
