"""The store of answers on disk, whose rows are checked on every read.

Each row is held against its checksum and the key of its call. diskcache carries the rows, held
to plain bytes (``bytes_disk``), and kept from culling silently at 1 GiB, which it would.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pydantic import Field

from llmcheck.errors import ConfigError, CorruptRecord
from llmcheck.llm.bytes_disk import bytes_only_disk
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import Call, Probabilities, canonical_json, digest
from llmcheck.models import CallRef, Frozen
from llmcheck.tokens import Tokens

R = TypeVar("R")

_log = logging.getLogger("llmcheck")
_DATABASE = "cache.db"
_ASKING = "asking"
"""Folder of a file for each call that some process makes now."""
# SQLITE_ERROR: the tables are not the ones our fixed statements expect.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_TIMEOUT_SECONDS = 60


class StoreInfo(NamedTuple):
    """What a reply store holds."""

    directory: Path
    replies: int
    bytes: int
    """Size of the database on disk."""


class StoredReply(NamedTuple):
    """An answer as it was stored: JSON text, the tokens it took, how sure its choices were."""

    raw: str
    tokens: Tokens
    probabilities: Probabilities = MappingProxyType({})
    failed: str = ""
    """Why no whole answer came, where the caller asked in parts instead; then ``raw`` is empty."""


class _Row(Frozen):
    key: str
    prompt: str
    model: str
    raw: str
    input_tokens: int
    output_tokens: int
    stored: str
    """UTC, ISO 8601."""
    probabilities: dict[str, dict[str, float]] = Field(default_factory=dict)
    failed: str = ""


class ReplyStore:
    """Answers by call key in a directory that only its owner may enter.

    Safe to share between threads and processes. A damaged database is moved aside, to
    ``<directory>.corrupt-<n>``, with a warning on the ``llmcheck`` logger.
    """

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory).expanduser().absolute()
        self._lock = FreshLock()
        self._cache: Any = None
        self._opened_inode: int | None = None
        self._write_warned = False

    def __getstate__(self) -> dict[str, Any]:
        """Another process opens the database itself."""
        return {**vars(self), "_cache": None, "_opened_inode": None}

    def open(self) -> None:
        """Make the directory and the database ready.

        Raises ConfigError when the directory cannot be written, belongs to someone else, is a
        symbolic link or holds other things.
        """
        self._with_cache(lambda cache: None)

    def read(self, call: Call | CallRef) -> StoredReply | None:
        """The answer stored for ``call``, or None.

        Raises CorruptRecord when the row is damaged, altered or of another call.
        """
        try:
            blob = self._with_cache(lambda cache: cache.get(call.key))
            if blob is None:
                return None
            envelope = json.loads(blob)
            row = _Row.model_validate(envelope["row"])
            intact = envelope["checksum"] == _checksum(row)
        except (ValueError, KeyError, TypeError) as error:
            raise self._corrupt_record(call, "is not what llmcheck stores") from error
        if not intact:
            raise self._corrupt_record(call, "fails its checksum")
        if row.key != call.key:
            raise self._corrupt_record(call, "belongs to another call")
        tokens = Tokens(row.input_tokens, row.output_tokens)
        return StoredReply(row.raw, tokens, row.probabilities, row.failed)

    def write(self, call: Call, reply: StoredReply) -> None:
        """Store an answer; it outlives this process from here on.

        A store that can no longer be written (disk full, locked) is warned of once: the answer
        in hand is worth more than its copy.
        """
        row = _Row(
            key=call.key,
            prompt=call.prompt,
            model=call.model,
            raw=reply.raw,
            input_tokens=reply.tokens.input,
            output_tokens=reply.tokens.output,
            stored=datetime.now(UTC).isoformat(timespec="seconds"),
            probabilities={field: dict(given) for field, given in reply.probabilities.items()},
            failed=reply.failed,
        )
        envelope = {"row": row.model_dump(exclude_defaults=True), "checksum": _checksum(row)}
        blob = json.dumps(envelope).encode("ascii")
        try:
            self._with_cache(lambda cache: cache.set(call.key, blob))
        except ConfigError as error:
            if not self._write_warned:
                self._write_warned = True
                _log.warning("answers are not being cached: %s", error)

    @contextmanager
    def asking(self, call: Call) -> Iterator[None]:
        """Wait until no other process asks for ``call``, and keep others from asking meanwhile.

        Its answer may be stored by then. A process that dies holds nobody up; where files cannot
        be locked, nobody waits.
        """
        from filelock import FileLock

        path = self.directory / _ASKING / f"{call.key}.lock"
        lock = FileLock(path, thread_local=False)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            lock.acquire()
        except OSError as error:
            _log.debug("cache %s: no lock for %s: %s", self.directory, call.prompt, error)
        try:
            yield
        finally:
            lock.release()
            # Who waits for this very file looks into the store before it asks.
            with suppress(OSError):
                path.unlink()

    def drop(self, call: Call) -> None:
        """Forget what is stored for ``call``, if anything."""
        self._with_cache(lambda cache: cache.delete(call.key))

    def info(self) -> StoreInfo:
        """How much is stored. Creates nothing."""
        if self._inode() is None:
            return StoreInfo(self.directory, 0, 0)
        return self._with_cache(
            lambda cache: StoreInfo(self.directory, len(cache), cache.volume())
        )

    def clear(self) -> int:
        """Forget every answer; returns how many there were."""
        if self._inode() is None:
            return 0
        return self._with_cache(lambda cache: int(cache.clear()))

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        with self._lock:
            if self._cache is not None:
                self._cache.close()

    def _with_cache(self, action: Callable[[Any], R]) -> R:
        import diskcache

        for last_try in (False, True):
            inode = self._inode()
            try:
                return action(self._open_cache())
            except sqlite3.DatabaseError as error:
                # Errors of Python's own (a closed connection) carry no code.
                code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
                # Another thread or process may have put a new database in its place meanwhile.
                replaced = self._inode() != inode
                if last_try or not (replaced or code & 0xFF in _DAMAGE):
                    raise self._unusable(str(error)) from error
                if not replaced:
                    self._move_aside(inode, error)
            except diskcache.Timeout as error:
                raise self._unusable("it cannot be written, or stays locked") from error
        raise AssertionError("the last try returns or raises")

    def _inode(self) -> int | None:
        try:
            return (self.directory / _DATABASE).stat().st_ino
        except OSError:
            return None

    def _open_cache(self) -> Any:
        import diskcache

        with self._lock:
            # Another process may have moved or deleted the database since: what is written to
            # a file without a name is lost.
            if self._cache is None or self._inode() != self._opened_inode:
                self._make_private()
                self._cache = None
                self._cache = diskcache.Cache(
                    str(self.directory),
                    timeout=_TIMEOUT_SECONDS,
                    disk=bytes_only_disk(),
                    eviction_policy="none",
                    cull_limit=0,
                )
                self._opened_inode = self._inode()
            return self._cache

    def _make_private(self) -> None:
        if os.path.expandvars(self.directory) != str(self.directory):
            raise self._unusable("diskcache would expand the variable in its name")
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = self.directory.lstat()
            if stat.S_ISLNK(state.st_mode):
                raise self._unusable("it is a symbolic link; name the directory it leads to")
            if hasattr(os, "getuid") and state.st_uid != os.getuid():
                raise self._unusable("it belongs to another user, who could plant answers in it")
            # Its permissions are changed and, if damaged, it is moved: never do that to a
            # folder that holds anything else.
            names = set(os.listdir(self.directory)) - {_ASKING}
            if names and _DATABASE not in names:
                raise self._unusable("it holds other files; name a new or an empty directory")
            if state.st_mode & 0o077:
                self.directory.chmod(0o700)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _move_aside(self, inode: int | None, error: sqlite3.DatabaseError) -> None:
        with self._lock:
            if self._inode() != inode:
                return  # Another thread was first.
            candidates = (
                self.directory.with_name(f"{self.directory.name}.corrupt-{number}")
                for number in itertools.count(1)
            )
            target = next(path for path in candidates if not path.exists())
            try:
                self.directory.rename(target)
            except OSError as reason:
                raise self._unusable(
                    f"its database is damaged ({error}) and cannot be moved aside "
                    f"({reason.strerror}); delete it"
                ) from reason
        _log.warning(
            "cache %s: its database is damaged (%s); moved to %s, starting a new one",
            self.directory, error, target,
        )  # fmt: skip

    def _corrupt_record(self, call: Call | CallRef, reason: str) -> CorruptRecord:
        return CorruptRecord(
            f"cache {self.directory}: the row of {call.prompt} call {call.key[:16]} {reason}",
            call_key=call.key,
            prompt=call.prompt,
        )

    def _unusable(self, reason: str) -> ConfigError:
        return ConfigError(
            f"cache directory {self.directory} cannot be used: {reason} "
            "(choose another with --cache DIR, or go without: --no-cache)"
        )


def _checksum(row: _Row) -> str:
    # Fields added since, where they say nothing, leave the checksums of older rows as they were.
    return digest(canonical_json(row.model_dump(exclude_defaults=True)))
