"""How far readers agree on what is padding, with each other, with the labels and with the model.

    python benchmarks/padding_readers.py

Readers marked the articles in seeds/ by ``annotations/padding.md``, without seeing the labels or
what the model flagged (``annotations/seeds.json``, ranges of characters by document and reader).
Prints F1 over characters, white space aside, of each two.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from llmcheck import Checker, Corpus

ROOT = Path(__file__).resolve().parent.parent
Place = tuple[str, int]
"""A character: its document, and where it stands there."""


def markings() -> dict[str, set[Place]]:
    """The characters that each reader, most of them, the labels and the model hold for padding."""
    texts = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "seeds").iterdir())}

    def places(name: str, start: int, end: int) -> set[Place]:
        return {(name, at) for at in range(start, end) if not texts[name][at].isspace()}

    readers: dict[str, set[Place]] = {}
    for name, by_reader in _load("benchmarks/annotations/seeds.json")["documents"].items():
        for number, ranges in enumerate(by_reader, 1):
            marked = readers.setdefault(f"reader {number}", set())
            marked.update(*(places(name, start, end) for start, end in ranges))
    votes = Counter(place for marked in readers.values() for place in marked)
    labels: set[Place] = set()
    for label in _load("benchmarks/corpora/seeds/gold.json")["padding"]:
        start = texts[label["doc"]].index(label["quote"])
        labels |= places(label["doc"], start, start + len(label["quote"]))
    checker = Checker(replay=ROOT / "fixtures/seeds")
    flags = checker.padding(Corpus.read(str(ROOT / "seeds"))).padding
    model = {place for f in flags for place in places(Path(f.doc_id).name, f.start, f.end)}
    most = {place for place, count in votes.items() if 2 * count > len(readers)}
    return {**readers, "most readers": most, "labels": labels, "model": model}


def f1(one: set[Place], other: set[Place]) -> float:
    """The F1 of one marking against the other, which is the same either way."""
    return 2 * len(one & other) / (len(one) + len(other))


def _load(path: str) -> Any:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def main() -> None:
    """Print the F1 of each two markings."""
    for (one, marked), (other, marked_too) in combinations(markings().items(), 2):
        print(f"{one:14} {other:14} {f1(marked, marked_too):.2f}")


if __name__ == "__main__":
    main()
