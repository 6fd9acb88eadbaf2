"""What an endpoint has taught about a model: how it wants to be asked, and how much room it needs.

Models take different parameters, and no list of them stays true. So a request is sent as the
prompt wants it, and changed when the endpoint objects; what came of it is kept and holds for
every later call. None of it is part of a ``Call``: it says how to ask, not what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from llmcheck.llm.endpoint.complaints import Complaint
from llmcheck.llm.endpoint.meaning import (
    MECHANISM,
    is_too_long,
    is_unexplained,
    is_unfit,
    rejects_mode,
)
from llmcheck.llm.wishes import EFFORT

LIMITS = ("max_tokens", "max_completion_tokens")
"""The names of the limit on an answer, the older one first."""

_FIRST_ROOM = 8_192
_MOST_ROOM = 262_144
_STEP = 4


class Group(NamedTuple):
    """Parameters that an endpoint takes or refuses together."""

    names: tuple[str, ...]
    spoken_of: re.Pattern[str]
    """How errors name them."""


_GROUPS = (
    Group(("logprobs", "top_logprobs"), re.compile(r"log.?prob", re.IGNORECASE)),
    Group(
        ("frequency_penalty", "presence_penalty", "repetition_penalty", "repeat_penalty"),
        re.compile(r"penalt", re.IGNORECASE),
    ),
    Group(("seed",), re.compile(r"\bseed\b", re.IGNORECASE)),
    Group(("temperature",), re.compile(r"temperature", re.IGNORECASE)),
    Group((EFFORT,), re.compile(r"\beffort\b|thinking.?(budget|level|config)", re.IGNORECASE)),
    Group(LIMITS, re.compile(r"max.?((completion|output|new).?)?tokens", re.IGNORECASE)),
)
"""In the order in which they are left out when nobody says what is wrong."""
_SIZE = re.compile(
    r"at most|maximum|\bmax\b|less than|<|≤|>|between|exceed|too (many|large|high|big)|up to"
    r"|no more|larger|greater|higher|limit|range",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.\-])\d+(?![\w\-]|\.\d)")


@dataclass(frozen=True)
class Lessons:
    """What is known of one model at one endpoint."""

    mode: int = 0
    """Place of the way of asking for JSON that is used."""
    modes_that_work: frozenset[int] = frozenset()
    refused: frozenset[str] = frozenset()
    """Parameters that are not to be sent."""
    taken: frozenset[str] = frozenset()
    """Parameters with which a request was answered."""
    most: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """The largest value that is taken of a parameter."""
    thinking: int | None = 0
    """Tokens of room that thinking needs beside the answer; None where no limit must be set."""
    answered: bool = False
    """Whether any request was."""


def as_sent(
    parameters: Mapping[str, Any],
    lessons: Lessons,
    *,
    without: Iterable[str] = (),
    room: int | None = None,
    unlimited: int | None = None,
) -> dict[str, Any]:
    """The parameters under the names and with the values that the endpoint takes.

    ``without`` are those to leave out of this one request, ``room`` is the most that its answer
    may have, ``unlimited`` the limit to set where it is to have none and the API wants one.
    """
    left_out = lessons.refused | set(without)
    sent = {name: value for name, value in parameters.items() if name not in LIMITS}
    limit = next((parameters[name] for name in LIMITS if name in parameters), None)
    name = next((name for name in LIMITS if name not in left_out), None)
    if name is not None:
        wanted = None
        if lessons.thinking is not None and (limit or lessons.thinking):
            wanted = (limit or 0) + lessons.thinking
        wanted = wanted or unlimited
        if limits := [value for value in (wanted, room) if value is not None]:
            sent[name] = min(limits)
    for name, most in lessons.most.items():
        if name in sent:
            sent[name] = min(sent[name], most)
    sent = {name: value for name, value in sent.items() if name not in left_out}
    if "logprobs" not in sent:
        # How many to list: asked alone it is an error.
        sent.pop("top_logprobs", None)
    return sent


def limit_of(sent: Mapping[str, Any]) -> int | None:
    """The limit on the answer in a request's parameters."""
    return next((int(sent[name]) for name in LIMITS if name in sent), None)


