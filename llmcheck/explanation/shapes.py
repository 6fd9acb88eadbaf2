"""What an explanation tells: a finding, the words it rests on, the calls it came of."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from llmcheck.models import Frozen


class CitedPassage(Frozen):
    """Words of a document, and what a finding cites them for."""

    doc_id: str
    start: int
    end: int
    quote: str
    cited_for: str
    """The answer to a disputed question, the statement, the claim or the reason."""


class ExplainedCall(Frozen):
    """A call, as far as what was asked and answered is still there."""

    prompt: str
    """Name of the prompt, version included."""
    key: str
    system: str | None = None
    """None where the prompt file has changed since."""
    user: str | None = None
    """None where neither a recording has it nor the documents and settings are as they were."""
    answer: JsonValue = None
    """As JSON; the text as it came where it is none. None where it was not found."""
    input_tokens: int = 0
    output_tokens: int = 0
    missing: str = ""
    """Why there is no answer."""


class Finding(Frozen):
    """A finding of a report, and the words that it rests on."""

    id: str
    kind: Literal["dispute", "agreement", "claim", "padding"]
    text: str
    """The question, the statement, the claim, or what the padding is and why."""
    passages: tuple[CitedPassage, ...]
    cited_by: tuple[str, ...] = ()
    """Of a claim, the ids of the disputes and agreements that rest on it."""


class Explanation(Frozen):
    """A finding, and what was asked and answered before it."""

    finding: Finding
    calls: tuple[ExplainedCall, ...]
    """In the order of the stations."""
