"""Whole runs over made-up corpora of any size, without a model: what is kept, and what it takes.

    python benchmarks/whole_runs.py --sentences 1000 10000 100000 [--size 24000 6000]
        [--svg docs/whole-runs.svg]

``Checker.trace`` runs as ``summarize`` does, with a model that knows the labels
(perfect_model.py), and the report is held against them (bookkeeping.py). Each run has a process of
its own. Seconds are the processor's, by stage, the model's left out; memory is the most that the
process had held when the stage ended. Exits with 1 when a report lacks what was shown, or
has what it must not.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import bookkeeping
import drawing
import generate
from perfect_model import PerfectModel

from llmcheck import checker
from llmcheck.documents.corpus import Corpus
from llmcheck.models import Report
from llmcheck.render.data import to_json
from llmcheck.render.lint import lint_lines
from llmcheck.render.markdown import markdown_page
from llmcheck.render.sarif import disputes_sarif
from llmcheck.render.spreadsheet import claims_csv
from llmcheck.render.terminal import summary_page
from llmcheck.render.web import html_page
from llmcheck.survey import survey

STAGES: dict[str, tuple[Any, str]] = {
    "numbering": (checker, "NumberedSet"),
    "reading, survey, judging": (checker, "read_and_compare"),
    "tables": (survey, "tables_of"),
    "findings": (checker, "findings_of"),
    "summary": (checker, "summarize"),
}
"""The functions that are the stages, where they are looked up when they are called."""
LEAST_SHOWN = 0.001
"""Seconds below which a stage is drawn as if it took so long."""
SHARE_SHOWN = 0.02
"""Share of the largest run from which a stage is drawn."""
COMPLAINTS = 20
"""What is wrong with a run, so many at most."""


class Run(NamedTuple):
    """What a run came to."""

    sentences: int
    documents: int
    size: int
    tables: int
    kept: bookkeeping.Kept
    seconds: dict[str, float]
    """By stage, what it calls that is a stage of its own left out."""
    megabytes: dict[str, int]
    prompts: dict[str, tuple[int, int]]
    """By prompt: calls, and tokens of the largest request."""


class Clock:
    """Seconds and memory of stages that may call each other."""

    def __init__(self, outside: Callable[[], float]) -> None:
        """``outside`` are the seconds that belong to no stage, so far."""
        self.seconds: dict[str, float] = {}
        self.megabytes: dict[str, int] = {}
        self._outside = outside
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage while it runs."""
        begun, before = time.process_time(), self._outside()
        self._inner.append(0.0)
        yield
        took = time.process_time() - begun - (self._outside() - before)
        inner = self._inner.pop()
        self._inner[-1] += took
        self.seconds[name] = self.seconds.get(name, 0.0) + took - inner
        self.megabytes[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as a stage."""

        def run(*args: Any, **more: Any) -> Any:
            with self.stage(name):
                return function(*args, **more)

        return run


def run(sentences: int, size: int) -> Run:
    """A run over a made-up corpus, timed and audited."""
    made = generate.made(sentences)
    texts = generate.documents_of(made)
    model = PerfectModel(made.labels)
    clock = Clock(lambda: model.seconds)
    with ExitStack() as stack:
        for name, (module, function) in STAGES.items():
            timed = clock.timed(name, getattr(module, function))
            stack.enter_context(mock.patch.object(module, function, timed))
        with clock.stage("documents"):
            corpus = Corpus.from_texts(texts)
        with clock.stage("report"):
            # One call at a time, so that the model's time can be told from ours.
            asking = checker.Checker(llm=model, table_tokens=size, concurrency=1)
            trace = asking.trace(corpus)
    for name, page in _pages(trace.report, corpus).items():
        with clock.stage(name):
            page()
    usage = trace.report.usage.prompts
    return Run(
        made.sentences,
        len(texts),
        size,
        len(trace.tables),
        bookkeeping.audit(trace, made.labels),
        clock.seconds,
        clock.megabytes,
        {
            name: (used.calls, model.largest[name.partition(".")[0]])
            for name, used in usage.items()
        },
    )


def _pages(report: Report, corpus: Corpus) -> dict[str, Callable[[], str]]:
    texts = corpus.documents
    return {
        "json": lambda: to_json(report),
        "lines": lambda: lint_lines(report, texts),
        "sarif": lambda: disputes_sarif(report, texts),
        "csv": lambda: claims_csv(report, texts),
        "text": lambda: summary_page(report),
        "markdown": lambda: markdown_page(report, texts, {}),
        "html": lambda: html_page(report, texts),
    }


def _table(runs: Sequence[Run]) -> Iterator[str]:
    stages = list(runs[0].seconds)
    yield "| | " + " | ".join(f"{r.sentences:,} at {r.size:,}" for r in runs) + " |"
    yield "|---" * (len(runs) + 1) + "|"
    yield _row("documents", (f"{r.documents:,}" for r in runs))
    yield _row("tables", (f"{r.tables:,}" for r in runs))
    for what in ("disputes", "agreements"):
        yield _row(
            f"{what}: reported, shown, labelled",
            ("{:,}, {:,}, {:,}".format(*getattr(r.kept, what)) for r in runs),
        )
    yield _row("wrong", (f"{len(r.kept.wrong):,}" for r in runs))
    for name in runs[0].prompts:
        yield _row(
            f"{name}: calls, largest", ("{:,}, {:,}".format(*r.prompts[name]) for r in runs)
        )
    for stage in stages:
        yield _row(
            f"{stage}: s, MB", (f"{r.seconds[stage]:.1f}, {r.megabytes[stage]:,}" for r in runs)
        )
    yield _row("all: s", (f"{sum(r.seconds.values()):.1f}" for r in runs))


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _draw(path: Path, runs: Sequence[Run]) -> None:
    """Seconds by stage at the first size; what takes next to nothing is left out."""
    shown = [run for run in runs if run.size == runs[0].size]
    lines = {
        stage: [(run.sentences, max(run.seconds[stage], LEAST_SHOWN)) for run in shown]
        for stage in shown[0].seconds
        if shown[-1].seconds[stage] > SHARE_SHOWN * sum(shown[-1].seconds.values())
    }
    title = f"Whole runs by stage, tables of {runs[0].size:,} tokens"
    drawing.draw(path, title, lines, x="sentences", y="seconds")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", nargs="+", type=int, default=[1_000], metavar="N")
    parser.add_argument("--size", nargs="+", type=int, default=[24_000, 6_000], metavar="TOKENS")
    parser.add_argument("--svg", type=Path, metavar="FILE")
    options = parser.parse_args()
    asked = [(sentences, size) for size in options.size for sentences in options.sentences]
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        runs = pool.starmap(run, asked, chunksize=1)
    print("\n".join(_table(runs)))
    for each in runs:
        for complaint in each.kept.wrong[:COMPLAINTS]:
            print(f"{each.sentences:,} at {each.size:,}: {complaint}")
    if options.svg:
        _draw(options.svg, runs)
    return int(any(each.kept.wrong for each in runs))


if __name__ == "__main__":
    sys.exit(main())
