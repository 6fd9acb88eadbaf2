"""The verb ``check``: where documents contradict each other, as a linter says it."""

from __future__ import annotations

from llmcheck.cli.report_formats import (
    ReportFormat,
    as_html,
    as_json,
    as_markdown,
    render_report,
    render_with_texts,
)
from llmcheck.cli.run import Analysis

ANALYSIS = Analysis(
    "check",
    "Where they contradict each other, as a linter.",
    lambda checker, corpus, _: checker.check(corpus),
    {
        "text": ReportFormat(render_with_texts("lint.lint_lines"), lists_failures=False),
        "json": ReportFormat(as_json, set_aside="kept"),
        "markdown": ReportFormat(as_markdown, set_aside="marked"),
        "html": ReportFormat(as_html, set_aside="marked"),
        "csv": ReportFormat(render_with_texts("spreadsheet.disputes_csv"), lists_failures=False),
        "parquet": ReportFormat(
            render_report("parquet.findings_parquet"),
            lists_failures=False,
            set_aside="kept",
            is_binary=True,
        ),
        "sarif": ReportFormat(render_with_texts("sarif.disputes_sarif")),
        "junit": ReportFormat(render_with_texts("junit.junit_xml")),
        "github": ReportFormat(render_with_texts("github.github_commands"), lists_failures=False),
    },
    disputes_are_findings=True,
    examples=(
        "llmcheck check seeds/ --replay fixtures/seeds       # without a model",
        "llmcheck check articles/ --quiet                    # for a script",
        "llmcheck check 'articles/**/*.md' --format json > report.json",
        "llmcheck check articles/ --ignore LC110 --min-confidence 0.8 --statistics",
        "llmcheck check articles/ --engine daft -o found.parquet",
    ),
)
