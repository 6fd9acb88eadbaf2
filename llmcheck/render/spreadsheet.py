"""CSV for spreadsheets, RFC 4180 but for the line ends: disputes or claims, in UTF-8.

A spreadsheet takes a cell that begins with one of a few characters for a formula, which may fetch
from the network or start a program, and what stands in cells are the words of hostile documents.
Such a cell gets an apostrophe before its first character, which makes it text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from llmcheck.models import Claim, Document, Report
from llmcheck.render.locations import Locator, locate_positions, locator
from llmcheck.render.phrases import clean_lines
from llmcheck.rules import CODES, rank_disputes

Cell = str | int | float | None

# In East Asian locales the full-width forms begin a formula, too.
_BEGINS_FORMULA = tuple("=+-@\t\r＝＋－＠")

_PLACE = ("document", "title", "date", "path", "line", "column", "start", "end", "quote")
_POSITION = (
    *("dispute", "code", "kind", "question", "answer"),
    *_PLACE,
    *("sources", "confidence", "silenced"),
)
_CLAIM = ("claim", "text", "speaker", *_PLACE)


def disputes_csv(report: Report, documents: Iterable[Document]) -> str:
    """A row for each position of each dispute, most severe first, at its first claim.

    ``sources`` is how many documents take the position, ``silenced`` why a dispute counts for
    nothing. ``documents`` are those that the report was made from.
    """
    locate = locator(documents)
    place = _placer(report, locate)
    return _written(
        _POSITION,
        (
            (
                *(dispute.id, CODES[dispute.kind], dispute.kind, dispute.question),
                own.position.answer,
                *place(own.claim),
                *(len(own.position.doc_ids), dispute.confidence, dispute.silenced),
            )
            for dispute in rank_disputes(report.disputes)
            for own in locate_positions(report, dispute, locate)
        ),
    )


def claims_csv(report: Report, documents: Iterable[Document]) -> str:
    """A row for each claim, in the report's order; ``documents`` as above."""
    place = _placer(report, locator(documents))
    return _written(
        _CLAIM,
        ((claim.id, claim.text, claim.speaker, *place(claim)) for claim in report.claims),
    )


def _placer(report: Report, locate: Locator) -> Callable[[Claim], tuple[Cell, ...]]:
    """What fills the columns ``_PLACE`` for a claim."""
    infos = {document.id: document for document in report.documents}

    def place(claim: Claim) -> tuple[Cell, ...]:
        info, at = infos[claim.doc_id], locate(claim)
        # Of a file that holds several documents, lines and columns would not be those of the file.
        return (
            claim.doc_id, info.title, info.date, at.path,
            *((None, None) if at.shares_file else (at.line, at.column)),
            claim.start, claim.end, claim.quote,
        )  # fmt: skip

    return place


def _written(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    # One line end on every system: what writes the text may translate it.
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([_defuse(cell) for cell in row] for row in rows)
    return text.getvalue()


def _defuse(cell: Cell) -> Cell:
    """The cell, as text that neither a spreadsheet nor a terminal obeys.

    >>> print(_defuse('=HYPERLINK("https://evil.example")'))
    '=HYPERLINK("https://evil.example")
    """
    if not isinstance(cell, str):
        return cell
    text = clean_lines(cell)
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text
