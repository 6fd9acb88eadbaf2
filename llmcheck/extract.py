"""Claims from documents: sentence by sentence to the model, spans and checks from code.

One call shows one sentence, with its headline and the sentence before it for the names. So the
span of a claim is known without asking for it; the model copies no quote and counts nothing.
(Windows of numbered sentences were tried with a 1.5B model: it copied whole sentences, ran on
into repetition, or let its numbers drift; see docs/benchmarks.md.) Code then checks that the
claim's numbers and names are the document's. Decontextualised, atomic claims: Claimify,
arXiv:2502.10855.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, Field

from llmcheck.cues import speaker_of, time_of
from llmcheck.language.quantities import quantities
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import (
    blocks,
    content_stems,
    line_of,
    one_line,
    sentences,
    squeeze,
    words,
)
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Claim, Document, Failure, PaddingFlag, Ungrounded, content_id

PROMPT = "extract.v1"
MIN_WORDS = 4
"""A shorter sentence ("Written by") states nothing that can be understood alone."""
MIN_COVERAGE = 0.5
"""Share of a claim's content that must stand in its sentence; below, it is the model's own."""

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|them|his|hers?|its|their|this|that|these|those|the (?:company|firm|"
    r"group|agency|ministry|council|team|plan|deal|project|move|decision|event|incident))\b",
    re.IGNORECASE,
)
_DANGLES = re.compile(r"(?:He|She|It|They|This|That|These|Those|Its|Their|His|Her)\b")
_PROMPT_SPEAK = re.compile(r"\b(?:headline|sentence)s?\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“]([^\"“”]{8,})[\"”]")


class _Answer(BaseModel):
    facts: list[str] = Field(max_length=6)


class Extraction(NamedTuple):
    """What came out of the documents, in the order of the text."""

    claims: list[Claim]
    ungrounded: list[Ungrounded]
    failures: list[Failure]


@dataclass(frozen=True)
class _Target:
    """A sentence to read, with what the model may take names from."""

    document: Document
    start: int
    end: int
    headline: str
    before: str

    @property
    def sentence(self) -> str:
        return self.document.text[self.start : self.end]


def extract_claims(
    documents: Sequence[Document], runner: Runner, *, padding: Sequence[PaddingFlag] = ()
) -> Extraction:
    """Claims of all documents, every one grounded in a verbatim sentence.

    Of a copy only the sentences are read that its original lacks: one of them may have another
    figure. Nor is what ``padding`` flags, except sentences of filler that carry a number or a
    quotation: those can be checked, and a wrong flag must not hide a fact. A failed call is a
    failure that names the document and the line.
    """
    readable = {
        document.id: list(_targets(document, [f for f in padding if f.doc_id == document.id]))
        for document in documents
    }
    targets = [
        target
        for document in documents
        for target in _own(readable[document.id], readable.get(document.copy_of or "", ()))
    ]
    prompt = load_prompt(PROMPT)
    outcomes = runner.run(
        "extract",
        prompt,
        [
            {"headline": t.headline, "before": t.before, "sentence": one_line(t.sentence)}
            for t in targets
        ],
        _Answer,
    )
    claims: dict[str, Claim] = {}
    ungrounded: dict[tuple[str, str], Ungrounded] = {}
    failures: list[Failure] = []
    for target, outcome in zip(targets, outcomes, strict=True):
        if not isinstance(outcome, Reply):
            failures.append(failure("extract", _place(target), outcome))
            continue
        grounded, rejected = _ground(target, outcome.value.facts)
        claims.update((claim.id, claim) for claim in grounded)
        ungrounded.update(((item.doc_id, squeeze(item.text)), item) for item in rejected)
    return Extraction(list(claims.values()), list(ungrounded.values()), failures)


def _targets(document: Document, padding: Sequence[PaddingFlag]) -> Iterator[_Target]:
    text = document.text
    kinds = [block.kind for block in blocks(text)]
    headline = one_line(document.title or "")
    before = ""
    for sentence in sentences(text):
        body = text[sentence.start : sentence.end]
        flags = [f.kind for f in padding if f.start < sentence.end and sentence.start < f.end]
        if kinds[sentence.block] == "heading":
            # A heading names a topic; only a headline or a pulled quote states something.
            states = one_line(body) == headline or bool(_QUOTED.search(body))
        else:
            states = not body.rstrip("\"'”’)").endswith("?")
        readable = not flags or (set(flags) == {"seo_filler"} and _is_checkable(body))
        if states and readable and len(words(body)) >= MIN_WORDS:
            yield _Target(
                document,
                sentence.start,
                sentence.end,
                headline,
                before if _POINTS_BACK.search(body) else "",
            )
        if kinds[sentence.block] != "heading":
            before = one_line(body)


def _own(targets: Sequence[_Target], original: Sequence[_Target]) -> Iterator[_Target]:
    """Those that do not stand in the original as well, with what they point back to."""
    known = {(squeeze(t.before), squeeze(t.sentence)) for t in original}
    return (t for t in targets if (squeeze(t.before), squeeze(t.sentence)) not in known)


def _ground(target: _Target, facts: Sequence[str]) -> tuple[list[Claim], list[Ungrounded]]:
    """The facts that the sentence bears out, as claims, and the others with the reason.

    What is checkable in the sentence and was left out by the model becomes a claim in the
    sentence's own words.
    """
    claims: dict[str, Claim] = {}
    ungrounded = []
    context = f"{target.headline} {target.before}"
    for fact in map(one_line, facts):
        if _is_fragment(fact) or _belongs_to(fact, context, target.sentence):
            continue
        reason = _objection(fact, target.sentence, context)
        if reason is None:
            claims.setdefault(squeeze(fact), _claim(target, fact))
        else:
            ungrounded.append(Ungrounded(doc_id=target.document.id, text=fact, reason=reason))
    told = " ".join(claim.text for claim in claims.values())
    if _is_checkable(target.sentence) and _untold(target.sentence, told):
        sentence = re.sub(r"^\W+\s(?=\w)", "", one_line(target.sentence))
        claims.setdefault(squeeze(sentence), _claim(target, sentence))
    return list(claims.values()), ungrounded


def _objection(fact: str, sentence: str, context: str) -> str | None:
    """Why the sentence does not bear out the fact; None when it does."""
    if missing := missing_numbers(fact, sentence):
        return f"not in the sentence: {', '.join(missing)}"
    if missing := missing_names(fact, f"{sentence} {context}"):
        return f"not in the document's words: {', '.join(missing)}"
    if _PROMPT_SPEAK.search(fact) and not _PROMPT_SPEAK.search(sentence):
        return "it speaks of the prompt"
    stems = content_stems(fact)
    numbers = len(quantities(fact))
    if not stems and not numbers:
        return "it says nothing"
    borrowed = {s for s in content_stems(" ".join(_names(fact))) if s in content_stems(context)}
    known = content_stems(sentence) | borrowed
    coverage = (len(stems & known) + numbers) / (len(stems) + numbers)
    if coverage < MIN_COVERAGE or not stems & content_stems(sentence):
        return f"only {coverage:.0%} of its words are the sentence's"
    return None


def _is_fragment(fact: str) -> bool:
    """Whether it is a piece of a sentence, which cannot be understood alone."""
    first = fact.split(" ", 1)[0]
    # A name may begin small ("eBay"), but has a capital or a digit in it then.
    lower = fact[:1].islower() and first.islower() and first.isalpha()
    return len(words(fact)) < MIN_WORDS or lower or bool(_DANGLES.match(fact))


def _belongs_to(fact: str, context: str, sentence: str) -> bool:
    """Whether the fact is the headline's or the sentence before's: those have their own calls."""
    stems = content_stems(fact)
    inside = len(stems & content_stems(sentence))
    return inside < len(stems) == len(stems & content_stems(context)) and not missing_numbers(
        fact, context
    )


def _names(fact: str) -> list[str]:
    return [word for word in words(fact) if word[:1].isupper()]


def _is_checkable(sentence: str) -> bool:
    return bool(quantities(sentence) or _QUOTED.search(sentence))


def _untold(sentence: str, told: str) -> bool:
    """Whether a number or a quotation of the sentence stands in none of its claims."""
    quotes = _QUOTED.findall(sentence)
    said = squeeze(told)
    return bool(missing_numbers(sentence, told)) or any(
        squeeze(quote).strip(" ,.") not in said for quote in quotes
    )


def _claim(target: _Target, text: str) -> Claim:
    document = target.document
    sentence = one_line(target.sentence)
    return Claim(
        id=content_id("c", document.digest, target.start, target.end, text),
        text=text,
        doc_id=document.id,
        start=target.start,
        end=target.end,
        quote=target.sentence,
        speaker=speaker_of(text, sentence, target.before),
        time=time_of(text, sentence),
        published=document.date,
    )


def _place(target: _Target) -> str:
    return f"{target.document.id}:{line_of(target.document.text, target.start)}"
