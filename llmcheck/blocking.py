"""Which claims are worth comparing: an inverted index instead of all pairs.

A pair scores by the rare words, names and numbers that its claims share. Every claim puts
forward its nearest claims of other documents, and those that look as if they answered one
question differently: another number with the same unit, another name for the same role, the
same quotation from another mouth. Features found in too many claims tell nothing apart and are
left out of the index, which keeps the work linear in the number of claims. (Blocking:
Papadakis et al., "Blocking and Filtering Techniques for Entity Resolution", arXiv:1905.06167.)
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmcheck.models import CandidatePair, Claim
from llmcheck.quantities import Quantity, agree, quantities
from llmcheck.text import STOPWORDS, content_stems, names, squeeze, stem, words

SIMILAR = 2
"""Nearest claims of other documents that a claim puts forward."""
CONFLICTING = 2
"""Claims that seem to answer otherwise that a claim puts forward, its own document's included."""
MIN_SCORE = 0.15
"""Below this, claims share a common word or two."""
MAX_POSTING = 64
"""A feature in more claims than this is left out of the index."""
PER_SENTENCES = 2
"""Pairs between the claims of two sentences: more would ask the same thing again."""
NAME_WEIGHT = 1.5
UNIT_WEIGHT = 0.5
QUOTE_WORDS = 4
"""Words in a row that two quotations must share to be the same."""

_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]")
_ROLE = re.compile(
    r"\b(?P<role>[A-Z]{2,4}|[a-z]{4,})\s+(?P<name>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)+)"
)


@dataclass(frozen=True)
class _Profile:
    """What a claim is compared by."""

    claim: Claim
    weights: Mapping[str, float]
    numbers: Mapping[str, Sequence[Quantity]]
    """Its distinct numbers by their unit, those without one aside."""
    quotation: frozenset[str]
    """Runs of ``QUOTE_WORDS`` quoted words."""
    holders: Mapping[str, str]
    """Who holds which role: "CEO", "director"."""


def candidate_pairs(claims: Sequence[Claim]) -> list[CandidatePair]:
    """Candidate pairs of the claims, best first, each once.

    Deterministic, and blind to where documents lie: the same claims give the same pairs, with
    ``a`` and ``b`` in an order of their own. Claims of one sentence are not paired.
    """
    profiles = [_profile(claim) for claim in claims]
    vectors = _vectors(profiles)
    norms = [math.sqrt(sum(w * w for w in vector.values())) or 1.0 for vector in vectors]
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        for feature in vector:
            postings[feature].append(index)
    chosen: dict[tuple[str, str], CandidatePair] = {}
    for index, profile in enumerate(profiles):
        shared: defaultdict[int, float] = defaultdict(float)
        for feature, weight in vectors[index].items():
            if len(postings[feature]) <= MAX_POSTING:
                for other in postings[feature]:
                    shared[other] += weight * weight
        ranked = sorted(
            (
                (_score(weight, norms[index], norms[other]), other)
                for other, weight in shared.items()
                if not _same_sentence(profile.claim, claims[other])
            ),
            key=lambda scored: (-scored[0], claims[scored[1]].id),
        )
        near = [scored for scored in ranked if scored[0] >= MIN_SCORE]
        abroad = [s for s in near if claims[s[1]].doc_id != profile.claim.doc_id]
        at_odds = [s for s in ranked if _conflict(profile, profiles[s[1]])]
        for score, other in (*abroad[:SIMILAR], *at_odds[:CONFLICTING]):
            pair = _pair(profile.claim, claims[other], score)
            key = (pair.a.id, pair.b.id)
            # Both claims may put it forward, each weighing what they share as its own: whichever
            # comes last must not decide.
            chosen[key] = max(pair, chosen.get(key, pair), key=lambda p: p.score)
    return _thinned(sorted(chosen.values(), key=lambda p: (-p.score, p.a.id, p.b.id)))


def _profile(claim: Claim) -> _Profile:
    numbers = quantities(claim.text)
    weights = dict.fromkeys(content_stems(claim.text), 1.0)
    weights |= {stem(name): NAME_WEIGHT for name in names(claim.text)}
    for quantity in numbers:
        weights[f"#{quantity.value:g}"] = 1.0
        if quantity.unit:
            weights[f"#{stem(quantity.unit)}"] = UNIT_WEIGHT
    quoted = [squeeze(w) for part in _QUOTED.findall(claim.text) for w in words(part)]
    return _Profile(
        claim=claim,
        weights=weights,
        numbers=_by_unit(numbers),
        quotation=frozenset(
            " ".join(quoted[i : i + QUOTE_WORDS]) for i in range(len(quoted) - QUOTE_WORDS + 1)
        ),
        holders={
            stem(match["role"]): match["name"]
            for match in _ROLE.finditer(claim.text)
            if match["role"] not in STOPWORDS
        },
    )


def _by_unit(numbers: Sequence[Quantity]) -> dict[str, list[Quantity]]:
    units: defaultdict[str, list[Quantity]] = defaultdict(list)
    for number in dict.fromkeys(numbers):
        if number.unit:
            units[number.unit].append(number)
    return units


def _vectors(profiles: Sequence[_Profile]) -> list[dict[str, float]]:
    """Features weighted by their rarity (tf-idf)."""
    frequency = Counter(feature for profile in profiles for feature in profile.weights)
    return [
        {
            feature: weight * math.log(1 + len(profiles) / frequency[feature])
            # In one order: sums of floats, and so scores, must not depend on the hash seed.
            for feature, weight in sorted(profile.weights.items())
        }
        for profile in profiles
    ]


def _score(shared: float, norm_a: float, norm_b: float) -> float:
    """Mean of cosine and containment: a long sentence may hold all of a short claim."""
    small = min(norm_a, norm_b)
    return round((shared / (norm_a * norm_b) + min(1.0, shared / (small * small))) / 2, 6)


def _conflict(a: _Profile, b: _Profile) -> bool:
    if any(
        not agree(x, y)
        for unit in a.numbers
        for x in a.numbers[unit]
        for y in b.numbers.get(unit, ())
    ):
        return True
    if a.quotation & b.quotation and a.claim.speaker != b.claim.speaker:
        return True
    return any(
        role in b.holders and squeeze(b.holders[role]) != squeeze(holder)
        for role, holder in a.holders.items()
    )


def _same_sentence(a: Claim, b: Claim) -> bool:
    return a.doc_id == b.doc_id and a.start < b.end and b.start < a.end


def _pair(one: Claim, other: Claim, score: float) -> CandidatePair:
    # Ordered by content, so that a call does not depend on the order of the documents.
    a, b = sorted((one, other), key=lambda claim: claim.id)
    return CandidatePair(a=a, b=b, score=score)


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
