"""Tokens of a check and of a whole report beside those of one prompt with all documents.

    python benchmarks/token_ratio.py benchmarks/corpora benchmarks/held_out [--replay fixtures]
        [--svg docs/tokens.svg]

For every labelled set below the folders, in one run and with the same answers; input and output
together.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import baselines
import drawing
import whole_set
from findings import MethodResult

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.evaluation import GoldSet, read_gold
from llmcheck.evaluation.run import connections
from llmcheck.llm.connect import Connection
from llmcheck.llm.runner import Runner
from llmcheck.settings import Settings, load_settings


class Row(NamedTuple):
    """What a set took."""

    set: str
    one_prompt: int
    check: int
    summarize: int


def summarize(corpus: Corpus, runner: Runner) -> MethodResult:
    """The whole report."""
    settings = Settings(concurrency=runner.concurrency)
    return MethodResult(Checker(runner.model, settings=settings, llm=runner.llm).summarize(corpus))


METHODS: dict[str, baselines.Method] = {
    "one prompt": whole_set.find,
    "check": baselines.llmcheck,
    "summarize": summarize,
}


def measure(sets: Sequence[GoldSet], connection_for: Callable[[str], Connection]) -> list[Row]:
    """The tokens of every set, the least first."""
    tokens: dict[str, dict[str, int]] = {gold.name: {} for gold in sets}
    for row in baselines.compare(sets, METHODS, connection_for):
        if row.set in tokens:
            tokens[row.set][row.method] = row.input_tokens + row.output_tokens
    rows = [Row(name, *(taken[method] for method in METHODS)) for name, taken in tokens.items()]
    return sorted(rows, key=lambda row: row.one_prompt)


def _draw(path: Path, rows: Sequence[Row]) -> None:
    lines = {
        "summarize": [(float(row.one_prompt), float(row.summarize)) for row in rows],
        "check": [(float(row.one_prompt), float(row.check)) for row in rows],
        "one prompt": [(float(row.one_prompt), float(row.one_prompt)) for row in rows],
    }
    drawing.draw(path, "Tokens, by set", lines, x="tokens of one prompt", y="tokens")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--replay", type=Path, default=Path("fixtures"), metavar="FOLDER")
    parser.add_argument("--svg", type=Path, metavar="FILE")
    options = parser.parse_args()
    sets = [read_gold(found.parent) for f in options.folders for found in f.glob("*/gold.json")]
    settings = load_settings(replay=options.replay)
    rows = measure(sets, connections([gold.name for gold in sets], settings))
    print("| set | one prompt | check | times | summarize | times |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.set} | {row.one_prompt:,} | {row.check:,} | {row.check / row.one_prompt:.1f} "
            f"| {row.summarize:,} | {row.summarize / row.one_prompt:.1f} |"
        )
    if options.svg:
        _draw(options.svg, rows)


if __name__ == "__main__":
    main()
