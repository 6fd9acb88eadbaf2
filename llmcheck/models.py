"""What llmcheck reads and reports: frozen pydantic models, with ids that hash their content.

Offsets count characters (Unicode code points) of ``Document.text``, and wherever a model
carries ``start``, ``end`` and ``quote``, ``text[start:end] == quote`` holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from llmcheck.errors import LLMCheckError

SCHEMA_VERSION: Literal[1] = 1

ContradictionKind = Literal[
    "numeric",
    "temporal",
    "entity",
    "location",
    "category",
    "negation",
    "causal",
    "attribution",
    "definition",
    "implicit",
]
"""How two claims contradict each other."""

LookalikeKind = Literal[
    "rounding",
    "unit_basis",
    "superseded",
    "scope",
    "different_referent",
    "opinion",
    "forecast_vs_outcome",
    "reported_speech",
    "complementary",
    "reconciled",
]
"""Why two claims that look contradictory are not."""

Label = Literal["contradiction", "agreement", "lookalike", "unrelated"]
"""What two answers are to each other."""

PaddingKind = Literal[
    "site_chrome", "related_links", "promotion", "seo_filler", "repeated", "injection"
]
"""What a stretch of text is when it says nothing about the topic."""

Stage = Literal["documents", "reading", "survey", "judging", "summary"]
"""The parts of a run that can fail."""


def content_id(prefix: str, *parts: object) -> str:
    """A short id that depends on the content alone: ``prefix`` and 12 hex digits of sha256."""
    blob = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return f"{prefix}-{hashlib.sha256(blob).hexdigest()[:12]}"


class Frozen(BaseModel):
    """Base of the models: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """A half-open range of characters in a document's text."""

    start: int = Field(ge=0)
    """Offset of the first character."""
    end: int = Field(ge=0)
    """Offset after the last character."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether at least one character of ``[start, end)`` lies in this span."""
        return self.start < end and start < self.end


class Document(Frozen):
    """One source: its decoded text and what is known about it."""

    id: str
    """Names the document in the report; for a file, its path as given."""
    text: str
    """The decoded text, line ends as ``\\n``; every offset counts its characters."""
    path: str | None = None
    """The file it was read from, which may hold others; None for text handed over in memory."""
    title: str | None = None
    """Its headline, when the format or the first lines give one."""
    date: str | None = None
    """When it was published or made, as ISO 8601 text; only where the format states it."""
    author: str | None = None
    """Who wrote it, where the format says so."""
    site: str | None = None
    """The site, paper or feed that it appeared in, where the format says so."""
    language: str | None = None
    """Its language as the format gives it: a tag such as ``en-GB``."""
    url: str | None = None
    """Its address on the web, as the format gives it; of a fetched page, after redirects."""
    chrome: tuple[Span, ...] = ()
    """Parts outside the main text: a page's navigation and footers, running heads, quoted mail."""
    struck: tuple[str, ...] = ()
    """What its author struck out, in order: words that are withdrawn, and so no part of the text.
    No spans, since a span is of the text."""
    copy_of: str | None = None
    """Id of the document that holds all of this one's text, or nearly; a copy is not a second
    source."""

    @cached_property
    def digest(self) -> str:
        """sha256 of the text, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


class Passage(Frozen):
    """Words of a document: ``text[start:end] == quote``."""

    start: int
    end: int
    quote: str


class Claim(Frozen):
    """One fact that a document states, and the words that state it."""

    id: str
    """Hash of the document's text, the sentences and the claim: the same wherever it lies."""
    text: str
    """The fact, understandable without the document; or the sentence that a finding rests on."""
    doc_id: str
    """The document that states it."""
    start: int
    """Offset of the quote in the document's text."""
    end: int
    """Offset after the quote."""
    quote: str
    """The document's exact words: ``text[start:end]``."""
    further: tuple[Passage, ...] = ()
    """Other passages of the document without which the quote does not state it."""
    speaker: str | None = None
    """Who asserts it, when the document quotes or reports someone; None for the document."""
    published: str | None = None
    """When its document was published, as ISO 8601 text, where the document states it."""


class SentenceRef(NamedTuple):
    """A sentence of a document."""

    doc_id: str
    number: int
    """Counted from 1."""


class Stance(Frozen):
    """An answer to a question, and the sentences that give it."""

    answer: str
    sentences: tuple[SentenceRef, ...] = Field(min_length=1)


class Question(Frozen):
    """A question that passages answer in different ways, as the survey found it."""

    question: str
    relation: Literal["dispute", "lookalike"]
    """Whether the answers exclude each other, or only look as if they did."""
    stances: tuple[Stance, ...] = Field(min_length=1)
    kind: LookalikeKind | None = None
    """Of a look-alike, why all answers can be true."""
    rationale: str = ""
    """The same in words."""

    @property
    def sentences(self) -> tuple[SentenceRef, ...]:
        """The sentences of all stances."""
        return tuple(ref for stance in self.stances for ref in stance.sentences)


