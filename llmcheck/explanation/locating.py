"""From an id to the finding of a report, the words it rests on and the calls it came of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from llmcheck.errors import ConfigError
from llmcheck.explanation.shapes import CitedPassage, Finding
from llmcheck.models import Agreement, CallRef, Claim, Dispute, PaddingFlag, Report

_MOST_NAMED = 20


class Located(NamedTuple):
    """A finding, and the calls that it came of."""

    finding: Finding
    calls: tuple[CallRef, ...]


def locate(report: Report, wanted: str) -> Located:
    """The finding that ``wanted`` names: the id of a dispute, an agreement or a claim, or
    ``DOCUMENT:START`` for padding; the beginning of an id will do where it is the only one.

    Raises ConfigError, which names what there is, where nothing or more than one begins so.
    """
    named = _by_name(report)
    matches = [wanted] if wanted in named else [name for name in named if name.startswith(wanted)]
    if len(matches) == 1:
        found = named[matches[0]]
        return Located(_finding(report, matches[0], found), _calls(report, found))
    if matches:
        raise ConfigError(f"{wanted!r} begins more than one id: {_listed(matches)}")
    raise ConfigError(
        f"the report has no finding {wanted!r}; it has {_listed(named)} "
        "(claims by their ids, padding as DOCUMENT:START, both as --format json has them)"
    )


_Found = Dispute | Agreement | Claim | PaddingFlag


def _by_name(report: Report) -> dict[str, _Found]:
    # Disputes and agreements first: they are what a message names.
    found: list[Dispute | Agreement | Claim] = [
        *report.disputes,
        *report.agreements,
        *report.claims,
    ]
    named: dict[str, _Found] = {each.id: each for each in found}
    return {**named, **{f"{flag.doc_id}:{flag.start}": flag for flag in report.padding}}


def _finding(report: Report, name: str, found: _Found) -> Finding:
    kind: Literal["dispute", "agreement", "claim", "padding"]
    passages: Iterable[CitedPassage]
    cited_by: tuple[str, ...] = ()
    if isinstance(found, Dispute):
        kind, text = "dispute", found.question
        passages = [
            passage
            for position in found.positions
            for passage in _cited(report, position.claim_ids, position.answer)
        ]
    elif isinstance(found, Agreement):
        kind, text = "agreement", found.statement
        passages = _cited(report, found.claim_ids, text)
    elif isinstance(found, Claim):
        kind, text = "claim", found.text
        passages = _cited(report, [found.id], text)
        cited_by = _citing(report, found)
    else:
        kind, text = "padding", f"{found.kind}: {found.rationale}"
        passages = [_passage(found, text)]
    return Finding(id=name, kind=kind, text=text, passages=tuple(passages), cited_by=cited_by)


def _calls(report: Report, found: _Found) -> tuple[CallRef, ...]:
    if isinstance(found, Dispute | Agreement):
        return _calls_behind(report, {found.id})
    reads = tuple(
        CallRef(call.prompt, call.key)
        for call in report.provenance
        if call.read is not None and call.read.overlaps(found.span)
    )
    if reads or isinstance(found, PaddingFlag):
        return reads
    # Where nothing was read, a claim is a sentence that findings point at.
    return _calls_behind(report, set(_citing(report, found)))


def _citing(report: Report, claim: Claim) -> tuple[str, ...]:
    found: list[Dispute | Agreement] = [*report.disputes, *report.agreements]
    return tuple(each.id for each in found if claim.id in _claims_of(each))


def _claims_of(found: Dispute | Agreement) -> set[str]:
    if isinstance(found, Agreement):
        return set(found.claim_ids)
    return {id_ for position in found.positions for id_ in position.claim_ids}


def _cited(report: Report, claim_ids: Iterable[str], what: str) -> Iterable[CitedPassage]:
    for claim in map(report.claim, claim_ids):
        yield _passage(claim, what)
        for further in claim.further:
            yield CitedPassage(doc_id=claim.doc_id, **further.model_dump(), cited_for=what)


def _passage(found: Claim | PaddingFlag, what: str) -> CitedPassage:
    return CitedPassage(
        doc_id=found.doc_id, start=found.start, end=found.end, quote=found.quote, cited_for=what
    )


def _calls_behind(report: Report, ids: set[str]) -> tuple[CallRef, ...]:
    return tuple(
        CallRef(call.prompt, call.key)
        for call in report.provenance
        if not ids.isdisjoint(call.findings)
    )


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{', '.join(listed[:_MOST_NAMED]) or 'none'}{more}"
