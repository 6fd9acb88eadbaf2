"""What a whole run over a made-up corpus must have kept, held against the labels.

A model that errs nowhere answered (perfect_model.py), so whatever a report lacks or has too much
was lost or made up by code. What no table showed together cannot be found; what one showed must.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from perfect_model import Label, Sentence, labelled_sentences

from llmcheck.checker import Trace
from llmcheck.models import Report
from llmcheck.survey.shapes import Table

Place = tuple[str, str]
"""A document and a sentence of it."""
Sides = dict[int, set[Place]]
"""The places that take each side of a labelled fact."""


class Kept(NamedTuple):
    """How much of the labels a report has, and what is wrong with it."""

    disputes: tuple[int, int, int]
    """Labelled disputes: reported, shown at a table with both sides, in all."""
    agreements: tuple[int, int, int]
    """The same of agreements."""
    wrong: list[str]
    """Everything that is not as it must be, in words; empty when the books are right."""


def audit(trace: Trace, labels: dict[str, Any]) -> Kept:
    """Hold a run against the labels of ``generate.made``."""
    stated = labelled_sentences(labels)
    shown = _shown(trace.tables, stated)
    report = trace.report
    wrong = [f"failed: {failure}" for failure in report.failures]
    wrong += [f"ungrounded: {u.text}: {u.reason}" for u in report.ungrounded]
    disputes = _reported(
        report, stated, [[p.claim_ids for p in d.positions] for d in report.disputes]
    )
    alike = _reported(
        report, stated, [[p.claim_ids for p in found.positions] for found in report.lookalikes]
    )
    agreements = _reported(report, stated, [[found.claim_ids] for found in report.agreements])
    for kind, found in (("disputes", disputes), ("lookalikes", alike)):
        wanted = {k: v for k, v in shown.items() if k.kind == kind and len(v) > 1}
        wrong += _differences(kind, wanted, found)
    agreed = {k: v for k, v in shown.items() if k.kind == "agreements"}
    # Where no table showed the other side, what one side says is agreed, as far as anybody saw.
    told = {k: v for k, v in agreements.items() if k.kind == "agreements" or k in disputes}
    wrong += _differences("agreements", agreed, told)
    return Kept(
        disputes=_count("disputes", disputes, shown, labels),
        agreements=_count("agreements", agreements, shown, labels),
        wrong=wrong,
    )


def _count(
    kind: str, found: Iterable[Label], shown: dict[Label, Sides], labels: dict[str, Any]
) -> tuple[int, int, int]:
    several = 2 if kind == "disputes" else 1
    return (
        sum(label.kind == kind for label in found),
        sum(label.kind == kind and len(sides) >= several for label, sides in shown.items()),
        len(labels[kind]),
    )


def _shown(tables: Iterable[Table], stated: dict[str, Sentence]) -> dict[Label, Sides]:
    """Of every labelled fact the places at tables from which somebody can tell it: that show two
    of its sides, or two documents of one, if others show it with another side."""
    seen: defaultdict[Label, list[Sides]] = defaultdict(list)
    for table in tables:
        here: defaultdict[Label, Sides] = defaultdict(lambda: defaultdict(set))
        for part in table.parts:
            for line in part.lines:
                if sentence := stated.get(line):
                    place = part.document.document.id, line
                    here[sentence.label][sentence.side].add(place)
        for label, sides in here.items():
            if len(sides) > 1 or len({doc for places in sides.values() for doc, _ in places}) > 1:
                seen[label].append(sides)
    shown: dict[Label, Sides] = {}
    for label, tables_of_it in seen.items():
        told = shown.setdefault(label, {})
        # From the tables with most sides to those with one: a lone side joins what is told of it.
        for sides in sorted(tables_of_it, key=len, reverse=True):
            for side, places in sides.items():
                if len(sides) > 1 or label.kind == "agreements" or told.get(side, set()) & places:
                    told.setdefault(side, set()).update(places)
    return {label: sides for label, sides in shown.items() if sides}


def _reported(
    report: Report, stated: dict[str, Sentence], found: Sequence[Sequence[Sequence[str]]]
) -> dict[Label, list[list[set[Place]]]]:
    """Findings by the labelled fact they are of, as the places of their positions."""
    by_label: defaultdict[Label, list[list[set[Place]]]] = defaultdict(list)
    for positions in found:
        sides = [
            {(claim.doc_id, claim.quote) for claim in map(report.claim, claim_ids)}
            for claim_ids in positions
        ]
        for label in {stated[quote].label for side in sides for _, quote in side}:
            by_label[label].append(sides)
    return by_label


def _differences(
    kind: str,
    wanted: dict[Label, Sides],
    found: dict[Label, list[list[set[Place]]]],
) -> Iterable[str]:
    for label, sides in wanted.items():
        if len(found.get(label, [])) != 1:
            yield f"{kind}: {label.id} is there {len(found.get(label, []))} times"
        elif sorted(map(sorted, found[label][0])) != sorted(map(sorted, sides.values())):
            yield f"{kind}: {label.id} has other passages than were shown"
    for label in found.keys() - wanted.keys():
        yield f"{kind}: {label.id}, one of {label.kind}, is there"
