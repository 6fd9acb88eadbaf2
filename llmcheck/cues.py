"""Who asserts a sentence, and the time it speaks of: read off English wording, without a model.

A small model asked for both fills the fields with noise at a third of the tokens; the wordings
of news prose are few.
"""

from __future__ import annotations

import re

from llmcheck.language.text import DAYS, MONTHS

# Words of bounded length: "A.A.A..." without an end would take quadratic time.
_NAME = r"(?:(?:[A-Z][\w.'’-]{0,40}|of|the|de|van|von|al|bin)\s+){0,4}[A-Z][\w'’-]{0,40}"
_SAY = (
    r"(?:said|says|told|tells|wrote|writes|added|adds|announced|announces|explained|explains|"
    r"acknowledged|acknowledges|confirmed|confirms|claimed|claims|stated|states|argued|argues|"
    r"insisted|insists|maintained|maintains|noted|notes|warned|warns|denied|denies|estimated|"
    r"estimates|reported|reports|emphasized|emphasised|indicated|suggested|admitted|admits)"
)
_SPEAKER = [
    re.compile(rf"\b(?P<who>{_NAME})(?:,[^,.;]{{1,60}},)?\s+(?:has\s+|had\s+|also\s+)?{_SAY}\b"),
    re.compile(rf"[,”\"’']\s*{_SAY}\s+(?:the\s+|a\s+|an\s+)?(?P<who>{_NAME})"),
    re.compile(rf"\b[Aa]ccording\s+to\s+(?:the\s+|a\s+|an\s+)?(?P<who>{_NAME})"),
    re.compile(rf"\b(?P<who>{_NAME})\s+(?:is|was)\s+quoted\b"),
]
_NOBODY = re.compile(
    rf"(?:{_SAY}|He|She|It|They|We|I|You|Who|This|That|The|Officials|Sources|"
    rf"{DAYS})\b"
)
_PRONOUN = re.compile(rf"\b(?:[Hh]e|[Ss]he)\s+(?:also\s+)?{_SAY}\b")
# Not at the beginning, where any word has a capital, unless a second one follows.
_FULL_NAME = re.compile(
    r"(?<=[\w,:;”\"’] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)+"
)
# An attribution rules its sentence when it opens or closes it.
_EDGE = 30
_MONTH = rf"(?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_TIME = re.compile(
    rf"""\b(?:
      (?i:early|mid|late|the\s+(?:first|second)\s+half\s+of|the\s+end\s+of)[\s-]+(?:{_MONTH}\s+)?
          (?:19|20)\d\d
    | (?:{DAYS},?\s+)?(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?)
          (?:,?\s+(?:19|20)\d\d)?
    | {_MONTH}(?:\s+of)?\s+(?:19|20)\d\d
    | (?i:in|since|by|until|last|next|this)\s+{_MONTH}(?:,?\s+(?:19|20)\d\d)?(?!\w)
    | (?i:last|this|next|earlier\s+this|later\s+this)\s+(?:week|month|year|quarter|spring|summer|
          autumn|fall|winter|night|{DAYS})
    | (?i:in|since|by|until|of|from|before|after|during)\s+(?:19|20)\d\d
    | (?i:on\s+)?{DAYS}(?:\s+(?:morning|afternoon|evening|night))?
    | (?i:yesterday | today | tomorrow)
    )\b""",
    re.VERBOSE,
)
_LEADING = re.compile(r"^(?:in|on|since|by|until|of|from|before|after|during)\s+", re.IGNORECASE)


def speaker_of(claim: str, sentence: str, before: str = "") -> str | None:
    """Who asserts the claim, in the words of the text; None for the document itself.

    The claim says so itself, or its sentence does at its beginning or end: an attribution in
    the middle may belong to another part of the sentence. "He said" is whom the sentence
    ``before`` names first.
    """
    for text, edge in ((claim, len(claim)), (sentence, _EDGE)):
        for pattern in _SPEAKER:
            for match in pattern.finditer(text):
                at_edge = match.start() <= edge or len(text) - match.end() <= edge
                who = _person(match["who"])
                if at_edge and not _NOBODY.match(who):
                    return who
    named = _FULL_NAME.search(before) if _PRONOUN.search(sentence) else None
    return _person(named.group()) if named else None


def time_of(claim: str, sentence: str) -> str | None:
    """The time the claim is about, in the words of the text, without the preposition; else None.

    A time that opens the sentence holds for all of its claims, another only where repeated.
    """
    match = _TIME.search(claim) or _TIME.search(sentence[: 2 * _EDGE])
    return _LEADING.sub("", match.group()) if match else None


def _person(name: str) -> str:
    return re.sub(r"^(?:(?:The|A|An|But|And|Yet|So)\s+)+(?=[A-Z])|['’]s$", "", name)
