"""On a miss: which recording comes nearest to the call asked for, and how it differs."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from llmcheck.llm.port import Call

_EXCERPT_CHARACTERS = 60
_COMPARED = 5


class RecordedCall(NamedTuple):
    """A call that has a recording."""

    name: str
    """The recording's file, as messages name it."""
    identity: Mapping[str, Any]
    """``Call.identity``."""
    words: frozenset[str]
    """The distinct words of the user message."""


def describe_nearest(call: Call, recorded: Sequence[RecordedCall]) -> str:
    """The nearest of ``recorded`` and how ``call`` differs from it, for an error message."""
    pool = [one for one in recorded if one.identity.get("prompt") == call.prompt] or recorded
    if not pool:
        return "it holds none at all"
    nearest = _nearest(call, pool)
    return f"the nearest, {nearest.name}, differs in " + "; ".join(
        _differences(nearest.identity, call.identity)
    )


def _nearest(call: Call, pool: Sequence[RecordedCall]) -> RecordedCall:
    same_text = [one for one in pool if one.identity["user"] == call.user]
    if same_text:
        return min(same_text, key=lambda one: len(_differences(one.identity, call.identity)))
    from rapidfuzz import fuzz

    # Comparing the texts takes 0.2 ms a pair: too slow for hundreds of misses among hundreds
    # of recordings, so shared words choose whom to compare.
    words = frozenset(call.user.split())
    close = heapq.nlargest(_COMPARED, pool, key=lambda one: len(words & one.words))
    return max(close, key=lambda one: fuzz.ratio(one.identity["user"], call.user))


def _differences(recorded: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """How two calls differ, field by field, the deciding ones first."""
    found = [
        f"{name} (recorded {recorded.get(name)!r}, asked {asked[name]!r})"
        for name in ("prompt", "model", "parameters")
        if recorded.get(name) != asked[name]
    ]
    found += [
        f"{name} ({what} has changed)"
        for name, what in (
            ("prompt_digest", "the prompt file"),
            ("system_digest", "the system message"),
            ("schema_digest", "the schema of the answer"),
        )
        if recorded.get(name) != asked[name]
    ]
    if recorded["user"] != asked["user"]:
        found.append(_text_difference(recorded["user"], asked["user"]))
    return found


def _text_difference(recorded: str, asked: str) -> str:
    pairs = enumerate(zip(recorded, asked, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(recorded), len(asked)))
    line = asked.count("\n", 0, at) + 1
    start = max(0, at - _EXCERPT_CHARACTERS // 3)
    was, now = (text[start : start + _EXCERPT_CHARACTERS] for text in (recorded, asked))
    return f"user (from line {line}: recorded {was!r}, asked {now!r})"
