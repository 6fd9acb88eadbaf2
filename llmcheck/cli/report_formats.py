"""The formats that several verbs print a report in.

Renderers are imported when they are asked for, so that only pages for people load rich.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report


class ReportFormat(NamedTuple):
    """One way to print a report."""

    render: Callable[[Report, Corpus, Page], str]
    lists_failures: bool = True
    """Whether the output itself says what failed; if not, stderr does."""
    known_disputes: Literal["left out", "marked", "kept"] = "left out"
    """What becomes of disputes that a baseline has: pages mark them, so that summary and list go
    together; JSON keeps them, so that it can be the next baseline."""


def as_markdown(report: Report, corpus: Corpus, page: Page) -> str:
    """Everything found, as Markdown."""
    from llmcheck.render.markdown import markdown_page

    return markdown_page(report, corpus.documents, os.environ)


def as_html(report: Report, corpus: Corpus, page: Page) -> str:
    """Everything found, as a web page."""
    from llmcheck.render.web import html_page

    return html_page(report, corpus.documents)


def as_json(report: Report, corpus: Corpus, page: Page) -> str:
    """The report itself."""
    from llmcheck.render.data import to_json

    return to_json(report)
