"""The process of ``llmcheck``, and of ``python -m llmcheck``: what holds for it as a whole."""

from __future__ import annotations

import atexit
import gc
import os
import sys

_FEW_OBJECTS = 200_000
"""Made, and not yet let go of, before it is worth looking for cycles among them."""
_ended: list[object] = []
"""The exit code, once it is known."""


def main() -> None:
    """Run the command line and end this process."""
    _start_fast()
    from llmcheck.cli.main import run_process

    try:
        run_process()
    except SystemExit as end:
        _ended.append(end.code)
        raise


def _start_fast() -> None:
    """Spare a short run what takes a third of its time.

    What modules are made of stays to the end, and the search for cycles goes through it again and
    again as they load; at the end, the system takes all of it back.
    """
    gc.set_threshold(_FEW_OBJECTS, *gc.get_threshold()[1:])
    # The first to be registered is the last to be called.
    atexit.register(_end_at_once)
    # They would watch what a program validates; to find that there is none, pydantic reads what
    # is told of every installed package. Typer leaves them out, too.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _end_at_once() -> None:
    """Leave what was loaded to the system, which takes it back sooner than Python does."""
    gc.freeze()
    if len(_ended) == 1 and isinstance(_ended[0], int):
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):
            # Closed, or nobody reads: Python knows what that means for the exit code.
            return
        os._exit(_ended[0])


if __name__ == "__main__":
    main()
