"""Citations: from the sentences of a position to its claims and to the documents that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from llmcheck.language.text import squeeze
from llmcheck.models import Claim, Position, SentenceRef, Stance
from llmcheck.numbering import NumberedSet, claim_of


class Citations:
    """From sentences to claims, and to the documents that count as sources."""

    def __init__(self, numbered: NumberedSet, claims: Sequence[Claim]) -> None:
        self._numbered = numbered
        self._claims = {claim.id: claim for claim in claims}
        self._on: defaultdict[SentenceRef, list[Claim]] = defaultdict(list)
        for claim in claims:
            document = numbered[claim.doc_id]
            for number in document.numbers_in(claim.start, claim.end):
                self._on[document.ref(number)].append(claim)

    def position(self, stance: Stance) -> Position:
        """The position with its claims, the most telling first, and its documents."""
        refs = self._numbered.best_first(stance.answer, stance.sentences)
        ids = tuple(dict.fromkeys(self._claim(ref, stance.answer).id for ref in refs))
        return Position(answer=stance.answer, claim_ids=ids, doc_ids=self._sources(stance))

    def claims(self) -> list[Claim]:
        """All claims, read or cited, in the order of the documents and their texts."""
        order = {d.document.id: at for at, d in enumerate(self._numbered.documents)}
        return sorted(self._claims.values(), key=lambda c: (order[c.doc_id], c.start, c.end, c.id))

    def wording(self, stance: Stance) -> str:
        """The position by the words it rests on, wherever they stand."""
        return "\x1e".join(sorted({squeeze(self._numbered.line(r)) for r in stance.sentences}))

    def _claim(self, ref: SentenceRef, answer: str) -> Claim:
        document = self._numbered[ref.doc_id]
        read = self._on[ref]
        if read:
            # Several facts may stand in one sentence: the one that speaks of the answer.
            return max(read, key=lambda c: (likeness(answer, c.text), c.id))
        claim = claim_of(document, [ref.number])
        self._on[ref].append(claim)
        return self._claims.setdefault(claim.id, claim)

    def _sources(self, stance: Stance) -> tuple[str, ...]:
        """The documents, of one and its copies the original, or the first where it is silent."""
        found: dict[str, str] = {}
        for doc_id in (ref.doc_id for ref in stance.sentences):
            original = self._numbered[doc_id].document.copy_of or doc_id
            if doc_id == original or original not in found:
                found[original] = doc_id
        return tuple(found.values())


def likeness(answer: str, text: str) -> float:
    """Percentage of the words of the shorter one that the other has."""
    return float(fuzz.token_set_ratio(answer, text, processor=default_process))
