"""The commands that read documents: what each runs and the formats it prints.

Renderers are imported when they are asked for, so that only pages for people load rich.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from llmcheck.checker import Checker
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


class Format(NamedTuple):
    """One way to print a report."""

    render: Callable[[Report, Corpus, Page], str]
    complete: bool = True
    """Whether the output itself says what failed; if not, stderr does."""
    known: Literal["left out", "marked", "kept"] = "left out"
    """What becomes of disputes that a baseline has: pages mark them, so that summary and list go
    together; JSON keeps them, so that it can be the next baseline."""


class Analysis(NamedTuple):
    """A command that reads documents and prints a report; the first format is the default."""

    name: str
    help: str
    run: Callable[[Checker, Corpus, Any], Report]
    """Given the length of the summary, too."""
    formats: dict[str, Format]
    disputes_are_findings: bool = False
    sums_up: bool = False
    examples: tuple[str, ...] = ()
    """Command lines for its help."""


def _summary_text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import summary_page

    return summary_page(report, width=page.width, colour=page.colour)


def _claims_text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import claims_page

    return claims_page(report, width=page.width, colour=page.colour)


def _padding_text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import padding_page

    return padding_page(report, width=page.width, colour=page.colour)


def _markdown(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.markdown import markdown_page

    return markdown_page(report, corpus.documents, os.environ)


def _html(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.web import html_page

    return html_page(report, corpus.documents)


def _json(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.data import to_json

    return to_json(report)


def _jsonl(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.data import claims_jsonl

    return claims_jsonl(report)


def _lint(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.lint import lint_lines

    return lint_lines(report, corpus.documents)


def _sarif(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.sarif import disputes_sarif

    return disputes_sarif(report, corpus.documents)


def _padding_sarif(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.sarif import padding_sarif

    return padding_sarif(report, corpus.documents)


def _junit(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.junit import junit_xml

    return junit_xml(report, corpus.documents)


def _github(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.github import github_commands

    return github_commands(report, corpus.documents)


ANALYSES = (
    Analysis(
        "summarize",
        "What the documents say together, for a reader.",
        lambda checker, corpus, length: checker.summarize(corpus, length=length),
        {
            "text": Format(_summary_text),
            "markdown": Format(_markdown),
            "html": Format(_html),
            "json": Format(_json),
        },
        sums_up=True,
        examples=(
            "llmcheck summarize seeds/ --replay fixtures/seeds   # without a model",
            "llmcheck summarize articles/ --model gpt-4o-mini --max-cost 0.50",
            "llmcheck summarize a.txt b.html --format markdown --output report.md",
        ),
    ),
    Analysis(
        "report",
        "All of it as one web page, with the sources in full.",
        lambda checker, corpus, length: checker.summarize(corpus, length=length),
        {"html": Format(_html)},
        sums_up=True,
        examples=(
            "llmcheck report seeds/ --replay fixtures/seeds -o report.html",
            "llmcheck report articles/ --model gpt-4o-mini -o report.html",
        ),
    ),
    Analysis(
        "check",
        "Where they contradict each other, as a linter.",
        lambda checker, corpus, _: checker.check(corpus),
        {
            "text": Format(_lint, complete=False),
            "json": Format(_json, known="kept"),
            "markdown": Format(_markdown, known="marked"),
            "html": Format(_html, known="marked"),
            "sarif": Format(_sarif),
            "junit": Format(_junit),
            "github": Format(_github, complete=False),
        },
        disputes_are_findings=True,
        examples=(
            "llmcheck check seeds/ --replay fixtures/seeds       # without a model",
            "llmcheck check articles/ --quiet                    # for a script",
            "llmcheck check 'articles/**/*.md' --format json > report.json",
        ),
    ),
    Analysis(
        "claims",
        "What each document claims, in its words.",
        lambda checker, corpus, _: checker.claims(corpus),
        {
            "jsonl": Format(_jsonl, complete=False),
            "json": Format(_json),
            "text": Format(_claims_text),
        },
        examples=(
            "llmcheck claims seeds/ --replay fixtures/seeds      # without a model",
            "llmcheck claims articles/ > claims.jsonl",
            "llmcheck claims - --format text < article.txt",
        ),
    ),
    Analysis(
        "padding",
        "How much of each document is padding.",
        lambda checker, corpus, _: checker.padding(corpus),
        {
            "text": Format(_padding_text),
            "json": Format(_json),
            "sarif": Format(_padding_sarif),
        },
        examples=(
            "llmcheck padding seeds/ --replay fixtures/seeds     # without a model",
            "llmcheck padding page.html",
        ),
    ),
)
