"""The summary: cited sentences about what is undisputed, then one about each dispute.

The model writes only from claims that no source disputes, and a sentence stands only if code
finds its numbers and names in the claims it cites. What is disputed is put by code, as
disputed: no wording of a model can turn it into a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import one_line, squeeze, words
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Agreement, Claim, Dispute, Failure, Summary, SummarySentence

PROMPT = "summarize.v1"
MAX_FACTS = 10
"""Facts the model gets: more than a lead can hold, few enough to keep their numbers apart."""
MAX_SENTENCES = 5


class _Sentence(BaseModel):
    text: str
    facts: list[int]


class _Answer(BaseModel):
    sentences: list[_Sentence]


class _Fact(NamedTuple):
    text: str
    claims: tuple[Claim, ...]


class Summarized(NamedTuple):
    """The summary and what failed."""

    summary: Summary
    failures: list[Failure]


def summarize_findings(
    claims: Sequence[Claim],
    disputes: Sequence[Dispute],
    agreements: Sequence[Agreement],
    runner: Runner,
) -> Summarized:
    """A summary whose every sentence cites the claims that bear it out.

    When the model fails, or none of its sentences holds, the best supported facts stand in
    their own words; a failed call is a failure besides.
    """
    facts = _facts(claims, disputes, agreements)
    sentences: list[SummarySentence] = []
    failures = []
    if facts:
        prompt = load_prompt(PROMPT)
        (outcome,) = runner.run(
            "summarize", prompt, [{"facts": [fact.text for fact in facts]}], _Answer
        )
        if isinstance(outcome, Reply):
            sentences = _borne_out(outcome.value, facts)
        else:
            failures.append(failure("summarize", "the summary", outcome))
        if not sentences:
            sentences = [_verbatim(fact) for fact in facts[:MAX_SENTENCES]]
    sentences += [_disputed(dispute) for dispute in disputes]
    return Summarized(Summary(sentences=tuple(sentences)), failures)


def _facts(
    claims: Sequence[Claim], disputes: Sequence[Dispute], agreements: Sequence[Agreement]
) -> list[_Fact]:
    """What may be told as fact: agreements first, then what each document leads with."""
    by_id = {claim.id: claim for claim in claims}
    disputed = {i for d in disputes for p in d.positions for i in p.claim_ids}
    # Who agrees with a disputed claim, through others too, says what is disputed.
    disputed |= {i for a in agreements if disputed & set(a.claim_ids) for i in a.claim_ids}
    facts = [
        _Fact(agreement.statement, tuple(by_id[i] for i in agreement.claim_ids))
        for agreement in agreements
        if not disputed & set(agreement.claim_ids)
    ]
    used = {claim.id for fact in facts for claim in fact.claims} | disputed
    told = {squeeze(fact.text) for fact in facts}
    by_document: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.id not in used:
            by_document.setdefault(claim.doc_id, []).append(claim)
    # By content: the call must not depend on how the files are named.
    documents = sorted(by_document.values(), key=lambda rest: min(claim.id for claim in rest))
    rank = 0
    while len(facts) < MAX_FACTS and any(len(rest) > rank for rest in documents):
        for rest in documents:
            if len(rest) > rank and squeeze(rest[rank].text) not in told:
                told.add(squeeze(rest[rank].text))
                facts.append(_Fact(rest[rank].text, (rest[rank],)))
        rank += 1
    return facts[:MAX_FACTS]


def _borne_out(answer: _Answer, facts: Sequence[_Fact]) -> list[SummarySentence]:
    """The sentences whose numbers and names stand in the facts they cite."""
    kept: dict[str, SummarySentence] = {}
    for sentence in answer.sentences[:MAX_SENTENCES]:
        text = one_line(sentence.text)
        cited = [facts[i - 1] for i in sentence.facts if 1 <= i <= len(facts)]
        source = " ".join([f.text for f in cited] + [c.quote for f in cited for c in f.claims])
        if not words(text) or not cited:
            continue
        if missing_numbers(text, source) or missing_names(text, source):
            continue
        ids = dict.fromkeys(claim.id for fact in cited for claim in fact.claims)
        kept.setdefault(squeeze(text), SummarySentence(text=text, claim_ids=tuple(ids)))
    return list(kept.values())


def _verbatim(fact: _Fact) -> SummarySentence:
    return SummarySentence(text=fact.text, claim_ids=tuple(claim.id for claim in fact.claims))


def _disputed(dispute: Dispute) -> SummarySentence:
    answers = [position.answer.rstrip(" .") for position in dispute.positions]
    listed = ", ".join(answers[:-1]) + f" or {answers[-1]}"
    return SummarySentence(
        text=one_line(f"The sources disagree: {dispute.question} {listed}."),
        claim_ids=tuple(i for position in dispute.positions for i in position.claim_ids),
    )