class Statement(Frozen):
    """What sentences of several documents state alike, as the survey found it."""

    statement: str
    sentences: tuple[SentenceRef, ...] = Field(min_length=1)


class Verdict(Frozen):
    """What the judge makes of two stances on a question."""

    question: int
    """Place of the question in those that were judged."""
    a: int
    """Place of the one stance in the question."""
    b: int
    """Place of the other."""
    label: Label
    kind: ContradictionKind | LookalikeKind | None = None
    """The kind of contradiction or look-alike; None for the other labels."""
    rationale: str
    """Why the label holds, in a sentence."""
    confidence: float = Field(ge=0, le=1)
    """How far the witnesses agree on the label: the survey and every look of the judge, each
    with the probability it gave where the endpoint tells, else with 1 or 0."""
    looks: int = 1
    """How often the judge looked at the pair."""


class Position(Frozen):
    """One answer to a disputed question, and who gives it."""

    answer: str
    claim_ids: tuple[str, ...]
    doc_ids: tuple[str, ...]
    """Those that take it, of a document and its copies one."""


class Dispute(Frozen):
    """A question to which the documents give answers that cannot all be true."""

    id: str
    """Hash of the sentences of its positions: the same wherever these sentences stand, another
    once one of them is worded otherwise or another takes a position."""
    question: str
    kind: ContradictionKind
    confidence: float = Field(ge=0, le=1)
    """How far survey and judge agree on it: 1 where every look found a contradiction."""
    rationale: str
    positions: tuple[Position, ...] = Field(min_length=2)
    silenced: str | None = None
    """Why the settings silence it, in their words; None for a dispute that counts."""


class Agreement(Frozen):
    """A fact that at least two documents state."""

    id: str
    """Hash of the statement and the claims involved."""
    statement: str
    """The fact, in words that each of its claims bears out."""
    claim_ids: tuple[str, ...]
    doc_ids: tuple[str, ...] = Field(min_length=2)
    """Those that state it, of a document and its copies one."""


class Lookalike(Frozen):
    """Answers that look contradictory and are not, and why."""

    kind: LookalikeKind
    claim_ids: tuple[str, ...]
    rationale: str
    question: str = ""
    """The question that they answer."""
    positions: tuple[Position, ...] = ()
    """The answers, and who gives them."""


class PaddingFlag(Frozen):
    """A stretch of a document that says nothing about the topic."""

    doc_id: str
    start: int
    end: int
    quote: str
    kind: PaddingKind
    rationale: str


class SummarySentence(Frozen):
    """A sentence of the summary and the claims that bear it out."""

    text: str
    claim_ids: tuple[str, ...] = Field(min_length=1)


class Summary(Frozen):
    """What the documents say together."""

    sentences: tuple[SummarySentence, ...] = ()


class Ungrounded(Frozen):
    """What the model claimed of a document that it does not bear out; kept out of the findings."""

    doc_id: str
    """The document; empty where the model pointed at none that was shown."""
    text: str
    """The claim as the model wrote it."""
    reason: str
    """What the code missed in the document."""


class Failure(Frozen):
    """A part of the run that could not be done."""

    stage: Stage
    subject: str
    """What it was about: a document, a pair, a block."""
    error: str
    """What went wrong, and where possible what to do about it."""
    cause: Literal["error", "budget"] = "error"
    """"budget" when a limit on calls or cost stopped it."""


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
    prompts: dict[str, PromptUsage] = {}
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


class Report(Frozen):
    """Everything llmcheck found in a document set."""

    schema_version: Literal[1] = SCHEMA_VERSION
    model: str
    """The model that answered (or was recorded)."""
    prompts: dict[str, str] = {}
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
    usage: Usage = Usage()

    def claim(self, claim_id: str) -> Claim:
        """The claim with this id. Raises KeyError when there is none."""
        return self._claims_by_id[claim_id]

    @cached_property
    def _claims_by_id(self) -> dict[str, Claim]:
        return {claim.id: claim for claim in self.claims}

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """The disputes that nobody silenced."""
        return tuple(dispute for dispute in self.disputes if dispute.silenced is None)

    def raise_for_disputes(self) -> None:
        """Raise DisputesFound when the documents contradict each other.

        Silenced disputes do not count. Raises IncompleteRun when there are none but parts of
        the run failed: a set that was not wholly read is not a set without disputes.
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
        first = failures[0]
        super().__init__(
            f"{len(failures)} part(s) of the run failed; "
            f"the first: {first.stage} of {first.subject}: {first.error}"
        )
        self.failures = tuple(failures)


class DisputesFound(LLMCheckError):
    """The documents contradict each other. ``report`` holds the disputes."""

    def __init__(self, report: Report) -> None:
        questions = "; ".join(dispute.question for dispute in report.open_disputes)
        super().__init__(f"{len(report.open_disputes)} dispute(s): {questions}")
        self.report = report
