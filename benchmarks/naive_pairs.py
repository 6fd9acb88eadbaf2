"""Baseline: "do these two statements contradict each other?" for all pairs that share something.

The statements are llmcheck's own claims; a pair is asked when its claims stand in two documents
and share a name or a number. One question in one order, and its answer is taken at its word: no
focus, no second order, no guard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Literal

from findings import MethodResult, pair_disputes
from pydantic import BaseModel

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.language.figures import quantities
from llmcheck.language.names import names
from llmcheck.language.text import squeeze
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import parse_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Claim
from llmcheck.numbering import spoken_in
from llmcheck.settings import Settings

PROMPT = Path(__file__).parent / "prompts" / "naive-pairs.v1.md"
SEED = 1
"""Of the sample that ``max_pairs`` takes."""

Pair = tuple[Claim, Claim]


class _Answer(BaseModel):
    contradiction: Literal["yes", "no"]


def find(corpus: Corpus, runner: Runner, max_pairs: int | None = None) -> MethodResult:
    """Claims as llmcheck extracts them, then one call a pair, for at most ``max_pairs`` pairs."""
    checker = Checker(
        runner.model,
        settings=Settings(concurrency=runner.concurrency),
        llm=runner.llm,
        on_progress=runner.on_progress,
    )
    report = checker.claims(corpus)
    pairs = sharing_pairs(report.claims, {d.id: spoken_in(d) for d in corpus.documents})
    sampled = sample(pairs, max_pairs)
    prompt = parse_prompt(PROMPT.stem, PROMPT.read_text(encoding="utf-8"))
    outcomes = runner.run(
        "judging", prompt, [{"a": a.text, "b": b.text} for a, b in sampled], _Answer
    )
    contradictory, failures = [], []
    for (a, b), outcome in zip(sampled, outcomes, strict=True):
        if not isinstance(outcome, Reply):
            failures.append(failure("judging", f"{a.text!r} and {b.text!r}", outcome))
        elif outcome.value.contradiction == "yes":
            contradictory.append((a, b))
    return MethodResult(
        report.model_copy(
            update={
                "disputes": tuple(pair_disputes(contradictory)),
                "failures": (*report.failures, *failures),
            }
        ),
        f"all {len(pairs):,} pairs that share a name or number"
        if len(sampled) == len(pairs)
        else f"a seeded sample of {len(sampled):,} of {len(pairs):,} pairs that share a name or "
        "number: recall is that of the sample",
    )


def sharing_pairs(claims: Sequence[Claim], spoken: Mapping[str, str]) -> list[Pair]:
    """Pairs of claims of two documents that share a name or a number, ordered by their ids.

    ``spoken`` has the language of every document, by its id.
    """
    having: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        for feature in _features(claim.text, spoken[claim.doc_id]):
            having[feature].append(claim)
    pairs: dict[tuple[str, str], Pair] = {}
    for sharing in having.values():
        for a, b in combinations(sorted(sharing, key=lambda claim: claim.id), 2):
            if a.doc_id != b.doc_id:
                pairs[a.id, b.id] = (a, b)
    return [pairs[ids] for ids in sorted(pairs)]


def _features(text: str, language: str) -> set[str]:
    named = {squeeze(name) for name in names(text, language)}
    return named | {f"#{quantity.value:g}" for quantity in quantities(text, language)}


def sample(pairs: Sequence[Pair], size: int | None) -> list[Pair]:
    """So many of the pairs, the same ones every time; all of them without a size."""
    if size is None or size >= len(pairs):
        return list(pairs)
    return Random(SEED).sample(pairs, size)  # noqa: S311
