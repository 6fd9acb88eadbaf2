"""The kinds of finding as rules with codes, for linters' lines, SARIF and the like."""

from __future__ import annotations

from collections.abc import Iterable

from llmcheck.models import ContradictionKind, Dispute, PaddingKind

CODES: dict[ContradictionKind, str] = {
    "negation": "LC101",
    "numeric": "LC102",
    "temporal": "LC103",
    "entity": "LC104",
    "location": "LC105",
    "attribution": "LC106",
    "causal": "LC107",
    "category": "LC108",
    "definition": "LC109",
    "implicit": "LC110",
}
"""The lint code of each kind, most severe first. A code never changes its meaning."""

PADDING_CODES: dict[PaddingKind, str] = {
    "site_chrome": "LC201",
    "related_links": "LC202",
    "promotion": "LC203",
    "seo_filler": "LC204",
    "repeated": "LC205",
    "injection": "LC206",
}
"""The code of each kind of padding. A code never changes its meaning."""

MEANINGS: dict[ContradictionKind | PaddingKind, str] = {
    "negation": "one source states what another denies",
    "numeric": "sources give figures that cannot all be true",
    "temporal": "sources give different times for one event",
    "entity": "sources name different people, organisations or things in one role",
    "location": "sources place one event or thing differently",
    "attribution": "sources ascribe one statement or act to different people",
    "causal": "sources give causes that exclude each other",
    "category": "sources say that one thing is of different kinds",
    "definition": "sources explain one term differently",
    "implicit": "what sources say cannot all be true, though none says so outright",
    "site_chrome": "page furniture: navigation, share bars, notices, footers",
    "related_links": "links to other articles",
    "promotion": "promotion: subscriptions, offers, the publisher's own products",
    "seo_filler": "filler that says nothing about the topic",
    "repeated": "words that stand elsewhere in the documents already",
    "injection": "words that address a language model instead of a reader",
}
"""What each kind means, to stand in the middle of a sentence."""


def rank_disputes(disputes: Iterable[Dispute]) -> list[Dispute]:
    """The disputes, most severe first: by code, then by confidence."""
    severity = list(CODES)
    return sorted(disputes, key=lambda d: (severity.index(d.kind), -d.confidence))
