"""The summary: prose from findings, every sentence cited and held against what it cites.

The model is given agreements, disputes and what single sources report, each with its number and
the names of its sources. A sentence stands only if its figures and names stand in the findings
it rests on, and only if what it takes from a dispute it names as disputed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, product, zip_longest
from string import ascii_uppercase
from typing import Literal, NamedTuple

from llmcheck.language.detection import language_name
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import one_line, squeeze, words
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.wire import Wire
from llmcheck.models import (
    Agreement,
    Claim,
    Dispute,
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
MOST_ALONE = 2
"""Facts of each source alone that the model is given, beside what is agreed and disputed."""


class _Sentence(Wire):
    text: str
    findings: list[int]


class _Answer(Wire):
    sentences: list[_Sentence]


class _Finding(NamedTuple):
    text: str
    """As the prompt shows it, with the letters of its sources."""
    claims: tuple[Claim, ...]

    @property
    def tokens(self) -> int:
        """What showing it with its number takes."""
        return tokens_of(self.text) + 3


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
    sources = _Sources(numbered)
    sorts = _findings(claims, disputes, agreements, sources)
    told, named = _within(sorts, sources, runner.table_tokens)
    if not told:
        return Summarized(Summary(), [])
    spoken = language or numbered.language
    variables = {
        "language": language_name(spoken),
        "length": LENGTHS[length],
        "sources": sources.listed(named),
        "findings": [finding.text for finding in told],
    }
    (outcome,) = runner.run("summary", load_prompt(PROMPT), [variables], _Answer)
    if isinstance(outcome, Reply):
        sentences = _borne_out(outcome.value, told, sources, spoken)
        return Summarized(Summary(sentences=tuple(sentences)), [])
    agreed = [_sentence(a.statement, a.claim_ids) for a in agreements]
    return Summarized(
        Summary(sentences=tuple(agreed)), [failure("summary", "the summary", outcome)]
    )


class _Sources:
    """The documents by letter, in canonical order."""

    def __init__(self, numbered: NumberedSet) -> None:
        self._heads = {each.document.id: each.head for each in numbered.documents}
        self._letters = dict(zip(self._heads, _letters(), strict=False))
        self.tokens = {doc_id: tokens_of(self._line(doc_id)) for doc_id in self._heads}
        """What naming each takes."""

    def listed(self, doc_ids: Iterable[str]) -> list[str]:
        """The letters of these documents with the title, outlet and date they stand for."""
        return [self._line(doc_id) for doc_id in doc_ids]

    def cited(self, doc_ids: Iterable[str]) -> str:
        """The letters of these documents."""
        return ", ".join(self._letters[doc_id] for doc_id in doc_ids)

    def head(self, doc_id: str) -> str:
        """What the document is called."""
        return self._heads[doc_id]

    def _line(self, doc_id: str) -> str:
        return f"{self._letters[doc_id]}: {self._heads[doc_id]}"


def _letters() -> Iterator[str]:
    """A, B, ... Z, AA, AB, ..."""
    for length in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=length))


def _findings(
    claims: Sequence[Claim],
    disputes: Sequence[Dispute],
    agreements: Sequence[Agreement],
    sources: _Sources,
) -> list[list[_Finding]]:
    """All that may be told: agreed facts, disputed ones, then those of single sources."""
    by_id = {claim.id: claim for claim in claims}
    agreed = [
        _Finding(
            f"AGREED ({sources.cited(agreement.doc_ids)}): {agreement.statement}",
            tuple(by_id[i] for i in agreement.claim_ids),
        )
        for agreement in agreements
    ]
    disputed = []
    for dispute in disputes:
        answers = " | ".join(
            f"{position.answer} ({sources.cited(position.doc_ids)})"
            for position in dispute.positions
        )
        held = tuple(by_id[i] for position in dispute.positions for i in position.claim_ids)
        disputed.append(_Finding(f"DISPUTED: {dispute.question} {answers}", held))
    # By their words, not by their claims: one sentence may have been read as several.
    used: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in dict.fromkeys(
        claim for finding in (*agreed, *disputed) for claim in finding.claims
    ):
        used[claim.doc_id].append(claim)
    reported = []
    alone: Counter[str] = Counter()
    for claim in claims:
        if alone[claim.doc_id] == MOST_ALONE:
            continue
        if not any(claim.span.overlaps(other.span) for other in used[claim.doc_id]):
            alone[claim.doc_id] += 1
            source = sources.cited([claim.doc_id])
            reported.append(_Finding(f"REPORTED ({source}): {claim.text}", (claim,)))
    return [agreed, disputed, reported]


def _within(
    sorts: Sequence[Sequence[_Finding]], sources: _Sources, size: int
) -> tuple[list[_Finding], list[str]]:
    """What is told within ``size`` tokens, and the sources to be named for it.

    All of it where it fits. Else the first of each sort, which are the best supported, in turn.
    """
    findings = [finding for sort in sorts for finding in sort]
    everyone = list(sources.tokens)
    if sum(f.tokens for f in findings) + sum(sources.tokens.values()) <= size:
        return findings, everyone
    kept: set[str] = set()
    named: set[str] = set()
    for finding in filter(None, chain.from_iterable(zip_longest(*sorts))):
        new = {claim.doc_id for claim in finding.claims} - named
        size -= finding.tokens + sum(sources.tokens[doc_id] for doc_id in new)
        if kept and size < 0:
            break
        kept.add(finding.text)
        named |= new
    return (
        [finding for finding in findings if finding.text in kept],
        [doc_id for doc_id in everyone if doc_id in named],
    )


def _borne_out(
    answer: _Answer, findings: Sequence[_Finding], sources: _Sources, language: str
) -> list[SummarySentence]:
    """The sentences whose figures and names stand in the findings they cite, each once."""
    kept: dict[str, SummarySentence] = {}
    for sentence in answer.sentences:
        text = one_line(sentence.text)
        cited = [findings[n - 1] for n in sentence.findings if 1 <= n <= len(findings)]
        claims = [claim for finding in cited for claim in finding.claims]
        source = " ".join(
            [finding.text for finding in cited]
            + [f"{claim.quote} {sources.head(claim.doc_id)}" for claim in claims]
        )
        if not words(text) or not cited:
            continue
        if missing_numbers(text, source, language) or missing_names(text, source, language):
            continue
        ids = dict.fromkeys(claim.id for claim in claims)
        kept.setdefault(squeeze(text), _sentence(text, tuple(ids)))
    return list(kept.values())


def _sentence(text: str, claim_ids: tuple[str, ...]) -> SummarySentence:
    return SummarySentence(text=text, claim_ids=claim_ids)
