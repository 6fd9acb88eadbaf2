"""Fuzzes the reader of one format under atheris, which keeps what takes the code a new way.

Run by ``fuzz.py --guided``, a process a format, since libFuzzer ends its process. An exception
that no reader foresaw does not: it is kept once for each place that it comes from, and the run
goes on. What ends the process, takes too long or too much memory libFuzzer keeps itself.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mutations import mutated

SECONDS = 20
"""For one file."""
_MEGABYTES = 2_000
_LONGEST = 200_000
_LOOKED_AT = (
    "llmcheck.documents", "email", "feedparser", "tinycss2", "cssselect2", "pypdf", "mammoth",
    "cobble", "zipfile",
)  # fmt: skip
"""Packages whose branches are counted; lxml is C, and trafilatura too slow with it."""
_COVERED = re.compile(rb"cov: (\d+)")
_BEGUN = re.compile(rb"INITED cov: (\d+)")


class Guided(NamedTuple):
    """What came of fuzzing a format."""

    counts: Counter[str]
    """Files by what became of them: read, refused, unforeseen."""
    begun: int
    """Branches that the samples take."""
    ended: int
    """And those that the files take which were made."""
    kept: tuple[Path, ...]
    """The files that surprised."""


def is_there() -> bool:
    """Whether atheris is installed."""
    from importlib.util import find_spec

    return find_spec("atheris") is not None


def guided(
    format_name: str, files: Sequence[bytes], seconds: int, seed: int, keep: Path
) -> Guided:
    """Fuzz the reader of a format from these files on; what surprises is put into ``keep``."""
    keep.mkdir(parents=True, exist_ok=True)
    before = set(keep.iterdir())
    with TemporaryDirectory() as place:
        corpus, told = Path(place, "corpus"), Path(place, "told.json")
        corpus.mkdir()
        for number, data in enumerate(files):
            (corpus / f"sample-{number}").write_bytes(data)
        ran = subprocess.run(
            [sys.executable, __file__, format_name, str(told), str(keep), str(corpus),
             f"-max_total_time={seconds}", f"-seed={seed + 1}", f"-timeout={SECONDS}",
             f"-rss_limit_mb={_MEGABYTES}", f"-max_len={_LONGEST}",
             f"-artifact_prefix={keep}/{format_name}-"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        counts = Counter(json.loads(told.read_text())) if told.exists() else Counter[str]()
    begun = [int(each) for each in _BEGUN.findall(ran.stderr)] or [0]
    covered = [int(each) for each in _COVERED.findall(ran.stderr)] or [0]
    if not counts:
        raise RuntimeError(ran.stderr.decode("utf-8", "replace")[-2000:])
    kept = sorted(set(keep.iterdir()) - before)
    return Guided(counts, begun[0], covered[-1], tuple(kept))


def _run(format_name: str, told: Path, keep: Path, options: Sequence[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=list(_LOOKED_AT)):
        from llmcheck.documents.formats import FORMATS
        from llmcheck.documents.formats.reading import read_documents
        from llmcheck.errors import DocumentError

        FORMATS[format_name].load()
    counts: Counter[str] = Counter()
    places: set[tuple[str, int]] = set()
    noted = 0.0

    def note() -> None:
        nonlocal noted
        if time.monotonic() > noted + 1:
            noted = time.monotonic()
            told.write_text(json.dumps(counts))

    def one(data: bytes) -> None:
        try:
            items = list(read_documents(data, "a", format_name))
        except Exception as error:  # noqa: BLE001
            counts["unforeseen"] += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = (last.filename, last.lineno or 0)
            if place not in places:
                places.add(place)
                name = f"{format_name}-{type(error).__name__}-{len(places)}"
                (keep / name).write_bytes(data)
                (keep / f"{name}.txt").write_text(traceback.format_exc())
        else:
            refused = all(isinstance(item, DocumentError) for item in items)
            counts["refused" if refused else "read"] += 1
        note()

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)  # noqa: S311
        packed = data.startswith((b"PK\x03\x04", b"%PDF-"))
        if chance.random() < (0.8 if packed else 0.3):
            # Inside of what is packed, where bytes changed by chance are a wrong checksum.
            try:
                return mutated(data, [data], chance)[:most]
            except Exception:  # noqa: BLE001, S110 - an archive that cannot be opened any more
                pass
        changed: bytes = atheris.Mutate(data, most)
        return changed

    with atheris.instrument_imports(include=list(_LOOKED_AT)):
        for sample in Path(options[0]).iterdir():
            one(sample.read_bytes())  # loads what readers import as they go
    counts.clear()
    arguments: list[Any] = [sys.argv[0], *options]
    atheris.Setup(arguments, one, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
