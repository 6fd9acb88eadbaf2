"""A plan: what a run would take, told before anything is sent.

What is read and surveyed is known beforehand. The stations that ask about it are walked with a
port that weighs every call and answers none, so what is counted is what would be sent. What
comes after depends on answers that are not there yet and is estimated, as all answers are, by
the ratios below.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from llmcheck.disjoint import DisjointSets
from llmcheck.documents.corpus import Corpus
from llmcheck.errors import LLMError
from llmcheck.judging import judge
from llmcheck.judging.pairs import MOST_PAIRS
from llmcheck.llm.port import Call, Reply, T, Tokens, canonical_json
from llmcheck.llm.prices import Prices
from llmcheck.llm.runner import Runner
from llmcheck.models import Failure, Frozen
from llmcheck.numbering import NumberedSet, tokens_of
from llmcheck.reading import read
from llmcheck.summary import PROMPT as SUMMARY_PROMPT
from llmcheck.summary import Length
from llmcheck.survey import merging, survey
from llmcheck.survey.shapes import Table

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
POSITIONS, PAIRS, DOUBTED = 3.9, 2.6, 0.07
"""Positions in dispute and pairs of them, for a document; share of pairs looked at twice."""
JUDGE, PAIR, JUDGED = 650, 20, 72
"""A judging without pairs; the question of a pair; the answer for it."""
PASSAGE, PASSAGE_AGAIN = 7.6, 9.2
"""Sentences shown for a position, at the first look and at the second."""
SUMMARY, FOUND, TOLD = 410, 198, 92
"""A summary without findings; sources and findings, for a document; answer, for a sentence."""
SENTENCES: Mapping[Length, int] = {"short": 3, "normal": 6, "long": 15}
"""Sentences of a summary."""


class PlannedDocument(Frozen):
    """A document as it would be read."""

    id: str
    title: str | None
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


class Taken(Frozen):
    """What calls take."""

    calls: int
    input_tokens: int
    """A quarter of the bytes of the requests, instructions and schema included."""
    output_tokens: int
    """Always estimated."""
    cost_usd: float | None
    """None when no model is named or its price is unknown."""


class PlannedStage(Taken):
    """The calls of one stage."""

    stage: StageName
    prompt: str
    counted: bool
    """Whether calls and input were counted on the requests themselves, or else estimated."""


class PlannedRun(Taken):
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


def plan_of(
    corpus: Corpus,
    verbs: Sequence[str] = ("check", "summarize"),
    *,
    model: str | None = None,
    prices: Prices | None = None,
    table_tokens: int = 24_000,
    language: str | None = None,
    length: Length = "normal",
) -> Plan:
    """What each of ``verbs`` (names in ``STAGES``) would take; asks no model.

    The other arguments are the settings of the run; ``prices`` are those that the list knows for
    the model, unless they are given.
    """
    prices = prices or (Prices(model) if model else None)
    numbered = NumberedSet(corpus.documents)
    wanted = {stage for verb in verbs for stage in STAGES[verb]}
    sizes = [size for document in numbered.documents for size in document.sizes]
    scales = _Scales()
    runner = Runner(scales, model or "", concurrency=1, table_tokens=table_tokens)
    asked: dict[StageName, _Asked] = {}
    tables: Sequence[Table] = ()
    if "reading" in wanted:
        read.read_documents(numbered, runner)
        asked["reading"] = _Asked(read.PROMPT, *scales.emptied(), READ * len(sizes), counted=True)
    if "survey" in wanted:
        tables = survey.survey_documents(numbered, runner, language).tables
        told = [SURVEYED * sum(_counts(len(part.numbers)) for part in t.parts) for t in tables]
        asked["survey"] = _Asked(survey.PROMPT, *scales.emptied(), sum(told), counted=True)
        asked["merging"] = _merging(tables, told)
        weight = sum(_counts(len(document.own)) for document in numbered.documents)
        asked["judging"] = _judging(weight, _mean(sum(sizes), len(sizes)), table_tokens)
        asked["summary"] = _summary(weight, table_tokens, length)
    stages = {stage: _priced(stage, each, prices) for stage, each in asked.items()}
    shown = Counter[str]()
    for part in (part for table in tables for part in table.parts):
        shown[part.document.document.id] += len(part.numbers)
    return Plan(
        model=model,
        table_tokens=table_tokens,
        documents=tuple(
            PlannedDocument(
                id=each.document.id,
                title=each.document.title,
                sentences=len(each.sentences),
                tokens=sum(each.sizes),
                own=len(each.own),
                reads=_mean(shown[each.document.id], len(each.own)),
            )
            for each in numbered.documents
        ),
        tables=tuple(
            PlannedTable(
                doc_ids=tuple(part.document.document.id for part in table.parts),
                sentences=table.sentences,
                tokens=table.tokens,
            )
            for table in tables
        ),
        reads=_mean(shown.total(), sum(len(d.own) for d in numbered.documents)),
        runs=tuple(_run(verb, [stages[stage] for stage in STAGES[verb]]) for verb in verbs),
        failures=corpus.failures,
    )


class _Scales:
    """A port that weighs what it is asked, and answers nothing."""

    def __init__(self) -> None:
        self._weights: list[int] = []

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Weigh the request that the call would make. Always raises LLMError."""
        said = (("system", call.system), ("user", call.user))
        answer = {"name": schema.__name__, "schema": call.schema}
        request = {
            "model": call.model,
            "messages": [{"role": role, "content": text} for role, text in said],
            "response_format": {"type": "json_schema", "json_schema": answer},
            **call.parameters,
        }
        self._weights.append(tokens_of(canonical_json(request)))
        raise LLMError("weighed, not asked", call_key=call.key, prompt=call.prompt)

    def emptied(self) -> tuple[int, int]:
        """How many calls were weighed since the last time, and their tokens."""
        weights, self._weights = self._weights, []
        return len(weights), sum(weights)


