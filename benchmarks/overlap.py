"""What it gains that a matter is judged while others are still surveyed: two runs, one ratio.

    python benchmarks/overlap.py

A made-up corpus is checked by a model that knows its labels (perfect_model.py) and takes its time:
distributed log-normally (sigma 0.5), for a judging half as long in the mean as for a survey, the
same for the same call. Once the stations follow each other, once as ``check`` has them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Any

import generate
from perfect_model import PerfectModel

from llmcheck.judging.judge import judge_questions
from llmcheck.llm.port import Call, Reply, T
from llmcheck.llm.runner import Runner
from llmcheck.numbering import NumberedSet
from llmcheck.pipeline import read_and_compare
from llmcheck.survey.survey import survey_documents

SPREAD = 0.5
SHARES = {"survey": 1.0, "merge": 0.5, "judge": 0.5}
"""How long a call of a prompt takes in the mean, beside a survey."""


class Slow:
    """The model that knows the labels, after a while."""

    def __init__(self, labels: dict[str, Any], seconds: float) -> None:
        self._model = PerfectModel(labels)
        self._seconds = seconds
        self.calls = 0

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """The answer, when its time has come."""
        self.calls += 1
        mean = self._seconds * SHARES[call.prompt.partition(".")[0]]
        chance = random.Random(call.key)  # noqa: S311
        time.sleep(mean * chance.lognormvariate(-(SPREAD**2) / 2, SPREAD))
        return self._model.complete(call, schema)


def one_after_the_other(numbered: NumberedSet, runner: Runner) -> None:
    """Survey all, then judge all."""
    judge_questions(survey_documents(numbered, runner).questions, numbered, runner)


def overlapping(numbered: NumberedSet, runner: Runner) -> None:
    """As ``check`` does."""
    read_and_compare(numbered, NumberedSet(()), runner)


def took(
    way: Callable[[NumberedSet, Runner], None], runner: Runner, numbered: NumberedSet
) -> float:
    """Seconds of a run."""
    begun = time.perf_counter()
    way(numbered, runner)
    return time.perf_counter() - begun


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", nargs="+", type=int, default=[1_000, 3_000, 10_000])
    parser.add_argument("--size", type=int, default=6_000, metavar="TOKENS")
    parser.add_argument("--in-flight", nargs="+", type=int, default=[4, 16, 64])
    parser.add_argument("--seconds", type=float, default=0.4, help="what a survey takes")
    options = parser.parse_args()
    print("sentences  in flight  calls apart, together  seconds apart, together  saved")
    for sentences in options.sentences:
        made = generate.made(sentences)
        numbered = NumberedSet(generate.documents_of(made))
        for slots in options.in_flight:
            seconds, calls = [], []
            for way in (one_after_the_other, overlapping):
                model = Slow(made.labels, options.seconds)
                runner = Runner(model, "m", slots, table_tokens=options.size)
                seconds.append(took(way, runner, numbered))
                calls.append(model.calls)
            saved = 1 - seconds[1] / seconds[0]
            print(
                f"{made.sentences:9,}  {slots:9}  {calls[0]:11,}  {calls[1]:8,}"
                f"  {seconds[0]:13.1f}  {seconds[1]:8.1f}  {saved:5.0%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
