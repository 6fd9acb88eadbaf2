"""Provenance: which calls to the model a finding came of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import Field

from llmcheck.models.base import Frozen
from llmcheck.models.documents import DocumentSpan


class CallRef(NamedTuple):
    """An answered call."""

    prompt: str
    """Name of its prompt, version included."""
    key: str
    """What its answer is stored under: the sha256 of the call, in hex."""


class CallProvenance(Frozen):
    """An answered call, and what of the report came of it."""

    prompt: str = Field(pattern=r"^[a-z0-9_-]+\.v[0-9]+$")
    """Name of its prompt, version included."""
    key: str = Field(pattern="^[0-9a-f]+$")
    """What its answer is stored under, in the cache and in a recording."""
    findings: tuple[str, ...] = ()
    """Ids of the disputes and agreements that rest on its answer."""
    read: DocumentSpan | None = None
    """Of a reading: the part of a document that was read for claims and padding."""


def provenance_of(
    findings: Mapping[str, Iterable[CallRef]], reads: Iterable[tuple[CallRef, DocumentSpan]] = ()
) -> tuple[CallProvenance, ...]:
    """What was read in which call, and then each call that ``findings`` (by id) rest on.

    >>> survey = CallRef("survey.v1", "5eed")
    >>> for call in provenance_of({"d-1": [survey], "a-1": [survey]}):
    ...     print(call.prompt, call.findings)
    survey.v1 ('d-1', 'a-1')
    """
    of: dict[CallRef, list[str]] = {}
    for id_, refs in findings.items():
        for ref in refs:
            of.setdefault(ref, []).append(id_)
    return (
        *(CallProvenance(prompt=ref.prompt, key=ref.key, read=read) for ref, read in reads),
        *(
            CallProvenance(prompt=ref.prompt, key=ref.key, findings=tuple(ids))
            for ref, ids in of.items()
        ),
    )
