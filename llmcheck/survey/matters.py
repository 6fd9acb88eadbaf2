"""Matters: which documents are about the same thing.

Documents on different matters dispute nothing, so they need not be seen together. Every document
is linked to those most like it by the names and figures they share, and takes the matter that
most of its links speak for, until none changes. (Chinese whispers: Biemann, TextGraphs 2006;
here in a fixed order, so that the same set is always parted alike.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from llmcheck.survey.likeness import by_names, likenesses, nearest
from llmcheck.survey.shapes import Part

LINKS = 5
"""Documents to which each is linked, at the least."""
LINKED = 0.05
"""Likeness below which two documents are not linked: names that anything has in common."""
MOST_ROUNDS = 50
"""Rounds after which documents that still change their matter are left where they are."""


def matters_of(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts by matter, those of one in the order in which they were given."""
    links: list[dict[int, float]] = [{} for _ in parts]
    for one, likeness in enumerate(likenesses(by_names(part.lines for part in parts))):
        for other in nearest(likeness, LINKS):
            if likeness[other] >= LINKED:
                links[one][other] = links[other][one] = likeness[other]
    matter = _settle(links)
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for index, part in enumerate(parts):
        found[matter[index]].append(part)
    return list(found.values())


def _settle(links: Sequence[dict[int, float]]) -> list[int]:
    matter = list(range(len(links)))
    for _ in range(MOST_ROUNDS):
        before = list(matter)
        for one, others in enumerate(links):
            votes: Counter[int] = Counter()
            for other, weight in others.items():
                votes[matter[other]] += weight  # type: ignore[assignment]
            if votes:
                best = max(votes, key=lambda which: (votes[which], -which))
                if votes[best] > votes[matter[one]]:
                    matter[one] = best
        if matter == before:
            break
    return matter
