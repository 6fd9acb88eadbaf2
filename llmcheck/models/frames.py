"""A report as tables for pandas: one thing a row, documents and quotes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from llmcheck.errors import ConfigError

if TYPE_CHECKING:
    import pandas

    from llmcheck.models.documents import Claim
    from llmcheck.models.findings import Agreement, Position
    from llmcheck.models.report import Report

Row = tuple[Any, ...]

_PLACE = ("doc_id", "title", "date", "quote", "start", "end")


def dataframe_of(report: Report, rows: str) -> pandas.DataFrame:
    """The table that ``rows`` names. Raises ConfigError for another name, or without pandas."""
    columns, found = table_of(report, rows)
    try:
        import pandas
    except ImportError as error:
        raise ConfigError("to_dataframe needs pandas: pip install 'llmcheck[pandas]'") from error
    return pandas.DataFrame(found, columns=list(columns))


def table_of(report: Report, rows: str) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and rows of the table that ``rows`` names. Raises ConfigError for another name."""
    if rows not in _TABLES:
        raise ConfigError(f"there are no rows {rows!r}; there are {', '.join(_TABLES)}")
    columns, rows_of = _TABLES[rows]
    return columns, list(rows_of(report))


def _claims(report: Report) -> Iterator[Row]:
    about = _about(report)
    for claim in report.claims:
        yield claim.id, claim.text, claim.speaker, *_place(claim, about)


def _disputes(report: Report) -> Iterator[Row]:
    about = _about(report)
    for dispute in report.disputes:
        told = (
            dispute.id, dispute.question, dispute.kind, dispute.confidence, dispute.silenced,
        )  # fmt: skip
        for position in dispute.positions:
            for claim in _leading(report, position):
                yield *told, position.answer, *_place(claim, about)


def _agreements(report: Report) -> Iterator[Row]:
    about = _about(report)
    for agreement in report.agreements:
        for claim in _leading(report, agreement):
            yield agreement.id, agreement.statement, *_place(claim, about)


def _padding(report: Report) -> Iterator[Row]:
    about = _about(report)
    for flag in report.padding:
        yield (
            flag.kind, flag.doc_id, *about.get(flag.doc_id, (None, None)),
            flag.quote, flag.start, flag.end,
        )  # fmt: skip


def _documents(report: Report) -> Iterator[Row]:
    for document in report.documents:
        yield tuple(getattr(document, name) for name in _DOCUMENT_COLUMNS)


_DOCUMENT_COLUMNS = (
    "id", "title", "date", "author", "site", "language", "url", "path", "copy_of", "words",
    "padding_share",
)  # fmt: skip

_TABLES: Mapping[str, tuple[tuple[str, ...], Callable[[Report], Iterable[Row]]]] = {
    "claims": (("claim_id", "claim", "speaker", *_PLACE), _claims),
    "disputes": (
        ("dispute_id", "question", "kind", "confidence", "silenced", "answer", *_PLACE),
        _disputes,
    ),
    "agreements": (("agreement_id", "statement", *_PLACE), _agreements),
    "padding": (("kind", *_PLACE), _padding),
    "documents": (_DOCUMENT_COLUMNS, _documents),
}
"""By name: the columns, and what fills them."""


def _about(report: Report) -> dict[str, tuple[str | None, str | None]]:
    return {document.id: (document.title, document.date) for document in report.documents}


def _place(claim: Claim, about: Mapping[str, tuple[str | None, str | None]]) -> Row:
    stated = about.get(claim.doc_id, (None, None))
    return claim.doc_id, *stated, claim.quote, claim.start, claim.end


def _leading(report: Report, taken: Position | Agreement) -> list[Claim]:
    """Of each document that counts as a source the first claim, which is the most telling."""
    first: dict[str, Claim] = {}
    for claim in map(report.claim, taken.claim_ids):
        first.setdefault(claim.doc_id, claim)
    return [first[doc_id] for doc_id in taken.doc_ids if doc_id in first]
