"""How sure a model was of a forced choice: read off the probabilities of its tokens.

A greedy answer hides whether the other one came close. Where an endpoint tells the likeliest
tokens at every place, the probabilities of a choice's options stand at the token in which they
part. (Token probabilities as confidence: Kadavath et al., arXiv:2207.05221.)
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

LEAST_MASS = 0.5
"""Probability that the listed tokens must give to the options together: below it, what the
endpoint lists is not about the choice."""


class Token(NamedTuple):
    """One place of an answer: the token that stands there, and the likeliest ones."""

    text: str
    likeliest: Mapping[str, float]
    """Natural logarithm of the probability of each token listed for the place, ``text`` too."""


def option_probabilities(
    answer: str, tokens: Sequence[Token], schema: Mapping[str, Any]
) -> dict[str, dict[str, float]]:
    """For every field of ``schema`` that is a choice: the probability of each option, sum 1.

    ``answer`` is JSON text, the concatenation of the texts of ``tokens``; when it is not, or
    is no object, or a field's options cannot be told apart, the field is left out.
    """
    if "".join(token.text for token in tokens) != answer:
        return {}
    try:
        values = json.loads(answer)
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    starts = [0, *accumulate(len(token.text) for token in tokens)]
    found = {}
    for name, options in _choices(schema).items():
        at = _value_start(answer, name)
        if at is None or values.get(name) not in options:
            continue
        index = next(i for i in range(len(tokens)) if starts[i + 1] > at)
        before = tokens[index].text[: at - starts[index]]
        shares = _shares(tokens[index], before, values[name], options)
        if shares is not None:
            found[name] = shares
    return found


def _choices(schema: Mapping[str, Any]) -> dict[str, list[str]]:
    properties = schema.get("properties", {})
    return {name: field["enum"] for name, field in properties.items() if "enum" in field}


def _value_start(answer: str, name: str) -> int | None:
    """Offset of the field's text, its quotation mark aside; None where that is ambiguous."""
    key = json.dumps(name)
    if answer.count(key) != 1:
        return None
    colon = answer.index(key) + len(key)
    rest = answer[colon:]
    mark = len(rest) - len(rest.lstrip(" \t\n:"))
    return colon + mark + 1 if rest[mark : mark + 1] == '"' else None


def _shares(
    token: Token, before: str, chosen: str, options: Sequence[str]
) -> dict[str, float] | None:
    """What the tokens listed give to each option, or None when it is too little."""
    mass = dict.fromkeys(options, 0.0)
    for text, logarithm in token.likeliest.items():
        if not text.startswith(before) or len(text) == len(before):
            continue
        said = text[len(before) :]
        fitting = [o for o in options if o.startswith(said) or said.startswith(f'{o}"')]
        if text == token.text:
            fitting = [chosen]
        if len(fitting) == 1:
            mass[fitting[0]] += math.exp(min(0.0, logarithm))
    total = sum(mass.values())
    if total < LEAST_MASS:
        return None
    return {option: round(part / total, 4) for option, part in mass.items()}
