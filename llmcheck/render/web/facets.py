"""What the findings of the page can be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from llmcheck.models import Report
from llmcheck.render.phrases import kind_name
from llmcheck.render.sources import Sources


class Facets(NamedTuple):
    """Of a finding, what it is chosen and placed by."""

    kind: str
    """``dispute``, ``agreement`` or ``lookalike``, then its own kind if it has one."""
    documents: list[int]
    """Numbers of the documents that it is about."""
    confidence: float | None = None


class KindOption(NamedTuple):
    """A choice in the list of kinds: it stands for every kind that begins with ``value``."""

    value: str
    label: str


def facets(
    kind: str, doc_ids: Iterable[str], sources: Sources, confidence: float | None = None
) -> Facets:
    """The facets of a finding about these documents."""
    numbers = {number for id_ in doc_ids if (number := sources.number(id_)) is not None}
    return Facets(kind, sorted(numbers), confidence)


def kind_options(report: Report) -> list[KindOption]:
    """The kinds that the report has findings of."""
    disputes = sorted({dispute.kind for dispute in report.disputes})
    lookalikes = sorted({lookalike.kind for lookalike in report.lookalikes})
    options = []
    if disputes:
        options.append(KindOption("dispute", "Disputes"))
        options += [KindOption(f"dispute {k}", f"Disputes: {kind_name(k)}") for k in disputes]
    if report.agreements:
        options.append(KindOption("agreement", "Agreements"))
    if lookalikes:
        options.append(KindOption("lookalike", "Look-alikes"))
        options += [
            KindOption(f"lookalike {k}", f"Look-alikes: {kind_name(k)}") for k in lookalikes
        ]
    return options
