"""Claims, agreements, padding and the summary against the labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from llmcheck.evaluation.counts import Ratio, Scores
from llmcheck.evaluation.quotes import LocatedLabels, LocatedQuote, claim_ids_on, count_covered
from llmcheck.language.blocks import blocks
from llmcheck.language.detection import language_of
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.models import Document, DocumentSpan, Frozen, Report, SummarySentence

READING_PROMPTS = "reading."
"""How the names of the prompts begin that ask for claims."""

_IN_BRACKETS = re.compile(r"\([^()]*\)")


class ClaimFigures(Frozen):
    """What the claims cover, and what they cost."""

    disputed_quotes: Ratio
    """Quotes of labelled disputes that lie in the sentence of a claim."""
    quotes: Ratio
    """The same for the quotes of optional disputes, look-alikes and agreements too."""
    ungrounded: Ratio
    """Claims rejected because the document does not bear them out, of those and the kept."""
    verbatim: Ratio
    """Spans of claims and padding flags with ``text[start:end] == quote``."""
    output_tokens: Ratio
    """Tokens that the model wrote for claims, for each that was kept."""


class PaddingFigures(Frozen):
    """Characters flagged as padding against those labelled so, white space aside."""

    padding: Scores
    by_kind: dict[str, Scores]
    """The same for flags and labels of one kind; another kind on either side is an error."""
    facts_flagged: Ratio
    """Passages labelled as no padding that a flag touches."""


class SummaryFigures(Frozen):
    """What the summary cites and what it admits."""

    supported: Ratio
    """Sentences whose numbers and names stand in the claims they cite."""
    disputes: Ratio
    """Labelled disputes of which a sentence cites two positions."""


def score_claims(
    located: LocatedLabels, documents: Sequence[Document], report: Report
) -> ClaimFigures:
    """What the claims of the report cover."""
    texts = {document.id: document.text for document in documents}
    spans = [(c.doc_id, c.start, c.end, c.quote) for c in report.claims]
    spans += [(f.doc_id, f.start, f.end, f.quote) for f in report.padding]
    disputed = [quote for _, sides in located.disputes for side in sides for quote in side]
    wrote = sum(
        count.output_tokens
        for prompt, count in report.usage.prompts.items()
        if prompt.startswith(READING_PROMPTS)
    )
    return ClaimFigures(
        disputed_quotes=_coverage(set(disputed), report),
        quotes=_coverage(set(located.quotes()), report),
        ungrounded=Ratio(
            part=len(report.ungrounded), whole=len(report.claims) + len(report.ungrounded)
        ),
        verbatim=Ratio(
            part=sum(texts.get(doc, "")[start:end] == quote for doc, start, end, quote in spans),
            whole=len(spans),
        ),
        output_tokens=Ratio(part=wrote, whole=len(report.claims) if wrote else 0),
    )


def _coverage(quotes: Iterable[LocatedQuote], report: Report) -> Ratio:
    covered = [bool(claim_ids_on([quote], report.claims)) for quote in quotes]
    return Ratio(part=sum(covered), whole=len(covered))


def score_padding(
    located: LocatedLabels, documents: Sequence[Document], report: Report
) -> PaddingFigures:
    """Compare flagged characters with labelled ones.

    A heading, a byline or a note in brackets that nobody labelled counts neither way.
    """
    flags = [(f.kind, f.span) for f in report.padding]
    labels = [(kind, span) for kind, quote in located.padding for span in quote]
    labelled = [span for _, span in labels]
    labelled += [p for quote in (*located.quotes(), *located.not_padding) for p in quote]
    cells: Counter[tuple[str | None, str | None]] = Counter()
    for document in documents:
        wanted, given = (_kind_of_each_character(document, places) for places in (labels, flags))
        aside = _unlabelled_offsets(document, labelled)
        cells.update(
            (wanted[at], given[at])
            for at, character in enumerate(document.text)
            if not character.isspace() and at not in aside
        )
    kinds = sorted({kind for cell in cells for kind in cell if kind})
    both = sum(n for (wanted_kind, given_kind), n in cells.items() if wanted_kind and given_kind)
    return PaddingFigures(
        padding=Scores(
            recall=Ratio(part=both, whole=sum(n for (want, _), n in cells.items() if want)),
            precision=Ratio(part=both, whole=sum(n for (_, give), n in cells.items() if give)),
        ),
        by_kind={
            kind: Scores(
                recall=Ratio(
                    part=cells[kind, kind],
                    whole=sum(n for (want, _), n in cells.items() if want == kind),
                ),
                precision=Ratio(
                    part=cells[kind, kind],
                    whole=sum(n for (_, give), n in cells.items() if give == kind),
                ),
            )
            for kind in kinds
        },
        facts_flagged=Ratio(
            part=sum(
                any(span.overlaps(flag) for span in quote for _, flag in flags)
                for quote in located.not_padding
            ),
            whole=len(located.not_padding),
        ),
    )


def _kind_of_each_character(
    document: Document, marks: Iterable[tuple[str, DocumentSpan]]
) -> list[str | None]:
    """The kind that each character is marked with."""
    kinds: list[str | None] = [None] * len(document.text)
    for kind, span in marks:
        if span.doc_id == document.id:
            kinds[span.start : span.end] = [kind] * (span.end - span.start)
    return kinds


def _unlabelled_offsets(document: Document, labelled: Sequence[DocumentSpan]) -> set[int]:
    aside: set[int] = set()
    for block in blocks(document.text):
        span = DocumentSpan(document.id, block.start, block.end)
        body = document.text[block.start : block.end]
        bare = block.kind == "heading" or _IN_BRACKETS.fullmatch(body)
        if bare and not any(span.overlaps(other) for other in labelled):
            aside.update(range(block.start, block.end))
    return aside


def score_summary(located: LocatedLabels, report: Report) -> SummaryFigures:
    """Check what the summary says against what it cites."""
    sentences = report.summary.sentences
    cited = [[report.claim(i) for i in sentence.claim_ids] for sentence in sentences]
    spoken = language_of(" ".join(sentence.text for sentence in sentences))
    return SummaryFigures(
        supported=Ratio(
            part=sum(_is_supported(sentence, report, spoken) for sentence in sentences),
            whole=len(sentences),
        ),
        disputes=Ratio(
            part=sum(
                any(count_covered(positions, claims) >= 2 for claims in cited)
                for _, positions in located.disputes
            ),
            whole=len(located.disputes),
        ),
    )


def _is_supported(sentence: SummarySentence, report: Report, language: str) -> bool:
    cited = [report.claim(i) for i in sentence.claim_ids]
    shown = [words for claim in cited for words in (claim.text, claim.quote)]
    # A sentence may say whose word it is.
    shown += [n for d in report.documents for n in (d.title, d.site, d.author, d.date) if n]
    source = " ".join(shown)
    text = sentence.text
    return not (missing_numbers(text, source, language) or missing_names(text, source, language))
