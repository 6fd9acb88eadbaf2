"""How much of a labelled document set a report finds.

    python benchmarks/quality.py benchmarks/corpora/seeds/gold.json seeds --replay fixtures/seeds

A gold dispute is *found* when one reported dispute holds claims whose spans overlap the quotes
of at least two of its positions. A reported dispute that matches none, and is not among the
optional ones, is *false*; one that overlaps both quotes of a look-alike is an *alarm*. The
funnel counts gold position pairs that still stand after each stage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from llmcheck import Checker, Claim, Corpus, Document, Report, candidate_pairs


class Place(NamedTuple):
    """A labelled quote, found in its document."""

    doc_id: str
    start: int
    end: int

    def covers(self, claim: Claim) -> bool:
        return claim.doc_id == self.doc_id and claim.start < self.end and self.start < claim.end


class Score(NamedTuple):
    """Figures of one document set."""

    found: list[str]
    missed: list[str]
    false: list[str]
    alarms: list[str]
    quotes_covered: float
    funnel: dict[str, tuple[int, int]]
    pair_share: float
    padding_precision: float
    padding_recall: float
    spans_verbatim: float


def score(gold: dict[str, Any], corpus: Corpus, report: Report) -> Score:
    """Score a report of the corpus against its labels."""
    documents = {Path(document.id).name: document for document in corpus.documents}
    wanted = {d["id"]: _positions(d["positions"], documents) for d in gold["disputes"]}
    optional = [_places(d["quotes"], documents) for d in gold.get("optional_disputes", [])]
    lookalikes = {x["id"]: _places(x["quotes"], documents) for x in gold["lookalikes"]}
    hits: set[str] = set()
    false, alarms = [], []
    for dispute in report.disputes:
        sides = [[report.claim(i) for i in p.claim_ids] for p in dispute.positions]
        claims = [claim for side in sides for claim in side]
        matched = {name for name, positions in wanted.items() if _touched(positions, claims) >= 2}
        hits |= matched
        if not matched and not any(
            _touched([[p] for p in places], claims) >= 2 for places in optional
        ):
            false.append(dispute.question)
        alarms += [
            name
            for name, places in lookalikes.items()
            if _touched([[p] for p in places], claims) >= 2
        ]
    pairs = candidate_pairs(report.claims)
    count = len(report.claims)
    flagged = {(flag.doc_id, i) for flag in report.padding for i in range(flag.start, flag.end)}
    padded = {
        (place.doc_id, i)
        for label in gold["padding"]
        for place in _places([label], documents)
        for i in range(place.start, place.end)
    }
    quotes = [p for positions in wanted.values() for side in positions for p in side]
    by_id = {document.id: document for document in corpus.documents}
    return Score(
        found=sorted(hits),
        missed=sorted(set(wanted) - hits),
        false=false,
        alarms=alarms,
        quotes_covered=_share(any(q.covers(c) for c in report.claims) for q in quotes),
        funnel={name: _funnel(positions, pairs) for name, positions in wanted.items()},
        pair_share=len(pairs) / max(1, count * (count - 1) // 2),
        padding_precision=len(flagged & padded) / max(1, len(flagged)),
        padding_recall=len(flagged & padded) / max(1, len(padded)),
        spans_verbatim=_share(
            by_id[doc_id].text[start:end] == quote
            for doc_id, start, end, quote in [
                *((c.doc_id, c.start, c.end, c.quote) for c in report.claims),
                *((f.doc_id, f.start, f.end, f.quote) for f in report.padding),
            ]
        ),
    )


def _funnel(positions: Sequence[Sequence[Place]], pairs: Sequence[Any]) -> tuple[int, int]:
    """How many pairs of positions have a candidate pair, of how many."""
    sides = list(combinations(positions, 2))
    blocked = sum(
        any(
            (_any(one, pair.a) and _any(other, pair.b))
            or (_any(one, pair.b) and _any(other, pair.a))
            for pair in pairs
        )
        for one, other in sides
    )
    return blocked, len(sides)


def _any(places: Iterable[Place], claim: Claim) -> bool:
    return any(place.covers(claim) for place in places)


def _touched(positions: Sequence[Sequence[Place]], claims: Sequence[Claim]) -> int:
    return sum(any(_any(side, claim) for claim in claims) for side in positions)


def _positions(
    positions: Iterable[dict[str, Any]], documents: dict[str, Document]
) -> list[list[Place]]:
    return [_places(position["quotes"], documents) for position in positions]


def _places(quotes: Iterable[dict[str, str]], documents: dict[str, Document]) -> list[Place]:
    places = []
    for quote in quotes:
        document = documents[quote["doc"]]
        start = document.text.find(quote["quote"])
        if start < 0:
            print(f"label not found in {quote['doc']}: {quote['quote'][:60]!r}", file=sys.stderr)
            continue
        places.append(Place(document.id, start, start + len(quote["quote"])))
    return places


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 1.0


def main() -> None:
    """Print the figures of one labelled set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("documents")
    parser.add_argument("--replay", type=Path)
    options = parser.parse_args()
    corpus = Corpus.read(options.documents)
    report = Checker(replay=options.replay).check(corpus)
    figures = score(json.loads(options.gold.read_text(encoding="utf-8")), corpus, report)
    for name, value in figures._asdict().items():
        print(f"{name:18} {value:.3f}" if isinstance(value, float) else f"{name:18} {value}")


if __name__ == "__main__":
    main()
