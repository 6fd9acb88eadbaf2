"""Reads files whose parsers cannot be trusted to stop in a process of their own.

Parsers of others, some of them in C, have no deadline, and what a hostile file makes them take
cannot be told beforehand. So they run where they can be ended: in a process that reads one file
after the other and has so many seconds for each (``formats``) and so much memory. A process that
had to be ended costs its file alone. When files that came to nothing have taken minutes, those
that follow have seconds, or a folder of a thousand of them would take a day.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import BinaryIO, NamedTuple, cast

from llmcheck.documents.formats import FORMATS
from llmcheck.documents.formats.reading import chosen_format, read_documents
from llmcheck.errors import DocumentError
from llmcheck.models import Document

MAX_MEMORY = 2_000_000_000
"""Bytes of address space that the process may take, where the system knows such a limit."""
MAX_LOST = 300.0
"""Seconds that files may take of one worker before it ends the process that reads them."""
LITTLE = 5.0
"""Seconds that each file has after that: enough for most, and for the process to start anew."""
_OUT_OF_MEMORY = 77
_GRACE = 10
"""Seconds of processor time beyond its deadline after which a process ends by itself: that of a
caller who was killed would else run on."""
# The folder that it is started in is none of ours, so its modules must not be found.
_START = (
    "import sys; sys.path[:] = sys.argv[1:]\nfrom llmcheck.documents.worker import serve; serve()"
)


class _Request(NamedTuple):
    """A file to read, and what that may take."""

    data: bytes
    name: str
    format_name: str
    seconds: float
    memory: int


class Worker:
    """Reads documents, in another process where their format asks for one.

    The process is started for the first such file and reads the later ones, too. To be used in
    a ``with`` block, after which it waits for the next worker.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lost = 0.0

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        process, self._process = self._process, None
        if process is not None and not _spare.keep(process):
            _end(process)

    def read(
        self, data: bytes, name: str, format_name: str | None = None
    ) -> list[Document | DocumentError]:
        """The documents that a file's bytes hold, and what of it cannot be read.

        As ``read_documents``; a file that takes too long or too much memory, or at which its
        reader ends, is a DocumentError behind what was read of it until then. It has the time
        of its format, or ``LITTLE`` where such files have taken ``MAX_LOST`` before.
        """
        chosen = chosen_format(data, name, format_name)
        seconds = FORMATS[chosen].seconds
        if seconds is None:
            return list(read_documents(data, name, chosen))
        hurried = self._lost >= MAX_LOST
        seconds = min(seconds, LITTLE) if hurried else seconds
        items: list[Document | DocumentError] = []
        try:
            process = self._process or self._start()
        except OSError as error:
            reason = f"needs a process that reads it, and none starts ({error.strerror or error})"
            return [DocumentError(name, f"{reason}: end other programs, and try again")]
        late = threading.Event()
        begun = time.monotonic()
        timer = threading.Timer(seconds, _end_late, (process, late))
        timer.daemon = True
        timer.start()
        try:
            _ask(process, _Request(data, name, chosen, seconds, MAX_MEMORY))
            while (item := _answer(process)) is not None:
                items.append(item)
        except (EOFError, OSError):
            self._end()
            self._lost += time.monotonic() - begun
            reason = _reason(process.returncode, late, seconds, hurried=hurried)
            items.append(DocumentError(name, reason))
        except BaseException:
            self._end()
            raise
        finally:
            timer.cancel()
            timer.join()
        if late.is_set():  # it may have been just in time
            self._end()
        return items

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = _spare.take() or subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _START, *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with contextlib.suppress(OSError):  # what it was not told any more
        process.communicate()


class _Spare:
    """A process that has nothing to do: starting one takes longer than reading most files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def take(self) -> subprocess.Popen[bytes] | None:
        """The process, if there is one that lives and is this process's own."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        if self._owner != os.getpid():  # this process is a fork of its owner
            for pipe in (process.stdin, process.stdout):
                cast("BinaryIO", pipe).close()
            return None
        if process.poll() is not None:
            _end(process)
            return None
        return process

    def keep(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the process is kept, until this one ends."""
        with self._lock:
            if self._process is not None and self._owner == os.getpid():
                return False
            self._process, self._owner = process, os.getpid()
            return True


_spare = _Spare()


@atexit.register
def _end_spare() -> None:
    if (process := _spare.take()) is not None:
        _end(process)


def serve() -> None:
    """Read the files that standard input names, until it ends, and write what is in them."""
    import pickle
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller's to act upon
    files, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not stand among the answers
    while True:
        try:
            request: _Request = pickle.load(files)  # noqa: S301
        except EOFError:
            return
        data, name, chosen, seconds, memory = request
        _limit_process(memory, seconds + _GRACE)
        try:
            for item in read_documents(data, name, chosen):
                _write(item, answers)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)  # whatever else is half done
        except Exception as error:  # noqa: BLE001
            # Parsers of others stumble over damaged files in ways that nobody has listed.
            reason = f"cannot be read to its end ({type(error).__name__}): is it damaged? Save it"
            _write(DocumentError(name, f"{reason} again, or its text"), answers)
        _write(None, answers)


def _write(item: Document | DocumentError | None, answers: BinaryIO) -> None:
    import pickle

    answers.write(pickle.dumps(item))
    answers.flush()


def _ask(process: subprocess.Popen[bytes], request: _Request) -> None:
    import pickle

    files = cast("BinaryIO", process.stdin)
    pickle.dump(request, files)
    files.flush()


def _answer(process: subprocess.Popen[bytes]) -> Document | DocumentError | None:
    import pickle

    answers = cast("BinaryIO", process.stdout)
    try:
        # From a process of ours, which may do all that this one may.
        item: Document | DocumentError | None = pickle.load(answers)  # noqa: S301
    except pickle.UnpicklingError as error:  # it was ended within an answer
        raise EOFError from error
    return item


def _end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _reason(status: int | None, late: threading.Event, seconds: float, *, hurried: bool) -> str:
    if late.is_set() and hurried:
        return (
            f"took longer to read than {seconds:g} s, which is all that a file has after others "
            f"took {MAX_LOST:g} s and came to nothing: read it without them"
        )
    if late.is_set():
        return f"took longer to read than {seconds:g} s: split it, or save its text and read that"
    if status == _OUT_OF_MEMORY:
        return (
            f"takes more than {MAX_MEMORY / 1e9:g} GB of memory to read: split it, or save its "
            "text and read that"
        )
    return (
        f"ended the process that read it (status {status}): is it damaged, or made to harm? Save "
        "its text and read that"
    )


def _limit_process(memory: int, seconds: float) -> None:
    """Give this process so much address space, and so much more processor time."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime + seconds)
        for kind, wanted in ((resource.RLIMIT_CPU, until), (resource.RLIMIT_AS, memory)):
            _, most = resource.getrlimit(kind)
            limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
            resource.setrlimit(kind, (limit, most))
