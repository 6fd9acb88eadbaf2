"""Pages for a person at a terminal, or in a pipe or a file, where they stand without colour.

Texts of documents and models reach rich as ``Text`` only, so none is read as markup.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from llmcheck.models import Dispute, DocumentInfo, Lookalike, Report
from llmcheck.render.phrases import clean, kind_name, percent, pluralize, quotation
from llmcheck.render.sources import Sources
from llmcheck.render.view import (
    attribution,
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

_BAR = 20
_MOST_ITEMS = 8
_PADDING_QUOTE_LENGTH = 160


def summary_page(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """Everything found: summary, disputes, agreements, look-alikes, padding, sources."""
    sources = Sources(report.documents)
    sections = [
        _section("Summary", _summary(report, sources)),
        _section(
            _disputes_heading(report),
            [
                _disputes(report, sources)
                if report.disputes
                else Text(no_disputes_line(report), style="dim")
            ],
        ),
        _section(f"Agreements ({len(report.agreements)})", _agreements(report, sources)),
        _section("Look contradictory, but are not", _lookalikes(report, sources)),
        _section("Padding", [_padding_bars(report, sources)] if _shows_padding(report) else []),
        _failures(report, sources),
        _section("Sources", _source_list(report, sources)),
        _closing_lines(report),
    ]
    return _page(sections, width, colour)


def claims_page(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """Claims document by document, each with the words that state it."""
    sources = Sources(report.documents)
    claims = group_by_document(report.claims)
    sections = []
    for document in report.documents:
        items: list[ConsoleRenderable] = []
        for claim in claims.get(document.id, ()):
            items.append(_item(Text(clean(claim.text) + attribution(claim))))
            items.append(_indent(_italics(quote_claim(claim))))
        name = sources.listed([document.id])
        sections.append(_section(name, items or [Text("No claims.", style="dim")]))
    sections += [_failures(report, sources), _closing_lines(report)]
    return _page(sections, width, colour)


def padding_page(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The share of padding of every document, then what was flagged, in its own words."""
    sources = Sources(report.documents)
    sections = [_section("Padding", [_padding_bars(report, sources)])]
    flags = group_by_document(report.padding)
    for document in report.documents:
        items: list[ConsoleRenderable] = []
        for flag in flags.get(document.id, ()):
            items.append(_item(Text(f"{kind_name(flag.kind)}: {clean(flag.rationale)}")))
            items.append(_indent(_italics(quotation(flag.quote, _PADDING_QUOTE_LENGTH))))
        sections.append(_section(sources.listed([document.id]), items))
    sections += [_failures(report, sources), _closing_lines(report)]
    return _page(sections, width, colour)


