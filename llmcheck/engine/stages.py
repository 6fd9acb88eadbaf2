"""Stages: what workers have finished, as Parquet files of rows with the key of what they are of.

A part is written whole or not at all. Rows are found by their keys alone, so a run that was
interrupted, or one of more documents, does only what is not there yet.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llmcheck.engine.work import Row
from llmcheck.errors import ConfigError
from llmcheck.llm.port import digest
from llmcheck.whole_files import write_whole

if TYPE_CHECKING:
    import pyarrow

_log = logging.getLogger("llmcheck")


class Stage:
    """Rows with a ``key`` in a folder of Parquet files that only its owner may enter."""

    def __init__(self, folder: Path, schema: pyarrow.Schema) -> None:
        self._folder = folder
        self._schema = schema

    def rows(self, keys: Collection[str]) -> dict[str, list[Row]]:
        """The rows that are there, by their keys, in the order in which they were written.

        A part that is damaged or of another version is warned of on the ``llmcheck`` logger and
        deleted: what it held is done again.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted = pa.array(sorted(keys), pa.string())
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for part in sorted(self._folder.glob("*.parquet")):
            try:
                table = pq.read_table(part, partitioning=None)
                if not table.schema.equals(self._schema):
                    raise ValueError("its columns are not those of this version")
            except (OSError, ValueError) as error:  # pyarrow's own are among them
                _log.warning("stage %s: %s; it is deleted and done again", part, error)
                part.unlink(missing_ok=True)
                continue
            for row in table.filter(pc.is_in(table["key"], value_set=wanted)).to_pylist():
                found[row["key"]].append(row)
        return dict(found)

    def add(self, rows: Sequence[Row]) -> None:
        """Keep rows, as one part. Raises ConfigError when they cannot be written."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not rows:
            return
        part = self._folder / f"{digest(' '.join(row['key'] for row in rows))[:16]}.parquet"
        written = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=self._schema), written)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(part, written.getvalue().to_pybytes())
        except OSError as error:
            raise ConfigError(
                f"stage {part}: cannot be written ({error.strerror or error}): choose another "
                "place with --cache DIR"
            ) from error
