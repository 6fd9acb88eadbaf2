"""Which claims are worth comparing: an inverted index instead of all pairs.

A pair scores by the rare words, names and numbers that its claims share (cosine of tf-idf
vectors), and every claim puts forward its nearest partners. Features found in too many claims
tell nothing apart and are left out of the index, which keeps the work linear in the number of
claims. (Blocking: Papadakis et al., "Blocking and Filtering Techniques for Entity Resolution".)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from llmcheck.models import CandidatePair, Claim
from llmcheck.quantities import Quantity, agree, quantities
from llmcheck.text import content_stems, names, squeeze, stem

PER_CLAIM = 4
"""Partners that a claim puts forward."""
MIN_SCORE = 0.12
"""Below this, claims share a common word or two."""
MAX_POSTING = 64
"""A feature in more claims than this is left out of the index."""
NAME_WEIGHT = 1.5
UNIT_WEIGHT = 0.5
CONFLICT_BONUS = 1.25
"""For claims with numbers of the same unit that differ: where contradictions live."""


def candidate_pairs(claims: Sequence[Claim], *, per_claim: int = PER_CLAIM) -> list[CandidatePair]:
    """Candidate pairs of the claims, best first; each pair once, in an order of its own.

    Deterministic, and blind to where documents lie: the same claims give the same pairs.
    Claims of one sentence are not paired; claims of one document are.
    """
    features = [_features(claim) for claim in claims]
    frequency = Counter(feature for weights in features for feature in weights)
    vectors = [
        _unit_vector(
            {
                feature: weight * math.log(1 + len(claims) / frequency[feature])
                for feature, weight in weights.items()
            }
        )
        for weights in features
    ]
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        for feature in vector:
            if frequency[feature] <= MAX_POSTING:
                postings[feature].append(index)

    numbers = [quantities(claim.text) for claim in claims]
    chosen: dict[tuple[str, str], CandidatePair] = {}
    for index, vector in enumerate(vectors):
        scores: defaultdict[int, float] = defaultdict(float)
        for feature, weight in vector.items():
            for other in postings.get(feature, ()):
                scores[other] += weight * vectors[other][feature]
        nearest = [
            _pair(
                claims[index],
                claims[other],
                score * (CONFLICT_BONUS if _conflict(numbers[index], numbers[other]) else 1.0),
            )
            for other, score in scores.items()
            if _comparable(claims[index], claims[other])
        ]
        for pair in sorted(nearest, key=_rank)[:per_claim]:
            if pair.score >= MIN_SCORE:
                chosen[pair.a.id, pair.b.id] = pair
    return sorted(chosen.values(), key=_rank)


def _features(claim: Claim) -> dict[str, float]:
    weights = dict.fromkeys(content_stems(claim.text), 1.0)
    for name in names(claim.text):
        weights[stem(name)] = NAME_WEIGHT
    for quantity in quantities(claim.text):
        weights[f"#{quantity.value:g}"] = 1.0
        if quantity.unit:
            weights[f"#unit:{stem(quantity.unit)}"] = UNIT_WEIGHT
    return weights


def _unit_vector(weights: dict[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {feature: weight / norm for feature, weight in weights.items()}


def _comparable(a: Claim, b: Claim) -> bool:
    same_place = a.doc_id == b.doc_id and a.start < b.end and b.start < a.end
    # Within a document the same words again are repetition, not a second opinion.
    return not same_place and not (a.doc_id == b.doc_id and squeeze(a.text) == squeeze(b.text))


def _pair(one: Claim, other: Claim, score: float) -> CandidatePair:
    # Ordered by content, so that a call does not depend on the order of the documents.
    a, b = sorted((one, other), key=lambda claim: claim.id)
    return CandidatePair(a=a, b=b, score=round(score, 6))


def _conflict(numbers_a: Sequence[Quantity], numbers_b: Sequence[Quantity]) -> bool:
    return any(x.unit == y.unit and not agree(x, y) for x in numbers_a for y in numbers_b)


def _rank(pair: CandidatePair) -> tuple[float, str, str]:
    return (-pair.score, pair.a.id, pair.b.id)
