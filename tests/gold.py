"""A small labelled set about a bridge, and reports on it, for the tests of the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import builders
from builders import position, question, ref, stance

from llmcheck import (
    Agreement,
    Claim,
    Corpus,
    Dispute,
    PaddingFlag,
    Report,
    Summary,
    Verdict,
)
from llmcheck.checker import Trace
from llmcheck.evaluation import GoldLabels, GoldSet
from llmcheck.models import Question, SummarySentence, content_id
from llmcheck.numbering import NumberedSet, claim_of
from llmcheck.survey.shapes import Part, Table

TEXTS = {
    "paper.txt": (
        "The bridge cost 40 million crowns, and 9 ships a day pass under it.\n\n"
        "It was designed by Ida Moe.\n\n"
        "Lights burn on it all night long.\n\n"
        "By Ola Sund\n\n"
        "Subscribe to our letter today.\n"
    ),
    "blog.txt": (
        "They spent 52 million crowns on the bridge, with 11 boats daily below.\n\n"
        "Its designer is Per Lie.\n\n"
        "All night the lights are on.\n\n"
        "Bridges have always fascinated people everywhere.\n"
    ),
    "guide.txt": (
        "For the bridge the town paid 61 million crowns.\n\n"
        "It has three arches.\n\nFour arches hold it.\n"
    ),
}
CORPUS = Corpus.from_texts(TEXTS)
NUMBERED = NumberedSet(CORPUS.documents)


def quote(doc: str, words: str) -> dict[str, str]:
    return {"doc": f"{doc}.txt", "quote": words}


LABELS: dict[str, Any] = {
    "name": "bridge",
    "disputes": [
        {
            "id": "D1",
            "question": "What did the bridge cost?",
            "kind": "numeric",
            "positions": [
                {"answer": "40", "quotes": [quote("paper", "cost 40 million")]},
                {"answer": "52", "quotes": [quote("blog", "spent 52 million")]},
                {"answer": "61", "quotes": [quote("guide", "paid 61 million")]},
            ],
        },
        {
            "id": "D2",
            "question": "Who designed the bridge?",
            "kind": "entity",
            "positions": [
                {"answer": "Moe", "quotes": [quote("paper", "designed by Ida Moe")]},
                {"answer": "Lie", "quotes": [quote("blog", "designer is Per Lie")]},
            ],
        },
    ],
    "optional_disputes": [
        {"id": "O1", "quotes": [quote("guide", "three arches"), quote("guide", "Four arches")]}
    ],
    "lookalikes": [
        {
            "id": "L1",
            "reason": "different_referent",
            "quotes": [quote("paper", "9 ships a day"), quote("blog", "11 boats daily")],
        },
        {
            "id": "L2",
            "reason": "scope",
            "quotes": [quote("paper", "Ida Moe"), quote("paper", "all night long")],
        },
    ],
    "agreements": [
        {
            "id": "A1",
            "statement": "The lights burn all night.",
            "quotes": [quote("paper", "Lights burn"), quote("blog", "the lights are on")],
        }
    ],
    "padding": [
        {"kind": "promotion", **quote("paper", "Subscribe to our letter today.")},
        {
            "kind": "seo_filler",
            **quote("blog", "Bridges have always fascinated people everywhere."),
        },
    ],
    "not_padding": [quote("guide", "Four arches hold it.")],
}


def gold(**changes: Any) -> GoldSet:
    return GoldSet(GoldLabels.model_validate(LABELS | changes), Path("docs"))


def claim(doc: str, words: str) -> Claim:
    """The sentence that has these words, as a claim."""
    document = NUMBERED[f"{doc}.txt"]
    at = document.document.text.index(words)
    return claim_of(document, document.numbers_in(at, at + len(words)))


COST = [claim("paper", "40 million"), claim("blog", "52 million"), claim("guide", "61 million")]
DESIGN = [claim("paper", "Ida Moe"), claim("blog", "Per Lie")]
LIGHTS = [claim("paper", "Lights"), claim("blog", "the lights")]
ARCHES = [claim("guide", "three"), claim("guide", "Four")]
CLAIMS = [*COST, *DESIGN, *LIGHTS, *ARCHES]


def dispute(*sides: Claim | Sequence[Claim], kind: Any = "numeric") -> Dispute:
    """A dispute with these claims as its positions."""
    grouped = [[side] if isinstance(side, Claim) else list(side) for side in sides]
    positions = [
        position(side[0].text, [c.id for c in side], [c.doc_id for c in side]) for side in grouped
    ]
    dispute_id = content_id("d", *(c.id for side in grouped for c in side))
    return builders.dispute(*positions, id=dispute_id, kind=kind)


def agreement(*claims: Claim, statement: str = "So it is.") -> Agreement:
    return Agreement(
        id=content_id("a", statement, *(c.id for c in claims)),
        statement=statement,
        claim_ids=tuple(c.id for c in claims),
        doc_ids=tuple(c.doc_id for c in claims),
    )


def flag(doc: str, words: str, kind: Any) -> PaddingFlag:
    return builders.flag(words, NUMBERED[f"{doc}.txt"].document, kind=kind)


def sentence(text: str, *claims: Claim) -> SummarySentence:
    return SummarySentence(text=text, claim_ids=tuple(c.id for c in claims))


def report(*disputes: Dispute, sentences: Sequence[SummarySentence] = (), **more: Any) -> Report:
    summary = Summary(sentences=tuple(sentences))
    return builders.report(*disputes, **{"claims": tuple(CLAIMS), "summary": summary, **more})


COST_QUESTION = question(
    "What did the bridge cost?",
    stance("40", "paper.txt.1"),
    stance("52", "blog.txt.1"),
    stance("61", "guide.txt.1"),
)
DESIGN_QUESTION = question(
    "Who designed it?", stance("Moe", "paper.txt.2"), stance("Lie", "blog.txt.2")
)


def table(*places: str) -> Table:
    """One that shows these sentences, or without any the whole set."""
    numbers: dict[str, list[int]] = {}
    for doc_id, number in sorted(map(ref, places)):
        numbers.setdefault(doc_id, []).append(number)
    shown = {name: tuple(of) for name, of in numbers.items()}
    whole = {document.document.id: document.own for document in NUMBERED.documents}
    return Table(tuple(Part(NUMBERED[name], of) for name, of in (shown or whole).items()))


def trace(
    found: Report,
    tables: Sequence[Table] = (),
    questions: Sequence[Question] = (),
    verdicts: Sequence[Verdict] = (),
) -> Trace:
    """What led to a report; without ``tables`` everything was shown at one."""
    return Trace(found, tuple(tables) or (table(),), tuple(questions), (), tuple(verdicts))
