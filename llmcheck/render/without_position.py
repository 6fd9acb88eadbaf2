"""What is known of a document without a position in a dispute: that none was found, or less."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from llmcheck.render.phrases import pluralize

if TYPE_CHECKING:
    from llmcheck.models import Dispute, Report
    from llmcheck.render.sources import Sources

State = Literal[
    "contradicts no position",
    "nothing found",
    "copy",
    "not fully compared",
    "could not be compared",
    "not shown together",
]
"""In the words of the pages. No page says that a document says nothing: that is never known."""

MOST_CITED = 12
"""Documents of a state that are cited one by one."""


class Others(NamedTuple):
    """Documents without a position of which the same is known."""

    state: State
    number: int
    doc_ids: list[str]
    """In the order of the report; empty where they are more than ``MOST_CITED``."""


class _Met(NamedTuple):
    """What a dispute, and what failed of it, say of documents."""

    taken: set[str]
    compatible: set[str]
    unjudged: set[str]
    shown: set[str]
    all_shown: bool


class _Usual(NamedTuple):
    """What holds for every document that a dispute does not name."""

    state: dict[str, State]
    doc_ids: dict[State, list[str]]


class WithoutPosition:
    """Tells, for each dispute of a report, what is known of the documents without a position.

    A dispute names few of the documents of a large set, and of all others the same holds in
    every dispute: that is found once, so a dispute takes the time of what it names.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._copy_of = {document.id: document.copy_of for document in report.documents}
        self._places = {doc_id: place for place, doc_id in enumerate(self._copy_of)}
        self._copies: defaultdict[str, list[str]] = defaultdict(list)
        for doc_id, original in self._copy_of.items():
            if original is not None:
                self._copies[original].append(doc_id)
        self._unsurveyed = set[str]()
        self._unjudged: defaultdict[str, set[str]] = defaultdict(set)
        for failure in report.failures:
            if failure.stage == "survey":
                self._unsurveyed.update(failure.doc_ids)
            elif failure.stage == "judging":
                self._unjudged[failure.subject].update(failure.doc_ids)
        self._usual = {all_shown: self._find_usual(all_shown) for all_shown in (False, True)}

    def states(self, dispute: Dispute, doc_ids: Iterable[str]) -> dict[str, State]:
        """The states of those of these documents (of the report) that have no position, by id."""
        met = self._met(dispute)
        return {id_: self._state(id_, met) for id_ in doc_ids if id_ not in met.taken}

    def others(self, dispute: Dispute) -> list[Others]:
        """The documents without a position by their states, in the order of their first ones."""
        met = self._met(dispute)
        usual = self._usual[met.all_shown]
        named = met.taken | met.compatible | met.unjudged | met.shown
        named |= {copy for doc_id in met.taken for copy in self._copies.get(doc_id, ())}
        named &= self._places.keys()
        found: defaultdict[State, list[str]] = defaultdict(list)
        for doc_id in named - met.taken:
            found[self._state(doc_id, met)].append(doc_id)
        moved = Counter(usual.state[doc_id] for doc_id in named)
        grouped: list[tuple[int, Others]] = []
        for state in dict.fromkeys((*found, *usual.doc_ids)):
            unnamed = usual.doc_ids.get(state, [])
            number = len(found[state]) + len(unnamed) - moved[state]
            if not number:
                continue
            # The first is enough to tell the order, and where they are few, all are wanted.
            wanted = 1 if number > MOST_CITED else number
            doc_ids = [*found[state]]
            for doc_id in unnamed if len(unnamed) > moved[state] else ():
                if doc_id not in named:
                    doc_ids.append(doc_id)
                    if len(doc_ids) - len(found[state]) == wanted:
                        break
            doc_ids.sort(key=self._places.__getitem__)
            cited = doc_ids if number <= MOST_CITED else []
            grouped.append((self._places[doc_ids[0]], Others(state, number, cited)))
        return [others for _, others in sorted(grouped)]

    def line(self, dispute: Dispute, sources: Sources) -> str:
        """The same on a line: ``nothing found [3]; could not be compared [5]``; may be empty."""
        return "; ".join(
            f"{others.state} {sources.cite(others.doc_ids)}"
            if others.doc_ids
            else f"{others.state} in {pluralize(others.number, 'document')}"
            for others in self.others(dispute)
        )

    def _find_usual(self, all_shown: bool) -> _Usual:
        met = _Met(set(), set(), set(), set(), all_shown)
        state = {doc_id: self._state(doc_id, met) for doc_id in self._copy_of}
        doc_ids: defaultdict[State, list[str]] = defaultdict(list)
        for doc_id, one in state.items():
            doc_ids[one].append(doc_id)
        return _Usual(state, dict(doc_ids))

    def _met(self, dispute: Dispute) -> _Met:
        taken = {doc_id for position in dispute.positions for doc_id in position.doc_ids}
        taken |= {self._report.claim(id_).doc_id for p in dispute.positions for id_ in p.claim_ids}
        return _Met(
            taken,
            set(dispute.compatible_doc_ids),
            self._unjudged.get(dispute.question, set()),
            set(dispute.shown_doc_ids),
            not dispute.shown_doc_ids,
        )

    def _state(self, doc_id: str, met: _Met) -> State:
        if doc_id in met.unjudged:
            return "could not be compared"
        if doc_id in met.compatible:
            return "contradicts no position"
        if doc_id in self._unsurveyed:
            return "not fully compared" if doc_id in met.shown else "could not be compared"
        shown = met.all_shown or doc_id in met.shown
        original = self._copy_of[doc_id]
        if original is not None and (original in met.taken or not shown):
            return "copy"
        return "nothing found" if shown else "not shown together"
