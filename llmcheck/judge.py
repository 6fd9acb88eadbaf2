"""Verdicts on candidate pairs: one question, both answers, then two plain questions.

The model is given what each claim answers and says whether the answers are about the same thing
and can both be true; ``verdicts`` reads the label off that and guards what code knows better.
A contradiction is asked again with the claims swapped, since small models favour an order.
(Position bias: Zheng et al., arXiv:2306.05685.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from llmcheck.llm import Outcome, Reply, Runner, failure
from llmcheck.models import (
    CandidatePair,
    ContradictionKind,
    Failure,
    LookalikeKind,
    Verdict,
)
from llmcheck.prompts import load_prompt
from llmcheck.verdicts import Opinion, confirmed, point_of, settled, told, verdict_of

PROMPT = "judge.v2"


class _Judgement(BaseModel):
    same_thing: Literal["yes", "no"]
    both_true: Literal["yes", "no"]
    kind: ContradictionKind | LookalikeKind | Literal["none"]


class Judgements(NamedTuple):
    """The verdicts, in the order of the pairs that could be judged, and what failed."""

    verdicts: list[Verdict]
    failures: list[Failure]


def judge_pairs(pairs: Sequence[CandidatePair], runner: Runner) -> Judgements:
    """A verdict on every pair; contradictions stand only when both orders find them.

    Pairs that say the same in the same words agree without a call. A failed call is a failure
    that names both claims, never "no contradiction".
    """
    verdicts = {_ids(pair): verdict for pair in pairs if (verdict := settled(pair)) is not None}
    asked = [pair for pair in pairs if _ids(pair) not in verdicts]
    failures: list[Failure] = []
    for pair, outcome in zip(asked, _ask(asked, runner), strict=True):
        _take(pair, outcome, verdicts, failures)
    positives = [
        pair
        for pair in asked
        if (verdict := verdicts.get(_ids(pair))) and verdict.label == "contradiction"
    ]
    second = _ask([_swapped(pair) for pair in positives], runner)
    for pair, outcome in zip(positives, second, strict=True):
        swapped: dict[tuple[str, str], Verdict] = {}
        _take(_swapped(pair), outcome, swapped, failures)
        if swapped:
            (other,) = swapped.values()
            verdicts[_ids(pair)] = confirmed(verdicts[_ids(pair)], other)
        else:
            # The failure stands in its place: what one order found is no verdict yet.
            verdicts.pop(_ids(pair), None)
    in_order = [verdicts[_ids(pair)] for pair in pairs if _ids(pair) in verdicts]
    return Judgements(in_order, failures)


def _ask(pairs: Sequence[CandidatePair], runner: Runner) -> list[Outcome[_Judgement]]:
    inputs = [
        {
            "question": point.question,
            "a": told(pair.a),
            "answer_a": point.answer_a,
            "b": told(pair.b),
            "answer_b": point.answer_b,
        }
        for pair in pairs
        for point in [point_of(pair)]
    ]
    return runner.run("judge", load_prompt(PROMPT), inputs, _Judgement)


def _swapped(pair: CandidatePair) -> CandidatePair:
    focus = pair.focus and pair.focus.model_copy(update={"a": pair.focus.b, "b": pair.focus.a})
    return CandidatePair(a=pair.b, b=pair.a, score=pair.score, focus=focus)


def _ids(pair: CandidatePair) -> tuple[str, str]:
    return (pair.a.id, pair.b.id)


def _take(
    pair: CandidatePair,
    outcome: Outcome[_Judgement],
    verdicts: dict[tuple[str, str], Verdict],
    failures: list[Failure],
) -> None:
    if isinstance(outcome, Reply):
        verdicts[_ids(pair)] = _verdict(pair, outcome)
    else:
        subject = f"{pair.a.text!r} ({pair.a.doc_id}) and {pair.b.text!r} ({pair.b.doc_id})"
        failures.append(failure("judge", subject, outcome))


def _verdict(pair: CandidatePair, reply: Reply[_Judgement]) -> Verdict:
    given = reply.value
    opinion = Opinion(
        same_thing=given.same_thing == "yes",
        both_true=given.both_true == "yes",
        kind=given.kind,
        contradiction=_probability(reply),
    )
    return verdict_of(pair, opinion)


def _probability(reply: Reply[_Judgement]) -> float | None:
    """That both answers are about one thing and cannot both be true."""
    same, both = (reply.probabilities.get(field) for field in ("same_thing", "both_true"))
    if same is None or both is None:
        return None
    return round(same["yes"] * both["no"], 4)
