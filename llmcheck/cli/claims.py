"""The verb ``claims``: what each document claims, in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmcheck.cli.report_formats import ReportFormat, as_json
from llmcheck.cli.run import Analysis

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


def _jsonl(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.data import claims_jsonl

    return claims_jsonl(report)


def _text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import claims_page

    return claims_page(report, width=page.width, colour=page.colour)


ANALYSIS = Analysis(
    "claims",
    "What each document claims, in its words.",
    lambda checker, corpus, _: checker.claims(corpus),
    {
        "jsonl": ReportFormat(_jsonl, lists_failures=False),
        "json": ReportFormat(as_json),
        "text": ReportFormat(_text),
    },
    examples=(
        "llmcheck claims seeds/ --replay fixtures/seeds      # without a model",
        "llmcheck claims articles/ > claims.jsonl",
        "llmcheck claims - --format text < article.txt",
    ),
)
