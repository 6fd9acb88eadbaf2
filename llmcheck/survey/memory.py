"""Tables of earlier runs, kept beside their answers, so that a set that grows asks for little.

How a set is parted depends on all of its documents, so one more would change most tables. Those
that an earlier run has asked about are formed again instead (``tables``), and the cache answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from llmcheck.llm.port import canonical_json, digest
from llmcheck.survey.shapes import Table, TableKey
from llmcheck.whole_files import write_whole

MOST = 20_000
"""Tables that are kept; those of sets that were not asked about for longest go first."""


class TableMemory(NamedTuple):
    """The tables that were asked about with one prompt and model, at one size.

    ``folder`` is made when there is something to keep, if what it lies in is there.
    """

    folder: Path
    prompt: str
    model: str
    size: int

    def recall(self) -> list[TableKey]:
        """The tables of earlier runs, the latest first; none where what is kept is damaged."""
        try:
            kept = json.loads(self._file.read_bytes())
            return [
                tuple((str(document), tuple(map(int, numbers))) for document, numbers in table)
                for table in kept
            ]
        except (OSError, ValueError, TypeError, RecursionError):
            return []

    def keep(self, tables: Sequence[Table]) -> None:
        """Keep the tables of a run in the place of all that share a document with them.

        One that holds the whole set is formed the same without. What cannot be written is not
        kept: it costs a later run some calls.
        """
        if len(tables) < 2:
            return
        keys = [table.key for table in tables]
        documents = {document for key in keys for document, _ in key}
        others = [
            key for key in self.recall() if all(document not in documents for document, _ in key)
        ]
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(self._file, json.dumps([*keys, *others][:MOST]).encode())

    @property
    def _file(self) -> Path:
        return self.folder / f"{digest(canonical_json(self[1:]))[:32]}.json"
