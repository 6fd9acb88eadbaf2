"""What llmcheck reads and reports: frozen pydantic models, with ids that hash their content.

Offsets count characters (Unicode code points) of ``Document.text``, and wherever a model
carries ``start``, ``end`` and ``quote``, ``text[start:end] == quote`` holds.

``documents`` has what is read off one document, ``findings`` what several say together and
``report`` what a run comes to; each is imported from here.
"""

from __future__ import annotations

from llmcheck.models.base import Frozen, content_id
from llmcheck.models.documents import (
    Claim,
    Document,
    DocumentSpan,
    PaddingFlag,
    PaddingKind,
    Passage,
    SentenceRef,
    Span,
    Ungrounded,
)
from llmcheck.models.findings import (
    Agreement,
    ContradictionKind,
    Dispute,
    Label,
    Lookalike,
    LookalikeKind,
    Position,
    Question,
    Stance,
    Statement,
    Summary,
    SummarySentence,
    Verdict,
)
from llmcheck.models.outline import Quote, QuotedAnswer, QuotedDispute
from llmcheck.models.provenance import CallProvenance, CallRef, provenance_of
from llmcheck.models.report import (
    SCHEMA_VERSION,
    DisputesFound,
    DocumentInfo,
    Failure,
    IncompleteRun,
    PromptUsage,
    Report,
    Stage,
    Usage,
)

__all__ = [
    "SCHEMA_VERSION",
    "Agreement",
    "CallProvenance",
    "CallRef",
    "Claim",
    "ContradictionKind",
    "Dispute",
    "DisputesFound",
    "Document",
    "DocumentInfo",
    "DocumentSpan",
    "Failure",
    "Frozen",
    "IncompleteRun",
    "Label",
    "Lookalike",
    "LookalikeKind",
    "PaddingFlag",
    "PaddingKind",
    "Passage",
    "Position",
    "PromptUsage",
    "Question",
    "Quote",
    "QuotedAnswer",
    "QuotedDispute",
    "Report",
    "SentenceRef",
    "Span",
    "Stage",
    "Stance",
    "Statement",
    "Summary",
    "SummarySentence",
    "Ungrounded",
    "Usage",
    "Verdict",
    "content_id",
    "provenance_of",
]
