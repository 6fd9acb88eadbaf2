"""Units that a model does not carry are asked about in parts, always in the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from llmcheck.errors import InvalidReply, ProviderError, TooLong
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.halving import Halving, UnitOutcome
from llmcheck.llm.port import LLM, Call, Reply
from llmcheck.llm.prompts import parse_prompt
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.recording.replay import ReplayLLM
from llmcheck.llm.runner import Runner
from llmcheck.llm.store import ReplyStore
from llmcheck.llm.tasks import carry_out

Unit = tuple[int, ...]


class Sum(BaseModel):
    total: int


PROMPT = parse_prompt(
    "sum.v1", "+++\ndescription = 'A sum'\n+++\n# system\nAdd.\n# user\n{{ numbers }}\n"
)


def halves(unit: Unit) -> list[Unit]:
    assert len(unit) > 1, "nothing smaller is asked for where there is nothing smaller"
    middle = len(unit) // 2
    return [unit[:middle], unit[middle:]]


def adding(**options: Any) -> Halving[Unit, Sum]:
    return Halving(
        "reading",
        PROMPT,
        Sum,
        variables=lambda unit: {"numbers": list(unit)},
        can_be_halved=lambda unit: len(unit) > 1,
        **{"halves": halves, **options},
    )


def carries(most: int, error: type[Exception] = InvalidReply) -> FakeLLM:
    """A model that adds up to ``most`` numbers, and fails at more."""

    def answer(call: Call) -> Any:
        numbers = [int(word) for word in call.user.strip("[] \n").split(", ")]
        if len(numbers) > most:
            raise error("too much", call_key=call.key, prompt=call.prompt)  # type: ignore[call-arg]
        return {"total": sum(numbers)}

    return FakeLLM(answer)


def totals(asked: Sequence[UnitOutcome[Unit, Sum]]) -> list[tuple[Unit, int | None]]:
    return [
        (unit, outcome.value.total if isinstance(outcome, Reply) else None)
        for unit, outcome in asked
    ]


def ask_by(halving: Halving[Unit, Sum], llm: LLM, *units: Unit) -> list[UnitOutcome[Unit, Sum]]:
    adder = Runner(llm, "adder")
    return carry_out(halving.ask(units, adder), adder)


def ask(llm: LLM, *units: Unit) -> list[UnitOutcome[Unit, Sum]]:
    return ask_by(adding(), llm, *units)


def test_a_unit_that_the_model_carries_is_asked_about_once() -> None:
    llm = carries(4)
    assert totals(ask(llm, (1, 2, 3, 4))) == [((1, 2, 3, 4), 10)]
    assert len(llm.calls) == 1


@pytest.mark.parametrize("error", [InvalidReply, TooLong])
def test_what_does_not_come_whole_is_asked_about_in_halves_in_its_place(
    error: type[Exception],
) -> None:
    asked = ask(carries(2, error), (1, 2), (3, 4, 5, 6, 7), (8,))
    assert totals(asked) == [((1, 2), 3), ((3, 4), 7), ((5,), 5), ((6, 7), 13), ((8,), 8)]


def test_a_unit_that_cannot_be_halved_is_a_failure_and_the_others_are_answered() -> None:
    assert totals(ask(carries(0), (1,), (2,))) == [((1,), None), ((2,), None)]


def test_no_smaller_units_are_made_of_one_that_came_whole() -> None:
    def refuse(unit: Unit) -> list[Unit]:
        raise AssertionError(unit)

    asked = ask_by(adding(halves=refuse), carries(2), (1, 2), (3, 4))
    assert totals(asked) == [((1, 2), 3), ((3, 4), 7)]


def test_an_endpoint_that_is_away_is_not_asked_again_in_halves() -> None:
    llm = carries(0, ProviderError)
    assert totals(ask(llm, (1, 2, 3))) == [((1, 2, 3), None)]
    assert len(llm.calls) == 1


def test_an_answer_that_does_not_cover_its_unit_is_asked_for_in_halves() -> None:
    asking = adding(is_whole=lambda unit, answer: answer.total < 5)
    found = totals(ask_by(asking, carries(9), (1, 2, 3)))
    # 2 and 3 are 5 together; 3 alone cannot be halved.
    assert found == [((1,), 1), ((2,), 2), ((3,), 3)]
    assert totals(ask_by(asking, carries(9), (9,))) == [((9,), 9)]


def test_a_cached_run_takes_the_same_way_without_a_call(tmp_path: Path) -> None:
    first = carries(1)
    found = totals(ask(CachedLLM(first, ReplyStore(tmp_path / "c")), (1, 2, 3)))
    again = carries(9)
    assert totals(ask(CachedLLM(again, ReplyStore(tmp_path / "c")), (1, 2, 3))) == found
    assert first.calls
    assert not again.calls


def test_a_failure_that_no_halves_make_good_is_not_remembered(tmp_path: Path) -> None:
    ask(CachedLLM(carries(0), ReplyStore(tmp_path / "c")), (1,))
    again = carries(1)
    assert totals(ask(CachedLLM(again, ReplyStore(tmp_path / "c")), (1,))) == [((1,), 1)]


def test_a_replay_takes_the_same_way(tmp_path: Path) -> None:
    found = totals(ask(RecordingLLM(carries(1), tmp_path / "r"), (1, 2, 3)))
    replay = ReplayLLM(tmp_path / "r")
    assert totals(ask(replay, (1, 2, 3))) == found
    assert not replay.unused()
