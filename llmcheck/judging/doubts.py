"""What makes code ask again: figures that are equal, or that stand in no passage.

Code decides no meaning here. "Rose 5%" and "fell 5%" have equal figures and exclude each other,
and an answer may be worked out from what the passages say; both are merely looked at twice.
"""

from __future__ import annotations

from llmcheck.language.figures import same_numbers
from llmcheck.language.support import missing_numbers
from llmcheck.models import Stance
from llmcheck.numbering import NumberedSet

REACH = 2
"""Sentences on either side of a position's own that may hold its figures."""


def doubt(
    numbered: NumberedSet, a: Stance, b: Stance, answer_a: str, answer_b: str, spoken: str
) -> bool:
    """Whether a contradiction found between two positions deserves a second look.

    ``answer_a`` and ``answer_b`` are what the judge read in their passages, in the language
    (a code) ``spoken``.
    """
    if same_numbers(answer_a, answer_b, spoken):
        return True
    return not (_stands(numbered, a, answer_a, spoken) and _stands(numbered, b, answer_b, spoken))


def _stands(numbered: NumberedSet, stance: Stance, answer: str, spoken: str) -> bool:
    """Whether a sentence of the position, or what is near it, holds the figures of its answer:
    as the survey put it, or as the judge did."""
    for ref in stance.sentences:
        document = numbered[ref.doc_id]
        near = f"{document.text(document.near(ref.number, REACH))} {document.head}"
        if any(_holds(near, each, document.language, spoken) for each in (stance.answer, answer)):
            return True
    return False


def _holds(passage: str, answer: str, language: str, spoken: str) -> bool:
    """Whether a passage in one language holds the figures of an answer in another.

    As its own language reads them, or both: "2:50 (ten to three)" stands there as "2.50".
    """
    own, both = (language,), (language, spoken)
    return any(not missing_numbers(answer, passage, *languages) for languages in (own, both))
