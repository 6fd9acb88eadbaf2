"""Where two claims seem to answer one question differently: the point a judge should look at.

Three signs, all read off the words: another number with the same unit, another name for the
same role, the same statement from another mouth. A sign is no verdict: it decides what is
worth comparing, and tells the judge which of a sentence's many facts is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from llmcheck.models import Claim, Focus
from llmcheck.quantities import Quantity, agree, quantities
from llmcheck.text import content_stems, one_line, squeeze, words

QUOTE_WORDS = 4
"""Words in a row that two quotations must share to be the same."""
MAX_NUMBERS = 20
"""Numbers of one unit that are compared: a claim with more is a table."""
STATEMENT_STEMS = 3
"""Content words that two reported statements must share to be the same."""

OFFICES = frozenset(
    """ceo cfo coo cto president chairman chairwoman chair chief head boss director manager owner
    mayor governor minister secretary chancellor commissioner superintendent administrator
    principal editor coach captain conductor""".split()
)
"""Roles that one person holds at a time."""

_WHO_SAID = re.compile(r"Who (?:said|told|wrote|added|announced|called)\b")
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]")
_ROLE = re.compile(
    r"(?<!former )(?<!ex-)\b(?P<role>[A-Z]{2,4}|[a-z]{4,}),?\s+"
    r"(?P<name>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)+)"
)


@dataclass(frozen=True)
class Signs:
    """What of a claim can be at odds with another claim."""

    claim: Claim
    numbers: Mapping[str, tuple[Quantity, ...]]
    """Its distinct numbers by their unit, those without one aside."""
    quotation: Mapping[str, str]
    """Runs of quoted words, squeezed, with the quotation they stand in."""
    holders: Mapping[str, str]
    """Who holds which role: "CEO", "director"."""
    speaker: str | None
    """Who says it, by the claim's own words or else by its sentence."""
    who_said: str | None
    """The question to which the speaker is the answer, where the claim has one."""
    statement: frozenset[str]
    """Stems of what is said, the speaker aside."""


def signs(claim: Claim) -> Signs:
    """Read the signs off a claim."""
    numbers: dict[str, tuple[Quantity, ...]] = {}
    for number in dict.fromkeys(quantities(claim.text)):
        if number.unit and len(numbers.get(number.unit, ())) < MAX_NUMBERS:
            numbers[number.unit] = (*numbers.get(number.unit, ()), number)
    said = next((given for given in claim.answers if _WHO_SAID.match(given.question)), None)
    speaker = said.answer if said else claim.speaker
    return Signs(
        claim=claim,
        numbers=numbers,
        quotation={
            " ".join(squeeze(word) for word in run): one_line(quoted).rstrip(" ,.")
            for quoted in _QUOTED.findall(claim.text)
            for run in _runs(words(quoted))
        },
        holders={
            match["role"]: match["name"]
            for match in _ROLE.finditer(claim.text)
            if match["role"].casefold() in OFFICES
        },
        speaker=speaker,
        who_said=said and said.question,
        statement=content_stems(claim.text) - content_stems(speaker or ""),
    )


def focus_of(a: Signs, b: Signs) -> Focus | None:
    """What of the two claims is at odds, the most telling sign first; None when nothing is."""
    return _numbers(a, b) or _speakers(a, b) or _holders(a, b)


def _numbers(a: Signs, b: Signs) -> Focus | None:
    for unit, numbers in a.numbers.items():
        others = b.numbers.get(unit, ())
        for x in numbers:
            # A number that stands in the other claim as well is not what they differ in.
            if not others or any(agree(x, y) for y in others):
                continue
            for y in others:
                # A share "of" something and a share by name ("a 5% stake") are two things.
                alike = x.words.endswith(" of") == y.words.endswith(" of")
                if alike and not any(agree(y, z) for z in numbers):
                    question = _answered_by(a.claim, x) or _answered_by(b.claim, y)
                    return Focus(
                        point="number",
                        question=question or f"{x.words} or {y.words}?",
                        a=x.words,
                        b=y.words,
                    )
    return None


def _answered_by(claim: Claim, number: Quantity) -> str | None:
    """The question of the claim to which the number is the answer."""
    return next(
        (
            given.question
            for given in claim.answers
            if any(agree(number, other) for other in quantities(given.answer))
        ),
        None,
    )


def _speakers(a: Signs, b: Signs) -> Focus | None:
    one, other = a.speaker, b.speaker
    if not one or not other or same_name(one, other):
        return None
    for run, quoted in a.quotation.items():
        if run in b.quotation:
            # The shorter of the two wordings is what both of them quote.
            shorter = min(quoted, b.quotation[run], key=len)
            return Focus(point="quotation", question=f'Who said "{shorter}"?', a=one, b=other)
    if len(a.statement & b.statement - content_stems(f"{one} {other}")) >= STATEMENT_STEMS:
        question = a.who_said or b.who_said or "Who said it?"
        return Focus(point="speaker", question=question, a=one, b=other)
    return None


def _holders(a: Signs, b: Signs) -> Focus | None:
    for role, name in a.holders.items():
        for role_b, name_b in b.holders.items():
            if role.casefold() == role_b.casefold() and not same_name(name, name_b):
                return Focus(point="holder", question=f"Who is the {role}?", a=name, b=name_b)
    return None


def same_name(one: str, other: str) -> bool:
    """Whether one name is the other, or a part of it ("Lund", "Pia Lund")."""
    a, b = (frozenset(map(squeeze, words(name))) for name in (one, other))
    return a <= b or b <= a


def _runs(quoted: list[str]) -> list[list[str]]:
    return [quoted[i : i + QUOTE_WORDS] for i in range(len(quoted) - QUOTE_WORDS + 1)]
