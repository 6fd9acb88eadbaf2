"""Reading alone, on labelled sentences.

The documents are read whole, and of what they claim that is scored which rests on a labelled
sentence. A sentence that its document does not hold is read alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import NamedTuple

from pydantic import Field

from llmcheck.evaluation.counts import Ratio, f1
from llmcheck.evaluation.quotes import remove_spaces
from llmcheck.evaluation.rows import Row, RowsScore, group_by_source
from llmcheck.language.pack import pack
from llmcheck.language.text import squeeze, words
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.runner import Runner
from llmcheck.models import Claim, Document, DocumentSpan, Frozen
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


class ClaimsScore(RowsScore[ClaimsFigures]):
    """The score of a file of labelled sentences."""

    read: int
    """Rows whose sentence was read without a failure: the figures are theirs."""


class _SentenceReading(NamedTuple):
    row: SentenceRow
    span: DocumentSpan
    """Where the labelled sentence stands."""
    language: str
    """That of its document: a code."""
    claims: tuple[Claim, ...]


def score_sentences(rows: Sequence[SentenceRow], runner: Runner) -> ClaimsScore:
    """Read the documents and compare the claims on every labelled sentence with its labels.

    A failed call takes the rows of its document out of the figures, and is a failure.
    """
    meter = MeteredLLM(runner.llm, runner.model)
    documents, spans = _locate_rows(rows)
    numbered = NumberedSet(documents)
    reading = read_documents(numbered, replace(runner, llm=meter))
    failed = {failure.subject.rpartition(":")[0] for failure in reading.failures}
    on: dict[str, list[Claim]] = {}
    for claim in reading.claims:
        on.setdefault(claim.doc_id, []).append(claim)
    readings = [
        _SentenceReading(
            row,
            span,
            numbered[span.doc_id].language,
            tuple(c for c in on.get(span.doc_id, ()) if span.overlaps(c.span)),
        )
        for row, span in zip(rows, spans, strict=True)
        if span.doc_id not in failed
    ]
    rejected = Counter(item.doc_id for item in reading.ungrounded)
    return ClaimsScore(
        rows=len(rows),
        read=len(readings),
        figures=_figures(readings, rejected),
        by_source={
            name: _figures(of_source, rejected)
            for name, of_source in group_by_source(readings).items()
        },
        prompts=meter.usage().prompts,
        failures=tuple(reading.failures),
    )


def _locate_rows(rows: Sequence[SentenceRow]) -> tuple[list[Document], list[DocumentSpan]]:
    """One document for every distinct text, and where in them the rows' sentences stand."""
    ids: dict[str, str] = {}
    spans = []
    for row in rows:
        found = _find_sentence(row.sentence, row.document)
        text = row.document if found else row.sentence
        doc_id = ids.setdefault(text, f"document {len(ids) + 1}")
        spans.append(DocumentSpan(doc_id, *(found or (0, len(text)))))
    return [Document(id=doc_id, text=text) for text, doc_id in ids.items()], spans


def _find_sentence(sentence: str, text: str) -> tuple[int, int] | None:
    """Where the sentence stands in the text, however its white space is."""
    solid, offsets = remove_spaces(text)
    sought = "".join(sentence.split())
    at = solid.find(sought)
    return None if at < 0 else (offsets[at], offsets[at + len(sought) - 1] + 1)


def _figures(readings: Sequence[_SentenceReading], rejected: Mapping[str, int]) -> ClaimsFigures:
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
    lost = sum(rejected.get(doc_id, 0) for doc_id in {one.span.doc_id for one in readings})
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
    """How like two sets of words are. (As SQuAD does: Rajpurkar et al., arXiv:1606.05250.)"""
    shared = len(one & other)
    return f1(shared / len(other), shared / len(one)) if shared else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 4) if values else None
