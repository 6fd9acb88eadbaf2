"""Disputes as a linter's lines."""

from __future__ import annotations

from collections.abc import Iterable

from llmcheck.models import Dispute, Document, Report
from llmcheck.render.codes import CODES, rank_disputes
from llmcheck.render.locations import Locator, locate_positions, locator
from llmcheck.render.phrases import clean, kind_name, shorten

_ANSWER_LENGTH = 120


def lint_lines(report: Report, documents: Iterable[Document]) -> str:
    """``path:line:col: CODE message [id]``, one line for each position of each dispute.

    The place is that of the position's first claim; lines and columns count the document's
    text (for HTML, the text taken from it). Disputes come most severe first: by code, then
    by confidence; silenced ones last, with the reason, in one line each. ``documents`` are
    those that the report was made from.
    """
    locate = locator(documents)
    lines = [
        line
        for dispute in rank_disputes(report.open_disputes)
        for line in _dispute_lines(report, dispute, locate)
    ]
    lines += [
        f"{positions[0].place}: silenced {_describe_dispute(dispute)}; {clean(dispute.silenced)} "
        f"[{clean(dispute.id)}]\n"
        for dispute in rank_disputes(report.disputes)
        if dispute.silenced is not None
        and (positions := locate_positions(report, dispute, locate))
    ]
    return "".join(lines)


def _dispute_lines(report: Report, dispute: Dispute, locate: Locator) -> Iterable[str]:
    places = [
        (str(own.place), shorten(clean(own.position.answer), _ANSWER_LENGTH))
        for own in locate_positions(report, dispute, locate)
    ]
    for number, (place, answer) in enumerate(places):
        others = [f"{other} ({where})" for where, other in places[:number] + places[number + 1 :]]
        yield (
            f"{place}: {_describe_dispute(dispute)} {answer}; elsewhere: {', '.join(others)} "
            f"[{clean(dispute.id)}]\n"
        )


def _describe_dispute(dispute: Dispute) -> str:
    return f"{CODES[dispute.kind]} {kind_name(dispute.kind)}: {clean(dispute.question)}"
