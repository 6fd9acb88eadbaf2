"""The verb ``padding``: how much of each document is padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmcheck.cli.report_formats import ReportFormat, as_json
from llmcheck.cli.run import Analysis

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


def _text(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.terminal import padding_page

    return padding_page(report, width=page.width, colour=page.colour)


def _sarif(report: Report, corpus: Corpus, page: Page) -> str:
    from llmcheck.render.sarif import padding_sarif

    return padding_sarif(report, corpus.documents)


ANALYSIS = Analysis(
    "padding",
    "How much of each document is padding.",
    lambda checker, corpus, _: checker.padding(corpus),
    {
        "text": ReportFormat(_text),
        "json": ReportFormat(as_json),
        "sarif": ReportFormat(_sarif),
    },
    examples=(
        "llmcheck padding seeds/ --replay fixtures/seeds     # without a model",
        "llmcheck padding page.html",
    ),
)
