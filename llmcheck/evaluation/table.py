"""What was measured, as tables of plain text: 80 columns, the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from llmcheck.evaluation.counts import Ratio, Scores
from llmcheck.evaluation.disputes import Alarm, DisputeFigures
from llmcheck.evaluation.labelled_claims import ClaimsFigures, ClaimsScore
from llmcheck.evaluation.labelled_pairs import PairFigures, PairsScore
from llmcheck.evaluation.scoring import Evaluation, Figures, SetScore
from llmcheck.models import PromptUsage
from llmcheck.render.phrases import clean, kind_name, pluralize, shorten

T = TypeVar("T")

WIDTH = 80
_NAME, _SHORT = 22, 14
_GAP = "  "
_NOTHING = "-"
_MOST_FAILURES = 10


def text_page(evaluation: Evaluation) -> str:
    """The tables, and by name what was lost, false or wrong in the labels."""
    parts: list[str] = []
    if evaluation.sets:
        parts += _sets_page(evaluation.sets, evaluation.all)
    if evaluation.pairs:
        parts += _pairs_page(evaluation.pairs)
    if evaluation.claims:
        parts += _claims_page(evaluation.claims)
    failures = evaluation.failures()
    if failures:
        listed = [[f"{f.stage} of {clean(f.subject)}: {clean(f.error)}"] for f in failures]
        title = f"{pluralize(len(failures), 'part')} of the run failed; the figures lack these"
        parts.append(_listing(title, listed, most=_MOST_FAILURES))
    return "\n".join(part for part in parts if part)


def _sets_page(scores: Sequence[SetScore], together: Figures | None) -> list[str]:
    rows = {score.name: score.figures for score in scores}
    total = together or scores[0].figures
    if together:
        rows["all"] = together
    return [
        _table("Disputes", rows, _DISPUTES),
        _table("By kind", _by_kind_name(total.disputes.by_kind), _SCORES),
        _table("Pairs of positions", rows, _FUNNEL),
        _listing("Lost", [
            [score.name, row.dispute, f"in {row.lost_in}", row.question]
            for score in scores for row in score.funnel if row.lost_in
        ]),
        _listing("False", [
            [score.name, kind_name(false.kind), false.question]
            for score in scores for false in score.false
        ]),
        _listing("Look-alike alarms", [
            [score.name, alarm.lookalike, _alarm_line(alarm)]
            for score in scores for alarm in score.alarms
        ]),
        _table("Claims", rows, _CLAIMS),
        _table("Agreements, summary", rows, _SUMMARY),
        _table("Padding", rows, _PADDING),
        _table("Padding by kind", _by_kind_name(total.padding.by_kind), _SCORES),
        _prompts(total.prompts),
        _listing("Errors of the labels (they lower no figure)", [
            [score.name, error.label, f"{error.doc}: {error.reason}: {error.quote}"]
            for score in scores for error in score.label_errors
        ]),
    ]  # fmt: skip


def _pairs_page(score: PairsScore) -> list[str]:
    return [
        _table("Labelled pairs", {"all": score.figures, **score.by_source}, _PAIRS),
        _table("By kind", _by_kind_name(score.by_kind), _PAIRS),
        _prompts(score.prompts),
    ]


def _claims_page(score: ClaimsScore) -> list[str]:
    return [
        _table("Labelled sentences", {"all": score.figures, **score.by_source}, _SENTENCES),
        _prompts(score.prompts),
    ]


def _by_kind_name(by_kind: Mapping[str, T]) -> dict[str, T]:
    return {kind_name(kind): row for kind, row in by_kind.items()}


def _prompts(prompts: Mapping[str, PromptUsage]) -> str:
    return _table("Calls and tokens", prompts, _USAGE)


def _share(ratio: Ratio | None) -> str:
    return _portion(ratio.value if ratio else None)


def _portion(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0%}"


def _of(ratio: Ratio | None) -> str:
    return f"{ratio.part} of {ratio.whole}" if ratio else _NOTHING


def _decimal(value: float | None, places: int = 1) -> str:
    return _NOTHING if value is None else f"{value:.{places}f}"


def _alarm_line(alarm: Alarm) -> str:
    matched = f"with {', '.join(alarm.matched)}" if alarm.matched else "false"
    return f"{kind_name(alarm.reason)}, {matched}: {alarm.question}"


_DISPUTES: dict[str, Callable[[Figures], str]] = {
    "found": lambda f: _of(f.disputes.disputes.recall),
    "false": lambda f: str(_wrong(f.disputes.disputes.precision)),
    "precision": lambda f: _share(f.disputes.disputes.precision),
    "F1": lambda f: _portion(f.disputes.disputes.f1),
    "quotes": lambda f: _share(f.disputes.quotes),
    "kind": lambda f: _share(f.disputes.kind_accuracy),
    "alarms": lambda f: _of(_unmatched_ratio(f.disputes)),
}
_SCORES: dict[str, Callable[[Scores], str]] = {
    "recall": lambda s: _share(s.recall),
    "precision": lambda s: _share(s.precision),
    "F1": lambda s: _portion(s.f1),
}
_FUNNEL: dict[str, Callable[[Figures], str]] = {
    "gold": lambda f: str(f.funnel.findings.whole),
    "tables": lambda f: _format_ratio(f.funnel.tables),
    "survey": lambda f: _format_ratio(f.funnel.survey),
    "judging": lambda f: _format_ratio(f.funnel.judging),
    "findings": lambda f: str(f.funnel.findings.part),
}
_CLAIMS: dict[str, Callable[[Figures], str]] = {
    "disputed": lambda f: _share(f.claims.disputed_quotes),
    "all quotes": lambda f: _share(f.claims.quotes),
    "ungrounded": lambda f: _share(f.claims.ungrounded),
    "verbatim": lambda f: _share(f.claims.verbatim),
    "tokens each": lambda f: _decimal(f.claims.output_tokens.value),
}
_SUMMARY: dict[str, Callable[[Figures], str]] = {
    "agreements": lambda f: _of(f.agreements.found),
    "contested": lambda f: _of(f.agreements.contested),
    "unsupported": lambda f: _of(f.agreements.unsupported),
    "supported": lambda f: _of(f.summary.supported),
    "disputes": lambda f: _of(f.summary.disputes),
}
_PADDING: dict[str, Callable[[Figures], str]] = {
    "recall": lambda f: _share(f.padding.padding.recall),
    "precision": lambda f: _share(f.padding.padding.precision),
    "F1": lambda f: _portion(f.padding.padding.f1),
    "facts flagged": lambda f: _of(f.padding.facts_flagged),
}
_USAGE: dict[str, Callable[[PromptUsage], str]] = {
    "calls": lambda u: f"{u.calls:,}",
    "tokens in": lambda u: f"{u.input_tokens:,}",
    "tokens out": lambda u: f"{u.output_tokens:,}",
}
_PAIRS: dict[str, Callable[[PairFigures], str]] = {
    "rows": lambda f: str(f.accuracy.whole),
    "accuracy": lambda f: _share(f.accuracy),
    "recall": lambda f: _share(f.contradiction.recall),
    "precision": lambda f: _share(f.contradiction.precision),
    "F1": lambda f: _portion(f.contradiction.f1),
    "AUROC": lambda f: _decimal(f.auroc, 2),
}
_SENTENCES: dict[str, Callable[[ClaimsFigures], str]] = {
    "rows": lambda f: str(f.sentences),
    "covered": lambda f: _share(f.covered),
    "recall": lambda f: _portion(f.recall),
    "prec.": lambda f: _portion(f.precision),
    "F1": lambda f: _portion(f.f1),
    "each": lambda f: _decimal(f.claims_per_sentence.value),
    "ungr.": lambda f: _share(f.ungrounded),
    "idle": lambda f: _share(f.idle_silent),
}


def _unmatched_ratio(figures: DisputeFigures) -> Ratio:
    """Look-alikes in false disputes: a labelled one may stand in the same sentences."""
    alarms = figures.alarms
    return Ratio(part=alarms.part - figures.alarms_matched.part, whole=alarms.whole)


def _wrong(ratio: Ratio) -> int:
    return ratio.whole - ratio.part


def _format_ratio(ratio: Ratio | None) -> str:
    return _NOTHING if ratio is None else f"{ratio.part:,}"


def _table(title: str, rows: Mapping[str, T], columns: Mapping[str, Callable[[T], str]]) -> str:
    """A table with one row for each of ``rows`` and one column for each of ``columns``."""
    if not rows:
        return ""
    cells = [[title, *columns]]
    cells += [
        [shorten(clean(name), _NAME), *(cell(row) for cell in columns.values())]
        for name, row in rows.items()
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    return "".join(
        row[0].ljust(widths[0])
        + "".join(
            _GAP + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)
        )
        + "\n"
        for row in cells
    )


def _listing(title: str, rows: Sequence[Iterable[str]], *, most: int | None = None) -> str:
    """A headed list, one line each, its last column cut to the width."""
    if not rows:
        return ""
    lines = [[clean(cell) for cell in row] for row in rows[:most]]
    widths = [
        min(_SHORT if at else _NAME, max(len(row[at]) for row in lines))
        for at in range(len(lines[0]) - 1)
    ]
    text = f"{title}\n"
    for row in lines:
        begin = "".join(
            f"{_GAP}{shorten(cell, width).ljust(width)}"
            for cell, width in zip(row[:-1], widths, strict=True)
        )
        text += f"{begin}{_GAP}{shorten(row[-1], WIDTH - len(begin) - len(_GAP))}\n"
    more = len(rows) - len(lines)
    return text + (f"{_GAP}and {more:,} more, listed by --format json\n" if more else "")
