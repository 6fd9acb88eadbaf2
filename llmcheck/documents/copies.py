"""Which documents are copies of others: the same story under another headline, cut, or added to.

Broder's containment ("On the resemblance and containment of documents", 1997): the share of one
document's word shingles that stand in another. It is counted exactly, over an inverted index.
Two reports that quote one statement share a part of theirs and stay apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from llmcheck.language.text import squeeze, words
from llmcheck.models import Document

SHINGLE = 5
"""Words in a row that are compared: fewer occur by chance, more are all lost to light editing."""
COPIED = 0.7
"""Share of a document's shingles from which it is a copy of the one that holds them."""
LEAST = 50
"""Shingles below which a text is too short to tell a copy from two who say the same."""
COMMON = 32
"""Originals in which a shingle is looked up; what stands in more is furniture."""


def containment(part: str, whole: str) -> float:
    """Share of the shingles of ``part`` that stand in ``whole``, too; 0 when it has none."""
    shingles = _shingles(part)
    return len(shingles & _shingles(whole)) / len(shingles) if shingles else 0.0


def originals(documents: Sequence[Document]) -> dict[str, str]:
    """For every document that is a copy, the id of the one that stands for it.

    That is the one that holds most of it, the longest of several, and no copy itself. Chrome
    does not count. Of equal texts the first stands for the others; otherwise the order of the
    documents, and how they are named, changes nothing.
    """
    first_with: dict[str, Document] = {}
    for document in documents:
        first_with.setdefault(document.text, document)
    near = _near(list(first_with.values()))
    found: dict[str, str] = {}
    for document in documents:
        first = first_with[document.text].id
        original = near.get(first, first)
        if original != document.id:
            found[document.id] = original
    return found


def main_text(document: Document) -> str:
    """Its text without the chrome."""
    kept = []
    at = 0
    for span in document.chrome:
        kept.append(document.text[at : span.start])
        at = span.end
    return "\n".join([*kept, document.text[at:]])


def _near(documents: Sequence[Document]) -> dict[str, str]:
    shingled = [(_shingles(main_text(document)), document) for document in documents]
    # By content where they are equally long: nothing else is the same in any order.
    longest = sorted(shingled, key=lambda item: (-len(item[0]), item[1].text))
    holders: defaultdict[int, list[int]] = defaultdict(list)
    found: dict[str, str] = {}
    for rank, (shingles, document) in enumerate(longest):
        if len(shingles) < LEAST:
            break
        shared: Counter[int] = Counter()
        for shingle in shingles & holders.keys():
            shared.update(holders[shingle])
        most, best = max(((number, -other) for other, number in shared.items()), default=(0, 0))
        if most >= COPIED * len(shingles):
            found[document.id] = longest[-best][1].id
            continue
        # Only what is no copy is compared with: a story that all have printed is one.
        for shingle in shingles:
            if len(holders[shingle]) < COMMON:
                holders[shingle].append(rank)
    return found


def _shingles(text: str) -> frozenset[int]:
    tokens = words(squeeze(text))
    return frozenset(map(hash, zip(*(tokens[at:] for at in range(SHINGLE)), strict=False)))