def _page(sections: Iterable[list[ConsoleRenderable]], width: int, colour: bool) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        for number, section in enumerate(filter(None, sections)):
            if number:
                console.print()
            for renderable in section:
                console.print(renderable)
    # Tables pad their cells to the full width; a pipe or a diff wants no trailing spaces.
    lines = [line.rstrip(" ") for line in capture.get().split("\n")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(heading: str, content: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
    """A heading and what stands below it; nothing at all when that is empty."""
    if not content:
        return []
    return [Text(heading, style="bold"), *(_indent(item) for item in content)]


def _indent(item: ConsoleRenderable) -> Padding:
    return Padding(item, (0, 0, 0, 2))


def _item(content: ConsoleRenderable) -> Table:
    """A list item whose further lines hang below its first word."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column(overflow="fold")
    grid.add_row("•", content)
    return grid


def _italics(quotes: str) -> Text:
    return Text(quotes, style="italic")


def _summary(report: Report, sources: Sources) -> list[ConsoleRenderable]:
    sentences = [
        f"{clean(sentence.text)} {sources.cite(doc_ids_of(report, sentence.claim_ids))}".rstrip()
        for sentence in report.summary.sentences
    ]
    return [Text(" ".join(sentences))] if sentences else []


def _disputes_heading(report: Report) -> str:
    silenced = len(report.disputes) - len(report.open_disputes)
    aside = f", {silenced} silenced" if silenced else ""
    return f"Disputes ({len(report.open_disputes)}{aside})"


def _disputes(report: Report, sources: Sources) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=2, overflow="fold")
    without_position = WithoutPosition(report)
    for number, dispute in enumerate(report.disputes):
        if number:
            table.add_row()
        table.add_row(
            Group(Text(clean(dispute.question), style="bold"), Text(_kind(dispute), style="dim")),
            Group(*_positions(report, dispute, sources, without_position)),
        )
    return table


def _kind(dispute: Dispute) -> str:
    sure = "" if dispute.confidence == 1 else f", confidence {percent(dispute.confidence)}"
    silenced = f"; silenced: {clean(dispute.silenced)}" if dispute.silenced is not None else ""
    return kind_name(dispute.kind) + sure + silenced


def _positions(
    report: Report, dispute: Dispute, sources: Sources, without_position: WithoutPosition
) -> Iterable[ConsoleRenderable]:
    for position in dispute.positions:
        yield Text.assemble(
            (clean(position.answer), "bold cyan"), f" — {sources.listed(position.doc_ids)}"
        )
        claim = leading_claim(report, position)
        if claim is not None:
            cited = f" {sources.cite([claim.doc_id])}"
            yield _indent(_italics(quote_claim(claim)).append(cited))
    if dispute.rationale:
        yield Text(clean(dispute.rationale), style="dim")
    if others := without_position.line(dispute, sources):
        yield Text(f"Others: {others}", style="dim")


def _agreements(report: Report, sources: Sources) -> list[ConsoleRenderable]:
    return [
        _item(Text(f"{clean(agreement.statement)} {sources.cite(agreement.doc_ids)}"))
        for agreement in report.agreements
    ]


def _lookalikes(report: Report, sources: Sources) -> list[ConsoleRenderable]:
    return _first_items(
        [_item(Group(*_answers(report, each, sources))) for each in report.lookalikes]
    )


def _answers(
    report: Report, lookalike: Lookalike, sources: Sources
) -> Iterable[ConsoleRenderable]:
    if lookalike.question:
        yield Text(clean(lookalike.question), style="bold")
    for side in lookalike_sides(report, lookalike):
        yield Text.assemble((clean(side.answer), "cyan"), f" {sources.cite(side.doc_ids)}")
    yield Text(lookalike_reason(lookalike), style="dim")


def _first_items(items: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
    """The first items of a list that matters less than what stands above it."""
    more = len(items) - _MOST_ITEMS
    rest: list[ConsoleRenderable] = [Text(f"... and {more} more: --format json", style="dim")]
    return items[:_MOST_ITEMS] + rest if more > 0 else items


def _shows_padding(report: Report) -> bool:
    return bool(report.documents) and has_padding_reading(report)


def _padding_bars(report: Report, sources: Sources) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold")
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(overflow="fold")
    flags = group_by_document(report.padding)
    for document in report.documents:
        filled = round(document.padding_share * _BAR)
        kinds = padding_kinds(flags.get(document.id, ()), document)
        grid.add_row(
            Text(sources.listed([document.id])),
            "█" * filled + "░" * (_BAR - filled),
            percent(document.padding_share),
            ", ".join(f"{kind_name(kind)} {percent(share)}" for kind, share in kinds),
        )
    return grid


def _closing_lines(report: Report) -> list[ConsoleRenderable]:
    lines = filter(None, (ungrounded_line(report), usage_line(report.usage)))
    return [Text(line, style="dim") for line in lines]


def _failures(report: Report, sources: Sources) -> list[ConsoleRenderable]:
    failed: list[ConsoleRenderable] = [
        _item(
            Text(f"{failure.stage} of {failure_subject(failure, sources)}: {clean(failure.error)}")
        )
        for failure in report.failures
    ]
    return _section(f"Could not be done ({len(failed)})", failed)


def _source_list(report: Report, sources: Sources) -> list[ConsoleRenderable]:
    return [Text(_source(document, sources)) for document in report.documents]


def _source(document: DocumentInfo, sources: Sources) -> str:
    number, name = sources.cite([document.id]), sources.full_name(document.id)
    copy = f"copy of {sources.cite([document.copy_of])}" if document.copy_of else ""
    about = sources.details(document), pluralize(document.words, "word"), copy
    return f"{number} {name} ({'; '.join(filter(None, about))})"
