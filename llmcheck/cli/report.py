"""The verb ``report``: all that ``summarize`` finds as one web page, with the sources in full."""

from __future__ import annotations

from llmcheck.cli.report_formats import ReportFormat, as_html
from llmcheck.cli.run import Analysis

ANALYSIS = Analysis(
    "report",
    "All of it as one web page, with the sources in full.",
    lambda checker, corpus, length: checker.summarize(corpus, length=length),
    {"html": ReportFormat(as_html)},
    has_summary=True,
    examples=(
        "llmcheck report seeds/ --replay fixtures/seeds -o report.html",
        "llmcheck report articles/ --model gpt-4o-mini -o report.html",
    ),
)
