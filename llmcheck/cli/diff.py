"""The verb ``diff``, what differs between two saved reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from llmcheck.cli.options import (
    CLEAN,
    CODES_WITHOUT_RUN,
    FINDINGS,
    Output,
    check_output,
    help_epilog,
)
from llmcheck.cli.streams import emit, page_for


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=help_epilog(
            "llmcheck diff old.json new.json",
            "llmcheck diff old.json new.json --format markdown > changes.md",
            codes={**CODES_WITHOUT_RUN, FINDINGS: "a dispute is new"},
        )
    )(diff)


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="A report: --format json.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="A later report.")],
    format_name: Annotated[
        Literal["text", "json", "markdown"],
        typer.Option("--format", help="How to print what differs."),
    ] = "text",
    output: Output = None,
) -> None:
    """What is new, gone or changed between two reports. Exits with 1 when a dispute is new.

    A silenced dispute is not new. Disputes are matched by id, and then by the sentences that
    they rest on.
    """
    from llmcheck.reports.comparison import compare
    from llmcheck.reports.saved import read_check_report

    check_output(output)
    before, after = read_check_report(old), read_check_report(new)
    comparison = compare(before, after)
    if format_name == "json":
        from llmcheck.render.data import to_json

        text = to_json(comparison)
    else:
        from llmcheck.render.changes import changes_markdown, changes_text

        documents = (*after.documents, *before.documents)
        text = (
            changes_markdown(comparison, documents)
            if format_name == "markdown"
            else changes_text(comparison, documents, width=page_for(output).width)
        )
    emit(text, output)
    new_ones = [d for d in comparison.new_disputes if d.silenced is None]
    raise typer.Exit(FINDINGS if new_ones else CLEAN)
