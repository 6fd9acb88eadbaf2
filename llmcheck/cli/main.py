"""The command line: parse, call, render, exit code. Data goes to stdout, all else to stderr.

What only a command needs is imported by that command, so that ``--help`` loads typer alone; of the
verbs, the one that is meant is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from llmcheck.cli import run
from llmcheck.cli.options import BUDGET, FAULT, INCOMPLETE, INTERRUPTED, TERMINATED, USAGE
from llmcheck.cli.streams import emit, say, use_utf8
from llmcheck.errors import BatchError, BudgetExceeded, LLMCheckError, LLMError
from llmcheck.render.phrases import clean_lines

ANALYSES = ("summarize", "report", "check", "claims", "padding")
"""The verbs that read documents and report on them."""
VERBS = (
    *ANALYSES, "plan", "batch", "eval", "diff", "explain", "rule", "demo", "prompts", "doctor",
    "mcp", "cache", "trust",
)  # fmt: skip
"""Every verb, as help lists them; each is a module of this package."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (default: of this process). Always ends in SystemExit."""
    use_utf8()
    given = sys.argv[1:] if arguments is None else list(arguments)
    # The one verb that is meant, if it is one: help, completion and a slip take all.
    verbs = given[:1] if given and given[0] in VERBS else VERBS
    try:
        command_line(verbs)(args=given, prog_name="llmcheck")
    except LLMCheckError as error:
        say(f"error: {error}")
        if isinstance(error, BudgetExceeded):
            sys.exit(BUDGET)
        from llmcheck.models import IncompleteRun

        failed = isinstance(error, LLMError | BatchError | IncompleteRun)
        sys.exit(INCOMPLETE if failed else USAGE)
    except SystemExit as ended:
        # Nothing here asks the user anything, so an end of input was met by our own code.
        if isinstance(ended.__context__, typer.Abort):
            _say_fault(ended.__context__.__cause__ or ended.__context__)
            sys.exit(FAULT)
        raise
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, as with disputes.
        _say_fault(error)
        sys.exit(FAULT)


def _say_fault(error: BaseException) -> None:
    """Say that it happened and where; what it says itself may hold a document's text or a key."""
    import traceback

    if os.environ.get("LLMCHECK_DEBUG"):
        sys.stderr.write(clean_lines("".join(traceback.format_exception(error))))
    home = Path(__file__).parent.parent
    places = [
        f" at {Path(frame.filename).relative_to(home.parent)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(home)
    ]
    say(
        f"error: a fault of llmcheck itself: {type(error).__name__}{places[-1]}. Please report "
        "it, with what the same command says when LLMCHECK_DEBUG=1 is set (that may quote "
        "documents: look through it first)"
    )


def run_process() -> None:
    """Run the command line and end this process."""
    try:
        main()
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):
            # At once: all is written, and taking down what was loaded can take seconds.
            os._exit(end.code)
        raise


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            emit(f"llmcheck {version('llmcheck')}\n")
        except PackageNotFoundError:
            emit("llmcheck, not installed\n")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of llmcheck itself."""


def command_line(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command line with these verbs; what others need is not loaded."""
    app = typer.Typer(
        name="llmcheck",
        help="What documents agree on, where they contradict each other, what in them is padding.",
        epilog=(
            "Exit codes: 0 clean, 1 disputes found (check) or something new (diff), "
            "2 usage or configuration, 3 incomplete (what was found is printed), "
            "4 stopped by a budget, 70 a fault of llmcheck itself, "
            "130 interrupted (143 by SIGTERM). "
            "Where several hold: 4 before 3 before 1."
        ),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in verbs:
        verb = import_module(f"llmcheck.cli.{name}")
        if name in ANALYSES:
            run.register(app, verb.ANALYSIS)
        else:
            verb.register(app)
    return app
