"""A plan: what a run would take, told before anything is sent.

What is read and surveyed is known beforehand. The stations that ask about it are walked with a
port that weighs every call and answers none, so what is counted is what would be sent. What
comes after depends on answers that are not there yet and is estimated, as all answers are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from llmcheck.documents.corpus import Corpus, as_corpus
from llmcheck.errors import LLMError
from llmcheck.llm.port import Call, Reply, T, canonical_json
from llmcheck.llm.prices import Prices
from llmcheck.llm.runner import Runner
from llmcheck.numbering import NumberedSet, tokens_of
from llmcheck.plan.estimates import (
    READ,
    SURVEYED,
    StageCalls,
    documents_counted,
    estimate_judging,
    estimate_merging,
    estimate_summary,
)
from llmcheck.plan.shapes import (
    STAGES,
    Plan,
    PlannedDocument,
    PlannedRun,
    PlannedStage,
    PlannedTable,
    StageName,
)
from llmcheck.reading import read
from llmcheck.summary import Length
from llmcheck.survey import survey
from llmcheck.survey.shapes import Table
from llmcheck.tokens import Tokens


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
    corpus = as_corpus(corpus)
    numbered = NumberedSet(corpus.documents)
    wanted = {stage for verb in verbs for stage in STAGES[verb]}
    sizes = [size for document in numbered.documents for size in document.sizes]
    scales = _Scales()
    runner = Runner(scales, model or "", concurrency=1, table_tokens=table_tokens)
    asked: dict[StageName, StageCalls] = {}
    tables: Sequence[Table] = ()
    if "reading" in wanted:
        read.read_documents(numbered, runner)
        asked["reading"] = StageCalls(
            read.PROMPT, *scales.take_weights(), READ * len(sizes), counted=True
        )
    if "survey" in wanted:
        tables = survey.survey_documents(numbered, runner, language).tables
        told = [
            SURVEYED * sum(documents_counted(len(part.numbers)) for part in t.parts)
            for t in tables
        ]
        asked["survey"] = StageCalls(
            survey.PROMPT, *scales.take_weights(), sum(told), counted=True
        )
        asked["merging"] = estimate_merging(tables, told, table_tokens)
        weight = sum(documents_counted(len(document.own)) for document in numbered.documents)
        asked["judging"] = estimate_judging(
            weight, _mean(sum(sizes), len(sizes)), table_tokens, tables
        )
        asked["summary"] = estimate_summary(weight, table_tokens, length)
    stages = {stage: _plan_stage(stage, each, prices) for stage, each in asked.items()}
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
                path=each.document.path,
                date=each.document.date,
                author=each.document.author,
                site=each.document.site,
                sentences=len(each.sentences),
                tokens=sum(each.sizes),
                own=len(each.own),
                reads=_mean(shown[each.document.id], len(each.own)),
            )
            for each in numbered.documents
        ),
        tables=tuple(
            PlannedTable(
                doc_ids=table.doc_ids,
                sentences=table.sentences,
                tokens=table.tokens,
            )
            for table in tables
        ),
        reads=_mean(shown.total(), sum(len(d.own) for d in numbered.documents)),
        runs=tuple(_plan_run(verb, [stages[stage] for stage in STAGES[verb]]) for verb in verbs),
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

    def take_weights(self) -> tuple[int, int]:
        """How many calls were weighed since the last time, and their tokens."""
        weights, self._weights = self._weights, []
        return len(weights), sum(weights)


def _plan_stage(stage: StageName, asked: StageCalls, prices: Prices | None) -> PlannedStage:
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


def _plan_run(verb: str, stages: Sequence[PlannedStage]) -> PlannedRun:
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
