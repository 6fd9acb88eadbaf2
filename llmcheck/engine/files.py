"""Files in the hands of workers, and documents that stand in the rows of Parquet."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmcheck.documents.corpus import Content, File, check_text, read_file
from llmcheck.documents.formats.ids import Ids
from llmcheck.documents.formats.rows import row_document
from llmcheck.documents.paths import shown_path
from llmcheck.documents.worker import Worker
from llmcheck.engine.stages import Stage
from llmcheck.engine.work import Row, require_engine, run_workers
from llmcheck.errors import DocumentError
from llmcheck.llm.port import digest
from llmcheck.models import Document

if TYPE_CHECKING:
    import pyarrow

CHUNK = 10_000
"""Files that are handed out, and kept, at once."""
BATCH = 50
"""Files that a worker takes at a time."""


@dataclass(frozen=True)
class EngineFiles:
    """Reads files (``ReadFiles``) by ``workers`` processes and keeps what they held in ``stages``.

    A file is read again once its size or time has changed. Parquet, and what has an address of
    another scheme (``s3://``), is read by the engine itself, of whatever size: a document a row.
    """

    stages: Path
    workers: int

    def __call__(self, files: Sequence[File]) -> Iterator[Iterable[Content]]:
        """The documents of each file, and what of it cannot be read. Raises EngineError."""
        for at in range(0, len(files), CHUNK):
            chunk = files[at : at + CHUNK]
            read = self._read([file for file in chunk if not _is_parquet(file)])
            for file in chunk:
                yield _rows_of_parquet(file) if _is_parquet(file) else read[_key(file)]

    def _read(self, files: Sequence[File]) -> dict[str, list[Content]]:
        stage = Stage(self.stages / "documents", document_schema())
        keys = {file: _key(file) for file in files}
        rows = stage.rows(keys.values())
        left = [file for file in files if keys[file] not in rows]
        if left:
            made: dict[str, list[Row]] = {keys[file]: [] for file in left}
            for row in run_workers(
                [_file_row(keys[file], file) for file in left],
                _file_schema(),
                Read(os.getcwd()),
                document_schema(),
                workers=min(self.workers, len(left)),
                batch=BATCH,
            ):
                made[row["key"]].append(row)
            # What could not be read is tried again: an extra may be installed by then.
            stage.add([row for of in made.values() if not _failed(of) for row in of])
            rows |= made
        return {key: [_item(row) for row in of] for key, of in rows.items()}


@dataclass(frozen=True)
class Read:
    """What a worker does with the files that it is handed."""

    folder: str
    """From which their paths lead."""

    def __call__(self, rows: list[Row]) -> list[list[Row]]:
        """Their documents."""
        with contextlib.chdir(self.folder), Worker() as worker:
            return [
                [_row(row["key"], item) for item in read_file(_file(row), worker)] for row in rows
            ]


def document_schema() -> pyarrow.Schema:
    """The columns of a document, or of what went wrong with its file."""
    import pyarrow as pa

    texts = ("id", "text", "path", "title", "date", "author", "site", "language", "url")
    span = pa.struct([("start", pa.int64()), ("end", pa.int64())])
    return pa.schema([
        ("key", pa.string()), *((name, pa.string()) for name in texts),
        ("chrome", pa.list_(span)), ("struck", pa.list_(pa.string())),
        ("reason", pa.string()),
    ])  # fmt: skip


def _file_schema() -> pyarrow.Schema:
    import pyarrow as pa

    # A path is bytes, and not always text.
    return pa.schema([("key", pa.string()), ("path", pa.binary()), ("format_name", pa.string())])


def _file_row(key: str, file: File) -> Row:
    return {"key": key, "path": os.fsencode(file.path), "format_name": file.format_name}


def _file(row: Row) -> File:
    return File(os.fsdecode(row["path"]), row["format_name"])


def _key(file: File) -> str:
    """Of a file as it is now; of one that is not there, of its path."""
    try:
        state = os.stat(file.path)
        told = f"{state.st_size} {state.st_mtime_ns}"
    except OSError:
        told = "none"
    return digest(f"{file.path}\0{file.format_name}\0{told}")


def _row(key: str, item: Content) -> Row:
    try:
        if isinstance(item, DocumentError):
            raise item
        check_text(item.id, item.text)
    except DocumentError as error:
        return {"key": key, "path": error.path, "reason": error.reason}
    return {"key": key, **item.model_dump(exclude={"copy_of"}), "reason": None}


def _failed(rows: Sequence[Row]) -> bool:
    return any(row["reason"] is not None for row in rows)


def _item(row: Row) -> Content:
    if row["reason"] is not None:
        return DocumentError(row["path"], row["reason"])
    return Document.model_validate({k: v for k, v in row.items() if k not in ("key", "reason")})


def _is_parquet(file: File) -> bool:
    return "://" in file.path or file.path.lower().endswith(".parquet")


def _rows_of_parquet(file: File) -> Iterator[Content]:
    """A document for each row, by the columns that ``read_jsonl`` has as fields."""
    daft = require_engine()
    name = shown_path(file.path)
    ids = Ids(name)
    try:
        frame = daft.read_parquet(file.path)
        if "text" not in frame.column_names:
            columns = ", ".join(map(repr, frame.column_names))
            yield DocumentError(
                name, f"has no column 'text' (its columns: {columns}): name the one to read so"
            )
            return
        for number, row in enumerate(frame.iter_rows(), 1):
            if isinstance(day := row.get("date"), datetime.date):
                row["date"] = day.isoformat()
            yield row_document(row, number, f"{name}:{number}", ids)
    except (OSError, ValueError) as error:  # Daft's own are among them
        reason = str(error).strip().splitlines()[0][:200]
        yield DocumentError(name, f"cannot be read as Parquet ({reason})")
