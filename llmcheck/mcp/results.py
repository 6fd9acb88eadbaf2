"""What the tools of the MCP server answer: a report cut down to what a model can use.

The descriptions in the schema that clients see are the docstrings here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from llmcheck.models import Agreement, Claim, Dispute, DocumentInfo, PaddingFlag, Position, Report
from llmcheck.render.phrases import QUOTE_LENGTH, shorten
from llmcheck.render.view import doc_ids_of, usage_line

MOST_CHARACTERS = 50_000
"""Of the JSON of what a tool finds; what does not fit is left out, and ``cut`` says so."""
MOST_ASIDE = 10_000
"""Of the JSON of the documents, and of agreements beside disputes."""
MOST_PASSAGES = 5
"""For one position of a dispute."""
_MOST_FAILURES = 5
_TITLE_LENGTH = 200


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


R = TypeVar("R", bound=_Result)


class PassageResult(_Result):
    """Words of a document."""

    document: str
    start: int
    """Offset of the first character in the document's text."""
    end: int
    """Offset after the last character."""
    quote: str
    """The exact words."""
    quote_cut: bool
    """Whether the quote is only the beginning of the passage."""


class DocumentResult(_Result):
    """A document that was read."""

    id: str
    title: str | None
    words: int
    padding_share: float
    """Share of its characters that is padding, 0 to 1; 0 where padding was not looked for."""
    copy_of: str | None
    """The document that holds all or nearly all of its text: no second source."""


class PositionResult(_Result):
    """One answer to a disputed question."""

    answer: str
    documents: tuple[str, ...]
    """Those that give it."""
    passages: tuple[PassageResult, ...]
    """Where they give it; the first few where there are many."""


class DisputeResult(_Result):
    """A question to which the documents give answers that cannot all be true."""

    id: str
    question: str
    kind: str
    confidence: float
    """Share of the judgements that found a contradiction, 0 to 1."""
    rationale: str
    silenced: str | None
    """Why the user set it aside: known, and no finding; null for one that counts."""
    positions: tuple[PositionResult, ...]


class AgreementResult(_Result):
    """A fact that at least two documents state."""

    statement: str
    documents: tuple[str, ...]


class ClaimResult(_Result):
    """A fact that a document states."""

    claim: str
    speaker: str | None
    """Who says so, when the document quotes or reports someone."""
    passage: PassageResult


class PaddingFlagResult(_Result):
    """A stretch of a document that says nothing about its topic."""

    kind: str
    rationale: str
    passage: PassageResult


class _Outcome(_Result):
    complete: bool
    """False when parts of the run failed: then nothing found does not mean nothing there."""
    failures: tuple[str, ...]
    """What failed, the first few."""
    cut: str | None
    """What was left out to keep the answer short; null when nothing was."""
    documents: tuple[DocumentResult, ...]
    usage: str
    """Calls to the language model, and what they cost."""


class CheckResult(_Outcome):
    """Where documents contradict each other, and what they agree on."""

    disputes: tuple[DisputeResult, ...]
    """The best supported first."""
    agreements: tuple[AgreementResult, ...]


class ClaimsResult(_Outcome):
    """What each document claims."""

    claims: tuple[ClaimResult, ...]


class PaddingResult(_Outcome):
    """What in the documents is padding."""

    padding: tuple[PaddingFlagResult, ...]


def check_result(report: Report) -> CheckResult:
    """The answer to ``check``."""
    cuts = _Cuts()
    disputes = cuts.fit("disputes", [_dispute(report, d) for d in report.disputes])
    agreements = cuts.fit(
        "agreements", [_agreement(report, a) for a in report.agreements], MOST_ASIDE
    )
    return CheckResult(disputes=disputes, agreements=agreements, **dict(_outcome(report, cuts)))


def claims_result(report: Report) -> ClaimsResult:
    """The answer to ``claims``."""
    cuts = _Cuts()
    claims = cuts.fit("claims", [_claim(claim) for claim in report.claims])
    return ClaimsResult(claims=claims, **dict(_outcome(report, cuts)))


def padding_result(report: Report) -> PaddingResult:
    """The answer to ``padding``."""
    cuts = _Cuts()
    padding = cuts.fit("stretches of padding", [_padding(flag) for flag in report.padding])
    return PaddingResult(padding=padding, **dict(_outcome(report, cuts)))


class _Cuts:
    """What of an answer did not fit."""

    def __init__(self) -> None:
        self._cuts: list[str] = []

    def fit(self, noun: str, items: Sequence[R], most: int = MOST_CHARACTERS) -> tuple[R, ...]:
        """The first of ``items``, as many as ``most`` characters of JSON hold."""
        sizes = accumulate(len(item.model_dump_json()) for item in items)
        kept = sum(size <= most for size in sizes)
        if kept < len(items):
            self._cuts.append(f"{len(items) - kept:,} of {len(items):,} {noun}")
        return tuple(items[:kept])

    def note(self) -> str | None:
        """What was left out, and what to do about it."""
        if not self._cuts:
            return None
        return (
            f"left out to keep the answer short: {', '.join(self._cuts)}; "
            "ask about fewer documents at a time"
        )


def _outcome(report: Report, cuts: _Cuts) -> _Outcome:
    documents = cuts.fit("documents", [_document(d) for d in report.documents], MOST_ASIDE)
    failures = tuple(shorten(str(failure), QUOTE_LENGTH) for failure in report.failures)
    more = len(failures) - _MOST_FAILURES
    return _Outcome(
        complete=not failures,
        failures=(*failures[:_MOST_FAILURES], *([f"{more:,} more"] if more > 0 else ())),
        cut=cuts.note(),
        documents=documents,
        usage=usage_line(report.usage),
    )


def _document(info: DocumentInfo) -> DocumentResult:
    return DocumentResult(
        id=info.id,
        title=None if info.title is None else shorten(info.title, _TITLE_LENGTH),
        words=info.words,
        padding_share=info.padding_share,
        copy_of=info.copy_of,
    )


def _agreement(report: Report, agreement: Agreement) -> AgreementResult:
    return AgreementResult(
        statement=agreement.statement,
        documents=tuple(doc_ids_of(report, agreement.claim_ids)),
    )


def _claim(claim: Claim) -> ClaimResult:
    return ClaimResult(claim=claim.text, speaker=claim.speaker, passage=_passage(claim))


def _padding(flag: PaddingFlag) -> PaddingFlagResult:
    return PaddingFlagResult(kind=flag.kind, rationale=flag.rationale, passage=_passage(flag))


def _dispute(report: Report, dispute: Dispute) -> DisputeResult:
    return DisputeResult(
        id=dispute.id,
        question=dispute.question,
        kind=dispute.kind,
        confidence=dispute.confidence,
        rationale=dispute.rationale,
        silenced=dispute.silenced,
        positions=tuple(_position(report, position) for position in dispute.positions),
    )


def _position(report: Report, position: Position) -> PositionResult:
    return PositionResult(
        answer=position.answer,
        documents=position.doc_ids,
        passages=tuple(_passages(map(report.claim, position.claim_ids[:MOST_PASSAGES]))),
    )


def _passages(claims: Iterable[Claim]) -> list[PassageResult]:
    """The passages of the claims, each once: a sentence may hold several claims."""
    return list(dict.fromkeys(map(_passage, claims)))


def _passage(found: Claim | PaddingFlag) -> PassageResult:
    return PassageResult(
        document=found.doc_id,
        start=found.start,
        end=found.end,
        quote=found.quote[:QUOTE_LENGTH],
        quote_cut=len(found.quote) > QUOTE_LENGTH,
    )
