"""What the command line writes: data to stdout or a file, progress and all else to stderr."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from llmcheck.errors import ConfigError
from llmcheck.render.phrases import clean
from llmcheck.whole_files import try_writing, write_whole

if TYPE_CHECKING:
    from llmcheck.llm.runner import Progress

_ERASE = "\r\x1b[2K"
_SECONDS_BETWEEN = 0.05
_NARROWEST, _WIDEST = 40, 120
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class Page(NamedTuple):
    """What a page for a person is printed on."""

    width: int
    colour: bool


def page_for(output: Path | None) -> Page:
    """The page that stdout is, or ``output``: 80 columns, no colour but on a terminal."""
    on_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    known_width = on_terminal or "COLUMNS" in os.environ
    width = shutil.get_terminal_size((80, 24)).columns if known_width else 80
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Page(max(_NARROWEST, min(width, _WIDEST)), on_terminal and not plain)


def use_utf8() -> None:
    """Write UTF-8 on both streams, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(message: str) -> None:
    """One line on stderr, with nothing in it that a terminal obeys."""
    _write_out(sys.stderr, f"llmcheck: {clean(message)}\n")


def emit(data: str | bytes, output: Path | None = None) -> None:
    """Write data to stdout, or to ``output``, which is replaced whole or left as it was.

    A reader that has gone away (``| head``) is no error. Raises ConfigError when the data
    cannot be written; what was meant for ``output`` then goes to stdout.
    """
    try:
        if output is not None:
            _write_whole(
                output,
                data if isinstance(data, bytes) else data.encode("utf-8", "backslashreplace"),
            )
        elif isinstance(data, bytes):
            raise ConfigError("this is no text: name a file with --output")
        elif sys.stdout is None:
            raise ConfigError("standard output is closed: there is nowhere to write to")
        else:
            _write_out(sys.stdout, data)
    except OSError as error:
        problem = f"cannot write to {output or 'standard output'}: {error.strerror or error}"
        if output is not None and sys.stdout is not None and isinstance(data, str):
            # It may have been paid for.
            emit(data)
            problem += "; what it was to hold went to standard output"
        raise ConfigError(problem) from error


def check_writable(output: Path) -> None:
    """Raises ConfigError when ``output`` cannot be written: before a run rather than after it."""
    try:
        target = output.resolve()
        if target.is_dir() or not target.parent.is_dir():
            raise ConfigError(f"--output {output}: must be a file in a folder that exists")
        if target.exists():
            if not target.is_file():
                return  # Of a device or a named pipe nothing is known before it is written to.
            if not (os.access(target, os.W_OK) and target.stat().st_mode & _WRITABLE):
                raise ConfigError(f"--output {output}: is read-only")
        try_writing(target.parent)
    except (OSError, RuntimeError) as error:  # Links that lead in a circle are a RuntimeError.
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"--output {output}: cannot be written ({reason})") from error


def _write_out(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # What is still in the buffer would fail again, loudly, when Python exits.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def _write_whole(output: Path, data: bytes) -> None:
    target = output.resolve()
    if target.exists() and not target.is_file():
        # A device or a named pipe is written to; replacing it would destroy it.
        target.write_bytes(data)
    else:
        write_whole(target, data)


class ProgressLine:
    """Shows ``Progress`` on ``stream``; call it with each, and ``erase`` it before other output.

    On a terminal the line overwrites itself and tells of all stages at work how far they are and
    how long what is left will take; elsewhere each stage gives one line as it ends.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._shown = False
        self._drawn = float("-inf")
        self._at_work: dict[str, Progress] = {}

    def __call__(self, progress: Progress) -> None:
        """Show ``progress``, unless the line was drawn a moment ago and more is to come."""
        if not progress.total:
            return
        self._at_work[progress.stage] = progress
        if progress.left and not self._due():
            return
        if self._live:
            width = shutil.get_terminal_size().columns
            told = "; ".join(map(_with_time_left, self._at_work.values()))
            _write_out(self._stream, _ERASE + told[: width - 1])
            self._shown = True
        else:
            _write_out(self._stream, f"{progress}\n")
        if not progress.left:
            del self._at_work[progress.stage]

    def erase(self) -> None:
        """Take the line away, if there is one."""
        if self._shown:
            _write_out(self._stream, _ERASE)
            self._shown = False

    def _due(self) -> bool:
        now = time.monotonic()
        if not self._live or now - self._drawn < _SECONDS_BETWEEN:
            return False
        self._drawn = now
        return True


def _with_time_left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return str(progress)
    seconds = math.ceil(progress.seconds_left)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    left = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{progress}, {left} to go"


@contextlib.contextmanager
def show_progress(*, verbose: bool = False) -> Iterator[ProgressLine]:
    """A progress line on stderr, and the library's warnings said between its states.

    With ``verbose`` also what it tells of each call and stage.
    """
    line = ProgressLine(sys.stderr)

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line.erase()
            sort = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
            say(f"{sort}{record.getMessage()}")

    handler = Handler()
    logger = logging.getLogger("llmcheck")
    level = logger.level
    if verbose:
        logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield line
    finally:
        line.erase()
        logger.removeHandler(handler)
        logger.setLevel(level)
