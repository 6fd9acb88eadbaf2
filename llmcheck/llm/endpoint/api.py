"""What differs from one API to the next: how a request is made, and where in an answer things are.

All else, what is counted, repeated, changed, corrected and given up on, is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from llmcheck.llm.endpoint.complaints import Complaint
from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.llm.endpoint.probabilities import Token
from llmcheck.providers import Mode
from llmcheck.tokens import Tokens

CONNECT_SECONDS = 10.0
"""The longest to wait for a connection."""
BYTES_A_TOKEN = 4
"""Bytes of UTF-8 that a token stands for, where the endpoint counts none."""


@dataclass(frozen=True)
class Received:
    """An answer, whatever the API it came over."""

    text: str
    """What was said, without thinking and fences: JSON, where the model did as told."""
    arguments: str | None = None
    """The JSON that a tool was called with."""
    cut_off: bool = False
    """Whether it ended where its room did."""
    thought: bool = False
    """Whether there are signs that the model thought, or that nothing but that came of it."""
    withheld: str = ""
    """Why there is no answer, in words that follow on "the answer"."""
    said: str = ""
    """The text before it was tidied, which ``places`` are the tokens of."""
    places: Sequence[Token] = ()

    def json_text(self, mode: Mode) -> str:
        """The JSON text of an answer that was asked for in this way."""
        return (self.arguments or "") if mode == "TOOLS" else self.text


class Api(NamedTuple):
    """One API, as its SDK and instructor speak it."""

    provider: str
    """instructor's name for it."""
    modes: Mapping[Mode, str]
    """Ways to ask for JSON, the first to be tried first, each with instructor's name for it."""
    beginning: Lessons
    """What is known of every model before its first request."""
    unlimited: int | None
    """The limit to set where an answer is to have none; None where it can be left out."""
    connect: Callable[[str, str, float, Any], Any]
    """A client that repeats nothing, of a base URL, a key, the seconds to wait and an HTTP
    client. Raises ImportError when its SDK is missing."""
    ask: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Any]
    """Sends what instructor made of a question, with parameters in OpenAI's words, and returns
    the completion. Raises Refusal for what the endpoint says in the place of one, Unreachable,
    and ValueError where what came is no JSON."""
    read: Callable[[Any], Received | Complaint | None]
    """The answer, the complaint in its place, or None where it is something else. Leaves of the
    completion what instructor is to parse."""
    tokens: Callable[[Any, int], Tokens | None]
    """What a completion took, of so many bytes that were shown: as it says, else estimated; None
    where it is no answer and says nothing."""
    shown: Callable[[Mapping[str, Any]], Any]
    """What of a request the model is shown, to be measured as JSON."""


def estimated(sent_bytes: int, *said: str) -> Tokens:
    """Tokens by size, where the endpoint counts none."""
    received = sum(len(text.encode("utf-8", "replace")) for text in said)
    return Tokens(-(-sent_bytes // BYTES_A_TOKEN), -(-received // BYTES_A_TOKEN), estimated=True)


def counted(usage: Any, *names: str) -> int:
    """The sum of those of a usage's fields that are numbers."""
    values = (getattr(usage, name, 0) for name in names)
    return sum(value for value in values if isinstance(value, int))
