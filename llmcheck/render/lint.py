"""Disputes as a linter's lines."""

from __future__ import annotations

from collections.abc import Iterable

from llmcheck.models import Dispute, Document, Report
from llmcheck.render.codes import CODES, ranked
from llmcheck.render.locations import Locate, locator, stated
from llmcheck.render.phrases import clean, shorten, words

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
        for dispute in ranked(report.open_disputes)
        for line in _dispute_lines(report, dispute, locate)
    ]
    lines += [
        f"{told[0].place}: silenced {_about(dispute)}; {clean(dispute.silenced)} "
        f"[{clean(dispute.id)}]\n"
        for dispute in ranked(report.disputes)
        if dispute.silenced is not None and (told := stated(report, dispute, locate))
    ]
    return "".join(lines)


def _dispute_lines(report: Report, dispute: Dispute, locate: Locate) -> Iterable[str]:
    placed = [
        (str(told.place), shorten(clean(told.position.answer), _ANSWER_LENGTH))
        for told in stated(report, dispute, locate)
    ]
    for number, (place, answer) in enumerate(placed):
        others = [f"{other} ({where})" for where, other in placed[:number] + placed[number + 1 :]]
        yield (
            f"{place}: {_about(dispute)} {answer}; elsewhere: {', '.join(others)} "
            f"[{clean(dispute.id)}]\n"
        )


def _about(dispute: Dispute) -> str:
    return f"{CODES[dispute.kind]} {words(dispute.kind)}: {clean(dispute.question)}"
