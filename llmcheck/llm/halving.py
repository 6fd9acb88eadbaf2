"""Asks about large units, and in halves where the answer does not come whole.

A window of sentences, a table or a batch of pairs may be more than a model carries: the answer
is cut off, does not fit its schema, or points at what is not there. Then the unit is asked about
in parts, down to one that cannot be halved. Which parts is decided by the unit alone, so a
cached or replayed run takes the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from llmcheck.errors import InvalidReply, TooLong
from llmcheck.llm.port import Outcome, Reply
from llmcheck.llm.prompts import Prompt
from llmcheck.llm.runner import Runner
from llmcheck.llm.side_by_side import Ask
from llmcheck.llm.tasks import Steps, Task, answer_to, results_of
from llmcheck.models import Stage

U = TypeVar("U")
A = TypeVar("A", bound=BaseModel)


STRAY = 0.1
"""Share of an answer's numbers that may point at nothing shown before it is asked for anew."""


def mostly_shown(shown: Iterable[bool]) -> bool:
    """Whether so many of an answer's numbers point at what was shown that it can be taken."""
    pointed = list(shown)
    return pointed.count(False) <= STRAY * len(pointed)


class UnitOutcome(NamedTuple, Generic[U, A]):
    """A unit as it was asked about in the end, and what came of it."""

    unit: U
    outcome: Outcome[A]


@dataclass(frozen=True)
class Halving(Generic[U, A]):
    """How units of one sort are put to a model, and made smaller.

    >>> from llmcheck import FakeLLM
    >>> from llmcheck.llm.prompts import Prompt
    >>> from llmcheck.llm.tasks import carry_out
    >>> class Count(BaseModel):
    ...     number: int
    >>> def answer(call):  # Of more than two words the answer is cut off.
    ...     words = call.user.split()
    ...     return Count(number=len(words)) if len(words) < 3 else '{"numb'
    >>> halving = Halving(
    ...     "survey",
    ...     Prompt("count.v1", "0" * 64, "", {}, "Count the words.", "{{ words }}"),
    ...     Count,
    ...     variables=lambda words: {"words": " ".join(words)},
    ...     can_be_halved=lambda words: len(words) > 1,
    ...     halves=lambda words: [words[:2], words[2:]],
    ... )
    >>> runner = Runner(FakeLLM(answer), "m")
    >>> for unit, outcome in carry_out(halving.ask([["one", "two", "three"]], runner), runner):
    ...     print(unit, outcome.value.number)
    ['one', 'two'] 2
    ['three'] 1
    """

    stage: Stage
    prompt: Prompt
    schema: type[A]
    variables: Callable[[U], Mapping[str, Any]]
    """What the prompt is rendered with for a unit."""
    can_be_halved: Callable[[U], bool]
    """Whether there are smaller units; asked of every one, before it is known how it came."""
    halves: Callable[[U], Sequence[U]]
    """The smaller units to ask about instead; only of a unit that can be halved."""
    is_whole: Callable[[U, A], bool] = lambda unit, answer: True
    """Whether an answer covers its unit and points at nothing outside it."""
    rank: int = 0
    """That of its calls (``Ask``)."""

    def ask(
        self,
        units: Iterable[U],
        runner: Runner,
        then: Callable[[U, Outcome[A]], Sequence[U]] = lambda unit, outcome: (),
    ) -> Steps[list[UnitOutcome[U, A]]]:
        """The steps to an outcome for every unit or for its parts, in the order of the units.

        An answer that is not whole, about a unit that cannot be halved, is returned as it is.
        Other failures (an endpoint that is away, a budget) are outcomes at once: smaller units
        would meet them, too. ``then`` is told of each outcome that counts and returns the units
        to ask about because of it, whose outcomes follow it. Nothing waits for other units.
        """
        asked = [Task(self._ask_one(unit, runner, then)) for unit in units]
        return [found for each in (yield from results_of(asked)) for found in each]

    def _ask_one(
        self, unit: U, runner: Runner, then: Callable[[U, Outcome[A]], Sequence[U]]
    ) -> Steps[list[UnitOutcome[U, A]]]:
        call = runner.call(
            self.prompt,
            self.variables(unit),
            self.schema,
            splittable=self.can_be_halved(unit),
        )
        outcome = yield from answer_to(Ask(self.stage, call, self.schema, self.rank))
        if call.splittable and not self._came_whole(unit, outcome):
            return (yield from self.ask(self.halves(unit), runner, then))
        led_to = yield from self.ask(then(unit, outcome), runner, then)
        return [UnitOutcome(unit, outcome), *led_to]

    def _came_whole(self, unit: U, outcome: Outcome[A]) -> bool:
        if isinstance(outcome, Reply):
            return self.is_whole(unit, outcome.value)
        return not isinstance(outcome, InvalidReply | TooLong)
