"""The stations that ask a model: what one hands on to another, and what waits for what."""

from __future__ import annotations

from typing import NamedTuple

from llmcheck.judging.judge import Bench, Judging
from llmcheck.llm.runner import Runner
from llmcheck.llm.tasks import Steps, Task, begin, carry_out, result_of
from llmcheck.numbering import NumberedSet
from llmcheck.reading.read import Reading, reading
from llmcheck.survey.survey import Survey, joined, survey_matters


class Compared(NamedTuple):
    """What was read in each document, and what they say together."""

    reading: Reading
    survey: Survey
    judging: Judging


def read_and_compare(
    numbered: NumberedSet, to_read: NumberedSet, runner: Runner, language: str | None = None
) -> Compared:
    """Reads the documents ``to_read``, and surveys and judges those ``numbered``.

    No finding waits for what is read, and a matter is judged while others are still surveyed.
    ``language`` is the one to answer in (a code), without it that of most of the documents.
    """
    return carry_out(_compare(numbered, to_read, runner, language), runner)


def _compare(
    numbered: NumberedSet, to_read: NumberedSet, runner: Runner, language: str | None
) -> Steps[Compared]:
    matters = survey_matters(numbered, runner, language)
    read = Task(reading(to_read, runner))
    yield from begin([*matters, read])
    bench = Bench(numbered, runner, language)
    surveys = []
    for matter in matters:
        surveys.append((yield from result_of(matter)))
        if len(matters) > 1:
            # With one alone all pairs are known by now, and shared out evenly.
            yield from bench.begin(surveys[-1].questions)
        else:
            bench.take(surveys[-1].questions)
    judging = yield from bench.judging()
    return Compared((yield from result_of(read)), joined(surveys), judging)
