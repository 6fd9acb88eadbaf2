"""A plan as plain text, for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llmcheck.render.phrases import clean, pluralize, shorten
from llmcheck.render.sources import name_documents

if TYPE_CHECKING:
    from llmcheck.plan import CallTotals, Plan, PlannedRun

_MOST = 20
_GAP = "  "


def plan_page(plan: Plan, *, width: int = 80) -> str:
    """Documents, tables, and for every verb what its stages take; estimates have a ``~``."""
    sections = [_documents(plan, width)]
    if plan.tables:
        sections.append(_tables(plan, width))
    sections += [_run(run, width) for run in plan.runs]
    if plan.failures:
        sections.append(_failure_lines(plan))
    sections.append(textwrap.wrap(" ".join(_notes(plan)), width))
    return "\n".join("".join(f"{line}\n" for line in section) for section in sections)


def _documents(plan: Plan, width: int) -> list[str]:
    surveyed = bool(plan.tables)
    rows = [
        [
            name,
            f"{document.sentences:,}",
            f"{document.tokens:,}",
            *([_multiple(document.reads)] if surveyed else []),
        ]
        for document, name in zip(plan.documents, name_documents(plan.documents), strict=True)
    ]
    total = [
        "in all",
        f"{sum(document.sentences for document in plan.documents):,}",
        f"{sum(document.tokens for document in plan.documents):,}",
        *([_multiple(plan.reads)] if surveyed else []),
    ]
    heading = [pluralize(len(rows), "document"), "sentences", "tokens"]
    return _table_lines([*heading, *(["surveyed"] if surveyed else [])], rows, total, width)


def _tables(plan: Plan, width: int) -> list[str]:
    rows = [
        [pluralize(len(table.doc_ids), "document"), f"{table.sentences:,}", f"{table.tokens:,}"]
        for table in plan.tables
    ]
    size = f"{pluralize(len(rows), 'table')} of up to {plan.table_tokens:,} tokens"
    return _table_lines([size, "sentences", "tokens"], rows, None, width)


def _run(run: PlannedRun, width: int) -> list[str]:
    rows = [
        [stage.stage, *_cells(stage, exact=stage.counted)] for stage in run.stages if stage.calls
    ]
    heading = [run.verb, "calls", "tokens in", "out", "cost"]
    exact = all(stage.counted for stage in run.stages)
    return _table_lines(heading, rows, ["in all", *_cells(run, exact=exact)], width)


def _failure_lines(plan: Plan) -> list[str]:
    lines = [f"{clean(each.subject)}: {clean(each.error)}" for each in plan.failures[:_MOST]]
    more = len(plan.failures) - len(lines)
    rest = [f"and {more:,} more, listed by --format json"] if more else []
    return [
        "Could not be read, and are in no figure:",
        *(f"{_GAP}{line}" for line in [*lines, *rest]),
    ]


def _cells(totals: CallTotals, *, exact: bool) -> list[str]:
    cells = f"{totals.calls:,}", f"{totals.input_tokens:,}"
    if not exact:
        cells = f"~{totals.calls:,}", _estimate(totals.input_tokens)
    cost = "?" if totals.cost_usd is None else f"~${totals.cost_usd:.4f}"
    return [*cells, _estimate(totals.output_tokens), cost]


def _estimate(number: int) -> str:
    """The number to two digits: an estimate is no better."""
    return f"~{round(number, 2 - len(str(number))):,}"


def _multiple(reads: float) -> str:
    return f"{reads:.1f}×"


def _notes(plan: Plan) -> Iterator[str]:
    if plan.model is None:
        yield "No model is named, so no price is known: --model NAME."
    elif any(run.cost_usd is None for run in plan.runs):
        yield f"The price of {clean(plan.model)} is unknown."
    yield (
        "~ is estimated from recorded runs; all else is counted on what would be sent, four bytes "
        "a token. Answers in the cache are free, those that do not come whole are asked for again."
    )


def _table_lines(
    heading: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str] | None, width: int
) -> list[str]:
    """A table whose first column takes the room that the others leave."""
    shown = list(rows[:_MOST])
    if more := len(rows) - len(shown):
        shown.append([f"and {more:,} more, listed by --format json"])
    lines = [heading, *shown, *([total] if total else [])]
    widths = [max(len(line[at]) for line in lines if at < len(line)) for at in range(len(heading))]
    first = max(len(heading[0]), min(widths[0], width - sum(widths[1:]) - len(_GAP) * len(widths)))
    return [
        "".join(
            [
                shorten(line[0], first).ljust(first),
                *(_GAP + cell.rjust(at) for cell, at in zip(line[1:], widths[1:], strict=False)),
            ]
        ).rstrip()
        for line in lines
    ]
