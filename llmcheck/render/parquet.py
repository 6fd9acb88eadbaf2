"""Findings as Parquet: a row for each document that takes a position or states what is agreed."""

from __future__ import annotations

import io

from llmcheck.errors import ConfigError
from llmcheck.models import Report
from llmcheck.models.frames import table_of

_AS = {
    "dispute_id": "id",
    "agreement_id": "id",
    "statement": "question",
}
"""Columns of the tables that have another name here, where disputes and agreements share one."""


def findings_parquet(report: Report) -> bytes:
    """The disputes and agreements of a report (``finding`` says which) as a Parquet file.

    Columns are those of ``Report.to_dataframe``; an agreement's statement stands in ``question``,
    and what only a dispute has is null. Raises ConfigError where pyarrow is missing.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ConfigError("Parquet needs an extra: pip install 'llmcheck[engine]'") from error
    rows = []
    for finding, table in (("dispute", "disputes"), ("agreement", "agreements")):
        columns, found = table_of(report, table)
        names = [_AS.get(column, column) for column in columns]
        rows += [{"finding": finding, **dict(zip(names, row, strict=True))} for row in found]
    texts = ("finding", "id", "question", "kind", "silenced", "answer", "doc_id", "title", "date")
    schema = pa.schema([
        *((name, pa.string()) for name in texts), ("confidence", pa.float64()),
        ("quote", pa.string()), ("start", pa.int64()), ("end", pa.int64()),
    ])  # fmt: skip
    held = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), held)
    return held.getvalue()
