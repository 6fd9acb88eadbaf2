"""Baseline: the whole set in one prompt, "list the contradictions".

What a user would do without llmcheck. One call; the model quotes, and the quotes are looked up
in the documents. A side whose quote cannot be found is dropped, and with fewer than two sides
left so is the contradiction: nobody could check it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from findings import MethodResult, claim_at, dispute_of, locate, report_of
from pydantic import BaseModel, Field

from llmcheck.documents.corpus import Corpus
from llmcheck.language.text import one_line
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import parse_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Claim, Dispute, Document, Ungrounded

PROMPT = Path(__file__).parent / "prompts" / "whole-set.v2.md"


class _Side(BaseModel):
    article: int
    quote: str


class _Contradiction(BaseModel):
    question: str
    sides: list[_Side]


class _Answer(BaseModel):
    # A small model that runs on into repetition would otherwise lose the whole answer.
    contradictions: list[_Contradiction] = Field(max_length=20)


def find(corpus: Corpus, runner: Runner) -> MethodResult:
    """One call for all documents; a failed call is the report's failure."""
    prompt = parse_prompt(PROMPT.stem, PROMPT.read_text(encoding="utf-8"))
    documents = corpus.documents
    articles = [document.text for document in documents]
    (outcome,) = runner.run("survey", prompt, [{"articles": articles}], _Answer)
    if not isinstance(outcome, Reply):
        failed = failure("survey", "the whole set", outcome)
        return MethodResult(report_of(corpus, runner.model, (), (), failures=[failed]))
    claims: list[Claim] = []
    disputes: dict[str, Dispute] = {}
    ungrounded: list[Ungrounded] = []
    for contradiction in outcome.value.contradictions:
        sides = []
        for side in contradiction.sides:
            claim = _claim(documents, side)
            if claim is None:
                ungrounded.append(_ungrounded(documents, side))
            else:
                claims.append(claim)
                sides.append([claim])
        if len(sides) > 1:
            dispute = dispute_of(one_line(contradiction.question), sides)
            # What is listed twice is one finding.
            disputes.setdefault(dispute.id, dispute)
    return MethodResult(
        report_of(corpus, runner.model, claims, disputes.values(), ungrounded=ungrounded)
    )


def _claim(documents: Sequence[Document], side: _Side) -> Claim | None:
    """The claim in the article named, or else in another: small models miscount."""
    for document in sorted(documents, key=lambda d: d is not _named(documents, side)):
        if span := locate(document, side.quote):
            return claim_at(document, span, one_line(side.quote))
    return None


def _named(documents: Sequence[Document], side: _Side) -> Document | None:
    return documents[side.article - 1] if 0 < side.article <= len(documents) else None


def _ungrounded(documents: Sequence[Document], side: _Side) -> Ungrounded:
    named = _named(documents, side)
    return Ungrounded(
        doc_id=named.id if named else f"article {side.article}",
        text=one_line(side.quote),
        reason="no document has these words",
    )
