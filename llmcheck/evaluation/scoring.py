"""The score of a report on a labelled set, and of several sets taken together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from llmcheck.checker import Trace
from llmcheck.documents.corpus import Corpus
from llmcheck.evaluation.agreements import AgreementFigures, agreements_found, score_agreements
from llmcheck.evaluation.counts import add_figures
from llmcheck.evaluation.disputes import (
    Alarm,
    DisputeFigures,
    FalseDispute,
    FoundDispute,
    score_disputes,
)
from llmcheck.evaluation.funnel import FunnelFigures, FunnelRow, funnel, funnel_figures
from llmcheck.evaluation.gold import GoldSet
from llmcheck.evaluation.labelled_claims import ClaimsScore
from llmcheck.evaluation.labelled_pairs import PairsScore
from llmcheck.evaluation.passages import (
    ClaimFigures,
    PaddingFigures,
    SummaryFigures,
    score_claims,
    score_padding,
    score_summary,
)
from llmcheck.evaluation.quotes import LabelError, locate
from llmcheck.models import Failure, Frozen, PromptUsage, Report


class Figures(Frozen):
    """The figures of a set, or of several added up."""

    disputes: DisputeFigures
    funnel: FunnelFigures
    claims: ClaimFigures
    agreements: AgreementFigures
    padding: PaddingFigures
    summary: SummaryFigures
    prompts: dict[str, PromptUsage]
    """Calls and tokens by prompt, wherever the answers came from."""


class SetScore(Frozen):
    """The score of one set: its figures, and by name what they are made of."""

    name: str
    model: str
    figures: Figures
    found: tuple[FoundDispute, ...]
    missed: tuple[str, ...]
    """Ids of the labelled disputes that were not found; ``funnel`` says where they were lost."""
    false: tuple[FalseDispute, ...]
    alarms: tuple[Alarm, ...]
    funnel: tuple[FunnelRow, ...]
    agreements_missed: tuple[str, ...]
    label_errors: tuple[LabelError, ...]
    """Quotes of the labels that are not in the documents; they lower no figure."""
    failures: tuple[Failure, ...]
    """What of the run failed: the figures are then those of a part."""


class Evaluation(Frozen):
    """Everything that one run of ``llmcheck eval`` measured."""

    schema_version: Literal[1] = 1
    sets: tuple[SetScore, ...] = ()
    all: Figures | None = None
    """All sets taken together, every count added up; None for fewer than two."""
    pairs: PairsScore | None = None
    claims: ClaimsScore | None = None

    def failures(self) -> tuple[Failure, ...]:
        """What failed in any part of the run."""
        parts = [part for part in (*self.sets, self.pairs, self.claims) if part is not None]
        return tuple(failure for part in parts for failure in part.failures)


def evaluate(gold: GoldSet, corpus: Corpus, trace: Trace) -> SetScore:
    """Score a run of the pipeline over the set's documents."""
    return _score(gold, corpus, trace.report, trace)


def score_report(gold: GoldSet, corpus: Corpus, report: Report) -> SetScore:
    """Score a report that came about in another way: what only a trace shows stays open."""
    return _score(gold, corpus, report, None)


def pool_figures(scores: Sequence[SetScore]) -> Figures | None:
    """The figures of all sets added up; None for fewer than two."""
    return add_figures([score.figures for score in scores]) if len(scores) > 1 else None


def _score(gold: GoldSet, corpus: Corpus, report: Report, trace: Trace | None) -> SetScore:
    documents = corpus.documents
    located = locate(gold.labels, documents)
    disputes = score_disputes(located, report)
    rows = funnel(located, report, trace)
    agreed = agreements_found(located, report)
    return SetScore(
        name=gold.name,
        model=report.model,
        figures=Figures(
            disputes=disputes.figures,
            funnel=funnel_figures(rows),
            claims=score_claims(located, documents, report),
            agreements=score_agreements(located, documents, report),
            padding=score_padding(located, documents, report),
            summary=score_summary(located, report),
            prompts=report.usage.prompts,
        ),
        found=disputes.found,
        missed=disputes.missed,
        false=disputes.false,
        alarms=disputes.alarms,
        funnel=rows,
        agreements_missed=tuple(name for name, found in agreed.items() if not found),
        label_errors=tuple(located.errors),
        failures=report.failures,
    )
