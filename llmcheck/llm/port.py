"""The port through which every model call goes.

An ``LLM`` answers a ``Call`` with a ``Reply``. Caching, recording, replaying, counting and
faking are wrappers or stand-ins with the same method, so no stage knows which one it talks to.
(The shape is that of httpx's transports, with ``FakeLLM`` in the place of ``MockTransport``.)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from llmcheck.errors import BudgetExceeded, InvalidReply, LLMError
from llmcheck.tokens import Tokens

T = TypeVar("T", bound=BaseModel)

Origin = Literal["model", "cache", "replay"]

Probabilities = Mapping[str, Mapping[str, float]]
"""For a field of an answer that is a choice: the probability of each option, sum 1."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text.

    >>> canonical_json({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """sha256 of the text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Call:
    """One question to a model, wholly described: what decides the answer, and nothing else.

    Keys, endpoints, time-outs, retries and concurrency are no part of it, nor is where the
    documents lie: the same texts make the same call.
    """

    prompt: str
    """Name of the prompt file, version included (``judge.v1``)."""
    prompt_digest: str
    """sha256 of the prompt file."""
    model: str
    system: str
    user: str
    schema: Mapping[str, Any]
    """JSON Schema that the answer must satisfy."""
    parameters: Mapping[str, Any]
    """Sampling parameters (temperature, max_tokens, seed, ...)."""
    splittable: bool = False
    """Whether the caller asks in parts when the answer does not come whole: then that it did
    not is an answer worth keeping, too. No part of the identity."""

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What the key is made of; long fixed parts stand in it by their sha256."""
        return {
            "prompt": self.prompt,
            "prompt_digest": self.prompt_digest,
            "model": self.model,
            "parameters": dict(self.parameters),
            "system_digest": digest(self.system),
            "schema_digest": digest(canonical_json(self.schema)),
            "user": self.user,
        }

    @cached_property
    def key(self) -> str:
        """sha256 of the canonical JSON of ``identity``, in hex."""
        return digest(canonical_json(self.identity))


@dataclass(frozen=True)
class Reply(Generic[T]):
    """An answer that satisfies its schema."""

    value: T
    raw: str
    """The answer as JSON text, as received; what is stored, and validated on every read."""
    tokens: Tokens
    origin: Origin
    probabilities: Probabilities = field(default_factory=dict)
    """How sure the model was of its choices; empty where the endpoint does not tell."""
    key: str = ""
    """Key of the call as it was put to the model, filled in on the way back to the stage."""


class LLM(Protocol):
    """Anything that answers calls. Must be safe to call from several threads."""

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer ``call`` with an instance of ``schema``.

        Raises LLMError when this call failed and BudgetExceeded when it may not be made.
        """
        ...


def parse_reply(raw: str, call: Call, schema: type[T]) -> T:
    """Validate the raw JSON of an answer. Raises InvalidReply with pydantic's reasons."""
    try:
        return schema.model_validate_json(raw)
    except ValidationError as error:
        reasons = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in error.errors()[:3]
        )
        raise InvalidReply(
            f"the answer to {call.prompt} does not fit its schema ({reasons})",
            call_key=call.key,
            prompt=call.prompt,
        ) from error


Outcome = Reply[T] | LLMError | BudgetExceeded
