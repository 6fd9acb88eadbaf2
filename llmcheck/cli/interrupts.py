"""What Ctrl-C and SIGTERM do to a verb that asks a model."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from llmcheck.cli.options import INTERRUPTED, TERMINATED
from llmcheck.cli.streams import ProgressLine, say

if TYPE_CHECKING:
    from llmcheck.settings import Settings


class _Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does."""


@contextlib.contextmanager
def exit_on_interrupt(settings: Settings, line: ProgressLine) -> Iterator[None]:
    """Exit as interrupted on Ctrl-C and SIGTERM, and say what becomes of the calls that were
    answered."""

    def terminate(*_: object) -> None:
        raise _Terminated

    in_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, terminate) if in_main_thread else None
    try:
        yield
    except KeyboardInterrupt as interrupt:
        line.erase()
        kept = (
            "there is no cache, so its finished calls are lost"
            if settings.cache is None
            else "finished calls are cached, so the same command goes on from here"
        )
        say(f"interrupted; {kept}")
        terminated = isinstance(interrupt, _Terminated)
        raise typer.Exit(TERMINATED if terminated else INTERRUPTED) from None
    finally:
        if in_main_thread:
            # None where it was not set from Python.
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
