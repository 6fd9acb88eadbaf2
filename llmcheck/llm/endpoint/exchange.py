"""What one call has received so far, over repeated requests, corrections and ways of asking."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from llmcheck.errors import InvalidReply
from llmcheck.llm.endpoint.api import Received
from llmcheck.llm.endpoint.complaints import Refusal
from llmcheck.llm.endpoint.probabilities import Token, option_probabilities
from llmcheck.llm.port import Call, Probabilities
from llmcheck.tokens import Tokens


@dataclass
class Exchange:
    """One call on its way to an answer."""

    call: Call
    recalled: bool = False
    """Whether it is asked as an earlier run has learnt to ask, which nothing has borne out yet."""
    tokens: Tokens = field(default_factory=Tokens)
    """What all answers took so far."""
    received: Received | None = None
    """The last one."""
    without: set[str] = field(default_factory=set)
    """Parameters left out of this call's requests, as a trial or for this call alone."""
    tried: tuple[str, ...] = ()
    """The last of them that were left out as a trial."""
    unexplained: Refusal | None = None
    """The first refusal that did not say what was wrong."""
    misfits: dict[int, int] = field(default_factory=dict)
    """By way of asking: how often the endpoint itself called an answer no fit."""
    longest: int = 0
    """Tokens of the longest answer that thinking cut off."""

    def receive(self, received: Received, limit: int | None) -> None:
        """Take an answer. Raises InvalidReply when it cannot be used.

        Raised here, before instructor sees it, so that no cut-off answer and no refusal is
        asked for again. ``limit`` is what the request set to the answer.
        """
        self.received = received
        if received.cut_off:
            most = f"max_tokens={limit}" if limit else "the endpoint's limit"
            raise self.invalid(f"was cut off at {most}: give it less text or more room")
        if received.withheld:
            raise self.invalid(received.withheld)

    def sure(self, raw: str) -> Probabilities:
        """How sure the model was of the choices in ``raw``, where the endpoint tells."""
        return option_probabilities(raw, self._tokens_of(raw), self.call.schema)

    def _tokens_of(self, raw: str) -> list[Token]:
        """The tokens that ``raw`` is made of, without those of thinking and of fences round it."""
        if self.received is None:
            return []
        said = self.received.said
        before = said.rpartition(raw)[0] if raw and raw in said else ""
        after = len(before) + len(raw)
        found, at = [], 0
        for token in self.received.places:
            start, at = at, at + len(token.text)
            if at <= len(before) or start >= after:
                continue
            if len(before) <= start and at <= after:
                found.append(token)
            else:
                # No choice stands at the edge of an answer, which is a brace.
                text = token.text[max(0, len(before) - start) : after - start]
                found.append(Token(text, {text: 0.0}))
        return found

    def invalid(self, what: str) -> InvalidReply:
        """An InvalidReply of this call."""
        call = self.call
        return InvalidReply(
            f"the answer to {call.prompt} {what}", call_key=call.key, prompt=call.prompt
        )


def messages_of(call: Call) -> list[dict[str, str]]:
    """The messages of a call."""
    # Half of a surrogate pair cannot be sent as UTF-8; all else goes out as it is.
    parts = (("system", call.system), ("user", call.user))
    return [
        {"role": role, "content": text.encode("utf-8", "replace").decode()}
        for role, text in parts
        if text
    ]


def measured(shown: Any) -> tuple[int, int]:
    """The size in bytes of what a request shows the model, and the tokens it is at the most.

    English takes four bytes a token, figures and tags fewer; other scripts two or more.
    """
    text = json.dumps(shown, ensure_ascii=False, default=str)
    size, plain = len(text.encode("utf-8", "replace")), len(text.encode("ascii", "ignore"))
    return size, plain // 3 + (size - plain) // 2 + 64
