"""Reading alone, on labelled sentences.

The documents are read whole, and of what they claim that is scored which rests on a labelled
sentence. A sentence that its document does not hold is read alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from pydantic import Field

from llmcheck.evaluation.counts import Ratio, f1
from llmcheck.evaluation.quotes import Place, ink, place_of
from llmcheck.evaluation.rows import Row, read_rows
from llmcheck.language.pack import pack
from llmcheck.language.text import squeeze, words
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.runner import Runner
from llmcheck.models import Claim, Document, Failure, Frozen, PromptUsage
from llmcheck.numbering import NumberedSet
from llmcheck.reading.read import read_documents

COVERED = 0.8
"""Share of a labelled claim's words that one extracted claim must have to cover it."""


class SentenceRow(Row):
    """A sentence of a document and the claims that people found in it."""

    document: str
    sentence: str = Field(pattern=r"\S")
    claims: tuple[str, ...] = ()
    check_worthy: str | bool | None = None
    """Whether the sentence states something that can be checked ("yes", true), where labelled."""
    id: str | None = None
    source: str | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the sentence is labelled as not worth checking."""
        return self.check_worthy not in (None, True, "yes")


class ClaimsFigures(Frozen):
    """How the extracted claims compare with the labelled ones."""

    sentences: int
    """Sentences with labelled claims: the figures down to ``claims_per_sentence`` are theirs."""
    covered: Ratio
    """Labelled claims of which one extracted claim has most of the words (``COVERED``)."""
    recall: float | None
    """Mean over labelled claims of the best token F1 with an extracted claim."""
    precision: float | None
    """Mean over extracted claims of the best token F1 with a labelled claim."""
    f1: float | None
    claims_per_sentence: Ratio
    ungrounded: Ratio
    """Claims rejected because the sentence does not bear them out, of those and the kept."""
    idle_silent: Ratio
    """Sentences labelled as not worth checking that gave no claim."""


class ClaimsScore(Frozen):
    """The score of a file of labelled sentences."""

    rows: int
    read: int
    """Rows whose sentence was read without a failure: the figures are theirs."""
    figures: ClaimsFigures
    by_source: dict[str, ClaimsFigures]
    prompts: dict[str, PromptUsage]
    failures: tuple[Failure, ...]


class _Reading(NamedTuple):
    row: SentenceRow
    place: Place
    """Where the labelled sentence stands."""
    language: str
    """That of its document: a code."""
    claims: tuple[Claim, ...]


def read_sentences(path: str | Path, limit: int | None = None) -> list[SentenceRow]:
    """The labelled sentences of a JSON-lines file. Raises ConfigError as ``read_rows`` does."""
    return read_rows(path, SentenceRow, limit)


def score_sentences(rows: Sequence[SentenceRow], runner: Runner) -> ClaimsScore:
    """Read the documents and compare the claims on every labelled sentence with its labels.

    A failed call takes the rows of its document out of the figures, and is a failure.
    """
    meter = MeteredLLM(runner.llm, runner.model)
    documents, places = _placed(rows)
    numbered = NumberedSet(documents)
    claims, _, ungrounded, failures = read_documents(numbered, replace(runner, llm=meter))
    failed = {failure.subject.rpartition(":")[0] for failure in failures}
    on: dict[str, list[Claim]] = {}
    for claim in claims:
        on.setdefault(claim.doc_id, []).append(claim)
    readings = [
        _Reading(
            row,
            place,
            numbered[place.doc_id].language,
            tuple(c for c in on.get(place.doc_id, ()) if place.touches(place_of(c))),
        )
        for row, place in zip(rows, places, strict=True)
        if place.doc_id not in failed
    ]
    rejected = Counter(item.doc_id for item in ungrounded)
    names = sorted({one.row.source for one in readings if one.row.source})
    return ClaimsScore(
        rows=len(rows),
        read=len(readings),
        figures=_figures(readings, rejected),
        by_source={
            name: _figures([one for one in readings if one.row.source == name], rejected)
            for name in names
        },
        prompts=meter.usage().prompts,
        failures=tuple(failures),
    )


def _placed(rows: Sequence[SentenceRow]) -> tuple[list[Document], list[Place]]:
    """One document for every distinct text, and where in them the rows' sentences stand."""
    ids: dict[str, str] = {}
    places = []
    for row in rows:
        span = _find(row.document, row.sentence)
        text = row.document if span else row.sentence
        doc_id = ids.setdefault(text, f"document {len(ids) + 1}")
        places.append(Place(doc_id, *(span or (0, len(text)))))
    return [Document(id=doc_id, text=text) for text, doc_id in ids.items()], places


def _find(text: str, sentence: str) -> tuple[int, int] | None:
    """Where the sentence stands in the text, however its white space is."""
    solid, offsets = ink(text)
    sought = "".join(sentence.split())
    at = solid.find(sought)
    return None if at < 0 else (offsets[at], offsets[at + len(sought) - 1] + 1)


def _figures(readings: Sequence[_Reading], rejected: Mapping[str, int]) -> ClaimsFigures:
    labelled = [one for one in readings if one.row.claims]
    idle = [one for one in readings if one.row.is_idle]
    recalls, precisions, covered = [], [], []
    for one in labelled:
        wanted = [_tokens(text, one.language) for text in one.row.claims]
        given = [_tokens(claim.text, one.language) for claim in one.claims]
        recalls += [max((_token_f1(w, g) for g in given), default=0.0) for w in wanted]
        precisions += [max(_token_f1(w, g) for w in wanted) for g in given]
        covered += [any(len(w & g) >= COVERED * len(w) for g in given) for w in wanted]
    recall, precision = _mean(recalls), _mean(precisions)
    kept = len({claim.id for one in readings for claim in one.claims})
    lost = sum(rejected.get(doc_id, 0) for doc_id in {one.place.doc_id for one in readings})
    return ClaimsFigures(
        sentences=len(labelled),
        covered=Ratio(part=sum(covered), whole=len(covered)),
        recall=recall,
        precision=precision,
        f1=None if recall is None else round(f1(precision or 0.0, recall), 4),
        claims_per_sentence=Ratio(part=len(precisions), whole=len(labelled)),
        ungrounded=Ratio(part=lost, whole=kept + lost),
        idle_silent=Ratio(part=sum(not one.claims for one in idle), whole=len(idle)),
    )


def _tokens(text: str, language: str) -> frozenset[str]:
    """What of a claim can be compared: stems without stop words, numbers too."""
    return pack(language).stems(text) or frozenset(map(squeeze, words(text)))


def _token_f1(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return f1(shared / len(other), shared / len(one)) if shared else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 4) if values else None
