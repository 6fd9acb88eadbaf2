"""Disputes as a linter's lines, and how many there are of each code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from llmcheck.models import Dispute, Document, Report
from llmcheck.render.locations import Locator, locate_positions, locator
from llmcheck.render.phrases import clean, kind_name, shorten
from llmcheck.rules import CODES, RULES, Rule, rank_disputes

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


def count_lines(report: Report) -> str:
    """``number TAB code TAB kind``, a line for each code that has open disputes; most first."""
    return "".join(
        f"{number}\t{rule.code}\t{kind_name(rule.kind)}\n" for rule, number in _count(report)
    )


def count_json(report: Report) -> str:
    """The same as a JSON list of objects with ``code``, ``kind`` and ``count``."""
    counted = [
        {"code": rule.code, "kind": rule.kind, "count": number} for rule, number in _count(report)
    ]
    return json.dumps(counted, indent=2) + "\n"


def _count(report: Report) -> list[tuple[Rule, int]]:
    codes = [CODES[dispute.kind] for dispute in rank_disputes(report.open_disputes)]
    return [(RULES[code], number) for code, number in Counter(codes).most_common()]


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
