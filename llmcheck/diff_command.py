"""The verb ``diff``, what differs between two saved reports, and what a baseline leaves of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck.errors import ConfigError
from llmcheck.options import CLEAN, CODES_WITHOUT_RUN, FINDINGS, Output, check_output, ending
from llmcheck.streams import emit, page_for

if TYPE_CHECKING:
    from llmcheck.comparison import Beside
    from llmcheck.models import Report


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=ending(
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
    from llmcheck.comparison import compare

    check_output(output)
    comparison = compare(_checked(old), _checked(new))
    if format_name == "json":
        from llmcheck.render.data import to_json

        text = to_json(comparison)
    else:
        from llmcheck.render.changes import changes_markdown, changes_text

        text = (
            changes_markdown(comparison)
            if format_name == "markdown"
            else changes_text(comparison, width=page_for(output).width)
        )
    emit(text, output)
    new_ones = [d for d in comparison.new_disputes if d.silenced is None]
    raise typer.Exit(FINDINGS if new_ones else CLEAN)


def since(baseline: Path) -> Callable[[Report], Beside]:
    """What shows a report beside the baseline.

    Raises ConfigError at once, rather than after the run, for a file that is no report.
    """
    from llmcheck.comparison import beside

    old = _checked(baseline)
    return lambda report: beside(report, old)


def _checked(path: Path) -> Report:
    """The report of a run that looked for disputes. Raises ConfigError for any other file."""
    from llmcheck.saved_reports import read_report

    report = read_report(path)
    if not any(name.startswith("judge.") for name in report.prompts):
        raise ConfigError(f"{path}: is of a run that looked for no disputes: save one of check")
    return report
