"""The judge alone, on labelled pairs of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from llmcheck.cues import speaker_of, time_of
from llmcheck.evaluation.counts import Ratio, Scores
from llmcheck.evaluation.rows import Row, read_rows
from llmcheck.focus import focus_of, signs
from llmcheck.judge import judge_pairs
from llmcheck.llm.budget import MeteredLLM
from llmcheck.llm.runner import Runner
from llmcheck.models import CandidatePair, Claim, Failure, Frozen, PromptUsage, content_id


class PairRow(Row):
    """Two statements, and whether they contradict each other."""

    premise: str = Field(pattern=r"\S")
    hypothesis: str = Field(pattern=r"\S")
    label: Literal["contradiction", "not_contradiction"]
    id: str | None = None
    kind: str | tuple[str, ...] | None = None
    source: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that the row has, if any."""
        return (self.kind,) if isinstance(self.kind, str) else self.kind or ()


class PairFigures(Frozen):
    """How the judge's labels compare with those of the rows."""

    accuracy: Ratio
    contradiction: Scores
    """Recall and precision of the label "contradiction"."""
    auroc: float | None
    """Chance that a contradiction has a higher probability than a row that is none; None where
    the judge gives no probabilities, or one of the two labels is missing."""


class PairsScore(Frozen):
    """The score of a file of labelled pairs."""

    rows: int
    judged: int
    """Rows with a verdict: the figures are theirs."""
    figures: PairFigures
    by_kind: dict[str, PairFigures]
    """A row with several kinds counts in each."""
    by_source: dict[str, PairFigures]
    prompts: dict[str, PromptUsage]
    failures: tuple[Failure, ...]


class _Judged(NamedTuple):
    row: PairRow
    contradicts: bool
    """What the row's label says."""
    found: bool
    """What the judge says."""
    score: float | None


def read_pairs(path: str | Path, limit: int | None = None) -> list[PairRow]:
    """The labelled pairs of a JSON-lines file. Raises ConfigError as ``read_rows`` does."""
    return read_rows(path, PairRow, limit)


def score_pairs(rows: Sequence[PairRow], runner: Runner) -> PairsScore:
    """Judge every pair, premise first, and compare the verdicts with the labels.

    Each statement is a claim of a document of its own, with the speaker, the time and the
    point at issue that code reads off it, as in a run over documents. A pair whose call failed
    is a failure and counts in no figure.
    """
    pairs = [_pair(number, row) for number, row in enumerate(rows, 1)]
    meter = MeteredLLM(runner.llm, runner.model)
    verdicts, failures = judge_pairs(pairs, replace(runner, llm=meter))
    by_ids = {(verdict.a_id, verdict.b_id): verdict for verdict in verdicts}
    judged = [
        _Judged(
            row,
            row.label == "contradiction",
            verdict.label == "contradiction",
            verdict.contradiction,
        )
        for row, pair in zip(rows, pairs, strict=True)
        if (verdict := by_ids.get((pair.a.id, pair.b.id)))
    ]
    kinds = sorted({kind for one in judged for kind in one.row.kinds})
    sources = sorted({one.row.source for one in judged if one.row.source})
    return PairsScore(
        rows=len(rows),
        judged=len(judged),
        figures=_figures(judged),
        by_kind={kind: _figures([j for j in judged if kind in j.row.kinds]) for kind in kinds},
        by_source={
            name: _figures([j for j in judged if j.row.source == name]) for name in sources
        },
        prompts=meter.usage().prompts,
        failures=tuple(failures),
    )


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """The chance that a positive scores higher than a negative, a tie counting half.

    None when there are no positives or no negatives. (Mann-Whitney's rank statistic.)
    """
    if not positives or not negatives:
        return None
    ranked = sorted([(score, True) for score in positives] + [(s, False) for s in negatives])
    wins, start = 0.0, 0
    below = 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and ranked[end][0] == ranked[start][0]:
            end += 1
        tied = sum(positive for _, positive in ranked[start:end])
        wins += tied * (below + (end - start - tied) / 2)
        below += end - start - tied
        start = end
    return wins / (len(positives) * len(negatives))


def _figures(judged: Sequence[_Judged]) -> PairFigures:
    hits = sum(one.contradicts and one.found for one in judged)
    scored = [(one.contradicts, one.score) for one in judged if one.score is not None]
    area = auroc(
        [score for contradicts, score in scored if contradicts],
        [score for contradicts, score in scored if not contradicts],
    )
    return PairFigures(
        accuracy=Ratio(
            part=sum(one.contradicts == one.found for one in judged), whole=len(judged)
        ),
        contradiction=Scores(
            recall=Ratio(part=hits, whole=sum(one.contradicts for one in judged)),
            precision=Ratio(part=hits, whole=sum(one.found for one in judged)),
        ),
        auroc=None if area is None else round(area, 4),
    )


def _pair(number: int, row: PairRow) -> CandidatePair:
    a, b = (
        _claim(f"pair {row.id or number}: {side}", number, text)
        for side, text in (("premise", row.premise), ("hypothesis", row.hypothesis))
    )
    return CandidatePair(a=a, b=b, score=1.0, focus=focus_of(signs(a), signs(b)))


def _claim(doc_id: str, number: int, text: str) -> Claim:
    return Claim(
        id=content_id("c", number, doc_id, text),
        text=text,
        doc_id=doc_id,
        start=0,
        end=len(text),
        quote=text,
        speaker=speaker_of(text, text, ""),
        time=time_of(text, text),
    )
