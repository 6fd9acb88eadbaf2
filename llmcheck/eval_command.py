"""The verb ``eval``: llmcheck measured on labelled documents, pairs and sentences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck.errors import ConfigError
from llmcheck.options import (
    RUN_CODES,
    BaseUrl,
    Cache,
    Concurrency,
    MaxCalls,
    MaxCost,
    Model,
    NoCache,
    Output,
    Quiet,
    Record,
    Replay,
    check_output,
    chosen_settings,
    ending,
    failure_code,
    stopped_by_ctrl_c,
)
from llmcheck.streams import emit, narrated, say

if TYPE_CHECKING:
    from llmcheck.connect import Connection
    from llmcheck.evaluation import Evaluation, GoldSet
    from llmcheck.evaluation.labelled_claims import SentenceRow
    from llmcheck.evaluation.labelled_pairs import PairRow
    from llmcheck.llm import Progress
    from llmcheck.settings import Settings

PAIRS, CLAIMS = "pairs", "claims"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = ending(
        "llmcheck eval benchmarks/corpora/* --replay fixtures",
        "llmcheck eval my-set/ --model gpt-4o-mini --format json",
        "llmcheck eval --pairs pairs.jsonl --limit 200",
        codes=RUN_CODES,
    )
    app.command("eval", epilog=epilog)(evaluate)


def evaluate(
    gold_dirs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="GOLD_DIR...", help="Folders with a gold.json and documents."),
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled pairs, as JSON lines.")
    ] = None,
    claims: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled sentences, as JSON lines.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Take N rows of --pairs and --claims, shuffled."),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    replay: Replay = None,
    record: Record = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print what was measured.")
    ] = "text",
    output: Output = None,
    max_calls: MaxCalls = None,
    max_cost: MaxCost = None,
    concurrency: Concurrency = None,
    quiet: Quiet = False,
) -> None:
    """How well it does on labelled documents, pairs or sentences.

    A recording that serves several of them has a folder for each: the set's name, pairs, claims.
    """
    if not (gold_dirs or pairs or claims):
        raise typer.BadParameter("name a GOLD_DIR, --pairs FILE or --claims FILE")
    settings = chosen_settings(
        model=model,
        base_url=base_url,
        replay=replay,
        record=record,
        cache=cache,
        no_cache=no_cache,
        max_calls=max_calls,
        max_cost=max_cost,
        concurrency=concurrency,
    )
    check_output(output)
    from llmcheck.evaluation import read_gold, read_pairs, read_sentences

    # All labels first: an error in the last file should not wait for the runs before it.
    sets = [read_gold(path) for path in gold_dirs or ()]
    rows = read_pairs(pairs, limit) if pairs else []
    sentences = read_sentences(claims, limit) if claims else []
    with narrated() as line, stopped_by_ctrl_c(settings, line):
        measured = _measure(sets, rows, sentences, settings, (lambda _: None) if quiet else line)
    emit(_as_json(measured) if format_name == "json" else _as_text(measured), output)
    failures = measured.failures()
    if failures:
        say("warning: parts of the run failed; the output says which")
    raise typer.Exit(failure_code(failures))


def _measure(
    sets: list[GoldSet],
    rows: list[PairRow],
    sentences: list[SentenceRow],
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> Evaluation:
    from llmcheck import evaluation
    from llmcheck.llm import Runner
    from llmcheck.pipeline import Checker

    parts = [gold.name for gold in sets] + [PAIRS] * bool(rows) + [CLAIMS] * bool(sentences)
    connection_for = _connections(parts, settings)

    def runner(part: str) -> Runner:
        connection = connection_for(part)
        return Runner(connection.llm, connection.model, settings.concurrency, on_progress)

    scores = []
    for gold in sets:
        connection = connection_for(gold.name)
        checker = Checker(
            connection.model,
            # What a user has set aside in documents of their own is no matter here.
            settings=settings.model_copy(update={"silence": ()}),
            llm=connection.llm,
            on_progress=on_progress,
        )
        corpus = gold.read_documents()
        scores.append(evaluation.evaluate(gold, corpus, checker.trace(corpus)))
    return evaluation.Evaluation(
        sets=tuple(scores),
        all=evaluation.pooled(scores),
        pairs=evaluation.score_pairs(rows, runner(PAIRS)) if rows else None,
        claims=evaluation.score_sentences(sentences, runner(CLAIMS)) if sentences else None,
    )


def _connections(parts: list[str], settings: Settings) -> Callable[[str], Connection]:
    """The way to the model for each part of the run, which may have its own recording.

    What all parts share is the endpoint with its cache and its budget.
    """
    from llmcheck.connect import Connection, connect
    from llmcheck.fixtures import RecordingLLM
    from llmcheck.recordings import MANIFEST

    for part, count in Counter(parts).items():
        if count > 1:
            raise ConfigError(f"{count} of what is to be measured have the name {part!r}")

    def changed(**update: object) -> Settings:
        return settings.model_copy(update=update)

    if settings.replay is not None:
        replay = settings.replay
        # A folder that is no recording itself may hold one for each part.
        several = replay.is_dir() and not (replay / MANIFEST).exists()
        return lambda part: connect(changed(replay=replay / part if several else replay))
    shared = connect(changed(record=None))
    if settings.record is None:
        return lambda part: shared
    record = settings.record

    def recorded(part: str) -> Connection:
        folder = record / part if len(parts) > 1 else record
        llm = RecordingLLM(shared.llm, folder, settings={"concurrency": settings.concurrency})
        return Connection(llm, shared.model)

    return recorded


def _as_text(measured: Evaluation) -> str:
    from llmcheck.evaluation.table import text_page

    return text_page(measured)


def _as_json(measured: Evaluation) -> str:
    # Beyond ASCII there are characters that a terminal obeys.
    return json.dumps(measured.model_dump(mode="json"), indent=2) + "\n"
