"""What documents say together: questions, verdicts, disputes, agreements, a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from llmcheck.models.base import Frozen
from llmcheck.models.documents import SentenceRef
from llmcheck.models.provenance import CallRef

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


class Stance(Frozen):
    """An answer to a question, and the sentences that give it."""

    answer: str
    sentences: tuple[SentenceRef, ...] = Field(min_length=1)

    @classmethod
    def joined(cls, stances: Sequence[Stance]) -> Stance:
        """Several (at least one) as one: the first's answer, the sentences of all, each once."""
        refs = dict.fromkeys(ref for stance in stances for ref in stance.sentences)
        return cls(answer=stances[0].answer, sentences=tuple(refs))


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
    shown_doc_ids: tuple[str, ...] = ()
    """Documents of which sentences were shown beside those of the stances, in the set's order."""
    calls: tuple[CallRef, ...] = ()
    """The calls whose answers named it."""

    @property
    def sentences(self) -> tuple[SentenceRef, ...]:
        """The sentences of all stances."""
        return tuple(ref for stance in self.stances for ref in stance.sentences)


class Statement(Frozen):
    """What sentences of several documents state alike, as the survey found it."""

    statement: str
    sentences: tuple[SentenceRef, ...] = Field(min_length=1)
    calls: tuple[CallRef, ...] = ()
    """The calls whose answers named it."""
    question: int | None = None
    """Place, in those that were found, of the question that it answers, where there is one."""


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
    calls: tuple[CallRef, ...] = ()
    """The calls of these looks."""


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
    """Why the settings silence it, in their words, or do not select it; None for one that
    counts."""
    shown_doc_ids: tuple[str, ...] = ()
    """Documents of which sentences were shown beside those of its positions: in those without a
    position, none was found. Empty where that was not noted."""
    compatible_doc_ids: tuple[str, ...] = ()
    """Those with an answer that contradicts none of the positions."""


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


class SummarySentence(Frozen):
    """A sentence of the summary and the claims that bear it out."""

    text: str
    claim_ids: tuple[str, ...] = Field(min_length=1)


class Summary(Frozen):
    """What the documents say together."""

    sentences: tuple[SummarySentence, ...] = ()
