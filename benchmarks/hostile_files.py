"""What hostile files cost whoever reads them: seconds and memory, and what a user is told.

    python benchmarks/hostile_files.py                  # all, a few minutes
    python benchmarks/hostile_files.py --only EPUB      # those whose description has the word
    python benchmarks/hostile_files.py --sentences      # and their text cut into sentences, copies

Each is made in an empty folder beside an honest document, and both are read by ``Corpus.read`` in
a process of their own. The memory is the peak of that process and that of the one which it reads
in, added up. The honest document must be read.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hostile_samples import SAMPLES

_HONEST = "The lock at Vell was closed on Tuesday.\n"
_LIMIT = 600


class Outcome(NamedTuple):
    """What reading a folder came to."""

    seconds: float
    megabytes: float
    told: str


def read_folder(paths: list[str], *, cut: bool) -> Outcome:
    """Read the paths here, and cut what is read into sentences; for a process of its own."""
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    from llmcheck import Corpus
    from llmcheck.numbering import NumberedSet

    begun = time.perf_counter()
    corpus = Corpus.read(*paths)
    if cut:
        for document in NumberedSet(corpus.documents).documents:
            _ = document.lines
    seconds = time.perf_counter() - begun
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    peak = sum(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)) / unit
    if not any(document.id.endswith("honest.txt") for document in corpus.documents):
        return Outcome(seconds, peak, "THE HONEST DOCUMENT IS LOST")
    hostile = [d for d in corpus.documents if not d.id.endswith("honest.txt")]
    parts = [f"{len(hostile):,} read, {sum(len(d.text) for d in hostile):,} characters"]
    if corpus.failures:
        parts = parts if hostile else []
        last = corpus.failures[-1].error.partition(": ")[0][:60]
        number = len(corpus.failures)
        parts.append(last if number == 1 else f"{number:,} failures, the last: {last}")
    return Outcome(seconds, peak, "; ".join(parts))


def measured(paths: list[str], *, cut: bool) -> Outcome:
    """What reading the paths comes to, in a process of its own."""
    command = [sys.executable, __file__, "--read", *paths, *(["--sentences"] if cut else [])]
    begun = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT, check=True)
    except subprocess.TimeoutExpired:
        return Outcome(time.perf_counter() - begun, 0, "DID NOT END")
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().rpartition("\n")[2]
        return Outcome(time.perf_counter() - begun, 0, f"FAILED ({error.returncode}) {last[:80]}")
    return Outcome(*json.loads(done.stdout))


def folders(place: Path, only: str) -> Iterator[tuple[str, int, list[str]]]:
    """Every hostile file with the honest one beside it: what it is, its size, the paths."""
    for number, sample in enumerate(SAMPLES):
        if only not in sample.about:
            continue
        folder = place / str(number)
        folder.mkdir()
        (folder / "honest.txt").write_text(_HONEST)
        file = folder / sample.name
        # Elsewhere, since a process starts with the peak of the one that it comes from.
        subprocess.run([sys.executable, __file__, "--make", str(number), file], check=True)
        about = sample.about.replace("so many", f"{sample.large:,}")
        about = about.replace("so often", f"{sample.large:,} times")
        about = about.replace("to this power", f"10^{sample.large}")
        yield about, file.stat().st_size, [str(folder)]
        file.unlink()
    if only in "paths":
        yield from _paths(place / "paths")


def _paths(folder: Path) -> Iterator[tuple[str, int, list[str]]]:
    folder.mkdir()
    honest = folder / "honest.txt"
    honest.write_text(_HONEST)
    for name in ("one", "two"):
        (folder / name).symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    os.mkfifo(folder / "pipe.txt")
    yield "paths: a folder of loops and a pipe", 0, [str(folder)]
    yield "paths: the same by a glob", 0, [str(folder / "**/*.txt")]
    yield "paths: a pipe that nobody writes into", 0, [str(honest), str(folder / "pipe.txt")]
    yield "paths: /dev/zero", 0, [str(honest), "/dev/zero"]


def main() -> None:
    """Print a table of all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--only", default="")
    parser.add_argument("--sentences", action="store_true")
    parser.add_argument("--read", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        sample = SAMPLES[int(options.make[0])]
        Path(options.make[1]).write_bytes(sample.make(sample.large))
        return
    if options.read:
        print(json.dumps(read_folder(options.read, cut=options.sentences)))
        return
    print("| hostile file | kB | seconds | peak MB | outcome |\n|---|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as place:
        for about, size, paths in folders(Path(place), options.only):
            seconds, megabytes, told = measured(paths, cut=options.sentences)
            line = f"| {about} | {size / 1000:,.0f} | {seconds:.1f} | {megabytes:,.0f} | {told} |"
            print(line, flush=True)


if __name__ == "__main__":
    main()
