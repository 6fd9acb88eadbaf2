"""The report as Markdown, for a pull request, a job's summary or a page.

What was found stands in tables; the sources' words, and lists that are long, unfold.

Texts of documents and models are escaped: none becomes a heading, link, image, HTML or mention.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from llmcheck.models import Claim, Dispute, Document, DocumentInfo, Report
from llmcheck.render.locations import locator
from llmcheck.render.phrases import clean, kind_name, percent, pluralize
from llmcheck.render.sources import Sources
from llmcheck.render.view import (
    doc_ids_of,
    failure_subject,
    group_by_document,
    has_padding_reading,
    leading_claim,
    lookalike_reason,
    lookalike_sides,
    no_disputes_line,
    padding_kinds,
    quote_claim,
    ungrounded_line,
    usage_line,
)
from llmcheck.render.without_position import WithoutPosition

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]|^[#+-]|^\d+(?=[.)])")
# Escapes do not stop a forge from notifying an @name, or linking a bare address or the number
# of an issue; a comment, which does not show, does.
_AUTOMATIC = re.compile(r"@(?=\w)|:(?=//)|\bwww(?=\.)|#(?=\d)|\bGH(?=-\d)", re.IGNORECASE)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ON_GITHUB = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
_MOST_UNFOLDED = 8
"""A list with more items is folded."""


class _PageContext(NamedTuple):
    """What every part of the page needs."""

    report: Report
    sources: Sources
    link: Callable[[Claim], str]
    """The claim's source by number, linked to its line where that can be done."""
    without_position: WithoutPosition