def with_more_room(lessons: Lessons, sent: Mapping[str, Any], used: int) -> Lessons | None:
    """More room for a model whose thinking left none for the answer; None when there is no more.

    ``sent`` are the parameters of the request, ``used`` the tokens that its answer took.
    """
    limit = limit_of(sent)
    if lessons.thinking is None or limit in lessons.most.values():
        return None
    room = max(_FIRST_ROOM, _STEP * max(lessons.thinking, limit or used))
    return replace(lessons, thinking=room if room <= _MOST_ROOM else None)


def taught_by(
    complaint: Complaint, sent: Mapping[str, Any], lessons: Lessons, kept: frozenset[str]
) -> Lessons | None:
    """The lessons with what a complaint says of the parameters sent; None when it says nothing.

    ``kept`` are those that the user asked for: leaving them out is the user's business.
    """
    spoken_of = named_in(complaint, sent) - kept
    if not spoken_of:
        return None
    bound = _bound(complaint, sent, spoken_of)
    if bound is not None and bound[0] not in lessons.most:
        return replace(lessons, most=MappingProxyType({**lessons.most, bound[0]: bound[1]}))
    return replace(lessons, refused=lessons.refused | spoken_of)


def named_in(complaint: Complaint, sent: Mapping[str, Any]) -> set[str]:
    """Those of the parameters sent that a complaint speaks of, by their names or otherwise."""
    if complaint.status in (401, 402, 408, 409, 429) or not 400 <= complaint.status < 500:
        return set()
    places = [complaint.said]
    if complaint.param:
        if found := _named_parameters(complaint.param, sent):
            return found
        if MECHANISM.search(complaint.param) or re.match(r"messages|model\b", complaint.param):
            return set()
        places.append(complaint.param)
    found = _named_parameters(" ".join(places), sent)
    # A context that is too small is told in words that name the limit, too.
    return found - set(LIMITS) if is_too_long(complaint) else found


def speaks_of_asking(complaint: Complaint, sent: Mapping[str, Any], kept: frozenset[str]) -> bool:
    """Whether a complaint may be about how it was asked, the parameters that the user asked for
    aside: not about what was asked, or by whom."""
    return (
        bool(named_in(complaint, sent) - kept)
        or is_unexplained(complaint)
        or is_unfit(complaint)
        or rejects_mode(complaint)
    )


def refuses_a_wish(complaint: Complaint, kept: frozenset[str]) -> bool:
    """Whether a complaint speaks of a parameter that the user asked for."""
    return bool(named_in(complaint, dict.fromkeys(kept)))


def names_a_limit(complaint: Complaint) -> bool:
    """Whether a complaint speaks of the limit on the answer."""
    return bool(_GROUPS[-1].spoken_of.search(complaint.said))


def next_to_leave_out(
    sent: Mapping[str, Any], lessons: Lessons, kept: frozenset[str]
) -> tuple[str, ...]:
    """The parameters to leave out next, where nobody says what is wrong; none when all that were
    sent have been taken before, or were asked for by the user."""
    for group in _GROUPS:
        names = tuple(name for name in group.names if name in sent)
        if names and not kept & set(names) and not lessons.taken.issuperset(names):
            return names
    return ()


def _named_parameters(text: str, sent: Mapping[str, Any]) -> set[str]:
    found = {name for name in sent if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
    for group in _GROUPS:
        if group.spoken_of.search(text):
            found |= {name for name in group.names if name in sent}
    return found


def _bound(
    complaint: Complaint, sent: Mapping[str, Any], names: set[str]
) -> tuple[str, int] | None:
    """A parameter of which too much was asked, and the most that is said to be taken of it."""
    if not _SIZE.search(complaint.said):
        return None
    for name in ("top_logprobs", *LIMITS):
        if name in names and isinstance(sent[name], int):
            numbers = [int(n) for n in _NUMBER.findall(complaint.said.replace(",", ""))]
            if smaller := [n for n in numbers if 0 < n < sent[name]]:
                return name, max(smaller)
    return None
