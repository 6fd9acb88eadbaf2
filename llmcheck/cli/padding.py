"""The verb ``padding``: how much of each document is padding."""

from __future__ import annotations

from llmcheck.cli.report_formats import (
    ReportFormat,
    as_json,
    render_for_page,
    render_with_texts,
)
from llmcheck.cli.run import Analysis

ANALYSIS = Analysis(
    "padding",
    "How much of each document is padding.",
    lambda checker, corpus, _: checker.padding(corpus),
    {
        "text": ReportFormat(render_for_page("terminal.padding_page")),
        "json": ReportFormat(as_json),
        "sarif": ReportFormat(render_with_texts("sarif.padding_sarif")),
    },
    examples=(
        "llmcheck padding seeds/ --replay fixtures/seeds     # without a model",
        "llmcheck padding page.html",
    ),
)
