"""The report as one self-contained web page: no script, no request, nothing but what it holds.

A template escapes every text, and a content security policy allows one style sheet, by its
hash, and nothing else, so no markup in a document can run or load anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

from llmcheck.models import Document, Report
from llmcheck.render.phrases import clean, kind_name, percent, pluralize
from llmcheck.render.view import (
    Sources,
    group_by_document,
    has_padding_reading,
    no_disputes_line,
    padding_kinds,
    publication_line,
    ungrounded_line,
    usage_line,
)
from llmcheck.render.web import findings
from llmcheck.render.web.anchors import Anchors, source_anchor
from llmcheck.render.web.sources import source_texts

__all__ = ["html_page"]

_FOLDER = Path(__file__).parent


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
    environment.filters.update(
        clean=clean, kind_name=kind_name, percent=percent, publication_line=publication_line
    )
    environment.globals.update(pluralize=pluralize)
    texts = {document.id: document for document in documents}
    sources = Sources(report.documents)
    anchors = Anchors(report, sources)
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    flags = group_by_document(report.padding)
    return environment.get_template("page.html").render(
        report=report,
        names=sources,
        source_anchor=source_anchor,
        style=Markup(style),  # noqa: S704  (our own file)
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        title=_title(report),
        summary=findings.summary(report, anchors),
        matrix=findings.matrix(report, sources, anchors),
        disputes=findings.disputes(report, texts, sources, anchors),
        no_disputes_line=no_disputes_line(report),
        agreements=findings.agreements(report, anchors),
        lookalikes=findings.lookalikes(report, anchors),
        padding=[
            (document, padding_kinds(flags.get(document.id, ()), document))
            for document in report.documents
            if has_padding_reading(report)
        ],
        sources=source_texts(report, texts, sources, anchors),
        usage=usage_line(report.usage),
        ungrounded_line=ungrounded_line(report),
    )


def _title(report: Report) -> str:
    """The outcome in a line."""
    number = len(report.open_disputes)
    found = pluralize(number, "dispute") if number else "No dispute found"
    return f"{found} in {pluralize(len(report.documents), 'document')}"
