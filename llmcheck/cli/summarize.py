"""The verb ``summarize``: what the documents say together, for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmcheck.cli.report_formats import ReportFormat, as_html, as_json, as_markdown
from llmcheck.cli.run import Analysis

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


def _text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import summary_page

    return summary_page(report, width=page.width, colour=page.colour)


ANALYSIS = Analysis(
    "summarize",
    "What the documents say together, for a reader.",
    lambda checker, corpus, length: checker.summarize(corpus, length=length),
    {
        "text": ReportFormat(_text),
        "markdown": ReportFormat(as_markdown),
        "html": ReportFormat(as_html),
        "json": ReportFormat(as_json),
    },
    has_summary=True,
    examples=(
        "llmcheck summarize seeds/ --replay fixtures/seeds   # without a model",
        "llmcheck summarize articles/ --model gpt-4o-mini --max-cost 0.50",
        "llmcheck summarize a.txt b.html --format markdown --output report.md",
    ),
)
