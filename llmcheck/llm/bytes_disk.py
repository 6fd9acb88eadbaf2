"""diskcache held to plain bytes.

As it comes it pickles what it does not know, unpickles whatever a row claims to be
(CVE-2025-69872), and follows file names that stand in the database.
"""

from __future__ import annotations

import functools
from typing import Any


class UnsafeRow(ValueError):
    """A row that llmcheck cannot have written. No OSError: diskcache takes those for a miss."""


@functools.cache
def bytes_only_disk() -> type[Any]:
    """The ``Disk`` to open a diskcache with; made when asked for, since diskcache loads slowly."""
    import diskcache

    class BytesOnlyDisk(diskcache.Disk):  # type: ignore[misc]
        """Text keys and bytes values inside the database; no pickle, no files."""

        def put(self, key: object) -> tuple[str, bool]:
            if type(key) is not str:
                raise TypeError(f"a key is text, not {type(key).__name__}")
            return key, True

        def get(self, key: object, raw: object) -> str:
            if not raw or type(key) is not str:
                raise UnsafeRow("has a key that is not plain text")
            return key

        def store(
            self, value: object, read: bool, key: object = None
        ) -> tuple[int, int, None, memoryview]:
            if type(value) is not bytes or read:
                raise TypeError(f"a value is bytes, not {type(value).__name__}")
            return 0, diskcache.core.MODE_RAW, None, memoryview(value)

        def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> bytes:
            if mode != diskcache.core.MODE_RAW or filename is not None or type(value) is not bytes:
                raise UnsafeRow("has a value that is not plain bytes")
            return value

        def remove(self, file_path: str) -> None:
            """Delete nothing: no row has a file, whatever name stands in it."""

    return BytesOnlyDisk
