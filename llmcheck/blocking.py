"""Which claims are worth comparing: an inverted index instead of all pairs.

A pair scores by the rare words, names and numbers that its claims share. Every claim puts
forward its nearest claims of other documents, and those that seem to be at odds with it (see
``focus``). Features found in too many claims tell nothing apart and are left out of the index,
which keeps the work linear in the number of claims. (Blocking:
Papadakis et al., "Blocking and Filtering Techniques for Entity Resolution", arXiv:1905.06167.)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice

from llmcheck.focus import Signs, focus_of, signs
from llmcheck.models import CandidatePair, Claim
from llmcheck.quantities import quantities
from llmcheck.text import content_stems, names, stem

SIMILAR = 2
"""Nearest claims of other documents that a claim puts forward."""
AT_ODDS = 2
"""Claims with a focus that a claim puts forward, those of its own document included."""
MIN_SIMILAR = 0.3
"""Score below which claims share a common word or two."""
MIN_AT_ODDS = 0.1
"""The same for claims with a focus, which may be worded quite differently."""
MAX_POSTING = 64
"""A feature in more claims than this is left out of the index."""
PER_SENTENCES = 2
"""Pairs between the claims of two sentences: more would ask the same thing again."""
NAME_WEIGHT = 1.5
UNIT_WEIGHT = 0.5


def candidate_pairs(claims: Sequence[Claim]) -> list[CandidatePair]:
    """Candidate pairs of the claims, each once: those with a focus first, then by score.

    Deterministic, and blind to where documents lie: the same claims give the same pairs, with
    ``a`` and ``b`` in an order of their own. Claims of one sentence are not paired.
    """
    read = [signs(claim) for claim in claims]
    vectors = _vectors([_weights(claim) for claim in claims])
    norms = [math.sqrt(sum(w * w for w in vector.values())) or 1.0 for vector in vectors]
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        for feature in vector:
            postings[feature].append(index)
    chosen: dict[tuple[str, str], CandidatePair] = {}
    for index, claim in enumerate(claims):
        shared: defaultdict[int, float] = defaultdict(float)
        for feature, weight in vectors[index].items():
            if len(postings[feature]) <= MAX_POSTING:
                for other in postings[feature]:
                    shared[other] += weight * vectors[other][feature]
        ranked = sorted(
            (
                (_score(weight, norms[index], norms[other]), other)
                for other, weight in shared.items()
                if not _same_sentence(claim, claims[other])
            ),
            key=lambda scored: (-scored[0], claims[scored[1]].id),
        )
        similar = (
            (score, other)
            for score, other in ranked
            if score >= MIN_SIMILAR and claims[other].doc_id != claim.doc_id
        )
        # Not a list: a focus is looked for until enough are found, not in every neighbour.
        at_odds = (
            (score, other)
            for score, other in ranked
            if score >= MIN_AT_ODDS and focus_of(read[index], read[other])
        )
        for score, other in (*islice(similar, SIMILAR), *islice(at_odds, AT_ODDS)):
            pair = _pair(read[index], read[other], score)
            chosen[pair.a.id, pair.b.id] = pair
    # Those at odds first: they are what a limited budget should be spent on.
    return _thinned(
        sorted(chosen.values(), key=lambda p: (p.focus is None, -p.score, p.a.id, p.b.id))
    )


def _weights(claim: Claim) -> dict[str, float]:
    weights = dict.fromkeys(content_stems(claim.text), 1.0)
    weights |= {stem(name): NAME_WEIGHT for name in names(claim.text)}
    for quantity in quantities(claim.text):
        weights[f"#{quantity.value:g}"] = 1.0
        if quantity.unit:
            weights[f"#{stem(quantity.unit)}"] = UNIT_WEIGHT
    return weights


def _vectors(weighted: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Features weighted by their rarity (tf-idf)."""
    frequency = Counter(feature for weights in weighted for feature in weights)
    return [
        {
            feature: weight * math.log(1 + len(weighted) / frequency[feature])
            # In one order: sums of floats, and so scores, must not depend on the hash seed.
            for feature, weight in sorted(weights.items())
        }
        for weights in weighted
    ]


def _score(shared: float, norm_a: float, norm_b: float) -> float:
    """Mean of cosine and containment: a long sentence may hold all of a short claim."""
    small = min(norm_a, norm_b)
    return round((shared / (norm_a * norm_b) + min(1.0, shared / (small * small))) / 2, 6)


def _same_sentence(a: Claim, b: Claim) -> bool:
    return a.doc_id == b.doc_id and a.start < b.end and b.start < a.end


def _pair(one: Signs, other: Signs, score: float) -> CandidatePair:
    # Ordered by content, so that a call does not depend on the order of the documents.
    a, b = sorted((one, other), key=lambda read: read.claim.id)
    return CandidatePair(a=a.claim, b=b.claim, score=score, focus=focus_of(a, b))


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
