"""Where two claims seem to answer one question differently: the point a judge should look at.

Three signs, all read off the words: another number with the same unit, another name for the
same role, the same statement from another mouth. A sign is no verdict: it decides what is
worth comparing, and tells the judge which of a sentence's many facts is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from llmcheck.language.quantities import Quantity, agree, quantities
from llmcheck.language.text import content_stems, one_line, squeeze, words
from llmcheck.models import Claim, Focus

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
    statement: frozenset[str]
    """Stems of what is said, the speaker aside."""


def signs(claim: Claim) -> Signs:
    """Read the signs off a claim."""
    numbers: dict[str, tuple[Quantity, ...]] = {}
    for number in dict.fromkeys(quantities(claim.text)):
        if number.unit and len(numbers.get(number.unit, ())) < MAX_NUMBERS:
            numbers[number.unit] = (*numbers.get(number.unit, ()), number)
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
        statement=content_stems(claim.text) - content_stems(claim.speaker or ""),
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
                    return Focus(point="number", a=x.words, b=y.words)
    return None


def _speakers(a: Signs, b: Signs) -> Focus | None:
    one, other = a.claim.speaker, b.claim.speaker
    if one and other and same_name(one, other):
        return None
    for run, quoted in a.quotation.items():
        if run in b.quotation:
            # The shorter of the two wordings is what both of them quote.
            shorter = min(quoted, b.quotation[run], key=len)
            return Focus(point="quotation", a=shorter, b=shorter)
    said = a.statement & b.statement - content_stems(f"{one} {other}")
    if one and other and len(said) >= STATEMENT_STEMS:
        return Focus(point="speaker", a=one, b=other)
    return None


def _holders(a: Signs, b: Signs) -> Focus | None:
    for role, name in a.holders.items():
        for role_b, name_b in b.holders.items():
            if role.casefold() == role_b.casefold() and not same_name(name, name_b):
                return Focus(point="holder", a=f"{role} {name}", b=f"{role_b} {name_b}")
    return None


def same_name(one: str, other: str) -> bool:
    """Whether one name is the other, or a part of it ("Lund", "Pia Lund")."""
    a, b = (frozenset(map(squeeze, words(name))) for name in (one, other))
    return a <= b or b <= a


def _runs(quoted: list[str]) -> list[list[str]]:
    return [quoted[i : i + QUOTE_WORDS] for i in range(len(quoted) - QUOTE_WORDS + 1)]
