"""The store's database where it cannot be written, as on a full disk: it is read all the same.

diskcache writes whenever it opens a database, so here sqlite is asked directly.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from llmcheck.llm.bytes_disk import UnsafeRow

# Beside a database with a log lies shared memory, which a full disk has no room for. Only
# unchanging databases are read without it, and without what the log holds.
_WAYS = ("mode=ro", "mode=ro&immutable=1")


def value_in(database: Path, key: str) -> bytes | None:
    """The bytes stored under ``key``, or None.

    Raises sqlite3.Error when the database cannot be read, UnsafeRow when the row is none of ours.
    """
    query = "SELECT value, filename FROM Cache WHERE key = ? AND raw = 1"
    with _reading(database) as connection:
        row = connection.execute(query, (key,)).fetchone()
    if row is None:
        return None
    value, filename = row
    if type(value) is not bytes or filename is not None:
        raise UnsafeRow("has a value that is not plain bytes")
    return value


def rows_in(database: Path) -> int:
    """How many rows there are. Raises sqlite3.Error when the database cannot be read."""
    with _reading(database) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM Cache").fetchone()
    return int(count)


def keys_in(database: Path) -> list[str]:
    """The keys of all rows, the last stored last. Raises sqlite3.Error when it cannot be read."""
    with _reading(database) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM Cache ORDER BY rowid")]


def files_of(database: Path) -> list[Path]:
    """The files of a database that there are, itself last: without it the others say nothing."""
    names = (f"{database.name}-wal", f"{database.name}-shm", database.name)
    return [path for path in map(database.with_name, names) if path.exists()]


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    for way in _WAYS:
        with closing(sqlite3.connect(f"{database.as_uri()}?{way}", uri=True)) as connection:
            try:
                connection.execute("SELECT 1 FROM Cache").fetchone()
            except sqlite3.Error:
                if way is _WAYS[-1]:
                    raise
            else:
                yield connection
                return
