"""Agreements: statements held against the words that they cite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from llmcheck.findings.citations import Citations, likeness
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.language.text import squeeze
from llmcheck.models import Agreement, SentenceRef, Stance, Statement, Ungrounded, content_id
from llmcheck.numbering import NumberedSet

REACH = 2
"""Sentences on either side of those cited that may hold a figure of an agreement."""
STATES = 90
"""Percentage of a position's words in a statement from which the statement takes the position."""


def make_agreement(
    statement: Statement, refs: Sequence[SentenceRef], cited: Citations
) -> Agreement | None:
    """The agreement that rests on these sentences; None where they are of a single source."""
    if len({ref.doc_id for ref in refs}) < 2:
        return None
    position = cited.position(Stance(answer=statement.statement, sentences=tuple(refs)))
    if len(position.doc_ids) < 2:  # A document and its copy are one source.
        return None
    return Agreement(
        id=content_id("a", squeeze(statement.statement), *sorted(position.claim_ids)),
        statement=statement.statement,
        claim_ids=position.claim_ids,
        doc_ids=position.doc_ids,
    )


class Grounds:
    """Which sentences bear a statement out; notes those taken out and why."""

    def __init__(
        self, numbered: NumberedSet, disputes: Sequence[Sequence[Stance]], spoken: str
    ) -> None:
        self._spoken = spoken
        self._numbered = numbered
        self._disputes = disputes
        self._on: defaultdict[SentenceRef, list[int]] = defaultdict(list)
        for index, stances in enumerate(disputes):
            for ref in dict.fromkeys(ref for stance in stances for ref in stance.sentences):
                self._on[ref].append(index)
        self.ungrounded: list[Ungrounded] = []

    def borne_out(self, statement: Statement) -> list[SentenceRef]:
        """The sentences of those documents whose passages bear the statement out."""
        of: defaultdict[str, list[SentenceRef]] = defaultdict(list)
        for ref in statement.sentences:
            of[ref.doc_id].append(ref)
        opposed = self._opponents(statement)
        kept: list[SentenceRef] = []
        for doc_id, refs in of.items():
            reason = (
                "it takes another side of a dispute"
                if doc_id in opposed
                else self._objection(statement.statement, doc_id, refs)
            )
            if reason is None:
                kept += refs
            else:
                self.ungrounded.append(
                    Ungrounded(doc_id=doc_id, text=statement.statement, reason=reason)
                )
        return kept

    def _objection(self, statement: str, doc_id: str, refs: Sequence[SentenceRef]) -> str | None:
        document = self._numbered[doc_id]
        passage = f"{document.text([ref.number for ref in refs])} {document.head}"
        near = document.text(sorted({n for ref in refs for n in document.near(ref.number, REACH)}))
        languages = document.language, self._spoken
        missing = missing_numbers(statement, f"{passage} {near}", *languages)
        missing += missing_names(statement, document.whole, *languages)
        return f"its passage lacks {', '.join(missing)}" if missing else None

    def _opponents(self, statement: Statement) -> set[str]:
        """Documents that take a side in a dispute other than the one the statement states."""
        opposed: set[str] = set()
        resting = (self._on.get(ref, ()) for ref in statement.sentences)
        for stances in dict.fromkeys(chain.from_iterable(resting)):
            stated = [s for s in self._disputes[stances] if _states(statement, s)]
            if not stated:
                continue
            own = {ref.doc_id for stance in stated for ref in stance.sentences}
            opposed |= {
                r.doc_id for s in self._disputes[stances] if s not in stated for r in s.sentences
            } - own
        return opposed


def _states(statement: Statement, stance: Stance) -> bool:
    """Whether a statement rests on a position's sentences and says what it answers."""
    if not set(statement.sentences) & set(stance.sentences):
        return False
    return likeness(stance.answer, statement.statement) >= STATES
