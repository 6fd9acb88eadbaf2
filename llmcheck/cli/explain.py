"""The verb ``explain``: the passages, prompts and answers behind a finding of a saved report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from llmcheck.cli.options import (
    CLEAN,
    CODES_WITHOUT_RUN,
    INCOMPLETE,
    USAGE,
    Cache,
    Output,
    check_output,
    help_epilog,
)
from llmcheck.cli.streams import emit, say


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=help_epilog(
            "llmcheck explain d-5fc797b32b76 report.json",
            "llmcheck explain d-5f report.json --cache answers/",
            "llmcheck explain page.html:1042 report.json   # padding, by where it begins",
            codes={
                **CODES_WITHOUT_RUN,
                USAGE: "wrong usage or configuration, or no answer is there",
                INCOMPLETE: "some answers are not there, and the others are printed",
            },
        )
    )(explain)


def explain(
    finding: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of a dispute, an agreement or a claim, or its beginning; DOCUMENT:START "
            "of padding.",
        ),
    ],
    report: Annotated[
        Path, typer.Argument(metavar="REPORT.json", help="The report: --format json.")
    ],
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A recording that has the answers.")
    ] = None,
    cache: Cache = None,
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
    output: Output = None,
) -> None:
    """The passages, prompts and answers behind a finding. Asks no model.

    The answers are those of the cache, or of a recording. A recording has the prompts too; for
    the cache they are made again from the documents, if these and the settings are as they were.
    """
    from llmcheck.explanation.explain import explain as explain_finding
    from llmcheck.reports.saved import read_report
    from llmcheck.settings import load_settings

    check_output(output)
    settings = load_settings(replay=replay, cache=cache)
    if cache is not None and replay is None:
        # What is named here goes before a recording that the environment or the file names.
        settings = settings.model_copy(update={"replay": None})
    told = read_report(report)
    explanation = explain_finding(told, finding, settings)
    if format_name == "json":
        from llmcheck.render.data import to_json

        text = to_json(explanation)
    else:
        from llmcheck.render.explanation import explanation_text

        text = explanation_text(explanation, told.documents)
    emit(text, output)
    missing = [call for call in explanation.calls if call.missing]
    for call in missing:
        say(f"warning: no answer of {call.prompt} call {call.key[:16]}: {call.missing}")
    raise typer.Exit(INCOMPLETE if missing else CLEAN)
