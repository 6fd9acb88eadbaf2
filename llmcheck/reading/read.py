"""What a document claims and what pads it, as a model reads it and code checks it.

The model points at sentences by number; code turns numbers into spans and holds the figures and
names of a claim against the words it rests on. (Claims that can be understood alone: Claimify,
arXiv:2502.10855.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import line_of, one_line
from llmcheck.llm.halving import Halving, mostly_shown
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.tasks import Steps, carry_out
from llmcheck.llm.wire import Wire
from llmcheck.models import (
    CallRef,
    Claim,
    Document,
    DocumentSpan,
    Failure,
    PaddingFlag,
    PaddingKind,
    Ungrounded,
)
from llmcheck.numbering import NumberedDocument, NumberedSet, claim_of
from llmcheck.reading.windows import Window, can_be_halved, halves_of, windows_of

PROMPT = "reading.v1"


class _Run(Wire):
    first: int
    last: int
    kind: PaddingKind


class _Claim(Wire):
    sentences: list[int]
    claim: str
    source: str


class _Answer(Wire):
    padding: list[_Run]
    claims: list[_Claim]


class Reading(NamedTuple):
    """What was read, in the order of the documents and their sentences, and what failed."""

    claims: list[Claim]
    padding: list[PaddingFlag]
    ungrounded: list[Ungrounded]
    failures: list[Failure]
    calls: Sequence[tuple[CallRef, DocumentSpan]] = ()
    """The calls that were answered, and what was read in each."""


def read_documents(numbered: NumberedSet, runner: Runner) -> Reading:
    """Claims and padding of all documents, every span verbatim.

    As ``reading`` comes to.
    """
    return carry_out(reading(numbered, runner), runner)


def reading(numbered: NumberedSet, runner: Runner) -> Steps[Reading]:
    """The steps to the claims and the padding of all documents.

    Of a copy only those claims are taken that rest on a sentence of its own. A failed call is
    a failure that names the document and the line.
    """
    asking: Halving[Window, _Answer] = Halving(
        "reading",
        load_prompt(PROMPT),
        _Answer,
        variables=lambda window: {"head": window.document.head, "lines": window.lines},
        can_be_halved=can_be_halved,
        halves=halves_of,
        is_whole=_is_whole,
        # No finding waits for a reading.
        rank=1,
    )
    windows = [
        window
        for document in numbered.documents
        for window in windows_of(document, runner.table_tokens)
    ]
    claims: dict[str, Claim] = {}
    padding: list[PaddingFlag] = []
    ungrounded: list[Ungrounded] = []
    failures: list[Failure] = []
    calls: list[tuple[CallRef, DocumentSpan]] = []
    for window, outcome in (yield from asking.ask(windows, runner)):
        if isinstance(outcome, Reply):
            calls.append((CallRef(PROMPT, outcome.key), _span(window)))
            padding.extend(_flags(window, outcome.value))
            for claim in _claims(window, outcome.value, ungrounded):
                claims.setdefault(claim.id, claim)
        else:
            failures.append(
                failure("reading", _place(window), outcome, [window.document.document.id])
            )
    return Reading(list(claims.values()), padding, ungrounded, failures, calls)


def padding_share(document: Document, flags: Sequence[PaddingFlag]) -> float:
    """Share of the text's characters, white space aside, that lie in flags."""
    if not flags:
        return 0.0
    padded = {at for flag in flags for at in range(flag.start, flag.end)}
    ink = [at for at, character in enumerate(document.text) if not character.isspace()]
    return round(sum(at in padded for at in ink) / len(ink), 4) if ink else 0.0


def _is_whole(window: Window, answer: _Answer) -> bool:
    pointed = [number for claim in answer.claims for number in claim.sentences]
    pointed += [number for run in answer.padding for number in (run.first, run.last)]
    return mostly_shown(number in window.numbers for number in pointed)


def _flags(window: Window, answer: _Answer) -> Iterator[PaddingFlag]:
    """The runs as flags: a sentence has the first kind given to it; neighbours alike join."""
    kinds: dict[int, PaddingKind] = {}
    for run in answer.padding:
        for number in range(max(run.first, window.first), min(run.last, window.last) + 1):
            kinds.setdefault(number, run.kind)
    text = window.document.document.text
    spans = window.document.sentences
    number = window.first
    while number <= window.last:
        first, kind = number, kinds.get(number)
        while number <= window.last and kinds.get(number) == kind:
            number += 1
        if kind is not None:
            start, end = spans[first - 1].start, spans[number - 2].end
            yield PaddingFlag(
                doc_id=window.document.document.id,
                start=start,
                end=end,
                quote=text[start:end],
                kind=kind,
                rationale=_RATIONALES[kind],
            )


_RATIONALES: dict[PaddingKind, str] = {
    "site_chrome": "Part of the page, not of the article.",
    "related_links": "It points to other articles.",
    "promotion": "It promotes something to the reader.",
    "seo_filler": "It would fit any article on the subject.",
    "repeated": "It says again what the document has said.",
    "injection": "It gives orders to a program that reads the page.",
}


def _claims(window: Window, answer: _Answer, ungrounded: list[Ungrounded]) -> Iterator[Claim]:
    """The claims of an answer; in its sentences' own words where code cannot bear it out."""
    document = window.document
    for given in answer.claims:
        numbers = sorted({number for number in given.sentences if number in window.numbers})
        text = one_line(given.claim)
        if not numbers:
            ungrounded.append(_reject(document, text, "it rests on no sentence shown"))
            continue
        if document.repeats.issuperset(numbers):
            continue
        if text and (reason := _objection(text, document)):
            ungrounded.append(_reject(document, text, reason))
            text = ""
        yield claim_of(document, numbers, text or None, speaker=one_line(given.source))


def _objection(text: str, document: NumberedDocument) -> str | None:
    """Why the document does not bear out a claim's wording; None when it does."""
    missing = missing_numbers(text, document.whole, document.language)
    missing += missing_names(text, document.whole, document.language)
    return f"not in the document: {', '.join(missing)}" if missing else None


def _reject(document: NumberedDocument, text: str, reason: str) -> Ungrounded:
    return Ungrounded(doc_id=document.document.id, text=text, reason=reason)


def _span(window: Window) -> DocumentSpan:
    spans = window.document.sentences
    first, last = spans[window.first - 1], spans[window.last - 1]
    return DocumentSpan(window.document.document.id, first.start, last.end)


def _place(window: Window) -> str:
    document = window.document.document
    start = window.document.sentences[window.first - 1].start
    return f"{document.id}:{line_of(document.text, start)}"
