"""Whether one claim is false if another is true, by the label alone (natural language inference).

A small model that has first written a question and answers picks its label nearly at random;
asked for nothing but the label, it ranks pairs well, although it seldom dares to say "false".
What counts is therefore how it divides between "true" and "false", not what it says in the end.
(Token probabilities in place of the greedy label: Kadavath et al., arXiv:2207.05221.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.llm.port import Outcome, Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner
from llmcheck.models import CandidatePair
from llmcheck.verdicts import told

PROMPT = "nli.v1"


class _Label(BaseModel):
    b_is: Literal["true", "false", "unknown"]


def contradiction_probabilities(
    pairs: Sequence[CandidatePair], runner: Runner
) -> list[float | LLMError | BudgetExceeded]:
    """For each pair: how probable one claim is false rather than true, if the other is true.

    From 0 to 1, the mean of both orders; where the endpoint tells no probabilities, an order
    counts 1 for "false" and else 0. A call that failed leaves its error in the pair's place.
    """
    asked = [(pair.a, pair.b) for pair in pairs] + [(pair.b, pair.a) for pair in pairs]
    outcomes = runner.run(
        "judge",
        load_prompt(PROMPT),
        [{"a": told(a), "b": told(b)} for a, b in asked],
        _Label,
    )
    orders = zip(outcomes[: len(pairs)], outcomes[len(pairs) :], strict=True)
    return [_mean(one, other) for one, other in orders]


def _mean(one: Outcome[_Label], other: Outcome[_Label]) -> float | LLMError | BudgetExceeded:
    if not isinstance(one, Reply):
        return one
    if not isinstance(other, Reply):
        return other
    return round((_probability(one) + _probability(other)) / 2, 4)


def _probability(reply: Reply[_Label]) -> float:
    of = reply.probabilities.get("b_is", {})
    decided = of.get("true", 0.0) + of.get("false", 0.0)
    if not decided:
        return float(reply.value.b_is == "false")
    return of.get("false", 0.0) / decided
