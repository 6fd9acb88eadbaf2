"""What the verbs that read documents and report on them share: options, the run, its exit code.

Each of them (``summarize``, ``report``, ``check``, ``claims``, ``padding``) is an ``Analysis`` in
a module of its own; what they do with it is the same and stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from llmcheck.cli.interrupts import exit_on_interrupt
from llmcheck.cli.options import (
    CLEAN,
    FINDING_SETTINGS,
    FINDINGS,
    RUN_CODES,
    SETTINGS,
    AllowPrivateUrls,
    Baseline,
    DryRun,
    Engine,
    ExitZero,
    InputFormat,
    Length,
    Output,
    Paths,
    Quiet,
    Statistics,
    Verbose,
    Workers,
    check_output,
    failure_code,
    help_epilog,
    one_of,
    refuse_to_fetch_in_a_replay,
    takes_settings,
    tell_of_recording,
)
from llmcheck.cli.streams import emit, page_for, say, show_progress
from llmcheck.render.phrases import pluralize
from llmcheck.render.view import usage_line

if TYPE_CHECKING:
    from llmcheck.checker import Checker
    from llmcheck.cli.report_formats import ReportFormat
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Failure, Report
    from llmcheck.reports.baseline import BaselineReports
    from llmcheck.settings import Settings, SourcedSettings

_MOST_WARNINGS = 10


class Analysis(NamedTuple):
    """A verb that reads documents and prints a report; the first format is the default."""

    name: str
    help: str
    run: Callable[[Checker, Corpus, Any], Report]
    """Given the length of the summary, too."""
    formats: dict[str, ReportFormat]
    disputes_are_findings: bool = False
    has_summary: bool = False
    examples: tuple[str, ...] = ()
    """Command lines for its help."""


def exit_code(report: Report, *, disputes_are_findings: bool) -> int:
    """The exit code that a report asks for; the gravest of those that hold."""
    if code := failure_code(report.failures):
        return code
    return FINDINGS if disputes_are_findings and report.open_disputes else CLEAN


def register(app: typer.Typer, analysis: Analysis) -> None:
    """Add a verb to the command line."""
    format_option = typer.Option(
        None,
        "--format",
        metavar=f"[{'|'.join(analysis.formats)}]",
        callback=one_of(analysis.formats),
        autocompletion=lambda incomplete: [
            f for f in analysis.formats if f.startswith(incomplete)
        ],
        help="How to print what was found; else as the suffix of --output says.",
        show_default=next(iter(analysis.formats)),
    )

    def command(
        sourced: SourcedSettings,
        paths: Paths,
        input_format: InputFormat = None,
        format_name: str | None = format_option,
        output: Output = None,
        baseline: Baseline = None,
        statistics: Statistics = False,
        exit_zero: ExitZero = False,
        length: Length = "normal",
        allow_private_urls: AllowPrivateUrls = False,
        quiet: Quiet = False,
        verbose: Verbose = False,
        dry_run: DryRun = False,
        engine: Engine = None,
        workers: Workers = None,
    ) -> None:
        settings = sourced.settings
        if allow_private_urls:
            settings = settings.model_copy(update={"allow_private_urls": True})
        check_output(output)
        format_name = format_name or _format_for(output, analysis)
        as_format, findings = analysis.formats[format_name], analysis.disputes_are_findings
        if as_format.is_binary and output is None:
            raise typer.BadParameter(f"{format_name} is no text: name a file with --output")
        if workers is not None and engine is None:
            raise typer.BadParameter("--workers are those of an --engine: give both")
        if statistics and format_name not in ("text", "json"):
            raise typer.BadParameter("--statistics are printed as text or json")
        if dry_run:
            from llmcheck.cli.plan import print_plan

            raise typer.Exit(
                print_plan(
                    [analysis.name], paths, settings, input_format=input_format, length=length,
                    as_json=format_name == "json", output=output,
                )
            )  # fmt: skip
        hold_against = None if baseline is None else _load_baseline(baseline)
        request = Request(analysis, paths, input_format, settings, length, quiet, verbose)
        report, corpus = _run(request) if engine is None else _run_engine(request, workers)
        new, marked = hold_against(report) if hold_against else (report, report)
        chosen = _select(new, settings) if findings else new
        lists_failures = as_format.lists_failures and not statistics
        text: str | bytes
        if statistics:
            text = _count(chosen, as_json=format_name == "json")
        else:
            shown = {"left out": chosen, "marked": marked, "kept": report}[as_format.set_aside]
            text = as_format.render(shown, corpus, page_for(output))
        emit(text, output)
        _warn_of_failures(report, lists_failures=lists_failures)
        if verbose:
            _tell_ungrounded(report)
        if not quiet and (baseline is not None or not lists_failures):
            known = None if baseline is None else len(report.disputes) - len(new.disputes)
            say(_outcome(chosen, findings, known, len(new.disputes) - len(chosen.disputes)))
        code = exit_code(chosen, disputes_are_findings=findings)
        raise typer.Exit(CLEAN if exit_zero and code == FINDINGS else code)

    codes, options, without = RUN_CODES, SETTINGS, []
    if analysis.disputes_are_findings:
        codes = {**codes, FINDINGS: "disputes found"}
        options = {**FINDING_SETTINGS, **options}
    else:
        without += ["baseline", "statistics", "exit_zero"]
    if not analysis.has_summary:
        without += ["length"]
    epilog = help_epilog(*analysis.examples, codes=codes)
    verb = takes_settings(command, options, without)
    app.command(analysis.name, help=analysis.help, epilog=epilog)(verb)


class Request(NamedTuple):
    """What a command line asks for."""

    analysis: Analysis
    paths: list[str]
    input_format: str | None
    settings: Settings
    length: str
    """Of the summary, where there is to be one."""
    quiet: bool
    verbose: bool = False


def _run(request: Request) -> tuple[Report, Corpus]:
    from llmcheck.checker import Checker
    from llmcheck.documents.corpus import Corpus

    return carry_out(request, Checker, Corpus.read)


def _run_engine(request: Request, workers: int | None) -> tuple[Report, Corpus]:
    import os
    from functools import partial

    from llmcheck.checker import Checker
    from llmcheck.documents.corpus import Corpus
    from llmcheck.engine import EngineFiles, connect_engine, stages_of

    number = workers or os.cpu_count() or 1
    files = EngineFiles(stages_of(request.settings), number)

    def make_checker(**given: Any) -> Checker:
        return Checker(llm=connect_engine(request.settings, number), **given)

    return carry_out(request, make_checker, partial(Corpus.read, read_files=files))


def carry_out(
    request: Request, make_checker: Callable[..., Checker], read: Callable[..., Corpus]
) -> tuple[Report, Corpus]:
    """The report that was ordered, and the documents it is about.

    ``make_checker`` makes the checker, as ``Checker`` does, and ``read`` reads the documents, as
    ``Corpus.read`` does.
    """
    from llmcheck.llm.runner import ignore_progress

    settings = request.settings
    refuse_to_fetch_in_a_replay(request.paths, settings)
    tell_of_recording(settings)
    with (
        show_progress(verbose=request.verbose) as line,
        exit_on_interrupt(settings, line),
    ):
        # First the checker: a missing key should not wait until a large folder is read.
        on_progress = ignore_progress if request.quiet else line
        checker = make_checker(settings=settings, on_progress=on_progress)
        corpus = read(
            *request.paths,
            input_format=request.input_format,
            allow_private_urls=settings.allow_private_urls,
        )
        return request.analysis.run(checker, corpus, request.length), corpus


def _format_for(output: Path | None, analysis: Analysis) -> str:
    """The format that a file's suffix names, or else the first."""
    named = "" if output is None else output.suffix.removeprefix(".")
    return named if named in analysis.formats else next(iter(analysis.formats))


