"""The door to Daft: a function over rows, in worker processes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmcheck.errors import ConfigError, EngineError
from llmcheck.settings import Settings

if TYPE_CHECKING:
    import pyarrow

Row = dict[str, Any]
Function = Callable[[list[Row]], list[list[Row]]]
"""Takes rows, and gives a list of rows for each."""


def require_engine() -> Any:
    """Daft, loaded. Raises ConfigError where the extra is not installed."""
    # It reports every start to its makers unless it is told not to.
    os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
    os.environ.setdefault("RAY_TQDM", "0")  # Progress is shown by llmcheck.
    try:
        import daft
    except ImportError as error:
        raise ConfigError(
            "the engine needs an extra, here and on every machine that works: "
            "pip install 'llmcheck[engine]'"
        ) from error
    # What goes wrong is told by our own error.
    logging.getLogger("daft_local_execution").addHandler(logging.NullHandler())
    return daft


def stages_of(settings: Settings) -> Path:
    """The folder beside the cache in which an engine keeps what is finished.

    Raises ConfigError when there is no cache.
    """
    if settings.cache is None:
        raise ConfigError(
            "an engine keeps what is finished beside the cache: leave --no-cache away, or name a "
            "folder with --cache DIR"
        )
    cache = settings.cache.expanduser().absolute()
    return cache.with_name(f"{cache.name}-stages")


def run_workers(
    rows: Sequence[Row],
    given: pyarrow.Schema,
    function: Function,
    made: pyarrow.Schema,
    *,
    workers: int,
    batch: int,
) -> list[Row]:
    """What ``function`` makes of the rows (``given``): for each some (``made``), in any order.

    Each of ``workers`` processes has a copy of the function and calls it with ``batch`` rows at a
    time. Raises EngineError, which says why, when one fails.
    """
    import pyarrow as pa

    daft = require_engine()
    work = daft.cls(_work_of(daft, made, batch), max_concurrency=workers, use_process=True)
    try:
        frame = daft.from_arrow(pa.Table.from_pylist(list(rows), schema=given))
        if daft.get_or_infer_runner_type() == "ray":
            # A part goes to one machine; without Ray, batches are shared out as they come.
            frame = frame.into_partitions(min(len(rows), 4 * workers))
        columns = [frame[name] for name in given.names]
        found = frame.select(work(function).rows(*columns).alias("found")).to_arrow()
    except Exception as error:
        raise EngineError(
            f"the engine stopped ({_reason(error)}); what was finished is kept, so the same "
            "command goes on from here"
        ) from error
    return [row for of in found["found"].to_pylist() for row in of]


def _work_of(daft: Any, made: pyarrow.Schema, batch: int) -> type[Any]:
    import pyarrow as pa

    some = pa.list_(pa.struct(list(made)))
    kind = daft.DataType.from_arrow_type(some)

    class Work:
        """The function, in a worker: made once there, so that what it opens stays open."""

        def __init__(self, function: Function) -> None:
            self._function = function

        @daft.method.batch(return_dtype=kind, batch_size=batch)  # type: ignore[untyped-decorator]
        def rows(self, *columns: Any) -> Any:
            names = [column.name() for column in columns]
            values = [column.to_pylist() for column in columns]
            rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
            return pa.array(self._function(rows), some)

    return Work


def _reason(error: Exception) -> str:
    """The end of what is told: of a traceback in a worker, the exception and what it says."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__
