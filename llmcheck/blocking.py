"""Which claims are worth comparing: an inverted index instead of all pairs.

Three channels, each with its own few places, since a pair that conflicts need not resemble:
claims that answer the same question, claims in similar words, and claims that seem to be at odds
(see ``focus``). Features found in too many claims tell nothing apart and lead to no candidate,
which keeps the work linear in the number of claims. (Blocking: Papadakis et al., "Blocking and
Filtering Techniques for Entity Resolution", arXiv:1905.06167.)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice

from llmcheck import asked
from llmcheck.focus import focus_of, signs
from llmcheck.language.quantities import quantities
from llmcheck.language.text import stem, word_weights
from llmcheck.models import CandidatePair, Claim, Focus

SAME_QUESTION = 1
"""Claims of other documents with the same question that a claim puts forward."""
SIMILAR = 2
"""Nearest claims of other documents that a claim puts forward."""
AT_ODDS = 2
"""Claims with a focus that a claim puts forward, those of its own document included."""
MIN_QUESTION = 0.4
"""Likeness below which two questions share a name and no more."""
OTHER_ASKS = 0.6
"""What is left of the likeness of two questions that ask for different things."""
MIN_SIMILAR = 0.3
"""Score below which claims share a common word or two."""
MIN_AT_ODDS = 0.1
"""The same for claims with a focus, which may be worded quite differently."""
MAX_POSTING = 64
"""A feature in more claims than this leads to none of them."""
PER_SENTENCES = 2
"""Pairs between the claims of two sentences: more would ask the same thing again."""
UNIT_WEIGHT = 0.5


def candidate_pairs(claims: Sequence[Claim]) -> list[CandidatePair]:
    """Candidate pairs of the claims, each once: those with a focus first, then by score.

    Deterministic, and blind to where documents lie: the same claims give the same pairs, with
    ``a`` and ``b`` in an order of their own. Claims of one sentence are not paired. Without
    ``answers`` on the claims, the channel of questions is empty.
    """
    read = [signs(claim) for claim in claims]
    words = _Index([_weights(claim) for claim in claims])
    questions = _Questions(claims)
    chosen: dict[tuple[str, str], CandidatePair] = {}
    for index, claim in enumerate(claims):
        near = sorted(
            (-score, claims[other].id, other)
            for other in words.neighbours(index)
            if not _same_sentence(claim, claims[other])
            and (score := words.score(index, other)) >= MIN_AT_ODDS
        )
        similar = (
            other
            for negative, _, other in near
            if -negative >= MIN_SIMILAR and claims[other].doc_id != claim.doc_id
        )
        # Not a list: a focus is looked for until enough are found, not in every neighbour.
        at_odds = (other for *_, other in near if focus_of(read[index], read[other]))
        for other in (
            *questions.same(index)[:SAME_QUESTION],
            *islice(similar, SIMILAR),
            *islice(at_odds, AT_ODDS),
        ):
            # Ordered by content, so that a call does not depend on the order of the documents.
            i, j = sorted((index, other), key=lambda at: claims[at].id)
            if (claims[i].id, claims[j].id) in chosen:
                continue
            focus = focus_of(read[i], read[j]) or questions.shared(i, j)
            score = round(max(words.score(i, j), questions.likeness(i, j)), 6)
            pair = CandidatePair(a=claims[i], b=claims[j], score=score, focus=focus)
            chosen[pair.a.id, pair.b.id] = pair
    # Those at odds first: they are what a limited budget should be spent on.
    return _thinned(
        sorted(chosen.values(), key=lambda p: (p.focus is None, -p.score, p.a.id, p.b.id))
    )


class _Index:
    """Items by their weighted features, which count the more the rarer they are (tf-idf)."""

    def __init__(self, weighted: Sequence[Mapping[str, float]]) -> None:
        frequency = Counter(feature for weights in weighted for feature in weights)
        self._vectors = [
            {
                feature: weight * math.log(1 + len(weighted) / frequency[feature])
                # In one order: sums of floats, and so scores, must not depend on the hash seed.
                for feature, weight in sorted(weights.items())
            }
            for weights in weighted
        ]
        self._norms = [
            math.sqrt(sum(w * w for w in vector.values())) or 1.0 for vector in self._vectors
        ]
        self._postings: defaultdict[str, list[int]] = defaultdict(list)
        for index, vector in enumerate(self._vectors):
            for feature in vector:
                self._postings[feature].append(index)

    def neighbours(self, index: int) -> list[int]:
        """The items that share a telling feature with this one, in order."""
        found = {
            other
            for feature in self._vectors[index]
            if len(self._postings[feature]) <= MAX_POSTING
            for other in self._postings[feature]
        }
        found.discard(index)
        return sorted(found)

    def score(self, i: int, j: int) -> float:
        """Mean of cosine and containment: a long sentence may hold all of a short claim."""
        shared = self._shared(i, j)
        cosine = round(shared / (self._norms[i] * self._norms[j]), 6)
        small = min(self._norms[i], self._norms[j])
        return round((cosine + min(1.0, shared / (small * small))) / 2, 6)

    def cosine(self, i: int, j: int) -> float:
        """Cosine of the two vectors."""
        return round(self._shared(i, j) / (self._norms[i] * self._norms[j]), 6)

    def _shared(self, i: int, j: int) -> float:
        one, other = sorted((self._vectors[i], self._vectors[j]), key=len)
        return sum(weight * other.get(feature, 0.0) for feature, weight in one.items())


class _Questions:
    """Which claims answer the same question."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        asking = [(at, given) for at, claim in enumerate(claims) for given in claim.answers]
        index = _Index([asked.features(given.question) for _, given in asking])
        self._best: defaultdict[int, dict[int, tuple[float, Focus]]] = defaultdict(dict)
        for number, (at, given) in enumerate(asking):
            for other_number in index.neighbours(number):
                other, theirs = asking[other_number]
                likeness = index.cosine(number, other_number)
                if asked.asks_for(given.question) != asked.asks_for(theirs.question):
                    likeness = round(likeness * OTHER_ASKS, 6)
                known = self._best[at].get(other)
                if (
                    likeness >= MIN_QUESTION
                    and claims[at].doc_id != claims[other].doc_id
                    and (known is None or likeness > known[0])
                ):
                    focus = Focus(point="question", a=given.question, b=theirs.question)
                    self._best[at][other] = (likeness, focus)
        self._ids = [claim.id for claim in claims]

    def same(self, at: int) -> list[int]:
        """Claims that answer a question of this one, the most alike first."""
        best = self._best[at]
        return sorted(best, key=lambda other: (-best[other][0], self._ids[other]))

    def likeness(self, i: int, j: int) -> float:
        """How alike the closest questions of the two are; 0 when they are not."""
        return self._best[i][j][0] if j in self._best[i] else 0.0

    def shared(self, i: int, j: int) -> Focus | None:
        """The closest questions of the two, where they are alike."""
        return self._best[i][j][1] if j in self._best[i] else None


def _weights(claim: Claim) -> dict[str, float]:
    weights = word_weights(claim.text)
    for quantity in quantities(claim.text):
        weights[f"#{quantity.value:g}"] = 1.0
        if quantity.unit:
            weights[f"#{stem(quantity.unit)}"] = UNIT_WEIGHT
    return weights


def _same_sentence(a: Claim, b: Claim) -> bool:
    return a.doc_id == b.doc_id and a.start < b.end and b.start < a.end


def _thinned(pairs: Sequence[CandidatePair]) -> list[CandidatePair]:
    """The best pairs between any two sentences."""
    count: Counter[tuple[str, int, str, int]] = Counter()
    kept = []
    for pair in pairs:
        sentences = (pair.a.doc_id, pair.a.start, pair.b.doc_id, pair.b.start)
        count[sentences] += 1
        if count[sentences] + count[(*sentences[2:], *sentences[:2])] <= PER_SENTENCES:
            kept.append(pair)
    return kept
