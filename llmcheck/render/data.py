"""Output for programs: the report as JSON, claims as JSON lines, disputes as a linter's lines."""

from __future__ import annotations

import json
from collections.abc import Iterable

from llmcheck.models import Dispute, Document, Frozen, Report
from llmcheck.render.places import Locate, locator, stated
from llmcheck.render.rules import CODES, ranked
from llmcheck.render.view import HOSTILE, clean, shorten, words

_ANSWER_LENGTH = 120


def to_json(found: Frozen) -> str:
    """A report (the contract of ``docs/report.schema.json``) or a comparison as JSON."""
    return _escaped(found.model_dump_json(indent=2)) + "\n"


def claims_jsonl(report: Report) -> str:
    """One claim a line, as JSON."""
    return "".join(_escaped(claim.model_dump_json()) + "\n" for claim in report.claims)


def _escaped(text: str) -> str:
    """JSON allows raw C1 controls and bidirectional overrides; a terminal obeys them."""
    return HOSTILE.sub(
        lambda match: match[0] if match[0] == "\n" else json.dumps(match[0])[1:-1], text
    )


def report_schema() -> str:
    """JSON Schema of ``to_json``'s output."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Report.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"


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
