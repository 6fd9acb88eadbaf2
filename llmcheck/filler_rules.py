"""Filler that code can tell by its section: how-to lists, definitions, self-portraits.

A section is taken for filler only when nothing in it reports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache

from llmcheck.language.text import Block
from llmcheck.padding_rules import Rule
from llmcheck.reporting_cues import Vocabulary, balance, figures, quotes_somebody

_NUMBERS = dict(
    zip("two three four five six seven eight nine ten".split(), range(2, 11), strict=True)
)
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)})"
_HOW_TO = re.compile(
    rf"""(?:the\s+|our\s+)?(?:top\s+|best\s+)?(?:
      {_COUNT}\s+(?:[\w'’-]+\s+){{0,4}}(?:tips|ways|steps|tricks|hacks|habits|mistakes|myths|signs
        |ideas|reasons|benefits)\b
    | (?:[\w-]+\s+)?tips\s+(?:for|to|on) | how\s+to\s+\w
    | (?:pros\s+and\s+cons|advantages\s+and\s+disadvantages)\s+of
    | (?:an?\s+|the\s+|your\s+)?(?:beginner[’']s|step-by-step|complete|ultimate)\s+guide\s+to
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"\b(?:tips|steps|strategies|best\s+practices|checklist|(?:things|points)\s+to\s+(?:consider|remember"
    r"|keep\s+in\s+mind))\b[^.:\n]{0,60}:\Z",
    re.IGNORECASE,
)
_PART = re.compile(r"(?:#{1,6}\s+)?(?:\*\*)?(?:(?:step|tip)\s+)?#?\d{1,2}\s*[.):]", re.IGNORECASE)
_DEFINED = re.compile(
    r"what(?:\s+(?:is|are)|[’']s)\s+(?:an?\s+|the\s+)?(?P<term>[^?\n]{2,60})\?\s*", re.IGNORECASE
)
_DEFINING = re.compile(
    r"(?:an?\s+|the\s+)?(?P<term>[^.!?\n]{2,80}?)\s+"
    r"(?:is|are|refers?\s+to|means?|describes?|happens?|occurs?)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"about\s+(?P<whom>[^.?!\n]{2,80})", re.IGNORECASE)
_OURSELVES = re.compile(
    r"us|the\s+(?:company|author|publisher|group|firm|buyer|seller|maker|organi[sz]ation)",
    re.IGNORECASE,
)
_PORTRAIT = re.compile(
    r"""\b(?:we|our|us|mission|vision|passion(?:ate)?|committed|commitment|dedicated|leading
    |leader|world-class|innovati(?:ve|on)|learn\s+more|visit|is\s+an?|specialist\s+in
    |(?:provid|offer|deliver|develop|mak|help|serv|speciali[sz])(?:e?s|es|ing))\b""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT = 120
# Beyond, a hostile page of lists in lists takes quadratic time.
_LONGEST = 60

REPORTS = 2
"""The ``balance`` from which a stretch of text reports, in a page known to hold filler."""

_TIPS = Rule("seo_filler", "General tips.")
_DEFINITION = Rule("seo_filler", "It explains a term.")
_SELF_PORTRAIT = Rule("promotion", "A company's words about itself.")


def filler_sections(
    text: str, found: Sequence[Block], vocabulary: Vocabulary, *, headline: Set[int] = frozenset()
) -> dict[int, Rule]:
    """Rules that blocks of a document break together, by the blocks' index.

    ``vocabulary`` is the corpus's: a section that names what the corpus names is none of these.
    ``headline`` lists the blocks that hold the document's: a section is less than the whole.
    """
    bodies = [text[block.start : block.end] for block in found]
    rules: dict[int, Rule] = {}

    @cache
    def reports(index: int) -> bool:
        return balance(bodies[index], vocabulary) >= REPORTS

    for index, body in enumerate(bodies):
        title = body.lstrip("#* ").rstrip("#*: ")
        if index in rules or index in headline or vocabulary.proper_in(title.partition("?")[0]):
            continue
        how_to = _HOW_TO.match(title) if found[index].kind == "heading" else None
        defined = _DEFINED.match(title)
        below = range(0)
        said = False
        if how_to or _LEAD_IN.search(body):
            below, rule = _listed(found, bodies, index, how_to and how_to["count"]), _TIPS
            said = not how_to
        elif defined:
            answer, rule = title[defined.end() :], _DEFINITION
            said = bool(answer)
            if not said:
                below = range(index + 1, min(index + 2, len(found)))
            if not _defines(defined["term"], answer or " ".join(bodies[i] for i in below)):
                continue
        telling = [*below, *([index] if said else [])]
        if telling and not any(map(reports, telling)):
            rules.update(dict.fromkeys([index, *below], rule))
    return rules | _about(found, bodies, vocabulary)


def _listed(found: Sequence[Block], bodies: Sequence[str], index: int, count: str | None) -> range:
    """The blocks that a heading over a list leads to; a list may have lost its marks."""
    start = end = index + 1
    under_part = False
    while end < min(len(found), start + _LONGEST) and (
        found[end].kind == "item" or _PART.match(bodies[end]) or under_part
    ):
        # "Step 1: Dry it" as a heading has its text in the paragraph below.
        under_part = found[end].kind == "heading"
        end += 1
    if end > start:
        return range(start, end)
    parts = _NUMBERS.get((count or "").lower()) or int(count or 1)
    short = [len(body) <= _SHORT for body in bodies[start : start + parts]]
    if len(short) == parts > 1 and all(short):
        return range(start, start + parts)
    return range(start, start + (start < len(found) and found[start].kind == "paragraph"))


def _defines(term: str, answer: str) -> bool:
    """Whether the answer opens as a dictionary's does: "A lock is ..."."""
    subject = _DEFINING.match(answer.lstrip("*_ "))
    return subject is not None and subject["term"].lower().startswith(term.lower().strip("*_ "))


def _about(
    found: Sequence[Block], bodies: Sequence[str], vocabulary: Vocabulary
) -> dict[int, Rule]:
    """Boilerplate under "About ...", as long as it gives no figure."""
    rules: dict[int, Rule] = {}
    for index, below in enumerate(bodies[1:]):
        heading = _ABOUT.fullmatch(bodies[index].strip("#*: "))
        if heading is None or found[index].kind != "heading":
            continue
        whom = heading["whom"]
        ourselves = _OURSELVES.fullmatch(whom) is not None
        if not ourselves and whom.split()[-1].lower() not in below[:_SHORT].lower():
            continue
        if _PORTRAIT.search(below) and not figures(below) and not quotes_somebody(below):
            named = ourselves or vocabulary.proper_in(whom)
            rule = _SELF_PORTRAIT if named else _DEFINITION
            rules.update(dict.fromkeys((index, index + 1), rule))
    return rules
