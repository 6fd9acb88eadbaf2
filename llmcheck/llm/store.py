"""The store of answers on disk, whose rows are checked on every read.

Each row is held against its checksum and the key of its call. diskcache carries the rows, held
to plain bytes (``bytes_disk``), and kept from culling silently at 1 GiB, which it would.
"""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from llmcheck.errors import ConfigError, CorruptRecord
from llmcheck.llm.bytes_disk import bytes_only_disk
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import Call, digest
from llmcheck.llm.private_folder import make_private
from llmcheck.llm.rows import StoredReply, reply_in, row_of
from llmcheck.llm.unwritable import files_of, keys_in, rows_in, value_in
from llmcheck.models import CallRef

R = TypeVar("R")

_log = logging.getLogger("llmcheck")
_DATABASE = "cache.db"
_ASKING = "asking"
"""Folder of a file for each call that some process makes now."""
_BESIDE = ("lessons", "tables")
# SQLITE_ERROR: the tables are not the ones our fixed statements expect.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_TIMEOUT_SECONDS = 60


class StoreInfo(NamedTuple):
    """What a reply store holds."""

    directory: Path
    replies: int
    bytes: int
    """Size of the database on disk."""


class ReplyStore:
    """Answers by call key in a directory that only its owner may enter.

    ``endpoint`` tells apart who answers under one model's name; answers that were stored for
    one endpoint are found for no other. Empty where the name says enough, None to find those of
    any endpoint, the last stored first.

    Safe to share between threads and processes. A damaged database is moved aside, to
    ``<directory>.corrupt-<n>``, with a warning on the ``llmcheck`` logger. One that cannot be
    written (disk full, locked, read-only) is warned of once and read all the same.
    """

    def __init__(self, directory: str | Path, endpoint: str | None = "") -> None:
        self._endpoint = endpoint
        self.directory = Path(directory).expanduser().absolute()
        self._file = str(self.directory / _DATABASE)
        self._lock, self._changing = FreshLock(), FreshLock()
        self._opened: tuple[Any, int | None] | None = None
        """The cache, and the inode of its database."""
        self._write_warned = False

    def __getstate__(self) -> dict[str, Any]:
        """Another process opens the database itself."""
        return {**vars(self), "_opened": None}

    def beside(self, name: Literal["lessons", "tables"]) -> Path:
        """The folder for what is kept with the answers: on endpoints, or tables asked about."""
        return self.directory / name

    def open(self) -> None:
        """Make the directory and the database ready.

        Raises ConfigError when there is none and none can be made, or the directory belongs to
        someone else, is a symbolic link or holds other things.
        """
        self._with_cache(len, otherwise=rows_in)

    def read(self, call: Call | CallRef) -> StoredReply | None:
        """The answer stored for ``call``, or None.

        Raises CorruptRecord when the row is damaged, altered or of another call.
        """
        try:
            key = self._key(call)
            blob = self._with_cache(
                lambda cache: cache.get(key),
                otherwise=lambda database: value_in(database, key),
            )
            return None if blob is None else reply_in(blob, key)
        except (ValueError, TypeError) as error:
            raise self._corrupt_record(call, str(error)) from error

    def write(self, call: Call, reply: StoredReply) -> None:
        """Store an answer; it outlives this process from here on.

        Where it cannot be stored, that is warned of once: the answer in hand is worth more than
        its copy.
        """
        key = self._key(call)
        blob = row_of(call, reply, key)
        self._change(lambda cache: cache.set(key, blob))

    @contextmanager
    def asking(self, call: Call) -> Iterator[None]:
        """Wait until no other process asks for ``call``, and keep others from asking meanwhile.

        Its answer may be stored by then. A process that dies holds nobody up; where files cannot
        be locked, nobody waits.
        """
        from filelock import FileLock

        path = f"{self.directory}/{_ASKING}/{self._key(call)}.lock"
        lock = FileLock(path, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except OSError as error:
            _log.debug("cache %s: no lock for %s: %s", self.directory, call.prompt, error)
        try:
            yield
        finally:
            held = lock.is_locked
            lock.release()
            if held:
                # Who waits for this very file looks into the store before it asks.
                with suppress(OSError):
                    os.unlink(path)

    def drop(self, call: Call) -> None:
        """Forget what is stored for ``call``, if anything."""
        key = self._key(call)
        self._change(lambda cache: cache.delete(key))

    def info(self) -> StoreInfo:
        """How much is stored. Creates nothing."""
        if self._inode() is None:
            return StoreInfo(self.directory, 0, 0)
        return self._with_cache(
            lambda cache: StoreInfo(self.directory, len(cache), cache.volume()),
            otherwise=lambda database: StoreInfo(
                self.directory,
                rows_in(database),
                sum(path.stat().st_size for path in files_of(database)),
            ),
        )

    def clear(self) -> int:
        """Forget every answer and what was learnt about endpoints; returns how many answers there
        were.

        The files are deleted: emptying a database would need room on the disk.
        """
        if self._inode() is None:
            return 0

        def count(database: Path) -> int:
            with suppress(sqlite3.Error):  # What cannot even be read is to go as well.
                return rows_in(database)
            return 0

        replies = self._with_cache(len, otherwise=count)
        self.close()
        for name in _BESIDE:
            shutil.rmtree(self.directory / name, ignore_errors=True)
        try:
            for path in files_of(self.directory / _DATABASE):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        return replies

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()

    def _key(self, call: Call | CallRef) -> str:
        """Under which an answer is stored; of any endpoint's, that of the last one."""
        if self._endpoint is None:
            keys: list[str] = self._with_cache(lambda cache: list(cache), otherwise=keys_in)
            return next((k for k in reversed(keys) if k.partition("@")[0] == call.key), call.key)
        return f"{call.key}@{digest(self._endpoint)[:16]}" if self._endpoint else call.key

    def _change(self, action: Callable[[Any], object]) -> None:
        try:
            # Who waits for sqlite is put to sleep, ever longer; who waits here is next.
            with self._changing:
                self._with_cache(action)
        except ConfigError as error:
            self._warn_once(error)

    def _warn_once(self, error: ConfigError) -> None:
        with self._lock:
            warned, self._write_warned = self._write_warned, True
        if not warned:
            _log.warning("answers are not being cached, only read: %s", error)

    def _with_cache(
        self, action: Callable[[Any], R], otherwise: Callable[[Path], R] | None = None
    ) -> R:
        """Do something with the database; where that cannot be, do ``otherwise`` with its file."""
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
                    return self._do_without(str(error), error, otherwise)
                if not replaced:
                    self._move_aside(inode, error)
            except diskcache.Timeout as error:
                reason = "it cannot be written, or stays locked"
                return self._do_without(reason, error, otherwise)
            except OSError as error:
                return self._do_without(error.strerror or str(error), error, otherwise)
        raise AssertionError("the last try returns or raises")

    def _do_without(
        self, reason: str, cause: Exception, otherwise: Callable[[Path], R] | None
    ) -> R:
        unusable = self._unusable(reason)
        if otherwise is not None:
            with suppress(sqlite3.Error):
                found = otherwise(self.directory / _DATABASE)
                self._warn_once(unusable)
                return found
        raise unusable from cause

    def _inode(self) -> int | None:
        try:
            return os.stat(self._file).st_ino
        except OSError:
            return None

    def _open_cache(self) -> Any:
        import diskcache

        with self._lock:
            # What is written to a file that was moved or deleted since is lost.
            if self._opened is None or self._opened[1] != self._inode():
                if reason := make_private(self.directory, _DATABASE, {_ASKING, *_BESIDE}):
                    raise self._unusable(reason)
                self._opened = None
                cache = diskcache.Cache(
                    str(self.directory),
                    timeout=_TIMEOUT_SECONDS,
                    disk=bytes_only_disk(),
                    eviction_policy="none",
                    cull_limit=0,
                )
                self._opened = cache, self._inode()
            return self._opened[0]

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
