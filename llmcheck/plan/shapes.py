"""What a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from llmcheck.models import Failure, Frozen

StageName = Literal["reading", "survey", "merging", "judging", "summary"]

_CHECK: tuple[StageName, ...] = ("survey", "merging", "judging")
STAGES: Mapping[str, tuple[StageName, ...]] = {
    "check": _CHECK,
    "summarize": ("reading", *_CHECK, "summary"),
    "report": ("reading", *_CHECK, "summary"),
    "claims": ("reading",),
    "padding": ("reading",),
}
"""What each verb asks a model for, in this order."""


class PlannedDocument(Frozen):
    """A document as it would be read."""

    id: str
    title: str | None
    path: str | None
    date: str | None
    author: str | None
    site: str | None
    sentences: int
    tokens: int
    """What its sentences take with their numbers: a quarter of their bytes."""
    own: int
    """Sentences that no original has, if it is a copy: those that are surveyed."""
    reads: float
    """How often each of them is surveyed, in the mean; 0 where there is no survey."""


class PlannedTable(Frozen):
    """Sentences that a model would see side by side."""

    doc_ids: tuple[str, ...]
    sentences: int
    tokens: int


class CallTotals(Frozen):
    """What calls take."""

    calls: int
    input_tokens: int
    """A quarter of the bytes of the requests, instructions and schema included."""
    output_tokens: int
    """Always estimated."""
    cost_usd: float | None
    """None when no model is named or its price is unknown."""


class PlannedStage(CallTotals):
    """The calls of one stage."""

    stage: StageName
    prompt: str
    counted: bool
    """Whether calls and input were counted on the requests themselves, or else estimated."""


class PlannedRun(CallTotals):
    """What a verb would take: the sums over its stages."""

    verb: str
    stages: tuple[PlannedStage, ...]


class Plan(Frozen):
    """What runs over a set of documents would take, were no answer cached and all came whole."""

    schema_version: Literal[1] = 1
    model: str | None
    """The model whose price is told."""
    table_tokens: int
    documents: tuple[PlannedDocument, ...]
    """In the order in which they are shown."""
    tables: tuple[PlannedTable, ...] = ()
    """What the survey shows; empty where there is none."""
    reads: float = 0
    """How often each sentence is surveyed, in the mean."""
    runs: tuple[PlannedRun, ...]
    failures: tuple[Failure, ...] = ()
    """Documents that could not be read, and are in no figure."""
