"""A stored answer as a row of the store: bytes that are checked on every read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import Field

from llmcheck.llm.port import Call, Probabilities, canonical_json, digest
from llmcheck.models import Frozen
from llmcheck.tokens import Tokens


class StoredReply(NamedTuple):
    """An answer as it was stored: JSON text, the tokens it took, how sure its choices were."""

    raw: str
    tokens: Tokens
    probabilities: Probabilities = MappingProxyType({})
    failed: str = ""
    """Why no whole answer came, where the caller asked in parts instead; then ``raw`` is empty."""


class _Row(Frozen):
    key: str
    prompt: str
    model: str
    raw: str
    input_tokens: int
    output_tokens: int
    stored: str
    """UTC, ISO 8601."""
    probabilities: dict[str, dict[str, float]] = Field(default_factory=dict)
    failed: str = ""


def row_of(call: Call, reply: StoredReply, key: str) -> bytes:
    """The row that keeps the answer to a call under ``key``."""
    row = _Row(
        key=key,
        prompt=call.prompt,
        model=call.model,
        raw=reply.raw,
        input_tokens=reply.tokens.input,
        output_tokens=reply.tokens.output,
        stored=datetime.now(UTC).isoformat(timespec="seconds"),
        probabilities={field: dict(given) for field, given in reply.probabilities.items()},
        failed=reply.failed,
    )
    dumped = row.model_dump(exclude_defaults=True)
    return json.dumps({"row": dumped, "checksum": _checksum(dumped)}).encode("ascii")


def reply_in(blob: bytes, key: str) -> StoredReply:
    """The answer that the row of ``key`` keeps. Raises ValueError saying what is wrong with it."""
    try:
        envelope = json.loads(blob)
        row = _Row.model_validate(envelope["row"])
        intact = envelope["checksum"] == _checksum(row.model_dump(exclude_defaults=True))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("is not what llmcheck stores") from error
    if not intact:
        raise ValueError("fails its checksum")
    if row.key != key:
        raise ValueError("belongs to another call")
    tokens = Tokens(row.input_tokens, row.output_tokens)
    return StoredReply(row.raw, tokens, row.probabilities, row.failed)


def _checksum(dumped: Mapping[str, Any]) -> str:
    """Of a row without its defaults: fields added since, where they say nothing, leave the
    checksums of older rows as they were."""
    return digest(canonical_json(dumped))
