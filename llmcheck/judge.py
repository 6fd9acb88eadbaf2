"""Verdicts on candidate pairs: the question first, both answers, then two plain questions.

The model is told the point at issue, writes down the one question and both answers, and says
whether they are about the same thing and can both be true; code reads the label off that. Code
also guards what it knows better: numbers that agree after rounding or conversion, numbers and
people that differ, answers that contain each other, answers the claims do not hold. A
contradiction is asked again with the claims swapped, since small models favour an order.
(Position bias: Zheng et al., arXiv:2306.05685.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel

from llmcheck.focus import same_name
from llmcheck.grounding import missing_names, missing_numbers
from llmcheck.llm import Outcome, Reply, Runner, failure
from llmcheck.models import (
    CandidatePair,
    Claim,
    ContradictionKind,
    Failure,
    Focus,
    LookalikeKind,
    Verdict,
)
from llmcheck.prompts import load_prompt
from llmcheck.quantities import at_odds, quantities, same_numbers
from llmcheck.text import NEGATIONS, STOPWORDS, names, squeeze, stem, words

PROMPT = "judge.v1"

_CONTRADICTIONS: frozenset[str] = frozenset(get_args(ContradictionKind))
_LOOKALIKES: frozenset[str] = frozenset(get_args(LookalikeKind))
_TELLING = NEGATIONS | {"over", "under", "above", "below", "more", "before", "after"}
"""Stop words that make another answer of the same words."""
_NO_ANSWER = re.compile(
    r"(?:n/?a\b|none|unknown|unclear|empty|no (?:answer|information|mention)"
    r"|not (?:stated|specified|mentioned|given|known|applicable)).{0,40}",
    re.IGNORECASE,
)


class _Judgement(BaseModel):
    question: str
    answer_a: str
    answer_b: str
    rationale: str
    same_thing: Literal["yes", "no"]
    both_true: Literal["yes", "no"]
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
    first = dict(zip(map(_ids, asked), _ask(asked, runner), strict=True))
    verdicts: dict[tuple[str, str], Verdict] = {}
    failures: list[Failure] = []
    for pair in pairs:
        if _ids(pair) not in first:
            verdicts[_ids(pair)] = _same_words(pair)
        else:
            _take(pair, first[_ids(pair)], verdicts, failures)
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
            verdicts[_ids(pair)] = _confirmed(verdicts[_ids(pair)], other)
        else:
            # The failure stands in its place: what one order found is no verdict yet.
            verdicts.pop(_ids(pair), None)
    return Judgements(list(verdicts.values()), failures)


def _ask(pairs: Sequence[CandidatePair], runner: Runner) -> list[Outcome[_Judgement]]:
    inputs = [{"a": _told(p.a), "b": _told(p.b), "focus": _point(p.focus)} for p in pairs]
    return runner.run("judge", load_prompt(PROMPT), inputs, _Judgement)


def _told(claim: Claim) -> str:
    """The claim, with its speaker where only the document's context names him."""
    if claim.speaker is None or not missing_names(f"It is {claim.speaker}", claim.text):
        return claim.text
    return f"{claim.text} (said by {claim.speaker})"


def _swapped(pair: CandidatePair) -> CandidatePair:
    focus = pair.focus and Focus(point=pair.focus.point, a=pair.focus.b, b=pair.focus.a)
    return CandidatePair(a=pair.b, b=pair.a, score=pair.score, focus=focus)


def _point(focus: Focus | None) -> str:
    """The point to compare, as the prompt's examples word it."""
    if focus is None:
        return ""
    if focus.point == "quotation":
        return f'who said "{focus.a}"'
    about = "who said it: " if focus.point == "speaker" else ""
    return f'{about}"{focus.a}" in A, "{focus.b}" in B'


def _ids(pair: CandidatePair) -> tuple[str, str]:
    return (pair.a.id, pair.b.id)


def _take(
    pair: CandidatePair,
    outcome: Outcome[_Judgement],
    verdicts: dict[tuple[str, str], Verdict],
    failures: list[Failure],
) -> None:
    if isinstance(outcome, Reply):
        verdicts[_ids(pair)] = _guarded(pair, outcome.value)
    else:
        subject = f"{pair.a.text!r} ({pair.a.doc_id}) and {pair.b.text!r} ({pair.b.doc_id})"
        failures.append(failure("judge", subject, outcome))


def _same_words(pair: CandidatePair) -> Verdict:
    return Verdict(
        a_id=pair.a.id,
        b_id=pair.b.id,
        question="",
        answer_a=pair.a.text,
        answer_b=pair.b.text,
        rationale="Both say it in the same words.",
        label="agreement",
        confidence=1.0,
    )