class _Asked(NamedTuple):
    """The calls of a stage."""

    prompt: str
    calls: int
    input: float
    output: float
    counted: bool = False


def _counts(sentences: int) -> float:
    """For how many documents so many sentences of one count."""
    return max(min(1.0, sentences / PLENTY), sentences / FULL)


def _merging(tables: Sequence[Table], told: Sequence[float]) -> _Asked:
    """One call for all tables that have a document in common, through others too."""
    near = DisjointSets(range(len(tables)))
    holder: dict[str, int] = {}
    for index, table in enumerate(tables):
        for part in table.parts:
            near.join(holder.setdefault(part.document.document.id, index), index)
    groups = [group for group in near.groups() if len(group) > 1]
    shown = sum(MERGED * told[index] for group in groups for index in group)
    return _Asked(merging.PROMPT, len(groups), MERGE * len(groups) + shown, SAME * shown)


def _judging(weight: float, sentence: float, size: int) -> _Asked:
    """Of positions in so many documents, whose sentences take so many tokens each."""
    pairs, again = PAIRS * weight, DOUBTED * PAIRS * weight
    if round(pairs) == 0:
        return _Asked(judge.PROMPT, 0, 0, 0)
    passages = POSITIONS * weight * PASSAGE * sentence
    batches = max(math.ceil(round(pairs) / MOST_PAIRS), math.ceil(passages / size))
    shown = passages + again * 2 * PASSAGE_AGAIN * sentence + PAIR * (pairs + again)
    return _Asked(
        judge.PROMPT,
        batches + round(again),
        JUDGE * (batches + again) + shown,
        JUDGED * (pairs + again),
    )


def _summary(weight: float, size: int, length: Length) -> _Asked:
    found = min(FOUND * weight, size)
    return _Asked(SUMMARY_PROMPT, 1, SUMMARY + found, min(TOLD * SENTENCES[length], found))


def _priced(stage: StageName, asked: _Asked, prices: Prices | None) -> PlannedStage:
    calls, into, out = asked.calls, round(asked.input), round(asked.output)
    # Call by call: some prices depend on the length of each prompt.
    of_one = Tokens(into // max(1, calls), out // max(1, calls))
    each = None if prices is None else prices.cost(of_one)
    return PlannedStage(
        stage=stage,
        prompt=asked.prompt,
        calls=calls,
        input_tokens=into,
        output_tokens=out,
        cost_usd=None if each is None else float(each * calls),
        counted=asked.counted,
    )


def _run(verb: str, stages: Sequence[PlannedStage]) -> PlannedRun:
    costs = [stage.cost_usd for stage in stages]
    return PlannedRun(
        verb=verb,
        stages=tuple(stages),
        calls=sum(stage.calls for stage in stages),
        input_tokens=sum(stage.input_tokens for stage in stages),
        output_tokens=sum(stage.output_tokens for stage in stages),
        cost_usd=None if None in costs else sum(cost or 0 for cost in costs),
    )


def _mean(total: int, count: int) -> float:
    return round(total / count, 2) if count else 0
