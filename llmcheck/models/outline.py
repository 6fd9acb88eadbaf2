"""A report in a few lines: at a prompt, in a notebook, in the message of an exception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llmcheck.language.text import clean, shorten

if TYPE_CHECKING:
    from llmcheck.models.documents import Claim
    from llmcheck.models.findings import Position
    from llmcheck.models.report import Report

_MOST = 10
"""Disputes, and answers of each, that are told one by one."""
_MOST_RAISED = 5
_LONGEST = 160
"""Characters of a question, an answer or a quote."""


class Quote(NamedTuple):
    """A document's exact words."""

    doc_id: str
    quote: str


class QuotedAnswer(NamedTuple):
    """An answer to a disputed question, and the words that give it."""

    answer: str
    quotes: tuple[Quote, ...]


class QuotedDispute(NamedTuple):
    """A disputed question with its answers, in the sources' words."""

    id: str
    question: str
    answers: tuple[QuotedAnswer, ...]


def quoted_disputes(report: Report) -> tuple[QuotedDispute, ...]:
    """The disputes that nobody silenced, with the words of every position."""
    claims = {claim.id: claim for claim in report.claims}

    def quoted(position: Position) -> QuotedAnswer:
        cited: list[Claim] = [claims[id_] for id_ in position.claim_ids if id_ in claims]
        return QuotedAnswer(
            position.answer, tuple(Quote(claim.doc_id, claim.quote) for claim in cited)
        )

    return tuple(
        QuotedDispute(dispute.id, dispute.question, tuple(map(quoted, dispute.positions)))
        for dispute in report.open_disputes
    )


def disputes_message(disputes: Sequence[QuotedDispute]) -> str:
    """What an exception says of them: of the first ones question, answers, the leading quotes."""
    lines = [f"{len(disputes)} dispute(s)"]
    for dispute in disputes[:_MOST_RAISED]:
        lines.append(f"  {_short(dispute.question)} ({dispute.id})")
        for answer, quotes in dispute.answers[:_MOST_RAISED]:
            said = f": “{_short(quotes[0].quote)}” ({_short(quotes[0].doc_id)})" if quotes else ""
            lines.append(f"    {_short(answer)}{said}")
        lines += _and_more(len(dispute.answers) - _MOST_RAISED, "    ")
    lines += _and_more(len(disputes) - _MOST_RAISED, "  ")
    return "\n".join(lines)


def outline_text(report: Report) -> str:
    """The report at a prompt."""
    lines = [f"<Report: {_counts(report)}"]
    for dispute in report.disputes[:_MOST]:
        answers = " | ".join(_short(p.answer) for p in dispute.positions[:_MOST])
        aside = ", silenced" if dispute.silenced is not None else ""
        lines.append(
            f"  {dispute.id} {_short(dispute.question)} [{dispute.kind}{aside}] {answers}"
        )
    lines += _and_more(len(report.disputes) - _MOST, "  ")
    return "\n".join([*lines, *(f"  {line}" for line in _endings(report))]) + ">"


def outline_html(report: Report) -> str:
    """The report in a notebook: markup without script or style, all text escaped."""
    shown = []
    for dispute in report.disputes[:_MOST]:
        answers = "".join(
            f"<li>{_html(p.answer)} ({_html(', '.join(p.doc_ids))})</li>"
            for p in dispute.positions[:_MOST]
        )
        aside = ", silenced" if dispute.silenced is not None else ""
        shown.append(
            f"<li><b>{_html(dispute.question)}</b> ({dispute.kind}{aside}, "
            f"<code>{_html(dispute.id)}</code>)<ul>{answers}</ul></li>"
        )
    shown += [f"<li>{line}</li>" for line in _and_more(len(report.disputes) - _MOST, "")]
    endings = "<br>".join(_html(line) for line in _endings(report))
    listed = f"<ul>{''.join(shown)}</ul>" if shown else ""
    return f"<div><p>Report: {_html(_counts(report))}</p>{listed}<p>{endings}</p></div>"


def _counts(report: Report) -> str:
    counted = {
        "documents": report.documents,
        "disputes": report.disputes,
        "agreements": report.agreements,
        "claims": report.claims,
        "padding flags": report.padding,
    }
    told = ", ".join(f"{what} {len(found)}" for what, found in counted.items())
    return f"{told}; by {_short(report.model)}"


def _endings(report: Report) -> Iterator[str]:
    """What failed, and what the run took."""
    if report.failures:
        number = len(report.failures)
        yield f"failures {number}; the first: {_short(str(report.failures[0]))}"
    usage = report.usage
    cost = "price unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    yield (
        f"calls made {usage.calls}, cached {usage.cached}, replayed {usage.replayed}; "
        f"tokens in {usage.input_tokens}, out {usage.output_tokens}; {cost}"
    )


def _and_more(number: int, indent: str) -> list[str]:
    return [f"{indent}and {number} more"] if number > 0 else []


def _short(text: str) -> str:
    return shorten(clean(text), _LONGEST)


def _html(text: str) -> str:
    from html import escape

    return escape(_short(text))
