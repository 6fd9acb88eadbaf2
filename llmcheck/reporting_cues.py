"""How much a stretch of text reports and how much it merely talks, read off its wording.

What reports is particular: it names somebody, quotes, counts, dates, tells in the past tense.
What fills a page would fit any other, and speaks to "you" in stock phrases. No sign proves
anything alone, so they are counted against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Self

from llmcheck.cues import speaker_of, time_of
from llmcheck.language.quantities import quantities
from llmcheck.language.text import names, squeeze, words
from llmcheck.language.units import MONEY

_QUOTED = re.compile(r"[“\"]([^“”\"]{1,600})[”\"]")
_QUOTED_WORDS = 3
# "- Know Your Rights: ..." has its capitals from the list's style.
_LABEL = re.compile(
    r"^[^\w\n]{0,9}(?:\w[\w'’-]{0,40}[ \t]+){0,5}\w[\w'’-]{0,40}:(?=\s)", re.MULTILINE
)
_POSSESSIVE = re.compile(r"['’]s?$")
# Ordinals of lists, "5 tips", "step 3" count the page's own parts.
_LIST_NUMBER = re.compile(
    r"^[ \t]*(?:\d{1,2}[.)]|[Ss]tep\s+\d{1,2}\b)"
    r"|\b(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+(?:[a-z-]+\s+){0,2}"
    r"(?:tips|ways|steps|tricks|reasons|mistakes|myths|questions|ideas|hacks)\b",
    re.MULTILINE | re.IGNORECASE,
)
_SMALL = 10
_EXACT_UNITS = MONEY | {"%", "pp", "clock", "date", "year"}
# "Millions" leaves open which.
_VAGUE = 100
_SPEECH = re.compile(r"\b(?:said|says|told|testified|announced|according\s+to)\b")
# "Has always brought" tells of no day.
_DEED = re.compile(
    r"\b(?:was|were|did|didn[’']t|had|(?:has|have)\s+(?:not\s+|since\s+|also\s+)?(?:been|\w+ed)"
    r"|(?<!\balways\s)(?<!\blong\s)(?:began|broke|brought|came|fell|found|gave|got|grew|held|kept"
    r"|knew|led|lost|made|met|paid|ran|rose|sank|saw|sent|shook|sold|spoke|stood|struck|took|went"
    r"|withdrew|won|wrote))\b"
)
# Not in questions, which readers are made to ask ("Should I buy one?").
_AUTHOR = re.compile(r"\b(?:I|I[’'](?:m|ve|d|ll)|[Mm]y|me)\b")
_OPINION = re.compile(
    r"\b(?:in\s+my\s+(?:view|opinion|book)|if\s+you\s+ask\s+me|my\s+(?:own\s+)?(?:take|verdict|guess)"
    r"|I\s+(?:think|believe|suspect|doubt|wonder|would\s+argue))\b",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\W*(?:correction|clarification|update|editor[’']s\s+note|disclosure)\s*:", re.IGNORECASE
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_READER = re.compile(r"\byou(?:r|rs|rself|[’']re|[’']ll|[’']ve)?\b", re.IGNORECASE)
# What the stock phrases of filler do: draw morals, see trends, hedge, call to the reader, define.
_STOCK_PHRASES = (
    r"(?:serves?|stands?)\s+as\s+an?\s",
    r"(?:is|are|as|stark|timely|powerful|important|sobering)\s+(?:a\s+)?reminder",
    r"cautionary\s+tale|wake-up\s+call|valuable\s+(?:insight|lesson)s?",
    r"key\s+(?:lesson|takeaway|to\s)|lessons?\s+(?:from|for|is|are)\b",
    r"(?:highlight|underscore|underline|illustrate|demonstrate|reflect)(?:s|ed|ing)?\s+"
    r"(?:the|how|an?|broader|that|both)\b",
    r"(?:shows?|proves?)\s+(?:once\s+)?again|raises?\s+(?:\w+\s+)?questions",
    r"remains\s+to\s+be\s+seen|only\s+time\s+will\s+tell|watch(?:ed|ing)\s+closely",
    r"(?:broader|wider|larger|growing)\s+(?:trends?|shift|pattern|context|challenges?)",
    r"implications|landscape|ecosystem|balancing\s+act|twists\s+and\s+turns",
    r"(?:rapidly|constantly|ever|fast)[\s-]+(?:evolving|changing|shifting)|evolving|fast-paced",
    r"as\s+the\s+(?:\w+\s+){1,3}(?:evolves?|matures?|grows?|changes?|continues)",
    r"(?:more|increasingly)\s+(?:important|crucial|critical|vital|competitive)\b",
    r"(?:is|are|becomes?|becoming)\s+(?:even\s+more\s+)?(?:crucial|essential|vital|paramount)",
    r"crucial|paramount|it[’']s\s+important|plays?\s+an?\s+\w+\s+role|part\s+to\s+play",
    r"an?\s+(?:essential|integral|important|vital)\s+part\s+of|peace\s+of\s+mind",
    r"well[-\s]positioned|best\s+positioned|poised\s+to|opportunities\s+(?:and|for)\b",
    r"long-term\s+(?:success|viability|sustainability|growth|strateg\w+)|navigat(?:e|es|ing)",
    r"stay(?:ing)?\s+(?:informed|ahead|competitive|relevant|safe)",
    r"in\s+today[’']s\b|at\s+the\s+end\s+of\s+the\s+day|in\s+conclusion|going\s+forward",
    r"when\s+it\s+comes\s+to|whether\s+you|look\s+no\s+further|deep\s+dive|dive\s+in",
    r"everything\s+you\s+need|(?:complete|comprehensive|ultimate)\s+guide|(?:read|keep)\s+(?:on|reading)",
    r"(?:companies|businesses|organi[sz]ations|institutions|firms|leaders|professionals|investors"
    r"|consumers|buyers|people|families|individuals|experts)\s+(?:that\s+(?:can|fail|prioriti[sz]e)"
    r"|must|should|may|might|can|need|everywhere|often|generally|usually|who\s+want|suggest"
    r"|believe|agree|recommend|choose|find|consider|of\s+all\s+sizes)\b",
    r"(?:many|most)\s+(?:people|experts|companies|families|consumers)",
    r"(?:can|may|often)\s+(?:vary|differ)|var(?:y|ies)\s+(?:widely|from)",
    r"there\s+are\s+(?:many|several|various)",
    r"is\s+an?\s+(?:type|kind|form|common|term|process|condition)\b",
)
_STOCK = re.compile(rf"\b(?:{'|'.join(_STOCK_PHRASES)})", re.IGNORECASE)
_STOCK_LIMIT = 3


@dataclass(frozen=True)
class Vocabulary:
    """The names of a corpus, and the words it writes in lower case."""

    names: Set[str] = frozenset()
    plain: Set[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Read blocks of running text: in headings and menus, capitals mean little."""
        found: set[str] = set()
        plain: set[str] = set()
        for text in texts:
            text = _LABEL.sub("", text)
            found.update(name for name in names(text) if _identifies(name))
            plain.update(word for word in words(text) if word[0].islower())
        return cls(found, plain)

    def named_in(self, text: str) -> set[str]:
        """Names of the corpus in running text, which a common word may be inside a sentence."""
        text = _LABEL.sub("", text)
        return {name for name in names(text) if name in self.names} | self.proper_in(text)

    def proper_in(self, heading: str) -> set[str]:
        """Names of the corpus in a heading, where any word may have a capital."""
        capitalised = {_POSSESSIVE.sub("", word) for word in words(heading) if word[0].isupper()}
        return {word for word in capitalised & self.names if word.lower() not in self.plain}