def markdown_page(
    report: Report,
    documents: Iterable[Document] = (),
    environ: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Everything found: disputes, summary, agreements, look-alikes, padding, sources.

    Quotes link to their lines in ``documents``: to the commit that is checked where ``environ``
    is that of a job on GitHub, else relative to the current folder.
    """
    sources = Sources(report.documents)
    context = _PageContext(
        report, sources, _linker(sources, documents, environ), WithoutPosition(report)
    )
    silenced = [dispute for dispute in report.disputes if dispute.silenced is not None]
    sections = [
        _section("Summary", _summary(report, sources)),
        _section(
            f"Disputes ({len(report.open_disputes)})",
            _disputes(report.open_disputes, context) or no_disputes_line(report),
        ),
        _section(f"Silenced disputes ({len(silenced)})", _disputes(silenced, context)),
        _section(f"Agreements ({len(report.agreements)})", _list(_agreements(report, sources))),
        _section("Look contradictory, but are not", _lookalikes(report, sources)),
        _section("Padding", _padding(report, sources) if has_padding_reading(report) else ""),
        _section(f"Could not be done ({len(report.failures)})", _list(_failures(report, sources))),
        _section("Sources", _source_list(report, sources)),
        f"{ungrounded_line(report)}\n" if report.ungrounded else "",
        f"{usage_line(report.usage)}\n".replace("$", r"\$"),
    ]
    return "\n".join(filter(None, sections))


def escape(text: str) -> str:
    r"""The text on one line, cleaned, with nothing left that Markdown or HTML would read.

    >>> print(escape("*5 < 6*, says @mira"))
    \*5 &lt; 6\*, says @<!-- -->mira
    """
    line = _SPECIAL.sub(
        lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", clean(text)
    ).translate(_ENTITIES)
    return _AUTOMATIC.sub(r"\g<0><!-- -->", line)


def _section(heading: str, content: str) -> str:
    return f"## {heading}\n\n{content}\n" if content else ""


def _list(items: Iterable[str]) -> str:
    lines = [f"- {item}" for item in items]
    return _fold_if_long(len(lines), "\n".join(lines))


def _fold_if_long(number: int, content: str) -> str:
    return _fold(f"All {number}", content) if number > _MOST_UNFOLDED else content


def _fold(label: str, content: str) -> str:
    """Content that unfolds at a click. The label is ours: HTML, where no escape would hold."""
    return f"<details>\n<summary>{label}</summary>\n\n{content}\n\n</details>"


def _linker(
    sources: Sources, documents: Iterable[Document], environ: Mapping[str, str]
) -> Callable[[Claim], str]:
    documents = list(documents)
    locate, paths = locator(documents), {d.id: d.path for d in documents}
    github = [environ.get(name, "") for name in _ON_GITHUB]
    root = "{}/{}/blob/{}/".format(*github) if all(github) else ""

    def link(claim: Claim) -> str:
        number = _cite(sources, [claim.doc_id])
        path = paths.get(claim.doc_id)
        if path is None or posixpath.normpath(path).startswith(("/", "..")) or ":" in path:
            return number
        # Only its source has lines in a Markdown file that GitHub shows.
        source = "?plain=1" if root and path.lower().endswith((".md", ".markdown")) else ""
        target = quote(posixpath.normpath(path), errors="replace")
        place = locate(claim)
        line = "" if place.shares_file else f"#L{place.line}"
        return f"[{number}]({root}{target}{source}{line})"

    return link


def _summary(report: Report, sources: Sources) -> str:
    return " ".join(
        f"{escape(sentence.text)} {_cite(sources, doc_ids_of(report, sentence.claim_ids))}"
        for sentence in report.summary.sentences
    )


def _cite(sources: Sources, doc_ids: Iterable[str]) -> str:
    return escape(sources.cite(doc_ids))


def _disputes(disputes: Sequence[Dispute], context: _PageContext) -> str:
    """A table of questions and answers; the words behind them unfold."""
    if not disputes:
        return ""
    rows = ["| Question | Answers |", "| --- | --- |"]
    for dispute in disputes:
        answers = "<br>".join(
            f"**{escape(position.answer)}** — {escape(context.sources.listed(position.doc_ids))}"
            for position in dispute.positions
        )
        others = context.without_position.line(dispute, context.sources)
        answers += f"<br>Others: {escape(others)}" if others else ""
        rows.append(f"| {escape(dispute.question)} | {answers} |")
    details = "\n\n".join(_dispute(dispute, context) for dispute in disputes)
    return "\n".join(rows) + "\n\n" + _fold("In the sources' words", details)


def _dispute(dispute: Dispute, context: _PageContext) -> str:
    sure = f"{kind_name(dispute.kind)}, confidence {percent(dispute.confidence)}"
    lines = [
        f"### {escape(dispute.question)}",
        "",
        f"*{sure}, {escape(dispute.id)}.* {escape(dispute.rationale)}".rstrip(),
        "",
        "| Answer | Sources | In their words |",
        "| --- | --- | --- |",
    ]
    if dispute.silenced is not None:
        lines[3:3] = ["", f"Silenced: {escape(dispute.silenced)}"]
    for position in dispute.positions:
        claim = leading_claim(context.report, position)
        said = f"{escape(quote_claim(claim))} {context.link(claim)}" if claim else ""
        listed = escape(context.sources.listed(position.doc_ids))
        lines.append(f"| **{escape(position.answer)}** | {listed} | {said} |")
    if others := context.without_position.line(dispute, context.sources):
        lines += ["", f"Others: {escape(others)}"]
    return "\n".join(lines)


def _agreements(report: Report, sources: Sources) -> Iterator[str]:
    for agreement in report.agreements:
        yield f"{escape(agreement.statement)} {_cite(sources, agreement.doc_ids)}"


def _lookalikes(report: Report, sources: Sources) -> str:
    if not report.lookalikes:
        return ""
    rows = ["| Question | Answers | Why all can hold |", "| --- | --- | --- |"]
    for lookalike in report.lookalikes:
        answers = "<br>".join(
            f"**{escape(side.answer)}** {_cite(sources, side.doc_ids)}".rstrip()
            for side in lookalike_sides(report, lookalike)
        )
        question, why = escape(lookalike.question), escape(lookalike_reason(lookalike))
        rows.append(f"| {question} | {answers} | {why} |")
    return _fold_if_long(len(report.lookalikes), "\n".join(rows))


def _padding(report: Report, sources: Sources) -> str:
    rows = []
    flags = group_by_document(report.padding)
    for document in report.documents:
        kinds = ", ".join(
            f"{kind_name(kind)} {_percent(share)}"
            for kind, share in padding_kinds(flags.get(document.id, ()), document)
        )
        source = escape(sources.listed([document.id]))
        rows.append(f"| {source} | {_percent(document.padding_share)} | {kinds} |")
    return (
        "\n".join(["| Source | Padding | Kinds |", "| --- | ---: | --- |", *rows]) if rows else ""
    )


def _percent(share: float) -> str:
    return escape(percent(share))


def _failures(report: Report, sources: Sources) -> Iterator[str]:
    for failure in report.failures:
        subject = escape(failure_subject(failure, sources))
        yield f"{failure.stage} of {subject}: {escape(failure.error)}"


def _source_list(report: Report, sources: Sources) -> str:
    return "\n".join(
        f"{number}. {_source(document, sources)}"
        for number, document in enumerate(report.documents, 1)
    )


def _source(document: DocumentInfo, sources: Sources) -> str:
    name = sources.full_name(document.id)
    copy = f"copy of {_cite(sources, [document.copy_of])}" if document.copy_of else ""
    details = escape(sources.details(document))
    about = details, pluralize(document.words, "word"), copy
    return f"{escape(name)} ({'; '.join(filter(None, about))})"
