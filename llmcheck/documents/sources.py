"""The bytes of what is read: of files, pipes and standard input, no more than a file may have."""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import BinaryIO, TextIO

from llmcheck.documents.paths import refused, shown_path
from llmcheck.errors import DocumentError

MAX_BYTES = 20_000_000
"""Bytes of a file, of a pipe and of standard input."""
MAX_SILENCE = 60.0
"""Seconds that a named pipe is waited for: nobody may ever write into it."""
_PIECE = 65_536


def bytes_of(path: str) -> bytes:
    """The bytes of a file or a named pipe. Raises DocumentError, saying what to do, when it
    cannot be read, has more than ``MAX_BYTES``, or is neither."""
    try:
        # Of some devices the mere opening does something.
        if not _may_be_opened(os.stat(path).st_mode):
            raise DocumentError(shown_path(path), "is no file but a device: name a file")
        with open(path, "rb", opener=_open_at_once) as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISFIFO(mode):
                return within_limit(_of_pipe(file.fileno(), path), path)
            return within_limit(file.read(MAX_BYTES + 1), path)
    except OSError as error:
        raise refused(path, error) from error


def standard_input(stream: BinaryIO | TextIO | None) -> bytes:
    """What ``stream``, or else ``sys.stdin``, holds. Raises DocumentError as ``bytes_of`` does."""
    stream = stream or sys.stdin
    if stream is None or stream.closed:
        raise DocumentError("-", "standard input is closed: pipe a document into it")
    try:
        data: bytes | str = getattr(stream, "buffer", stream).read(MAX_BYTES + 1)
    except OSError as error:
        raise refused("-", error) from error
    return within_limit(
        data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data, "-"
    )


def within_limit(data: bytes, path: str) -> bytes:
    """The data. Raises DocumentError when it is longer than ``MAX_BYTES``."""
    if len(data) > MAX_BYTES:
        raise DocumentError(
            shown_path(path), f"is larger than {MAX_BYTES // 1_000_000} MB: split it"
        )
    return data


def _may_be_opened(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISDIR(mode)


def _open_at_once(path: str, flags: int) -> int:
    # A pipe that nobody writes into would else be waited for without end.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _of_pipe(descriptor: int, path: str) -> bytes:
    """What is written into a pipe until all who write have closed it, or it is too much."""
    import select

    pieces: list[bytes] = []
    left = MAX_BYTES + 1
    until = time.monotonic() + MAX_SILENCE
    while left > 0:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise DocumentError(
                shown_path(path),
                f"is a pipe into which nothing was written for {MAX_SILENCE:g} s: write into it, "
                "or name a file",
            )
        piece = os.read(descriptor, min(_PIECE, left))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
        until = time.monotonic() + MAX_SILENCE
    return b"".join(pieces)
