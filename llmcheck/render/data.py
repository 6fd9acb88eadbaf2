"""Output for programs: the report as JSON, claims as JSON lines, disputes as a linter's lines."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple

from llmcheck.models import ContradictionKind, Dispute, Document, Report
from llmcheck.render.view import HOSTILE, clean, shorten, words

CODES: dict[ContradictionKind, str] = {
    "negation": "LC101",
    "numeric": "LC102",
    "temporal": "LC103",
    "entity": "LC104",
    "location": "LC105",
    "attribution": "LC106",
    "causal": "LC107",
    "category": "LC108",
    "definition": "LC109",
    "implicit": "LC110",
}
"""The lint code of each kind, most severe first. A code never changes its meaning."""

_ANSWER_LENGTH = 120


def to_json(report: Report) -> str:
    """The report as JSON: the contract of ``docs/report.schema.json``."""
    return _escaped(report.model_dump_json(indent=2)) + "\n"


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


class Place(NamedTuple):
    """Where a quote begins: a document's path (or id), line and column, both from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def lint_lines(report: Report, documents: Iterable[Document]) -> str:
    """``path:line:col: CODE message``, one line for each position of each dispute.

    The place is that of the position's first claim; lines and columns count the document's
    text (for HTML, the text taken from it). Disputes come most severe first: by code, then
    by confidence. ``documents`` are those that the report was made from.
    """
    locate = _locator(documents)
    severity = list(CODES)
    ranked = sorted(
        report.disputes,
        key=lambda dispute: (severity.index(dispute.kind), -dispute.confidence),
    )
    return "".join(line for dispute in ranked for line in _dispute_lines(report, dispute, locate))


Locate = Callable[[str, int], Place]


def _locator(documents: Iterable[Document]) -> Locate:
    by_id = {document.id: document for document in documents}
    on_path = Counter(document.path for document in by_id.values())
    line_starts: dict[str, list[int]] = {}

    def locate(doc_id: str, offset: int) -> Place:
        document = by_id[doc_id]
        if doc_id not in line_starts:
            lengths = (len(line) + 1 for line in document.text.split("\n"))
            line_starts[doc_id] = list(accumulate(lengths, initial=0))
        line = bisect_right(line_starts[doc_id], offset)
        column = offset - line_starts[doc_id][line - 1] + 1
        # Of a file that holds several documents, only the id tells which.
        shown = document.path if on_path[document.path] == 1 else None
        return Place(clean(shown or document.id), line, column)

    return locate


def _dispute_lines(report: Report, dispute: Dispute, locate: Locate) -> Iterable[str]:
    placed = []
    for position in dispute.positions:
        claims = [report.claim(claim_id) for claim_id in position.claim_ids]
        if claims:
            place = locate(claims[0].doc_id, claims[0].start)
            placed.append((place, shorten(clean(position.answer), _ANSWER_LENGTH)))
    for place, answer in placed:
        others = ", ".join(f"{other} ({where})" for where, other in placed if where is not place)
        yield (
            f"{place}: {CODES[dispute.kind]} {words(dispute.kind)}: "
            f"{clean(dispute.question)} {answer}; elsewhere: {others}\n"
        )
