"""The base of the models, and the ids that hash what a thing says."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict


def content_id(prefix: str, *parts: object) -> str:
    """A short id that depends on the content alone: ``prefix`` and 12 hex digits of sha256.

    >>> content_id("c", "text", 0, 12)
    'c-6a71f698f962'
    """
    blob = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return f"{prefix}-{hashlib.sha256(blob).hexdigest()[:12]}"


class Frozen(BaseModel):
    """Base of the models: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
