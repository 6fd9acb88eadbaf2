"""From what a model says of a pair to a verdict.

The label is read off two plain answers (the same thing? both true?), and code overrules the
model where it knows better: numbers that agree after rounding or conversion, numbers and people
that differ, answers that contain each other, answers that the claims do not hold.
"""

from __future__ import annotations

import re
from typing import NamedTuple, get_args

from llmcheck.figures import EXACT
from llmcheck.focus import same_name
from llmcheck.grounding import missing_names, missing_numbers
from llmcheck.models import (
    CandidatePair,
    Claim,
    ContradictionKind,
    Focus,
    LookalikeKind,
    Verdict,
)
from llmcheck.quantities import at_odds, quantities, same_numbers
from llmcheck.text import NEGATIONS, STOPWORDS, content_stems, names, squeeze, stem, words

_CONTRADICTIONS: frozenset[str] = frozenset(get_args(ContradictionKind))
_LOOKALIKES: frozenset[str] = frozenset(get_args(LookalikeKind))
_TELLING = NEGATIONS | {"over", "under", "above", "below", "more", "before", "after"}
"""Stop words that make another answer of the same words."""
_EXCLUSIVE = frozenset(
    "mostly mainly primarily chiefly predominantly disproportionately hardest worst".split()
)
"""Words that leave room for one answer only."""
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
    rationale: str
    same_thing: bool
    """Whether both answers are about the same thing at the same time."""
    both_true: bool
    """Whether both answers can be true at once."""
    kind: str
    """A kind of contradiction or look-alike, or "none"."""
    contradiction: float | None = None
    """How probable the model holds a contradiction, where the endpoint tells."""


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
    answer_a, answer_b, rationale = given.answer_a, given.answer_b, given.rationale
    label, kind = _label(given)
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
    elif (
        label == "agreement"
        and across
        and at_odds(answer_a, answer_b)
        and not _asked_apart(pair, answer_a, answer_b)
    ):
        label, kind = "contradiction", None
        rationale = "The figures differ, and nothing says that both can hold."
    elif _is_another_person(pair.focus, label, answer_a, answer_b):
        label, kind = "contradiction", None
        rationale = "The answers name different people."
    elif kind == "different_referent" and _both_exclude(pair, answer_a, answer_b):
        label, kind = "contradiction", "category"
        rationale = "Each is said to be the one most of all."
    elif label == "agreement" and not _alike(answer_a, answer_b):
        label, kind = "unrelated", None
    elif label == "lookalike" and pair.focus is None and not given.same_thing:
        # Two facts about two things, with nothing at odds, look like no contradiction at all.
        label, kind = "unrelated", None
    if label == "contradiction" and kind is None:
        kind = _kind_of(given.question, answer_a, answer_b)
    return Verdict.model_validate(
        {
            "a_id": pair.a.id,
            "b_id": pair.b.id,
            "question": given.question,
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
    if not given.same_thing:
        return "lookalike", lookalike or "different_referent"
    if _gist(given.answer_a) == _gist(given.answer_b):
        return "agreement", None
    if not given.both_true:
        return "contradiction", contradiction
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


def _asked_apart(pair: CandidatePair, answer_a: str, answer_b: str) -> bool:
    """Whether the numbers answer two questions, by what each claim was said to answer."""
    one, other = (
        [
            content_stems(given.question)
            for given in claim.answers
            if quantities(given.answer) and same_numbers(given.answer, answer)
        ]
        for claim, answer in ((pair.a, answer_a), (pair.b, answer_b))
    )
    return bool(one and other) and not any(a & b for a in one for b in other)


def _both_exclude(pair: CandidatePair, answer_a: str, answer_b: str) -> bool:
    """Whether both claims answer one question about one time with what holds "mostly".

    Two teams can both be hit, but not both hit hardest; small models overlook the word.
    """
    if pair.focus is None or pair.focus.point != "question" or _contains(answer_a, answer_b):
        return False
    if pair.a.time and pair.b.time and squeeze(pair.a.time) != squeeze(pair.b.time):
        return False
    return all(_EXCLUSIVE & set(map(squeeze, words(c.text))) for c in (pair.a, pair.b))


def _alike(answer_a: str, answer_b: str) -> bool:
    """Whether two wordings may be one answer: at least half of the shorter is in the other."""
    a, b = _gist(answer_a), _gist(answer_b)
    numbers = same_numbers(answer_a, answer_b)
    if numbers is not None:
        return numbers
    return a == b or 2 * len(a & b) >= max(1, min(len(a), len(b)))


def _contains(answer_a: str, answer_b: str) -> bool:
    """Whether one answer is the other with words added, negations aside."""
    a, b = _gist(answer_a), _gist(answer_b)
    return bool(a and b) and (a <= b or b <= a) and not (a ^ b) & NEGATIONS


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
        return "temporal" if units <= EXACT else "numeric"
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
