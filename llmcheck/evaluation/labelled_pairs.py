"""The judge alone, on labelled pairs of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from pydantic import Field

from llmcheck.evaluation.counts import Ratio, Scores
from llmcheck.evaluation.rows import Row, RowsScore, group_by_source
from llmcheck.judging.judge import judge_questions
from llmcheck.llm.budget import MeteredLLM
from llmcheck.llm.runner import Runner
from llmcheck.models import Document, Failure, Frozen, Question, Stance
from llmcheck.numbering import NumberedSet

QUESTION = "Can both statements be true?"
"""What is asked of every pair."""


class PairRow(Row):
    """Two statements, and whether they contradict each other."""

    premise: str = Field(pattern=r"\S")
    hypothesis: str = Field(pattern=r"\S")
    label: Literal["contradiction", "not_contradiction"]
    kind: str | tuple[str, ...] | None = None

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
    one of the two labels is missing."""


class PairsScore(RowsScore[PairFigures]):
    """The score of a file of labelled pairs."""

    judged: int
    """Rows with a verdict: the figures are theirs."""
    by_kind: dict[str, PairFigures]
    """A row with several kinds counts in each."""


class _JudgedRow(NamedTuple):
    row: PairRow
    label_contradicts: bool
    """What the row's label says."""
    judge_contradicts: bool
    """What the judge says."""
    score: float


def score_pairs(rows: Sequence[PairRow], runner: Runner) -> PairsScore:
    """Judge every pair, premise first, and compare the verdicts with the labels.

    Each statement is a document of its own, and the question whether both can be true. A pair
    whose call failed, or of which a statement says nothing, is a failure and counts in no figure.
    """
    meter = MeteredLLM(runner.llm, runner.model)
    documents = [_documents(number, row) for number, row in enumerate(rows, 1)]
    numbered = NumberedSet([document for pair in documents for document in pair])
    questions = [_question(numbered, *pair) for pair in documents]
    judgeable = [(row, q) for row, q in zip(rows, questions, strict=True) if q is not None]
    verdicts, failures = judge_questions(
        [question for _, question in judgeable], numbered, replace(runner, llm=meter)
    )
    failures += [
        Failure(stage="judging", subject=f"pair {row.id or number}", error="says nothing to judge")
        for number, (row, question) in enumerate(zip(rows, questions, strict=True), 1)
        if question is None
    ]
    judged = [
        _JudgedRow(
            row := judgeable[verdict.question][0],
            row.label == "contradiction",
            (judge_contradicts := verdict.label == "contradiction"),
            verdict.confidence if judge_contradicts else 1 - verdict.confidence,
        )
        for verdict in verdicts
    ]
    kinds = sorted({kind for one in judged for kind in one.row.kinds})
    return PairsScore(
        rows=len(rows),
        judged=len(judged),
        figures=_figures(judged),
        by_kind={kind: _figures([j for j in judged if kind in j.row.kinds]) for kind in kinds},
        by_source={
            name: _figures(of_source) for name, of_source in group_by_source(judged).items()
        },
        prompts=meter.usage().prompts,
        failures=tuple(failures),
    )


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """The chance that a positive scores higher than a negative, a tie counting half.

    None when there are no positives or no negatives. (The rank statistic of Mann and Whitney,
    1947; as the area under a ROC curve: Hanley and McNeil, 1982.)

    >>> auroc(positives=[0.9, 0.6], negatives=[0.6, 0.1])
    0.875
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


def _figures(judged: Sequence[_JudgedRow]) -> PairFigures:
    hits = sum(one.label_contradicts and one.judge_contradicts for one in judged)
    area = auroc(
        [one.score for one in judged if one.label_contradicts],
        [one.score for one in judged if not one.label_contradicts],
    )
    return PairFigures(
        accuracy=Ratio(
            part=sum(one.label_contradicts == one.judge_contradicts for one in judged),
            whole=len(judged),
        ),
        contradiction=Scores(
            recall=Ratio(part=hits, whole=sum(one.label_contradicts for one in judged)),
            precision=Ratio(part=hits, whole=sum(one.judge_contradicts for one in judged)),
        ),
        auroc=None if area is None else round(area, 4),
    )


def _documents(number: int, row: PairRow) -> tuple[Document, Document]:
    # By the number: nothing says that ids of rows are distinct.
    return (
        Document(id=f"pair {number}: premise", text=row.premise),
        Document(id=f"pair {number}: hypothesis", text=row.hypothesis),
    )


def _question(numbered: NumberedSet, *documents: Document) -> Question | None:
    """None where a document has no sentence."""
    if not all(numbered[document.id].sentences for document in documents):
        return None
    return Question(
        question=QUESTION,
        relation="dispute",
        stances=tuple(
            Stance(
                answer=document.text,
                sentences=tuple(map(numbered[document.id].ref, numbered[document.id].numbers)),
            )
            for document in documents
        ),
    )
