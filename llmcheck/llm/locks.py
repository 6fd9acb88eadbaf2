"""One process at a time for each call: what another is asking for is waited for, not paid twice.

A lock is one byte of a file (POSIX record locks), so there are as many as keys and no files to clean
up, and the system gives up those of a process that dies. Threads of one process share such a lock;
they wait for each other elsewhere. Where a system has no such locks nobody waits.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

try:
    import fcntl as _fcntl
except ImportError:  # Windows
    _LOCKS: ModuleType | None = None
else:
    _LOCKS = _fcntl

FILE = "calls.lock"
_SLOTS = 1 << 30
_FIRST_WAIT, _LONGEST_WAIT = 0.01, 0.5


class CallLocks:
    """Locks by key, in a file of a directory that several processes share."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._mutex = threading.Lock()
        # One for all: closing any descriptor of the file would give up every lock of the process.
        self._descriptor: int | None = None

    @contextlib.contextmanager
    def held(self, key: str) -> Iterator[bool]:
        """Hold the lock of a key (hex digits); gives whether it had to be waited for.

        Where the file cannot be opened or locked, nothing is held.
        """
        slot = int(key[:16], 16) % _SLOTS
        waited = self._acquire(slot)
        try:
            yield bool(waited)
        finally:
            if waited is not None:
                self._do("LOCK_UN", slot)

    def _acquire(self, slot: int) -> bool | None:
        """Whether it was waited for; None when it cannot be had at all."""
        wait, waited = _FIRST_WAIT, False
        while True:
            try:
                if not self._do("LOCK_EX", slot):
                    return None
                return waited
            except BlockingIOError:
                waited = True
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    def _do(self, operation: str, slot: int) -> bool:
        if _LOCKS is None:
            return False
        flags = getattr(_LOCKS, operation) | (_LOCKS.LOCK_NB if operation == "LOCK_EX" else 0)
        try:
            with self._mutex:
                if self._descriptor is None:
                    self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            _LOCKS.lockf(self._descriptor, flags, 1, slot)
        except BlockingIOError:
            raise
        except OSError:
            return False
        return True
