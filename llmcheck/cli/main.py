"""The command line: parse, call, render, exit code. Data goes to stdout, all else to stderr.

What only a command needs is imported by that command, so that ``--help`` loads typer alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from llmcheck.cli import (
    cache,
    check,
    claims,
    diff,
    doctor,
    eval,
    mcp,
    padding,
    plan,
    prompts,
    report,
    run,
    summarize,
    trust,
)
from llmcheck.cli.options import BUDGET, INCOMPLETE, USAGE
from llmcheck.cli.streams import emit, say, use_utf8
from llmcheck.errors import BudgetExceeded, LLMCheckError, LLMError

ANALYSES = (
    summarize.ANALYSIS,
    report.ANALYSIS,
    check.ANALYSIS,
    claims.ANALYSIS,
    padding.ANALYSIS,
)
"""The verbs that read documents and report on them."""

app = typer.Typer(
    name="llmcheck",
    help="What documents agree on, where they contradict each other, what in them is padding.",
    epilog=(
        "Exit codes: 0 clean, 1 disputes found (check) or something new (diff), "
        "2 usage or configuration, 3 incomplete (what was found is printed), "
        "4 stopped by a budget, 130 interrupted. "
        "Where several hold: 4 before 3 before 1."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (default: of this process). Always ends in SystemExit."""
    use_utf8()
    try:
        app(args=arguments, prog_name="llmcheck")
    except LLMCheckError as error:
        say(f"error: {error}")
        if isinstance(error, BudgetExceeded):
            sys.exit(BUDGET)
        from llmcheck.models import IncompleteRun

        sys.exit(INCOMPLETE if isinstance(error, LLMError | IncompleteRun) else USAGE)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            emit(f"llmcheck {version('llmcheck')}\n")
        except PackageNotFoundError:
            emit("llmcheck, not installed\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of llmcheck itself."""


for analysis in ANALYSES:
    run.register(app, analysis)
for verb in (plan, eval, diff, prompts, doctor, mcp, cache, trust):
    verb.register(app)
