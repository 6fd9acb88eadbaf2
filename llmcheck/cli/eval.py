"""The verb ``eval``: llmcheck measured on labelled documents, pairs and sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck.cli.interrupts import exit_on_interrupt
from llmcheck.cli.options import (
    RUN_CODES,
    Output,
    Quiet,
    check_output,
    failure_code,
    help_epilog,
    takes_settings,
    tell_of_recording,
)
from llmcheck.cli.streams import emit, say, show_progress

if TYPE_CHECKING:
    from llmcheck.evaluation import Evaluation
    from llmcheck.settings import SourcedSettings


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck eval benchmarks/corpora/* --replay fixtures",
        "llmcheck eval my-set/ --model gpt-4o-mini --format json",
        "llmcheck eval --pairs pairs.jsonl --limit 200",
        codes=RUN_CODES,
    )
    app.command("eval", epilog=epilog)(evaluate)


@takes_settings
def evaluate(
    sourced: SourcedSettings,
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
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print what was measured.")
    ] = "text",
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """How well it does on labelled documents, pairs or sentences.

    A recording that serves several of them has a folder for each: the set's name, pairs, claims.
    """
    if not (gold_dirs or pairs or claims):
        raise typer.BadParameter("name a GOLD_DIR, --pairs FILE or --claims FILE")
    settings = sourced.settings
    check_output(output)
    from llmcheck.evaluation import PairRow, SentenceRow, read_gold, read_rows
    from llmcheck.evaluation.run import measure
    from llmcheck.llm.runner import ignore_progress

    # All labels first: an error in the last file should not wait for the runs before it.
    sets = [read_gold(path) for path in gold_dirs or ()]
    rows = read_rows(pairs, PairRow, limit) if pairs else []
    sentences = read_rows(claims, SentenceRow, limit) if claims else []
    tell_of_recording(settings)
    with show_progress() as line, exit_on_interrupt(settings, line):
        measured = measure(sets, rows, sentences, settings, ignore_progress if quiet else line)
    emit(_as_json(measured) if format_name == "json" else _as_text(measured), output)
    failures = measured.failures()
    if failures:
        say("warning: parts of the run failed; the output says which")
    raise typer.Exit(failure_code(failures))


def _as_text(measured: Evaluation) -> str:
    from llmcheck.evaluation.table import text_page

    return text_page(measured)


def _as_json(measured: Evaluation) -> str:
    # Beyond ASCII there are characters that a terminal obeys.
    return json.dumps(measured.model_dump(mode="json"), indent=2) + "\n"
