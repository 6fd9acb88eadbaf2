"""The report as one self-contained web page: no request, nothing but what it holds.

A template escapes every text, and a content security policy allows one style sheet and one
script, by their hashes, and nothing else, so no markup in a document can run or load anything.
Without the script the page is whole: the script filters, sorts and searches what stands there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

from llmcheck.models import Document, Report
from llmcheck.render.phrases import clean, kind_name, percent, pluralize
from llmcheck.render.sources import Sources
from llmcheck.render.view import (
    failure_subject,
    group_by_document,
    has_padding_reading,
    no_disputes_line,
    padding_kinds,
    usage_line,
)
from llmcheck.render.web import findings
from llmcheck.render.web.anchors import Anchors, source_anchor
from llmcheck.render.web.disputes import disputes
from llmcheck.render.web.facets import kind_options
from llmcheck.render.web.matrix import matrix
from llmcheck.render.web.sources import source_texts

__all__ = ["html_page"]

_FOLDER = Path(__file__).parent
_LARGE = 1000
"""Findings and documents from which a browser lays out only what is in view."""


def html_page(report: Report, documents: Iterable[Document]) -> str:
    """Everything found, each finding linked to the words in the sources, which stand in full.

    ``documents`` are those that the report was made from; raises KeyError when one is missing.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clean=clean, kind_name=kind_name, percent=percent)
    environment.globals.update(pluralize=pluralize)
    texts = {document.id: document for document in documents}
    sources = Sources(report.documents)
    anchors = Anchors(report, sources)
    style, script = _own("page.css"), _own("page.js")
    flags = group_by_document(report.padding)
    return environment.get_template("page.html").render(
        report=report,
        names=sources,
        source_anchor=source_anchor,
        style=Markup(style),  # noqa: S704  (our own file)
        style_hash=_digest(style),
        script=Markup(script),  # noqa: S704  (our own file)
        script_hash=_digest(script),
        title=_title(report),
        large=_size(report) >= _LARGE,
        summary=findings.summary(report, anchors),
        kinds=kind_options(report),
        matrix=matrix(report, sources, anchors),
        disputes=disputes(report, texts, sources, anchors),
        no_disputes_line=no_disputes_line(report),
        agreements=findings.agreements(report, texts, sources, anchors),
        lookalikes=findings.lookalikes(report, sources, anchors),
        left_out=findings.left_out(report, sources),
        failures=[
            (failure.stage, failure_subject(failure, sources), clean(failure.error))
            for failure in report.failures
        ],
        padding=[
            (document, padding_kinds(flags.get(document.id, ()), document))
            for document in report.documents
            if has_padding_reading(report)
        ],
        sources=source_texts(report, texts, sources, anchors),
        usage=usage_line(report.usage),
    )


def _own(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """What the policy knows a style sheet or a script by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _size(report: Report) -> int:
    findings = len(report.disputes) + len(report.agreements) + len(report.lookalikes)
    return findings + len(report.documents)


def _title(report: Report) -> str:
    """The outcome in a line."""
    number = len(report.open_disputes)
    found = pluralize(number, "dispute") if number else "No dispute found"
    return f"{found} in {pluralize(len(report.documents), 'document')}"
