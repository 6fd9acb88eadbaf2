"""What the stages take whose calls depend on answers that are not there yet, by ratios."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llmcheck.disjoint import groups_sharing
from llmcheck.judging import judge
from llmcheck.judging.pairs import MOST_PAIRS
from llmcheck.summary import PROMPT as SUMMARY_PROMPT
from llmcheck.summary import Length
from llmcheck.survey import merging
from llmcheck.survey.shapes import Table

# What the ratios below are: means over the recorded runs of benchmarks/corpora (fixtures/: 5 sets,
# 22 documents) and for a merging the one of fixtures/all-6000. Tokens, where nothing else is said.
PLENTY, FULL = 20, 100
"""Sentences from which a document counts as one, and those for each of which it counts once more:
between the two, what it takes a stand on does not grow with its length."""
READ = 19
"""Answer of a reading, for a sentence."""
SURVEYED = 380
"""Answer of a survey, for a document at its table."""
MERGE, MERGED, SAME = 205, 0.45, 0.034
"""A merging without questions; the share of the surveys' answers that it shows; its answer, as a
share of that."""
POSITIONS, PAIRS, DOUBTED = 3.9, 2.6, 0.017
"""Positions in dispute and pairs of them, for a document; share of pairs looked at twice."""
JUDGE, PAIR, JUDGED = 655, 20, 59
"""A judging without pairs; the question of a pair; the answer for it."""
BY_MATTER = 15
"""Pairs in a batch where several matters are judged as they come in."""
PASSAGE, PASSAGE_AGAIN = 7.6, 8.2
"""Sentences shown for a position, at the first look and at the second."""
SUMMARY, FOUND, TOLD = 410, 198, 92
"""A summary without findings; sources and findings, for a document; answer, for a sentence."""
SENTENCES: Mapping[Length, int] = {"short": 3, "normal": 6, "long": 15}
"""Sentences of a summary."""


class StageCalls(NamedTuple):
    """The calls of a stage."""

    prompt: str
    calls: int
    input: float
    output: float
    counted: bool = False


def documents_counted(sentences: int) -> float:
    """For how many documents so many sentences of one count."""
    return max(min(1.0, sentences / PLENTY), sentences / FULL)


def estimate_merging(tables: Sequence[Table], told: Sequence[float], size: int) -> StageCalls:
    """As few calls as hold what tables tell that have a document in common, through others too."""
    groups = [group for group in _matters(tables) if len(group) > 1]
    weights = [MERGED * sum(told[index] for index in group) for group in groups]
    calls = sum(max(1, math.ceil(weight / size)) for weight in weights)
    shown = sum(weights)
    return StageCalls(merging.PROMPT, calls, MERGE * calls + shown, SAME * shown)


def _matters(tables: Sequence[Table]) -> list[list[int]]:
    return groups_sharing(table.doc_ids for table in tables)


def estimate_judging(
    weight: float, sentence: float, size: int, tables: Sequence[Table]
) -> StageCalls:
    """Of positions in so many documents, whose sentences take so many tokens each."""
    pairs, again = PAIRS * weight, DOUBTED * PAIRS * weight
    if round(pairs) == 0:
        return StageCalls(judge.PROMPT, 0, 0, 0)
    passages = POSITIONS * weight * PASSAGE * sentence
    batch = MOST_PAIRS if len(_matters(tables)) == 1 else BY_MATTER
    batches = max(math.ceil(round(pairs) / batch), math.ceil(passages / size))
    shown = passages + again * 2 * PASSAGE_AGAIN * sentence + PAIR * (pairs + again)
    return StageCalls(
        judge.PROMPT,
        batches + round(again),
        JUDGE * (batches + again) + shown,
        JUDGED * (pairs + again),
    )


def estimate_summary(weight: float, size: int, length: Length) -> StageCalls:
    found = min(FOUND * weight, size)
    return StageCalls(SUMMARY_PROMPT, 1, SUMMARY + found, min(TOLD * SENTENCES[length], found))
