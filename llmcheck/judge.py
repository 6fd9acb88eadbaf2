"""Verdicts on candidate pairs: the question first, both answers, then whether both can hold.

The model is told the point at issue, writes down the one question and both answers, and says
what claim B is if claim A is true; ``verdicts`` reads the label off that and guards what code
knows better. A contradiction is asked again with the claims swapped, since small models favour
an order. (Position bias: Zheng et al., arXiv:2306.05685.) Claims that nobody asked what they
answer have no account of their own to check the model against: there the label is asked for alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.language.text import one_line, squeeze
from llmcheck.llm.port import Outcome, Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import (
    CandidatePair,
    Claim,
    ContradictionKind,
    Failure,
    Focus,
    LookalikeKind,
    Verdict,
)
from llmcheck.nli import contradiction_probabilities
from llmcheck.verdicts import Opinion, confirmed, same_words, told, verdict_of

PROMPT = "judge.v2"
LABEL_ALONE = 0.6
"""Probability above which the label alone, asked for by itself, is a contradiction: where the F1
of a 1.5B model is best on 95 labelled pairs that are not among those of docs/benchmarks.md."""

_Asked = Opinion | LLMError | BudgetExceeded
_Alone = float | LLMError | BudgetExceeded


class _Judgement(BaseModel):
    question: str
    a: str
    b: str
    b_is: Literal["true", "false", "unknown"]
    kind: ContradictionKind | LookalikeKind | Literal["none"]


class Judgements(NamedTuple):
    """The verdicts, in the order of the pairs that could be judged, and what failed."""

    verdicts: list[Verdict]
    failures: list[Failure]


def judge_pairs(pairs: Sequence[CandidatePair], runner: Runner) -> Judgements:
    """A verdict on every pair; contradictions stand only when both orders find them.

    Pairs of claims in the same words agree without a call. A failed call is a failure that
    names both claims, never "no contradiction".
    """
    asked = [pair for pair in pairs if squeeze(pair.a.text) != squeeze(pair.b.text)]
    outcomes = _ask(asked, runner)
    without = [pair for pair in asked if not _have_answers(pair)]
    # Of both orders at once, so a second look need not ask for it again.
    alone = dict(
        zip(map(_both, without), contradiction_probabilities(without, runner), strict=True)
    )
    first = dict(zip(map(_ids, asked), _opinions(asked, outcomes, alone), strict=True))
    verdicts: dict[tuple[str, str], Verdict] = {}
    failures: list[Failure] = []
    for pair in pairs:
        if _ids(pair) not in first:
            verdicts[_ids(pair)] = same_words(pair)
        else:
            _take(pair, first[_ids(pair)], verdicts, failures)
    positives = [
        pair
        for pair in asked
        if (verdict := verdicts.get(_ids(pair)))
        and verdict.label == "contradiction"
        # What the label alone decided was asked for in both orders already.
        and (_have_answers(pair) or (verdict.contradiction or 0) <= LABEL_ALONE)
    ]
    again = [_swapped(pair) for pair in positives]
    second = _opinions(again, _ask(again, runner), alone)
    for pair, opinion in zip(positives, second, strict=True):
        swapped: dict[tuple[str, str], Verdict] = {}
        _take(_swapped(pair), opinion, swapped, failures)
        if swapped:
            (other,) = swapped.values()
            verdicts[_ids(pair)] = confirmed(verdicts[_ids(pair)], other)
        else:
            # The failure stands in its place: what one order found is no verdict yet.
            verdicts.pop(_ids(pair), None)
    return Judgements(list(verdicts.values()), failures)


def _ask(pairs: Sequence[CandidatePair], runner: Runner) -> list[Outcome[_Judgement]]:
    inputs = [{"a": _dated(p.a), "b": _dated(p.b), "focus": _point(p.focus)} for p in pairs]
    return runner.run("judge", load_prompt(PROMPT), inputs, _Judgement)


def _opinions(
    pairs: Sequence[CandidatePair],
    outcomes: Sequence[Outcome[_Judgement]],
    alone: Mapping[frozenset[str], _Alone],
) -> list[_Asked]:
    return [
        _opinion(outcome, alone.get(_both(pair))) if isinstance(outcome, Reply) else outcome
        for pair, outcome in zip(pairs, outcomes, strict=True)
    ]


def _have_answers(pair: CandidatePair) -> bool:
    return bool(pair.a.answers or pair.b.answers)


def _opinion(reply: Reply[_Judgement], alone: _Alone | None) -> _Asked:
    """What the model says of a pair; with ``alone``, its label is the one asked for alone."""
    given = reply.value
    opinion = Opinion(
        question=one_line(given.question),
        answer_a=one_line(given.a),
        answer_b=one_line(given.b),
        b_is=given.b_is,
        kind=given.kind,
        contradiction=reply.probabilities.get("b_is", {}).get("false"),
    )
    if alone is None:
        return opinion
    if not isinstance(alone, float):
        return alone
    otherwise = "unknown" if given.b_is == "false" else given.b_is
    return opinion._replace(
        b_is="false" if alone > LABEL_ALONE else otherwise, contradiction=alone, alone=True
    )


def _dated(claim: Claim) -> str:
    """The claim as it is told, with the day on which its document was published, if known.

    Without the time of day, whose zone is one more thing to misread.
    """
    return f"(published {claim.published[:10]}) {told(claim)}" if claim.published else told(claim)


def _swapped(pair: CandidatePair) -> CandidatePair:
    focus = pair.focus and Focus(point=pair.focus.point, a=pair.focus.b, b=pair.focus.a)
    return CandidatePair(a=pair.b, b=pair.a, score=pair.score, focus=focus)


def _point(focus: Focus | None) -> str:
    """The point to compare, as the prompt's examples word it."""
    if focus is None:
        return ""
    if focus.point == "question":
        return focus.a
    if focus.point == "quotation":
        return f'who said "{focus.a}"'
    about = "who said it: " if focus.point == "speaker" else ""
    return f'{about}"{focus.a}" in A, "{focus.b}" in B'


def _ids(pair: CandidatePair) -> tuple[str, str]:
    return (pair.a.id, pair.b.id)


def _both(pair: CandidatePair) -> frozenset[str]:
    return frozenset(_ids(pair))


def _take(
    pair: CandidatePair,
    opinion: _Asked,
    verdicts: dict[tuple[str, str], Verdict],
    failures: list[Failure],
) -> None:
    if isinstance(opinion, Opinion):
        verdicts[_ids(pair)] = verdict_of(pair, opinion)
    else:
        subject = f"{pair.a.text!r} ({pair.a.doc_id}) and {pair.b.text!r} ({pair.b.doc_id})"
        failures.append(failure("judge", subject, opinion))
