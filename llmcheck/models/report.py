"""The report: all that a run found, what of it failed, what it took, and what a report raises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from llmcheck.errors import LLMCheckError
from llmcheck.models.base import Frozen
from llmcheck.models.documents import Claim, Document, PaddingFlag, Ungrounded
from llmcheck.models.findings import Agreement, Dispute, Lookalike, Summary
from llmcheck.models.frames import dataframe_of
from llmcheck.models.outline import (
    disputes_message,
    outline_html,
    outline_text,
    quoted_disputes,
)
from llmcheck.models.provenance import CallProvenance

if TYPE_CHECKING:
    import pandas

Rows = Literal["claims", "disputes", "agreements", "padding", "documents"]
"""What can be a row of ``Report.to_dataframe``."""

SCHEMA_VERSION: Literal[1] = 1

Stage = Literal["documents", "reading", "survey", "judging", "summary"]
"""The parts of a run that can fail."""


class Failure(Frozen):
    """A part of the run that could not be done."""

    stage: Stage
    subject: str
    """What it was about: a document, a pair, a block."""
    error: str
    """What went wrong, and where possible what to do about it."""
    cause: Literal["error", "budget"] = "error"
    """"budget" when a limit on calls or cost stopped it."""
    doc_ids: tuple[str, ...] = ()
    """Documents of the report that it was about, as far as they are known."""

    def __str__(self) -> str:
        return f"{self.stage} of {self.subject}: {self.error}"


class PromptUsage(Frozen):
    """Calls answered through one prompt, wherever the answers came from."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class Usage(Frozen):
    """Model calls of a run, by where the answer came from, and the tokens of those made."""

    calls: int = 0
    """Answered by the model in this run."""
    cached: int = 0
    """Answered from the cache."""
    replayed: int = 0
    """Answered from a recording."""
    input_tokens: int = 0
    """Tokens sent in the calls made, those that brought no usable answer too."""
    output_tokens: int = 0
    """Tokens received in the calls made, of answers that did not fit, too."""
    estimated: bool = False
    """Whether some of the tokens are estimated, since the endpoint did not count them."""
    cost_usd: float | None = 0.0
    """Price of these tokens; None when the model's price is unknown."""
    prompts: dict[str, PromptUsage] = Field(default={})
    """By prompt, what the answers took when they were made: made now, cached or recorded."""


class DocumentInfo(Frozen):
    """A document as the report lists it."""

    id: str
    path: str | None
    title: str | None
    words: int
    padding_share: float = Field(ge=0, le=1)
    """Share of its characters (white space aside) that lie in padding flags; 0 where padding was
    not looked for."""
    copy_of: str | None = None
    date: str | None = None
    """When it was published or made, as ISO 8601 text."""
    author: str | None = None
    site: str | None = None
    language: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, document: Document, *, padding_share: float = 0.0) -> DocumentInfo:
        """What a report says of a document.

        >>> info = DocumentInfo.of(Document(id="a.txt", text="It rang."))
        >>> (info.id, info.words)
        ('a.txt', 2)
        """
        shared = {name: getattr(document, name) for name in _SHARED_FIELDS}
        return cls(**shared, words=len(document.text.split()), padding_share=padding_share)


_SHARED_FIELDS = tuple(name for name in DocumentInfo.model_fields if name in Document.model_fields)


class Report(Frozen):
    """Everything llmcheck found in a document set."""

    schema_version: Literal[1] = SCHEMA_VERSION
    model: str
    """The model that answered (or was recorded)."""
    prompts: dict[str, str] = Field(default={})
    """Digest of every prompt used, by name."""
    documents: tuple[DocumentInfo, ...] = ()
    claims: tuple[Claim, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    padding: tuple[PaddingFlag, ...] = ()
    summary: Summary = Summary()
    ungrounded: tuple[Ungrounded, ...] = ()
    failures: tuple[Failure, ...] = ()
    provenance: tuple[CallProvenance, ...] = ()
    """The calls that the findings came of, for ``llmcheck explain``; empty where none is known."""
    usage: Usage = Usage()

    def claim(self, claim_id: str) -> Claim:
        """The claim with this id. Raises KeyError when there is none.

        >>> claim = Claim(id="c-1", text="It rang.", doc_id="a", start=0, end=8, quote="It rang.")
        >>> Report(model="m", claims=(claim,)).claim("c-1").quote
        'It rang.'
        """
        return self._claims_by_id[claim_id]

    @cached_property
    def _claims_by_id(self) -> dict[str, Claim]:
        return {claim.id: claim for claim in self.claims}

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """The disputes that nobody silenced."""
        return tuple(dispute for dispute in self.disputes if dispute.silenced is None)

    def __repr__(self) -> str:
        """A few lines: how much was found, each dispute in one, what failed, what it took."""
        return outline_text(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same in a notebook."""
        return outline_html(self)

    def to_dataframe(self, rows: Rows = "claims") -> pandas.DataFrame:
        """The report as a pandas table, a row for each of ``rows``.

        ``claims``: claim_id, claim, speaker. ``disputes``, a row for each document that takes a
        position: dispute_id, question, kind, confidence, silenced, answer. ``agreements``, a row
        for each document that states it: agreement_id, statement. ``padding``: kind. All of
        these go on with doc_id, title, date, quote, start, end: the document and its words, with
        offsets in characters. ``documents``: what is known of each, words and padding_share.

        Raises ConfigError for other rows, and where pandas is missing.
        """
        return dataframe_of(self, rows)

    def raise_for_disputes(self) -> None:
        """Raise DisputesFound when the documents contradict each other.

        Silenced disputes do not count. Raises IncompleteRun when there are none but parts of
        the run failed: a set that was not wholly read is not a set without disputes.

        >>> failed = Failure(stage="judging", subject="When did it ring?", error="timed out")
        >>> Report(model="m", failures=(failed,)).raise_for_disputes()
        Traceback (most recent call last):
        ...
        llmcheck.models.report.IncompleteRun: 1 part(s) of the run failed; the first: judging of \
        When did it ring?: timed out
        """
        if self.open_disputes:
            raise DisputesFound(self)
        self.raise_for_failures()

    def raise_for_failures(self) -> None:
        """Raise IncompleteRun when any part of the run failed."""
        if self.failures:
            raise IncompleteRun(self.failures)


class IncompleteRun(LLMCheckError):
    """Some calls failed. ``failures`` says which; what was found stands in the report."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(f"{len(failures)} part(s) of the run failed; the first: {failures[0]}")
        self.failures = tuple(failures)


class DisputesFound(LLMCheckError):
    """The documents contradict each other.

    ``disputes`` has the questions, and for each answer the words that give it; ``report`` is
    where they come from. The message tells the first of them.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.disputes = quoted_disputes(report)
        super().__init__(disputes_message(self.disputes))
