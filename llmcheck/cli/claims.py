"""The verb ``claims``: what each document claims, in its words."""

from __future__ import annotations

from llmcheck.cli.report_formats import (
    ReportFormat,
    as_json,
    render_for_page,
    render_report,
    render_with_texts,
)
from llmcheck.cli.run import Analysis

ANALYSIS = Analysis(
    "claims",
    "What each document claims, in its words.",
    lambda checker, corpus, _: checker.claims(corpus),
    {
        "jsonl": ReportFormat(render_report("data.claims_jsonl"), lists_failures=False),
        "json": ReportFormat(as_json),
        "csv": ReportFormat(render_with_texts("spreadsheet.claims_csv"), lists_failures=False),
        "text": ReportFormat(render_for_page("terminal.claims_page")),
    },
    examples=(
        "llmcheck claims seeds/ --replay fixtures/seeds      # without a model",
        "llmcheck claims articles/ > claims.jsonl",
        "llmcheck claims - --format text < article.txt",
    ),
)
