"""What an engine for data frames takes of its own: one small function over many rows.

    python benchmarks/engines.py daft|ray|dask|none [--rows 100000] [--workers 4]

Rows of an id and a text of 1 kB are written as Parquet; the engine reads them, takes the sha256 of
each text in so many worker processes, and writes Parquet again. Told are the seconds from the
start of the engine to the written file, the processes that took part, and what is installed beside
Python (in MB). ``none`` is this process alone. Each engine must be installed where this runs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def digests(texts: Sequence[str]) -> dict[str, list[Any]]:
    """The sha256 of each text, and the process that took it."""
    found = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    return {"digest": found, "process": [os.getpid()] * len(found)}


def with_none(source: Path, target: Path, workers: int) -> None:
    """Without an engine, in this process."""
    table = pq.read_table(source / "part.parquet")
    pq.write_table(pa.table(digests(table["text"].to_pylist())), target / "part.parquet")


def with_daft(source: Path, target: Path, workers: int) -> None:
    """On Daft's native runner."""
    import daft

    kind = daft.DataType.struct(
        {"digest": daft.DataType.string(), "process": daft.DataType.int64()}
    )

    @daft.cls(max_concurrency=workers, use_process=True)
    class Digests:
        @daft.method.batch(return_dtype=kind, batch_size=1_000)  # type: ignore[untyped-decorator]
        def take(self, text: Any) -> list[dict[str, Any]]:
            found = digests(text.to_pylist())
            return [
                dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)
            ]

    frame = daft.read_parquet(str(source / "*.parquet"))
    frame.select(Digests().take(frame["text"]).unnest()).write_parquet(str(target))


def with_ray(source: Path, target: Path, workers: int) -> None:
    """On Ray Data."""
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    rows = ray.data.read_parquet(str(source)).repartition(4 * workers)
    taken = rows.map_batches(
        lambda batch: digests(list(batch["text"])), batch_size=1_000, concurrency=workers
    )
    taken.write_parquet(str(target))


def with_dask(source: Path, target: Path, workers: int) -> None:
    """On Dask, with processes of its own."""
    import dask.dataframe as dd
    import pandas as pd
    from dask.distributed import Client, LocalCluster

    def take(part: Any) -> Any:
        return pd.DataFrame(digests(list(part["text"])))

    meta = pd.DataFrame({"digest": pd.Series(dtype=str), "process": pd.Series(dtype=int)})
    with (
        LocalCluster(workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        frame = dd.read_parquet(str(source)).repartition(npartitions=4 * workers)
        frame.map_partitions(take, meta=meta).to_parquet(str(target))


ENGINES: dict[str, Callable[[Path, Path, int], None]] = {
    "none": with_none,
    "daft": with_daft,
    "ray": with_ray,
    "dask": with_dask,
}


def main() -> None:
    """Measure one engine and print a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.mkdir()
        target.mkdir()
        texts = [f"{number} " + "words of a text " * 64 for number in range(options.rows)]
        rows = pa.table({"id": list(range(options.rows)), "text": texts})
        pq.write_table(rows, source / "part.parquet", row_group_size=5_000)
        begun = time.perf_counter()
        ENGINES[options.engine](source, target, options.workers)
        seconds = time.perf_counter() - begun
        done = pa.concat_tables(
            pq.read_table(path).select(["digest", "process"]) for path in target.glob("*.parquet")
        )
        assert set(done["digest"].to_pylist()) == set(digests(texts)["digest"])
    site = Path(sysconfig.get_path("purelib"))
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(
        f"{options.engine}: {options.rows:,} rows in {seconds:.1f} s, "
        f"{len(set(done['process'].to_pylist()))} processes, {size / 1e6:,.0f} MB installed"
    )


if __name__ == "__main__":
    main()
