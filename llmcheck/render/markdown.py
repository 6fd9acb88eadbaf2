"""The report as Markdown, for a pull request or a page.

Texts of documents and models are escaped: none becomes a heading, link, image, HTML or mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmcheck.models import Dispute, DocumentInfo, Report
from llmcheck.render.view import (
    Sources,
    by_document,
    clean,
    counted,
    doc_ids_of,
    nothing_disputed,
    padding_kinds,
    percent,
    quote_of,
    quoted,
    side_by_side,
    usage_line,
    words,
)

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]|^[#+-]|^\d+(?=[.)])")
# Escapes do not stop a forge from notifying an @name or linking a bare address; a comment,
# which does not show, does.
_AUTOMATIC = re.compile(r"@(?=\w)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def markdown_page(report: Report) -> str:
    """Everything found: summary, disputes, agreements, look-alikes, padding, sources."""
    sources = Sources(report.documents)
    sections = [
        _section("Summary", _summary(report, sources)),
        _section(
            f"Disputes ({len(report.disputes)})",
            "\n\n".join(_dispute(report, dispute, sources) for dispute in report.disputes)
            or nothing_disputed(report),
        ),
        _section(f"Agreements ({len(report.agreements)})", _list(_agreements(report, sources))),
        _section("Look contradictory, but are not", _list(_lookalikes(report, sources))),
        _section("Padding", _padding(report, sources)),
        _section(f"Could not be done ({len(report.failures)})", _list(_failures(report))),
        _section(
            f"Claimed by the model, not borne out by the document ({len(report.ungrounded)})",
            _list(_ungrounded(report, sources)),
        ),
        _section("Sources", _source_list(report, sources)),
        f"{usage_line(report.usage)}\n".replace("$", r"\$"),
    ]
    return "\n".join(filter(None, sections))


def escape(text: str) -> str:
    """The text on one line, cleaned, with nothing left that Markdown or HTML would read."""
    line = _SPECIAL.sub(
        lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", clean(text)
    ).translate(_ENTITIES)
    return _AUTOMATIC.sub(r"\g<0><!-- -->", line)


def _section(heading: str, content: str) -> str:
    return f"## {heading}\n\n{content}\n" if content else ""


def _list(items: Iterator[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _summary(report: Report, sources: Sources) -> str:
    return " ".join(
        f"{escape(sentence.text)} {_cite(sources, doc_ids_of(report, sentence.claim_ids))}"
        for sentence in report.summary.sentences
    )


def _cite(sources: Sources, doc_ids: list[str] | tuple[str, ...]) -> str:
    return escape(sources.cite(doc_ids))


def _dispute(report: Report, dispute: Dispute, sources: Sources) -> str:
    sure = f"{words(dispute.kind)}, confidence {percent(dispute.confidence)}"
    lines = [
        f"### {escape(dispute.question)}",
        "",
        f"*{sure}.* {escape(dispute.rationale)}".rstrip(),
        "",
        "| Answer | Sources | In their words |",
        "| --- | --- | --- |",
    ]
    for position in dispute.positions:
        quote = quote_of(report, position)
        said = f"{escape(quoted(quote.words))} {_cite(sources, [quote.doc_id])}" if quote else ""
        listed = escape(sources.listed(position.doc_ids))
        lines.append(f"| **{escape(position.answer)}** | {listed} | {said} |")
    return "\n".join(lines)


def _agreements(report: Report, sources: Sources) -> Iterator[str]:
    for agreement in report.agreements:
        yield f"{escape(agreement.statement)} {_cite(sources, agreement.doc_ids)}"


def _lookalikes(report: Report, sources: Sources) -> Iterator[str]:
    for lookalike in report.lookalikes:
        yield f"**{words(lookalike.kind)}**: {escape(side_by_side(report, lookalike, sources))}"


def _padding(report: Report, sources: Sources) -> str:
    rows = []
    flags = by_document(report.padding)
    for document in report.documents:
        kinds = ", ".join(
            f"{words(kind)} {_percent(share)}"
            for kind, share in padding_kinds(flags.get(document.id, ()), document)
        )
        source = escape(sources.listed([document.id]))
        rows.append(f"| {source} | {_percent(document.padding_share)} | {kinds} |")
    return (
        "\n".join(["| Source | Padding | Kinds |", "| --- | ---: | --- |", *rows]) if rows else ""
    )


def _percent(share: float) -> str:
    return escape(percent(share))


def _failures(report: Report) -> Iterator[str]:
    for failure in report.failures:
        yield f"{failure.stage} of {escape(failure.subject)}: {escape(failure.error)}"


def _ungrounded(report: Report, sources: Sources) -> Iterator[str]:
    for claim in report.ungrounded:
        yield f"{escape(claim.text)} {_cite(sources, [claim.doc_id])}: {escape(claim.reason)}"


def _source_list(report: Report, sources: Sources) -> str:
    return "\n".join(
        f"{number}. {_source(document, sources)}"
        for number, document in enumerate(report.documents, 1)
    )


def _source(document: DocumentInfo, sources: Sources) -> str:
    title = f" — {escape(document.title)}" if document.title and document.path else ""
    copy = f", copy of {_cite(sources, [document.copy_of])}" if document.copy_of else ""
    return f"{escape(sources.name(document.id))}{title} ({counted(document.words, 'word')}{copy})"
