"""The verb ``check``: where documents contradict each other, as a linter says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmcheck.cli.report_formats import ReportFormat, as_html, as_json, as_markdown
from llmcheck.cli.run import Analysis

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


def _lint(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.lint import lint_lines

    return lint_lines(report, corpus.documents)


def _sarif(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.sarif import disputes_sarif

    return disputes_sarif(report, corpus.documents)


def _junit(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.junit import junit_xml

    return junit_xml(report, corpus.documents)


def _github(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.github import github_commands

    return github_commands(report, corpus.documents)


ANALYSIS = Analysis(
    "check",
    "Where they contradict each other, as a linter.",
    lambda checker, corpus, _: checker.check(corpus),
    {
        "text": ReportFormat(_lint, lists_failures=False),
        "json": ReportFormat(as_json, known_disputes="kept"),
        "markdown": ReportFormat(as_markdown, known_disputes="marked"),
        "html": ReportFormat(as_html, known_disputes="marked"),
        "sarif": ReportFormat(_sarif),
        "junit": ReportFormat(_junit),
        "github": ReportFormat(_github, lists_failures=False),
    },
    disputes_are_findings=True,
    examples=(
        "llmcheck check seeds/ --replay fixtures/seeds       # without a model",
        "llmcheck check articles/ --quiet                    # for a script",
        "llmcheck check 'articles/**/*.md' --format json > report.json",
    ),
)
