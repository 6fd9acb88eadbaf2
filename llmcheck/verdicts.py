"""From what a model says of a pair to a verdict.

The label is read off what the second claim is if the first is true, and code overrules the model
where it knows better: numbers that agree after rounding or conversion, numbers and people that
differ, answers that contain each other, answers that the claims do not hold.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

from llmcheck.answers import (
    alike,
    both_the_most,
    contains,
    exclude_each_other,
    figures_differ,
    gist,
    part_and_whole,
)
from llmcheck.focus import same_name
from llmcheck.language.figures import EXACT
from llmcheck.language.quantities import quantities, same_numbers
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import NEGATIONS, names, squeeze, words
from llmcheck.models import CandidatePair, Claim, ContradictionKind, Focus, LookalikeKind, Verdict

_CONTRADICTIONS: frozenset[str] = frozenset(get_args(ContradictionKind))
_LOOKALIKES: frozenset[str] = frozenset(get_args(LookalikeKind))
_RATIONALES = {
    "numeric": "The figures differ.",
    "temporal": "The times differ.",
    "entity": "Different people or things are named.",
    "location": "The places differ.",
    "category": "Different groups or kinds are named.",
    "negation": "One says that it is so, the other that it is not.",
    "causal": "The causes differ.",
    "attribution": "The same is given to different people.",
    "definition": "It is described in ways that exclude each other.",
    "implicit": "What the one says excludes what the other says.",
    "rounding": "One is a rounding of the other.",
    "unit_basis": "They count in different units, or from a different base.",
    "superseded": "The later one takes the place of the earlier.",
    "scope": "One is about a part, or about more.",
    "different_referent": "They are about two different things.",
    "opinion": "They are opinions.",
    "forecast_vs_outcome": "One was expected, the other came about.",
    "reported_speech": "One only reports what somebody said.",
    "complementary": "Both can hold together.",
    "reconciled": "A document says how both hold together.",
    "agreement": "Both give the same answer.",
    "unrelated": "They answer no common question.",
}
"""What every label and kind says of the two answers, where code has no better reason."""
_NO_ANSWER = re.compile(
    r"(?:n/?a\b|none|unknown|unclear|empty|no (?:answer|information|mention)"
    r"|not (?:stated|specified|mentioned|given|known|applicable)).{0,40}",
    re.IGNORECASE,
)


class Opinion(NamedTuple):
    """What a model says of a pair, every text on one line."""

    question: str
    """The one question that both claims answer; empty when there is none."""
    answer_a: str
    answer_b: str
    b_is: Literal["true", "false", "unknown"]
    """What the second claim is, supposing that the first is true."""
    kind: str
    """A kind of contradiction or look-alike, or "none"."""
    contradiction: float | None = None
    """How probable the model holds a contradiction, where the endpoint tells."""
    alone: bool = False
    """Whether ``b_is`` was asked for by itself; "false" then holds whatever the answers say."""


def told(claim: Claim) -> str:
    """The claim, with its speaker where only the document's context names him."""
    if claim.speaker is None or not missing_names(f"It is {claim.speaker}", claim.text):
        return claim.text
    return f"{claim.text} (said by {claim.speaker})"


def same_words(pair: CandidatePair) -> Verdict:
    """The verdict on claims in the same words, which needs no model."""
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


