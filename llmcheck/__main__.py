"""The process of ``llmcheck``, and of ``python -m llmcheck``: what holds for it as a whole."""

from __future__ import annotations

import atexit
import gc
import os

_FEW_OBJECTS = 200_000
"""Made, and not yet let go of, before it is worth looking for cycles among them."""


def main() -> None:
    """Run the command line and end this process."""
    _start_fast()
    from llmcheck.cli.main import run_process

    run_process()


def _start_fast() -> None:
    """Spare a short run what takes a third of its time.

    What modules are made of stays to the end, and the search for cycles goes through it again and
    again as they load; at the end, the system takes all of it back.
    """
    gc.set_threshold(_FEW_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
    # They would watch what a program validates; to find that there is none, pydantic reads what
    # is told of every installed package. Typer leaves them out, too.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


if __name__ == "__main__":
    main()
