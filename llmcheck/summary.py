"""The summary: prose from findings, every sentence cited and held against what it cites.

The model is given agreements, disputes and what single sources report, each with its number and
the names of its sources. A sentence stands only if its figures and names stand in the findings
it rests on, and only if what it takes from a dispute it names as disputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from llmcheck.language.detection import language_name
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import one_line, squeeze, words
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import (
    Agreement,
    Claim,
    Dispute,
    Document,
    Failure,
    Summary,
    SummarySentence,
)
from llmcheck.numbering import NumberedSet, tokens_of

PROMPT = "summary.v1"

Length = Literal["short", "normal", "long"]

LENGTHS: Mapping[Length, str] = {
    "short": "in two or three sentences",
    "normal": "in about six sentences",
    "long": "in about fifteen sentences",
}
"""How long a summary is to be, as the prompt puts it."""
MOST_ALONE = 3
"""Facts of each source alone that the model is given, beside what is agreed and disputed."""


class _Sentence(BaseModel):
    text: str
    findings: list[int]


class _Answer(BaseModel):
    sentences: list[_Sentence]


class _Finding(NamedTuple):
    text: str
    """As the prompt shows it, with its sources."""
    claims: tuple[Claim, ...]


class Summarized(NamedTuple):
    """The summary and what failed."""

    summary: Summary
    failures: list[Failure]


def summarize(
    claims: Sequence[Claim],
    disputes: Sequence[Dispute],
    agreements: Sequence[Agreement],
    numbered: NumberedSet,
    runner: Runner,
    *,
    length: Length = "normal",
    language: str | None = None,
) -> Summarized:
    """A summary whose every sentence cites the claims that bear it out.

    ``language`` is the one to write in (a code), without it that of most of the documents. A
    failed call is a failure, and what is agreed stands in its own words instead.
    """
    told = _within(_findings(claims, disputes, agreements, numbered), runner.table_tokens)
    if not told:
        return Summarized(Summary(), [])
    spoken = language or numbered.language
    variables = {
        "language": language_name(spoken),
        "length": LENGTHS[length],
        "findings": [finding.text for finding in told],
    }
    (outcome,) = runner.run("summary", load_prompt(PROMPT), [variables], _Answer)
    if isinstance(outcome, Reply):
        sentences = _borne_out(outcome.value, told, spoken)
        return Summarized(Summary(sentences=tuple(sentences)), [])
    agreed = [_verbatim(a.statement, a.claim_ids) for a in agreements]
    return Summarized(
        Summary(sentences=tuple(agreed)), [failure("summary", "the summary", outcome)]
    )


def _findings(
    claims: Sequence[Claim],
    disputes: Sequence[Dispute],
    agreements: Sequence[Agreement],
    numbered: NumberedSet,
) -> list[_Finding]:
    """All that may be told: agreed facts, disputed ones, then those of single sources."""
    by_id = {claim.id: claim for claim in claims}
    names = source_names([d.document for d in numbered.documents])

    def sources(doc_ids: Iterable[str]) -> str:
        return "; ".join(names[doc_id] for doc_id in doc_ids)

    told = [
        _Finding(
            f"AGREED ({sources(agreement.doc_ids)}): {agreement.statement}",
            tuple(by_id[i] for i in agreement.claim_ids),
        )
        for agreement in agreements
    ]
    for dispute in disputes:
        answers = " | ".join(
            f"{position.answer} ({sources(position.doc_ids)})" for position in dispute.positions
        )
        held = tuple(by_id[i] for position in dispute.positions for i in position.claim_ids)
        told.append(_Finding(f"DISPUTED: {dispute.question} {answers}", held))
    used = {claim.id for finding in told for claim in finding.claims}
    for document in numbered.documents:
        own = [c for c in claims if c.doc_id == document.document.id]
        alone = [claim for claim in own if claim.id not in used][:MOST_ALONE]
        told += [
            _Finding(f"REPORTED ({sources([claim.doc_id])}): {claim.text}", (claim,))
            for claim in alone
        ]
    return told


def _within(findings: Sequence[_Finding], size: int) -> list[_Finding]:
    """The first findings that fit, the best supported of each sort coming first."""
    kept: list[_Finding] = []
    for finding in findings:
        size -= tokens_of(finding.text)
        if kept and size < 0:
            break
        kept.append(finding)
    return kept


def source_names(documents: Sequence[Document]) -> dict[str, str]:
    """What to call each source in prose: its outlet, or else its title, with its date."""
    return {document.id: _source_name(document) for document in documents}


def _source_name(document: Document) -> str:
    name = one_line(document.site or document.author or document.title or document.id)
    return f"{name}, {document.date[:10]}" if document.date else name


def _borne_out(
    answer: _Answer, findings: Sequence[_Finding], language: str
) -> list[SummarySentence]:
    """The sentences whose figures and names stand in the findings they cite, each once."""
    kept: dict[str, SummarySentence] = {}
    for sentence in answer.sentences:
        text = one_line(sentence.text)
        cited = [findings[n - 1] for n in sentence.findings if 1 <= n <= len(findings)]
        source = " ".join([f.text for f in cited] + [c.quote for f in cited for c in f.claims])
        if not words(text) or not cited:
            continue
        if missing_numbers(text, source, language) or missing_names(text, source, language):
            continue
        ids = dict.fromkeys(claim.id for finding in cited for claim in finding.claims)
        kept.setdefault(squeeze(text), _verbatim(text, tuple(ids)))
    return list(kept.values())


def _verbatim(text: str, claim_ids: tuple[str, ...]) -> SummarySentence:
    return SummarySentence(text=text, claim_ids=claim_ids)
