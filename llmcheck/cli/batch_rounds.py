"""What the verb ``batch`` does between its files: a run that asks nothing, over and over.

Each round walks the stations as the verb itself would, with the cache, and in the place of the
model a port that writes calls down, or answers them from results.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from llmcheck.checker import Checker
from llmcheck.cli import check, claims, padding, report, summarize
from llmcheck.documents.corpus import Corpus
from llmcheck.documents.paths import is_url
from llmcheck.errors import BudgetExceeded, ConfigError
from llmcheck.judging import judge
from llmcheck.llm.batch.answers import AnsweringLLM, Lines, Tally
from llmcheck.llm.batch.asking import Asking, CollectingLLM, asking_of, memory_of
from llmcheck.llm.batch.folder import BatchFile, BatchFolder, Learnt, Manifest, Order
from llmcheck.llm.batch.formats import PRICE_SHARE
from llmcheck.llm.connect import prices_of, stand_in
from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.llm.port import LLM
from llmcheck.plan import PlannedRun, plan_of
from llmcheck.providers import one_spelling
from llmcheck.reading import read
from llmcheck.settings import Settings, load_settings
from llmcheck.summary import PROMPT as SUMMARY_PROMPT
from llmcheck.survey import merging, survey
from llmcheck.tokens import Tokens

if TYPE_CHECKING:
    from llmcheck.summary import Length

VERBS = {
    analysis.name: analysis
    for analysis in (
        summarize.ANALYSIS,
        report.ANALYSIS,
        check.ANALYSIS,
        claims.ANALYSIS,
        padding.ANALYSIS,
    )
}
"""The verbs whose calls can go into batches."""
STAGES = ((read.PROMPT, survey.PROMPT), (merging.PROMPT,), (judge.PROMPT,), (SUMMARY_PROMPT,))
"""The prompts of a run, those together that need no answers of each other, in their order."""


class Round(NamedTuple):
    """What is to be asked next."""

    files: tuple[BatchFile, ...]
    """Empty when nothing is left."""
    prompts: Mapping[str, int]
    """Calls by their prompt."""
    given_up: int
    """Calls that are left to the run itself."""
    planned: PlannedRun
    """The whole run, at the price of batches."""
    unreadable: list[str]
    """What is wrong with documents that could not be read."""


class ReadRound(NamedTuple):
    """What came of results."""

    lines: Lines
    tally: Tally
    stale: int
    """Results that nothing asks for: they are stored already, or the documents have changed."""
    cost: float | None
    """US dollars, where the price is known."""


def order_of(
    verb: str, paths: list[str], input_format: str | None, length: str, settings: Settings
) -> Order:
    """The order for a folder. Raises ConfigError for what cannot be ordered."""
    if settings.model is None:
        raise ConfigError("no model is named: give --model NAME, of OpenAI or anthropic/NAME")
    if "-" in paths:
        raise ConfigError("standard input cannot be read again for the next round: name files")
    if settings.cache is None:
        raise ConfigError("batches are answered into the cache: name one with --cache DIR")
    return Order(
        verb=verb,
        paths=tuple(path if is_url(path) else os.path.abspath(path) for path in paths),
        input_format=input_format,
        length=length,
        model=settings.model,
        address=_address(settings.base_url),
        cache=os.path.abspath(settings.cache.expanduser()),
        effort=settings.effort,
        table_tokens=settings.table_tokens,
        language=settings.language,
        extra=settings.extra,
    )


def settings_for(order: Order, base_url: str | None, cache: Path | None) -> Settings:
    """The settings to go on with an order; the key is that of today.

    The address is not taken from the folder, which may have come with the documents: a key would
    be sent there. Raises ConfigError when it is not that of the settings.
    """
    settings = load_settings(model=order.model, base_url=base_url, cache=cache)
    if _address(settings.base_url) != order.address:
        raise ConfigError(
            f"the batch was written for {order.address or 'the address of the provider'}, and the "
            f"settings name {_address(settings.base_url) or 'no other'}: give --base-url as it was"
        )
    decided = order.model_dump(include={"model", "effort", "table_tokens", "language", "extra"})
    return settings.model_copy(update=decided)


def check_cache(order: Order, settings: Settings) -> None:
    """Raises ConfigError when the answers would go into another cache than the order names."""
    if settings.cache is None or os.path.abspath(settings.cache.expanduser()) != order.cache:
        raise ConfigError(f"the answers are to go into the cache {order.cache}: give --cache")


def _address(base_url: str | None) -> str | None:
    return None if base_url is None else one_spelling(base_url).partition("?")[0]


def write(folder: BatchFolder, order: Order, settings: Settings) -> Round:
    """Write what is to be asked next into the folder.

    Raises ConfigError where the folder has another order or batches that were not read, and
    BudgetExceeded where the whole run is planned to pass a limit.
    """
    asking = asking_of(settings)
    if folder.begun():
        manifest = folder.manifest()
        _check_same(folder, manifest, order, asking)
    else:
        known = Learnt.of(memory_of(asking, settings).lessons(order.model))
        manifest = Manifest(api=asking.format.name, order=order, lessons=known)
    corpus = _corpus(order, settings)
    planned = _planned(corpus, order, settings)
    collecting = CollectingLLM(asking, _lessons(manifest, asking), STAGES, manifest.tries)
    _walk(corpus, order, settings, collecting)
    written = folder.write_round(manifest, asking.format, collecting.requests.values())
    return Round(
        tuple(written.unread),
        collecting.prompts,
        len(collecting.given_up),
        planned,
        [f"{failure.subject}: {failure.error}" for failure in corpus.failures],
    )


def read_results(
    folder: BatchFolder, manifest: Manifest, settings: Settings, texts: Mapping[str, str]
) -> ReadRound:
    """Hold results, by the names of their files, against the calls, and store the answers.

    What was learnt, and which files have been read, stands in the folder afterwards.
    """
    asking = asking_of(settings)
    bodies = {file: folder.requests(file, asking.format) for file in manifest.files}
    asked: dict[str, Any] = {key: body for each in bodies.values() for key, body in each.items()}
    lines = Lines()
    for name, text in texts.items():
        lines.add(name, text, asked, asking.format)
    answering = AnsweringLLM(
        asking, _lessons(manifest, asking), lines.results, asked, manifest.tries
    )
    _walk(_corpus(manifest.order, settings), manifest.order, settings, answering)
    tally = answering.tally
    files = tuple(
        file.model_copy(update={"read": file.read or bool(bodies[file].keys() & lines.results)})
        for file in manifest.files
    )
    lessons = answering.lessons
    learnt = Learnt.of(lessons)
    folder.save(
        manifest.model_copy(update={"files": files, "lessons": learnt, "tries": tally.tries})
    )
    if tally.stored:
        proven = replace(lessons, modes_that_work=frozenset({lessons.mode}))
        memory_of(asking, settings).put(manifest.order.model, proven)
    return ReadRound(
        lines, tally, len(lines.results.keys() - tally.read), _cost(tally.tokens, settings)
    )


def _check_same(folder: BatchFolder, manifest: Manifest, order: Order, asking: Asking) -> None:
    if manifest.order != order or manifest.api != asking.format.name:
        raise ConfigError(
            f"{folder.path} is for another order (documents, verb, model or settings differ): "
            "name a new folder"
        )
    waiting = [f"{file.name} ({file.id})" for file in manifest.unread if file.id]
    if waiting:
        raise ConfigError(
            f"{', '.join(waiting)} is submitted and not read, and would be paid for twice: "
            f"llmcheck batch read {folder.path}"
        )


def _corpus(order: Order, settings: Settings) -> Corpus:
    return Corpus.read(
        *order.paths,
        input_format=order.input_format,
        allow_private_urls=settings.allow_private_urls,
    )


def _walk(corpus: Corpus, order: Order, settings: Settings, llm: LLM) -> None:
    # One after the other, so that what one answer teaches holds for the next.
    alone = settings.model_copy(update={"concurrency": 1})
    checker = Checker(order.model, settings=alone, llm=stand_in(llm, settings))
    VERBS[order.verb].run(checker, corpus, order.length)


def _planned(corpus: Corpus, order: Order, settings: Settings) -> PlannedRun:
    """The plan of the whole run. Raises BudgetExceeded where it passes a limit."""
    (run,) = plan_of(
        corpus,
        [order.verb],
        model=order.model,
        prices=prices_of(settings),
        table_tokens=order.table_tokens,
        language=order.language,
        length=cast("Length", order.length),
    ).runs
    cost = None if run.cost_usd is None else run.cost_usd * PRICE_SHARE
    planned = run.model_copy(update={"cost_usd": cost})
    if settings.max_cost is not None and cost is None:
        raise ConfigError(
            f"the price of model {order.model!r} is unknown, so --max-cost cannot hold: "
            "give --price-in and --price-out, or use --max-tokens or --max-calls"
        )
    limits = (
        ("--max-calls", settings.max_calls, planned.calls),
        ("--max-tokens", settings.max_tokens, planned.input_tokens + planned.output_tokens),
        ("--max-cost", settings.max_cost, cost),
    )
    for option, most, figure in limits:
        if most is not None and figure is not None and figure > most:
            raise BudgetExceeded(
                f"{order.verb} would take about {figure:g}, more than {option} {most:g} allows: "
                "nothing is written"
            )
    return planned


def _lessons(manifest: Manifest, asking: Asking) -> Lessons:
    lessons = manifest.lessons.lessons()
    return replace(lessons, mode=min(lessons.mode, len(asking.ways) - 1))


def _cost(answers: list[Tokens], settings: Settings) -> float | None:
    prices = prices_of(settings)
    costs = [prices.cost(tokens) for tokens in answers]
    if None in costs:
        return None
    return float(sum(cost or 0 for cost in costs)) * PRICE_SHARE
