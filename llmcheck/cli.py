"""The command line: parse, call, render, exit code. Data goes to stdout, all else to stderr.

What only a command needs is imported by that command, so that ``--help`` loads typer alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck import diff_command, doctor_command, eval_command, mcp_command, prompts_command
from llmcheck.analyses import ANALYSES, Analysis
from llmcheck.errors import BudgetExceeded, ConfigError, IncompleteRun, LLMCheckError, LLMError
from llmcheck.options import (
    BUDGET,
    CLEAN,
    CODES_WITHOUT_RUN,
    FINDINGS,
    INCOMPLETE,
    RUN_CODES,
    USAGE,
    AllowPrivateUrls,
    BaseUrl,
    Cache,
    Concurrency,
    InputFormat,
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
    one_of,
    stopped_by_ctrl_c,
)
from llmcheck.render.view import counted, usage_line
from llmcheck.streams import emit, narrated, page_for, say, use_utf8

if TYPE_CHECKING:
    from llmcheck.documents import Corpus
    from llmcheck.models import Report
    from llmcheck.settings import Settings

_MOST_WARNINGS = 10

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
        sys.exit(INCOMPLETE if isinstance(error, LLMError | IncompleteRun) else USAGE)


def exit_code(report: Report, *, disputes_are_findings: bool) -> int:
    """The exit code that a report asks for; the gravest of those that hold."""
    if code := failure_code(report.failures):
        return code
    return FINDINGS if disputes_are_findings and report.open_disputes else CLEAN


Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATHS", help="Files, folders, globs or URLs to read; - is stdin."),
]


def _register(analysis: Analysis) -> None:
    format_option = typer.Option(
        next(iter(analysis.formats)),
        "--format",
        metavar=f"[{'|'.join(analysis.formats)}]",
        callback=one_of(analysis.formats),
        autocompletion=lambda incomplete: [
            f for f in analysis.formats if f.startswith(incomplete)
        ],
        help="How to print what was found.",
        show_default=True,
    )

    # Only where disputes are findings is there something that a baseline changes.
    baseline_option = typer.Option(
        None,
        metavar="FILE",
        hidden=not analysis.disputes_are_findings,
        help="A report saved with --format json: the disputes that it has are no findings.",
    )

    def command(
        paths: Paths,
        input_format: InputFormat = None,
        model: Model = None,
        base_url: BaseUrl = None,
        replay: Replay = None,
        record: Record = None,
        cache: Cache = None,
        no_cache: NoCache = False,
        format_name: str = format_option,
        output: Output = None,
        max_calls: MaxCalls = None,
        max_cost: MaxCost = None,
        concurrency: Concurrency = None,
        baseline: Path | None = baseline_option,
        allow_private_urls: AllowPrivateUrls = False,
        quiet: Quiet = False,
    ) -> None:
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
            allow_private_urls=allow_private_urls or None,
        )
        check_output(output)
        chosen, findings = analysis.formats[format_name], analysis.disputes_are_findings
        if baseline is not None and not findings:
            raise typer.BadParameter("only check takes a --baseline")
        since = None if baseline is None else diff_command.since(baseline)
        report, corpus = _run(analysis, paths, input_format, settings, quiet)
        new, marked = since(report) if since else (report, report)
        shown = {"left out": new, "marked": marked, "kept": report}[chosen.known]
        emit(chosen.render(shown, corpus, page_for(output)), output)
        _say_what_failed(report, listed=chosen.complete)
        if not quiet and (baseline is not None or not chosen.complete):
            known = len(report.disputes) - len(new.disputes)
            say(_outcome(new, findings, None if baseline is None else known))
        raise typer.Exit(exit_code(new, disputes_are_findings=findings))

    codes = {FINDINGS: "disputes found"} if analysis.disputes_are_findings else {}
    epilog = ending(*analysis.examples, codes={**codes, **RUN_CODES})
    app.command(analysis.name, help=analysis.help, epilog=epilog)(command)


for _analysis in ANALYSES:
    _register(_analysis)


def _run(
    analysis: Analysis,
    paths: list[str],
    input_format: str | None,
    settings: Settings,
    quiet: bool,
) -> tuple[Report, Corpus]:
    from llmcheck.documents import Corpus
    from llmcheck.paths import is_url
    from llmcheck.pipeline import Checker

    if settings.replay is not None and any(map(is_url, paths)):
        raise ConfigError(
            "nothing is fetched in a replay: save the pages, record with the files, and name "
            "the files instead of URLs"
        )
    with narrated() as line, stopped_by_ctrl_c(settings, line):
        # First the checker: a missing key should not wait until a large folder is read.
        checker = Checker(settings=settings, on_progress=(lambda _: None) if quiet else line)
        corpus = Corpus.read(
            *paths, input_format=input_format, allow_private_urls=settings.allow_private_urls
        )
        return analysis.run(checker, corpus), corpus


def _say_what_failed(report: Report, *, listed: bool) -> None:
    """Warn of failures: one by one, or of their number where the output has ``listed`` them."""
    if report.failures and listed:
        number = counted(len(report.failures), "part")
        say(f"warning: {number} of the run failed; the output says which")
        return
    for failure in report.failures[:_MOST_WARNINGS]:
        say(f"warning: {failure.stage} of {failure.subject}: {failure.error}")
    more = len(report.failures) - _MOST_WARNINGS
    if more > 0:
        say(f"warning: {counted(more, 'more failure')}, listed by --format json")


def _outcome(report: Report, disputes: bool, known: int | None) -> str:
    """What was found, in a line; ``known`` disputes of a baseline are not in the report."""
    documents = counted(len(report.documents), "document")
    if not disputes:
        return f"{counted(len(report.claims), 'claim')} in {documents}; {usage_line(report.usage)}"
    silenced = len(report.disputes) - len(report.open_disputes)
    found = counted(len(report.open_disputes), "dispute" if known is None else "new dispute")
    beside = [f"{known} known"] if known is not None else []
    beside += [f"{silenced} silenced"] if silenced else []
    aside = f" ({', '.join(beside)})" if beside else ""
    return f"{found}{aside} in {documents}; {usage_line(report.usage)}"


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


eval_command.register(app)
diff_command.register(app)
prompts_command.register(app)
doctor_command.register(app)
mcp_command.register(app)


@app.command(
    "cache",
    epilog=ending(
        "llmcheck cache info    # how much is stored, and where",
        "llmcheck cache clear   # forget it",
        codes=CODES_WITHOUT_RUN,
    ),
)
def cache_command(
    action: Annotated[
        Literal["info", "clear", "path"], typer.Argument(help="What to do.")
    ] = "info",
    cache: Cache = None,
) -> None:
    """The reply cache: what is in it; empty it."""
    from llmcheck.settings import load_settings

    folder = load_settings(cache=cache).cache
    if folder is None:
        raise ConfigError("the cache is switched off: name one with --cache DIR")
    if action == "path":
        emit(f"{folder}\n")
        return
    from llmcheck.store import ReplyStore

    store = ReplyStore(folder)
    try:
        if action == "clear":
            emit(f"{folder}: {counted(store.clear(), 'stored answer')} removed\n")
        else:
            info = store.info()
            emit(f"{folder}: {counted(info.replies, 'stored answer')}, {info.bytes:,} bytes\n")
    finally:
        store.close()


if __name__ == "__main__":
    main()