def _load_baseline(baseline: Path) -> Callable[[Report], BaselineReports]:
    # Only a run with a baseline needs what compares reports.
    from llmcheck.reports.baseline import load_baseline

    return load_baseline(baseline)


def _select(report: Report, settings: Settings) -> Report:
    from llmcheck.reports.silencing import select_disputes

    return select_disputes(report, settings)


def _count(report: Report, *, as_json: bool) -> str:
    from llmcheck.render.lint import count_json, count_lines

    return count_json(report) if as_json else count_lines(report)


def _warn_of_failures(report: Report, *, lists_failures: bool) -> None:
    """Warn of failures: one by one, or of their number where the output has ``listed`` them."""
    if report.failures and lists_failures:
        number = pluralize(len(report.failures), "part")
        say(f"warning: {number} of the run failed; the output says which")
        return
    # An endpoint that is away fails many parts for one cause: it is told once.
    alike: dict[str, list[Failure]] = {}
    for failure in report.failures:
        alike.setdefault(failure.error, []).append(failure)
    for error, (first, *others) in list(alike.items())[:_MOST_WARNINGS]:
        also = f" and {pluralize(len(others), 'more part')}" if others else ""
        say(f"warning: {first.stage} of {first.subject}{also}: {error}")
    more = sum(map(len, list(alike.values())[_MOST_WARNINGS:]))
    if more:
        say(f"warning: {pluralize(more, 'more failure')}, listed by --format json")


def _tell_ungrounded(report: Report) -> None:
    """What was kept out of the findings, a line each."""
    for one in report.ungrounded:
        say(f"left out: {one.doc_id or 'no document'}: {one.text} ({one.reason})")


def _outcome(report: Report, disputes: bool, known: int | None, unselected: int) -> str:
    """What was found, in a line; ``known`` disputes of a baseline are not in the report, nor are
    those that are not selected."""
    documents = pluralize(len(report.documents), "document")
    if not disputes:
        return (
            f"{pluralize(len(report.claims), 'claim')} in {documents}; {usage_line(report.usage)}"
        )
    silenced = len(report.disputes) - len(report.open_disputes)
    found = pluralize(len(report.open_disputes), "dispute" if known is None else "new dispute")
    asides = [f"{known} known"] if known is not None else []
    asides += [f"{unselected} not selected"] if unselected else []
    asides += [f"{silenced} silenced"] if silenced else []
    aside = f" ({', '.join(asides)})" if asides else ""
    return f"{found}{aside} in {documents}; {usage_line(report.usage)}"