def _guarded(pair: CandidatePair, given: _Judgement) -> Verdict:
    """The model's judgement as a verdict, corrected where code knows better."""
    answer_a, answer_b = _one_line(given.answer_a), _one_line(given.answer_b)
    rationale = _one_line(given.rationale)
    label, kind = _label(given, answer_a, answer_b)
    across = pair.a.doc_id != pair.b.doc_id
    if not (_answers(answer_a, pair.a) and _answers(answer_b, pair.b)):
        label, kind = "unrelated", None
        rationale = "An answer is missing or not the claim's."
    elif label == "contradiction" and same_numbers(answer_a, answer_b):
        label, kind = "lookalike", "rounding"
        rationale = "The numbers agree after rounding or conversion."
    elif label == "contradiction" and _contains(answer_a, answer_b):
        label, kind = "lookalike", "complementary"
        rationale = "One answer only says more than the other."
    elif label == "agreement" and across and at_odds(answer_a, answer_b):
        label, kind = "contradiction", None
        rationale = "The figures differ, and nothing says that both can hold."
    elif _is_another_person(pair.focus, label, answer_a, answer_b):
        label, kind = "contradiction", None
        rationale = "The answers name different people."
    elif label == "agreement" and not _alike(answer_a, answer_b):
        label, kind = "unrelated", None
    elif label == "lookalike" and pair.focus is None and given.same_thing == "no":
        # Two facts about two things, with nothing at odds, look like no contradiction at all.
        label, kind = "unrelated", None
    if label == "contradiction" and kind is None:
        kind = _kind_of(given.question, answer_a, answer_b)
    return Verdict.model_validate(
        {
            "a_id": pair.a.id,
            "b_id": pair.b.id,
            "question": _one_line(given.question),
            "answer_a": answer_a,
            "answer_b": answer_b,
            "rationale": rationale,
            "label": label,
            "kind": kind,
            "confidence": 1.0,
        }
    )


def _label(given: _Judgement, answer_a: str, answer_b: str) -> tuple[str, str | None]:
    """What the model's answers come to, and the kind where it named a fitting one."""
    contradiction = given.kind if given.kind in _CONTRADICTIONS else None
    lookalike = given.kind if given.kind in _LOOKALIKES else None
    if not given.question.strip():
        return "unrelated", None
    if given.same_thing == "no":
        return "lookalike", lookalike or "different_referent"
    if _gist(answer_a) == _gist(answer_b):
        return "agreement", None
    if given.both_true == "no":
        return "contradiction", contradiction
    if lookalike in (None, "rounding"):
        # Whether numbers agree when rounded is for code to say.
        return "agreement", None
    return "lookalike", lookalike


def _confirmed(verdict: Verdict, swapped: Verdict) -> Verdict:
    """The verdict after a second look with the claims swapped: without it, no contradiction."""
    if swapped.label == "contradiction":
        return verdict
    if swapped.label == "lookalike":
        return swapped.model_copy(
            update={
                "a_id": verdict.a_id,
                "b_id": verdict.b_id,
                "answer_a": verdict.answer_a,
                "answer_b": verdict.answer_b,
                "confidence": 0.5,
            }
        )
    return verdict.model_copy(
        update={
            "label": swapped.label,
            "kind": None,
            "rationale": swapped.rationale,
            "confidence": 0.5,
        }
    )


def _answers(answer: str, claim: Claim) -> bool:
    """Whether it is an answer at all, and one that the claim or its sentence holds."""
    if not words(answer) or _NO_ANSWER.fullmatch(answer.strip(" .")):
        return False
    source = f"{_told(claim)} {claim.quote}"
    return not missing_numbers(answer, claim.text) and not missing_names(f"It is {answer}", source)


def _is_another_person(focus: Focus | None, label: str, answer_a: str, answer_b: str) -> bool:
    """Whether two people are named for one office or one quotation, whatever the model says.

    Small models take two names for one person; names are told apart in code.
    """
    return (
        focus is not None
        and focus.point in ("holder", "quotation")
        and label in ("agreement", "contradiction")
        and bool(names(f"It is {answer_a}") and names(f"It is {answer_b}"))
        and not same_name(_name_in(answer_a), _name_in(answer_b))
    )


def _name_in(answer: str) -> str:
    return " ".join(names(f"It is {answer}"))


def _alike(answer_a: str, answer_b: str) -> bool:
    """Whether two wordings may be one answer: at least half of the shorter is in the other."""
    a, b = _gist(answer_a), _gist(answer_b)
    if same_numbers(answer_a, answer_b) is not None:
        return bool(same_numbers(answer_a, answer_b))
    return a == b or 2 * len(a & b) >= max(1, min(len(a), len(b)))


def _contains(answer_a: str, answer_b: str) -> bool:
    """Whether one answer is the other with words added, negations aside."""
    a, b = _gist(answer_a), _gist(answer_b)
    return bool(a and b) and (a <= b or b <= a) and not (a ^ b) & NEGATIONS


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _gist(answer: str) -> frozenset[str]:
    kept = (squeeze(word) for word in words(answer))
    return frozenset(
        word if word in _TELLING else stem(word)
        for word in kept
        if word in _TELLING or word not in STOPWORDS
    )


def _kind_of(question: str, answer_a: str, answer_b: str) -> str:
    """The kind of a contradiction, read off its question and answers."""
    asked = squeeze(question)
    numbers = [quantities(answer) for answer in (answer_a, answer_b)]
    if re.match(r"(?:when|what (?:day|date|time|year|month)|in (?:what|which) year)\b", asked):
        return "temporal"
    if all(numbers):
        units = {quantity.unit for found in numbers for quantity in found}
        return "temporal" if units <= {"year", "clock"} else "numeric"
    if re.match(r"who(?:m|se)?\b", asked):
        return (
            "attribution" if re.search(r"\b(?:say|said|told|quoted|wrote)\b", asked) else "entity"
        )
    if re.match(r"where\b|in (?:what|which) (?:place|city|town|country|part)", asked):
        return "location"
    if re.match(r"why\b|what (?:caused|led to|is the (?:cause|reason))", asked):
        return "causal"
    if _gist(answer_a) ^ _gist(answer_b) <= NEGATIONS | {"yes"}:
        return "negation"
    return "category"
