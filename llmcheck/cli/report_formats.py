"""How a report is printed: which renderer gets what.

A renderer is named as ``module.function`` of ``render`` and imported when it is asked for, so that
only pages for people load rich.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from llmcheck.cli.streams import Page
    from llmcheck.documents.corpus import Corpus
    from llmcheck.models import Report

Render = Callable[["Report", "Corpus", "Page"], "str | bytes"]


class ReportFormat(NamedTuple):
    """One way to print a report."""

    render: Render
    lists_failures: bool = True
    """Whether the output itself says what failed; if not, stderr does."""
    set_aside: Literal["left out", "marked", "kept"] = "left out"
    """What becomes of disputes that a baseline has, or that are not selected: pages mark them, so
    that summary and list go together; JSON keeps them, so that it can be the next baseline."""
    is_binary: bool = False
    """Whether it is no text, and goes to a file alone."""


def render_report(renderer: str) -> Render:
    """By a renderer that needs the report alone."""
    return lambda report, corpus, page: _load(renderer)(report)


def render_with_texts(renderer: str) -> Render:
    """By a renderer that shows, or counts lines in, the documents' texts."""
    return lambda report, corpus, page: _load(renderer)(report, corpus.documents)


def render_for_page(renderer: str) -> Render:
    """By a renderer that fits its lines to a terminal."""
    return lambda report, corpus, page: _load(renderer)(
        report, width=page.width, colour=page.colour
    )


def as_markdown(report: Report, corpus: Corpus, page: Page) -> str:
    """As Markdown, whose links depend on the job on GitHub that this may be."""
    from llmcheck.render.markdown import markdown_page

    return markdown_page(report, corpus.documents, os.environ)


as_html = render_with_texts("web.html_page")
as_json = render_report("data.to_json")


def _load(renderer: str) -> Callable[..., Any]:
    module, _, name = renderer.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(f"llmcheck.render.{module}"), name)
    return function