def verdict_of(pair: CandidatePair, given: Opinion) -> Verdict:
    """The model's opinion as a verdict, corrected where code knows better."""
    answer_a, answer_b = given.answer_a, given.answer_b
    # Of who said it, models repeat the hint in place of a question.
    at_issue = pair.focus is not None and pair.focus.point == "speaker"
    question = "Who said it?" if at_issue and given.question else given.question
    label, kind = _label(given)
    rationale = ""
    answered = _answers(answer_a, pair.a) and _answers(answer_b, pair.b)
    if given.alone and given.b_is == "false" and not (answered and label == "contradiction"):
        # What it wrote beside the label does not show the point: the claims themselves do.
        label, kind = "contradiction", None
        answer_a, answer_b = pair.a.text, pair.b.text
    elif not answered:
        label, kind = "unrelated", None
        rationale = "An answer is missing or not the claim's."
    elif label == "contradiction" and same_numbers(answer_a, answer_b):
        label, kind = "lookalike", "rounding"
        rationale = "The numbers agree after rounding or conversion."
    elif label == "contradiction" and contains(answer_a, answer_b):
        label, kind = "lookalike", "complementary"
        rationale = "One answer only says more than the other."
    elif (
        label == "contradiction"
        and same_numbers(answer_a, answer_b) is False
        and part_and_whole(pair.a, pair.b)
    ):
        label, kind = "lookalike", "scope"
    elif _is_another_person(pair.focus, label, answer_a, answer_b):
        label, kind = "contradiction", None
        rationale = "The answers name different people."
    elif (label == "contradiction" or kind == "different_referent") and both_the_most(
        pair, answer_a, answer_b
    ):
        label, kind = "contradiction", "category"
        rationale = "Each is said to be the one most of all."
    elif label == "contradiction" and not exclude_each_other(
        pair, given.question, answer_a, answer_b
    ):
        label, kind = "unrelated", None
        rationale = "By their own account they answer different questions."
    elif label == "agreement" and figures_differ(pair, given.question, answer_a, answer_b):
        label, kind = "contradiction", None
    elif label == "agreement" and not alike(answer_a, answer_b):
        label, kind = "unrelated", None
    elif kind == "different_referent" and pair.focus is None:
        # Two facts about two things, with nothing at odds, look like no contradiction at all.
        label, kind = "unrelated", None
    if label == "contradiction" and kind is None:
        kind = _kind_of(given.question, answer_a, answer_b)
    rationale = rationale or _RATIONALES.get(kind or label, "")
    return Verdict.model_validate(
        {
            "a_id": pair.a.id,
            "b_id": pair.b.id,
            "question": question,
            "answer_a": answer_a,
            "answer_b": answer_b,
            "rationale": rationale,
            "label": label,
            "kind": kind,
            "confidence": 1.0,
            "contradiction": given.contradiction,
        }
    )


def _label(given: Opinion) -> tuple[str, str | None]:
    """What the model's answers come to, and the kind where it named a fitting one."""
    contradiction = given.kind if given.kind in _CONTRADICTIONS else None
    lookalike = given.kind if given.kind in _LOOKALIKES else None
    if not given.question:
        return "unrelated", None
    if gist(given.answer_a) == gist(given.answer_b):
        return "agreement", None
    if given.b_is == "false":
        return "contradiction", contradiction
    if given.b_is == "unknown":
        return "lookalike", lookalike or "different_referent"
    if lookalike in (None, "rounding"):
        # Whether numbers agree when rounded is for code to say.
        return "agreement", None
    return "lookalike", lookalike


def confirmed(verdict: Verdict, swapped: Verdict) -> Verdict:
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
    source = f"{told(claim)} {claim.quote}"
    return not missing_numbers(answer, claim.text) and not missing_names(f"It is {answer}", source)


def _is_another_person(focus: Focus | None, label: str, answer_a: str, answer_b: str) -> bool:
    """Whether two people are named for one office or one quotation, whatever the model says.

    Small models take two names for one person; names are told apart in code.
    """
    if focus is None or focus.point not in ("holder", "quotation"):
        return False
    # Not at the beginning of a sentence, where any word has a capital.
    one, other = (" ".join(names(f"It is {answer}")) for answer in (answer_a, answer_b))
    named = bool(one and other) and label in ("agreement", "contradiction")
    return named and not same_name(one, other)


def _kind_of(question: str, answer_a: str, answer_b: str) -> str:
    """The kind of a contradiction, read off its question and answers."""
    asked = squeeze(question)
    numbers = [quantities(answer) for answer in (answer_a, answer_b)]
    if re.match(r"(?:when|what (?:day|date|time|year|month)|in (?:what|which) year)\b", asked):
        return "temporal"
    if all(numbers):
        units = {quantity.unit for found in numbers for quantity in found}
        return "temporal" if units <= EXACT else "numeric"
    if re.match(r"who(?:m|se)?\b", asked):
        return (
            "attribution" if re.search(r"\b(?:say|said|told|quoted|wrote)\b", asked) else "entity"
        )
    if re.match(r"where\b|in (?:what|which) (?:place|city|town|country|part)", asked):
        return "location"
    if re.match(r"why\b|what (?:caused|led to|is the (?:cause|reason))", asked):
        return "causal"
    if gist(answer_a) ^ gist(answer_b) <= NEGATIONS | {"yes"}:
        return "negation"
    return "category"
