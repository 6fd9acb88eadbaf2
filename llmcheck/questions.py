"""What claims answer: the questions that make facts in quite other words comparable.

"Sparks from a welder set it off" and "a seal had failed" share no word; both answer "What caused
the fire?". One short call a claim, so the cost grows with the claims and not with their pairs.
(Facts as questions with answers: QA-SRL, Michael et al., arXiv:1711.05885; QAGS,
arXiv:2004.04228.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, Field

from llmcheck.language.support import missing_numbers
from llmcheck.language.text import content_stems, one_line, squeeze, words
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Answer, Claim, Failure
from llmcheck.verdicts import told

PROMPT = "question.v1"
MOST = 2
"""Questions kept of a claim."""


class _Asked(BaseModel):
    question: str
    answer: str


class _Answers(BaseModel):
    asked: list[_Asked] = Field(max_length=3)


class Questioned(NamedTuple):
    """The claims with what they answer, in their order, and what failed."""

    claims: list[Claim]
    failures: list[Failure]


def ask_questions(claims: Sequence[Claim], runner: Runner) -> Questioned:
    """The claims, each with the questions that it answers.

    An answer whose numbers the claim does not have is dropped. A failed call is a failure that
    names the claim, which stays without answers.
    """
    outcomes = runner.run(
        "question", load_prompt(PROMPT), [{"claim": told(claim)} for claim in claims], _Answers
    )
    questioned, failures = [], []
    for claim, outcome in zip(claims, outcomes, strict=True):
        if isinstance(outcome, Reply):
            answers = _usable(outcome.value.asked, claim)
            questioned.append(claim.model_copy(update={"answers": answers}))
        else:
            questioned.append(claim)
            failures.append(failure("question", f"{claim.text!r} ({claim.doc_id})", outcome))
    return Questioned(questioned, failures)


def _usable(asked: Sequence[_Asked], claim: Claim) -> tuple[Answer, ...]:
    """Those that ask something and that the claim answers, each question once."""
    kept: dict[str, Answer] = {}
    for given in asked:
        question, answer = one_line(given.question), one_line(given.answer)
        if (
            content_stems(question)
            and words(answer)
            and not missing_numbers(answer, f"{claim.text} {claim.quote}")
        ):
            kept.setdefault(squeeze(question), Answer(question=question, answer=answer))
    return tuple(kept.values())[:MOST]
