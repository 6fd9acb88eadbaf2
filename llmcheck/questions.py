"""The questions that claims answer: what makes answers in quite other words comparable.

"Sparks from a welder set it off" and "a seal had failed" share no word; both answer "What caused
the fire?". One short call a claim, so the cost grows with the claims and not with their pairs.
(Facts as questions with answers: QA-SRL, arXiv:1505.04628; QAGS, arXiv:2004.04228.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, Field

from llmcheck.llm import Reply, Runner, failure
from llmcheck.models import Claim, Failure
from llmcheck.prompts import load_prompt
from llmcheck.text import content_stems, one_line, squeeze
from llmcheck.verdicts import told

PROMPT = "question.v1"
MOST = 2
"""Questions kept of a claim."""


class _Answer(BaseModel):
    questions: list[str] = Field(max_length=4)


class Questioned(NamedTuple):
    """The claims with their questions, in their order, and what failed."""

    claims: list[Claim]
    failures: list[Failure]


def ask_questions(claims: Sequence[Claim], runner: Runner) -> Questioned:
    """The claims, each with the questions that it answers.

    A failed call is a failure that names the claim, which stays without questions.
    """
    outcomes = runner.run(
        "question", load_prompt(PROMPT), [{"claim": told(claim)} for claim in claims], _Answer
    )
    questioned, failures = [], []
    for claim, outcome in zip(claims, outcomes, strict=True):
        if isinstance(outcome, Reply):
            asked = _usable(outcome.value.questions)
            questioned.append(claim.model_copy(update={"questions": asked}))
        else:
            questioned.append(claim)
            failures.append(failure("question", f"{claim.text!r} ({claim.doc_id})", outcome))
    return Questioned(questioned, failures)


def _usable(questions: Sequence[str]) -> tuple[str, ...]:
    """The questions that ask something, each once."""
    kept = {squeeze(q): one_line(q) for q in reversed(questions) if content_stems(q)}
    return tuple(reversed(kept.values()))[:MOST]
