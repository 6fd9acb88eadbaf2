"""Reported agreements: the labelled ones among them, and citations that do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from llmcheck.evaluation.counts import Ratio
from llmcheck.evaluation.quotes import LocatedLabels, as_sides, claim_ids_on, count_covered
from llmcheck.language.detection import language_of
from llmcheck.language.support import missing_numbers
from llmcheck.models import Agreement, Claim, Document, Frozen, Report

STATED = 90
"""rapidfuzz token_set_ratio from which a statement says what a labelled position answers."""
REACH = 400
"""Characters on either side of a citation that may hold a figure of the statement."""


class AgreementFigures(Frozen):
    """How well the reported agreements hold."""

    found: Ratio
    """Labelled agreements of which a reported one holds claims on two quotes."""
    contested: Ratio
    """Reported agreements that state a labelled position and cite another one, of all."""
    unsupported: Ratio
    """Citations in whose neighbourhood a figure of the statement does not stand, of all."""


def score_agreements(
    located: LocatedLabels, documents: Sequence[Document], report: Report
) -> AgreementFigures:
    """Compare the reported agreements with the labels and with the words they cite."""
    found = agreements_found(located, report)
    texts = {document.id: document.text for document in documents}
    cited = [
        (agreement, report.claim(i))
        for agreement in report.agreements
        for i in agreement.claim_ids
    ]
    return AgreementFigures(
        found=Ratio(part=sum(found.values()), whole=len(found)),
        contested=Ratio(
            part=sum(_is_contested(located, report, agreement) for agreement in report.agreements),
            whole=len(report.agreements),
        ),
        unsupported=Ratio(
            part=sum(_lacks_figures(a.statement, c, texts[c.doc_id]) for a, c in cited),
            whole=len(cited),
        ),
    )


def agreements_found(located: LocatedLabels, report: Report) -> dict[str, bool]:
    """Whether a reported agreement holds claims on two quotes, for each labelled agreement."""
    reported = [[report.claim(i) for i in found.claim_ids] for found in report.agreements]
    return {
        label.id: any(count_covered(as_sides(quotes), claims) >= 2 for claims in reported)
        for label, quotes in located.agreements
    }


def _is_contested(located: LocatedLabels, report: Report, agreement: Agreement) -> bool:
    claims = [report.claim(i) for i in agreement.claim_ids]
    return any(
        _states(agreement, (position.answer for position in label.positions))
        and sum(bool(claim_ids_on(side, claims)) for side in sides) > 1
        for label, sides in located.disputes
    )


def _states(agreement: Agreement, answers: Iterable[str]) -> bool:
    return any(
        fuzz.token_set_ratio(answer, agreement.statement, processor=default_process) >= STATED
        for answer in answers
    )


def _lacks_figures(statement: str, claim: Claim, text: str) -> bool:
    near = text[max(0, claim.start - REACH) : claim.end + REACH]
    return bool(missing_numbers(statement, near, language_of(text), language_of(statement)))
