"""llmcheck beside what one would do without it: same model, same documents, one table.

    python benchmarks/baselines.py benchmarks/corpora/* --base-url URL --model NAME

Methods (``--method``, repeatable; all of them without it):

    whole-set             one prompt with all documents: "list the contradictions"
    naive-pairs           "do these two contradict each other?" for all pairs of claims that
                          share a name or a number
    consistency-checker   the package of that name (see with_consistency_checker.py); left out
                          with a word about it where it is not installed
    llmcheck              ``Checker.check``

Every method hands over a report, and ``llmcheck.evaluation`` scores them all alike. Calls and
tokens count what the answers took when they were made, cached and replayed ones included; a time
marked with * is that of a run in which some answers were not made anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

import naive_pairs
import whole_set
import with_consistency_checker
from findings import MethodResult

from llmcheck.checker import Checker
from llmcheck.cli.streams import say, show_progress
from llmcheck.documents.corpus import Corpus
from llmcheck.errors import LLMCheckError
from llmcheck.evaluation import GoldSet, SetScore, pool_figures, read_gold, score_report
from llmcheck.evaluation.run import connections
from llmcheck.evaluation.scoring import Figures
from llmcheck.llm.budget import MeteredLLM
from llmcheck.llm.connect import Connection
from llmcheck.llm.runner import Progress, Runner, ignore_progress
from llmcheck.settings import Settings, load_settings

Method = Callable[[Corpus, Runner], MethodResult]


@dataclass(frozen=True)
class Row:
    """What one method found in one set, or in all of them."""

    set: str
    method: str
    found: int
    """Labelled disputes found, of ``disputes``."""
    disputes: int
    quotes: int
    """Passages of labelled positions that are shown, of ``passages``."""
    passages: int
    false: int
    alarms: int
    """Look-alikes that a false dispute holds, of ``lookalikes``."""
    lookalikes: int
    precision: float | None
    recall: float | None
    f1: float | None
    calls: int
    input_tokens: int
    output_tokens: int
    seconds: float
    fresh: bool
    """Whether every answer was made in this run, so that the seconds are those of the method."""
    ungrounded: int
    """What the model said was in the documents and is not."""
    failures: int
    """Failed calls: the figures are then those of a part."""
    note: str


def llmcheck(corpus: Corpus, runner: Runner) -> MethodResult:
    """The tool itself."""
    checker = Checker(
        runner.model,
        settings=Settings(concurrency=runner.concurrency),
        llm=runner.llm,
        on_progress=runner.on_progress,
    )
    return MethodResult(checker.check(corpus))


def methods(max_pairs: int | None = None) -> dict[str, Method]:
    """All methods by name."""
    return {
        "whole-set": whole_set.find,
        "naive-pairs": partial(naive_pairs.find, max_pairs=max_pairs),
        "consistency-checker": with_consistency_checker.find,
        "llmcheck": llmcheck,
    }


def compare(
    sets: Sequence[GoldSet],
    chosen: dict[str, Method],
    connection_for: Callable[[str], Connection],
    *,
    concurrency: int = 4,
    on_progress: Callable[[Progress], None] = ignore_progress,
) -> list[Row]:
    """A row for each set and method, then one for each method over all sets.

    ``connection_for`` gives the way to the model for the set of a name, which may have its own
    recording.

    A method that is not installed is left out, with a line on stderr.
    """
    rows: list[Row] = []
    scores: dict[str, list[SetScore]] = {name: [] for name in chosen}
    missing: set[str] = set()
    for gold in sets:
        corpus = gold.read_documents()
        connection = connection_for(gold.name)
        for name, method in chosen.items():
            if name in missing:
                continue
            meter = MeteredLLM(connection.llm, connection.model)
            began = time.monotonic()
            try:
                found = method(corpus, Runner(meter, connection.model, concurrency, on_progress))
            except with_consistency_checker.NotInstalled as error:
                missing.add(name)
                say(f"{name} is left out: {error}")
                continue
            seconds = time.monotonic() - began
            usage = meter.usage()
            report = found.report.model_copy(update={"usage": usage})
            score = score_report(gold, corpus, report)
            scores[name].append(score)
            row = _row(gold.name, name, score.figures)
            rows.append(
                replace(
                    row,
                    seconds=round(seconds, 1),
                    fresh=not (usage.cached or usage.replayed),
                    ungrounded=len(report.ungrounded),
                    failures=len(report.failures),
                    note=found.note,
                )
            )
    return rows + [
        _total(figures, [row for row in rows if row.method == name])
        for name in chosen
        if (figures := pool_figures(scores[name])) is not None
    ]


def _row(name: str, method: str, figures: Figures) -> Row:
    scores, alarms = figures.disputes.disputes, figures.disputes.alarms
    quotes = figures.disputes.quotes
    used = figures.prompts.values()
    return Row(
        set=name,
        method=method,
        found=scores.recall.part,
        disputes=scores.recall.whole,
        quotes=quotes.part,
        passages=quotes.whole,
        false=scores.precision.whole - scores.precision.part,
        alarms=alarms.part - figures.disputes.alarms_matched.part,
        lookalikes=alarms.whole,
        precision=scores.precision.value,
        recall=scores.recall.value,
        f1=scores.f1,
        calls=sum(prompt.calls for prompt in used),
        input_tokens=sum(prompt.input_tokens for prompt in used),
        output_tokens=sum(prompt.output_tokens for prompt in used),
        seconds=0.0,
        fresh=True,
        ungrounded=0,
        failures=0,
        note="",
    )


def _total(figures: Figures, rows: Sequence[Row]) -> Row:
    return replace(
        _row("all", rows[0].method, figures),
        seconds=round(sum(row.seconds for row in rows), 1),
        fresh=all(row.fresh for row in rows),
        ungrounded=sum(row.ungrounded for row in rows),
        failures=sum(row.failures for row in rows),
    )


_COLUMNS = "method found quotes false alarms prec. recall F1 calls input output seconds".split()


def table(rows: Sequence[Row], model: str) -> str:
    """The rows as text, set by set, with what must be known of each method below them."""
    lines = [f"model: {model}", ""]
    for name, of_set in groupby(rows, key=lambda row: row.set):
        here = list(of_set)
        cells = [_COLUMNS, *map(_cells, here)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines.append(f"{name}: {here[0].disputes} disputes, {here[0].lookalikes} look-alikes")
        for method, *figures in cells:
            right = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
            lines.append("  ".join((method.ljust(widths[0]), *right)))
        lines += [f"  {row.method}: {remark}" for row in here for remark in _remarks(row)]
        lines.append("")
    if any(not row.fresh for row in rows):
        lines += ["* some answers came from the cache or a recording", ""]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    return [
        row.method,
        f"{row.found}/{row.disputes}",
        f"{row.quotes}/{row.passages}",
        str(row.false),
        f"{row.alarms}/{row.lookalikes}",
        *(
            "-" if value is None else f"{value:.2f}"
            for value in (row.precision, row.recall, row.f1)
        ),
        f"{row.calls:,}",
        f"{row.input_tokens:,}",
        f"{row.output_tokens:,}",
        f"{row.seconds:,.1f}{' ' if row.fresh else '*'}",
    ]


def _remarks(row: Row) -> Iterator[str]:
    if row.note:
        yield row.note
    if row.ungrounded:
        yield f"quotes or claims that the documents do not have: {row.ungrounded}"
    if row.failures:
        yield f"parts failed: {row.failures}; these are the figures of the rest"


_SETTINGS = {
    "model": str,
    "base_url": str,
    "cache": Path,
    "record": Path,
    "replay": Path,
    "concurrency": int,
}
"""The settings that are options, each with the type of its value."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the methods over labelled sets and print their figures."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(**{name: getattr(options, name) for name in _SETTINGS})
        sets = [read_gold(folder) for folder in options.gold]
        connection_for = connections([gold.name for gold in sets], settings)
        known = methods(options.max_pairs)
        with show_progress() as line:
            rows = compare(
                sets,
                {name: known[name] for name in dict.fromkeys(options.method or known)},
                connection_for,
                concurrency=settings.concurrency,
                on_progress=line,
            )
    except LLMCheckError as error:
        say(f"error: {error}")
        sys.exit(2)
    model = connection_for(sets[0].name).model
    print(table(rows, model), end="")
    if options.json:
        figures = {"model": model, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", nargs="+", type=Path, metavar="GOLD_DIR")
    parser.add_argument("--method", action="append", choices=list(methods()))
    parser.add_argument("--max-pairs", type=int, metavar="N", help="naive-pairs: a seeded sample")
    for name, kind in _SETTINGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here, too")
    return parser


if __name__ == "__main__":
    main()
