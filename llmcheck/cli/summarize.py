"""The verb ``summarize``: what the documents say together, for a reader."""

from __future__ import annotations

from llmcheck.cli.report_formats import (
    ReportFormat,
    as_html,
    as_json,
    as_markdown,
    render_for_page,
)
from llmcheck.cli.run import Analysis

ANALYSIS = Analysis(
    "summarize",
    "What the documents say together, for a reader.",
    lambda checker, corpus, length: checker.summarize(corpus, length=length),
    {
        "text": ReportFormat(render_for_page("terminal.summary_page")),
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
