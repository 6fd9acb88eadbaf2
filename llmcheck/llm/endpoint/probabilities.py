"""How sure a model was of a forced choice: read off the probabilities of its tokens.

A greedy answer hides whether the other one came close. Where an endpoint tells the likeliest
tokens at every place, the probabilities of a choice's options stand at the token in which they
part. (Token probabilities as confidence: Kadavath et al., arXiv:2207.05221.)
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
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

    A choice in a list of objects is named by its place (``pairs[0].verdict``). ``answer`` is JSON
    text, the concatenation of the texts of ``tokens``; when it is not, or is no object, or a
    field's options cannot be told apart, the field is left out.
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
    for name, options, chosen in _choices(schema, values):
        places = _value_starts(answer, name)
        if len(places) != len(chosen):
            continue
        for (path, value), at in zip(chosen.items(), places, strict=True):
            if value not in options:
                continue
            index = next(i for i in range(len(tokens)) if starts[i + 1] > at)
            before = tokens[index].text[: at - starts[index]]
            shares = _shares(tokens[index], before, value, options)
            if shares is not None:
                found[path] = shares
    return found


def _choices(
    schema: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Every field that is a choice, with its options and what stands in each of its places."""
    for name, field in schema.get("properties", {}).items():
        if "enum" in field:
            yield name, field["enum"], {name: values.get(name)}
        rows = values.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            continue
        reference = field.get("items", {}).get("$ref", "").rpartition("/")[2]
        inner = schema.get("$defs", {}).get(reference, field.get("items", {}))
        for key, choice in inner.get("properties", {}).items():
            if "enum" in choice:
                yield (
                    key,
                    choice["enum"],
                    {f"{name}[{at}].{key}": row.get(key) for at, row in enumerate(rows)},
                )


def _value_starts(answer: str, name: str) -> list[int]:
    """Offsets of the texts under this key, their quotation marks aside.

    Within a text the quotation marks of a key would be escaped, so every match is a key.
    """
    return [
        match.end() for match in re.finditer(rf'{re.escape(json.dumps(name))}\s*:\s*"', answer)
    ]


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
