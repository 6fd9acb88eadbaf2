"""Reads mutated files of every format for as long as one likes, and keeps those that surprise.

    python benchmarks/fuzz.py --minutes 10 --keep /tmp/found     # from tests/data, by chance
    python benchmarks/fuzz.py --minutes 1 --seed 7 --only pdf
    python benchmarks/fuzz.py --guided 120 --keep /tmp/found     # seconds a format, by coverage

Each file is read as a corpus reads it: in a process that is ended where it takes too long. It may
be read or refused. What no reader foresaw (an exception of a kind that is not named, a deadline,
too much memory, a process that ends) is counted, and its bytes are kept. With ``--guided`` the
reader runs in a process of atheris (``pip install atheris``), which goes on from the files that
took the code a new way; it sees Python, not the parsers in C.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from fuzz_guided import guided, is_there
from mutations import mutated

from llmcheck.documents.formats import FORMATS, format_of
from llmcheck.documents.worker import Worker
from llmcheck.errors import DocumentError

_DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
_SECONDS = 20
_SURPRISES = {
    "cannot be read to its end": "unforeseen",
    "took longer": "too long",
    "takes more than": "too much memory",
    "ended the process": "ended its process",
}


def samples() -> dict[str, list[tuple[str, bytes]]]:
    """The names and bytes of the files in tests/data, by format."""
    found: dict[str, list[tuple[str, bytes]]] = {name: [] for name in FORMATS}
    for path in sorted(_DATA.rglob("*")):
        if path.is_file() and (name := format_of(path.name)):
            found[name].append((path.name, path.read_bytes()))
    found["jsonl"].append(
        ("a.jsonl", b'{"id": 1, "text": "The lock is shut.", "date": "2031"}\n' * 3)
    )
    found["csv"].append(
        ("a.csv", b'id,text,title\n1,"The lock, it is shut.",Lock\n2,"A ""b""",C\n')
    )
    found["html"].append(
        (
            "a.html",
            b"<style>@media screen { p.a > b:not(#c), [d~=e] { color: #fff8; font: 0/0 a } } "
            b".a:hover { clip: rect(0 1px, 1px, 0); transform: translate(-1e4px, 0) }</style>"
            b"<p class=a style='background: rgb(0 0 0 / 5%)!important; left: -1em'>The <b id=c "
            b"style='opacity: 0%; display: none'>lock</b> is <font color=red>shut</font>.",
        )
    )
    return {name: files for name, files in found.items() if files}


def outcome_of(items: list[object]) -> str:
    """In a word, what reading a file came to."""
    for item in items:
        if isinstance(item, DocumentError):
            for beginning, outcome in _SURPRISES.items():
                if item.reason.startswith(beginning):
                    return outcome
    return "refused" if all(isinstance(item, DocumentError) for item in items) else "read"


def by_coverage(
    given: dict[str, list[tuple[str, bytes]]], seconds: int, seed: int, keep: Path
) -> None:
    """Print what so many seconds of atheris find in each format. Exits where it is missing."""
    if not is_there():
        sys.exit(
            "atheris is not installed, and nothing is guided without it: pip install atheris, or "
            "leave --guided out"
        )
    print("| format | files | read | refused | unforeseen | kept | branches before | after |")
    print("|---|" + "---:|" * 7, flush=True)
    for name, files in given.items():
        found = guided(name, [data for _, data in files], seconds, seed, keep)
        number = found.counts.total()
        row = (number, *(found.counts[kind] for kind in ("read", "refused", "unforeseen")))
        cells = (*row, len(found.kept), found.begun, found.ended)
        print(f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} |", flush=True)


def main() -> None:
    """Print how often each format was read, refused, or a surprise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=list(FORMATS))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--guided", type=int, metavar="SECONDS")
    options = parser.parse_args()
    given = samples()
    if options.guided is not None:
        chosen = [name for name in given if options.only in (None, name)]
        keep = options.keep or Path("found")
        by_coverage({name: given[name] for name in chosen}, options.guided, options.seed, keep)
        return
    others = [data for files in given.values() for _, data in files]
    counts: Counter[tuple[str, str]] = Counter()
    until = time.monotonic() + 60 * options.minutes
    for name, row in FORMATS.items():
        FORMATS[name] = row._replace(seconds=_SECONDS)  # also those that are read in no process
    with Worker() as worker:
        number = options.seed * 1_000_000_000
        while time.monotonic() < until:
            for name, files in given.items():
                if options.only not in (None, name):
                    continue
                number += 1
                chance = Random(number)  # noqa: S311
                file, data = chance.choice(files)
                data = mutated(data, others, chance)
                items = worker.read(data, file, name)
                outcome = outcome_of(list(items))
                counts[name, outcome] += 1
                if outcome not in ("read", "refused"):
                    print(f"{number}: {name}: {outcome}: {items[-1]}", flush=True)
                    if options.keep:
                        options.keep.mkdir(parents=True, exist_ok=True)
                        (options.keep / f"{number}-{file}").write_bytes(data)
    kinds = ["read", "refused", *_SURPRISES.values()]
    print(f"| format | {' | '.join(kinds)} |\n|---|{'---:|' * len(kinds)}")
    for name in given:
        print(f"| {name} | {' | '.join(f'{counts[name, kind]:,}' for kind in kinds)} |")


if __name__ == "__main__":
    main()