def balance(text: str, vocabulary: Vocabulary) -> int:
    """Signs that the text reports, less the signs that it would fit any other page."""
    named = min(2, len(vocabulary.named_in(text)))
    stock = {squeeze(found.group()) for found in _STOCK.finditer(text)}
    # Those concerned are told what to do in the news as well, and then it says by whom.
    to_reader = named < 2 and _READER.search(text) is not None
    return named + _evidence(text) - min(_STOCK_LIMIT, len(stock)) - to_reader


def quotes_somebody(text: str) -> bool:
    """Whether it gives somebody's words, and says that they were spoken."""
    return bool(_SPEECH.search(text)) and _QUOTED.search(text) is not None


def is_note(text: str) -> bool:
    """Whether it is the author's note on the article: a correction, update or disclosure."""
    return _NOTE.match(text) is not None


def figures(text: str) -> int:
    """How many numbers measure something; those that count the page's own parts do not."""
    return sum(
        (quantity.unit in _EXACT_UNITS or quantity.value > _SMALL)
        and (quantity.high is None or quantity.high <= _VAGUE * quantity.value)
        for quantity in quantities(_LIST_NUMBER.sub(" ", text))
    )


def _evidence(text: str) -> int:
    time = time_of(text, text)
    quoted = any(len(words(found[1])) >= _QUOTED_WORDS for found in _QUOTED.finditer(text))
    return (
        min(2, figures(text))
        + 2 * quoted
        + bool(_SPEECH.search(text) or speaker_of(text, text))
        + (time is not None and squeeze(time) not in {"today", "tomorrow"})
        + bool(_DEED.search(text))
        + any(_AUTHOR.search(part) for part in _SENTENCE.findall(text) if part[-1] != "?")
        + bool(_OPINION.search(text))
        + 2 * is_note(text)
    )


def _identifies(name: str) -> bool:
    # "AI", "US" or "TV" stand in anybody's text.
    return len(name) > 2
