"""Cuts a text into blocks and sentences, and names what a claim can be checked by.

Every span counts characters of the text that was handed in; nothing is altered or moved.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from llmcheck.language.abbreviations import rejoined

_ITEM_MARK = re.compile(r"\s*(?:[-*•‣◦–+]|\d{1,2}[.)]|\[[ x]\])\s+(?=\S)")
_HEADING_MARK = re.compile(r"\s*#{1,6}\s")
_SENTENCE_END = re.compile(r"[.!?…:;,]['\"”’)\]*_]*\s*$")
_ODD_SPACE = re.compile(r"\n|[^\S\x00-\x7f]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_HEADING_LENGTH = 120
# The same words and claims are compared many times over; the caches hold a few megabytes.
_REMEMBERED = 1 << 14
# Prose is wrapped by hand between these widths; a line beyond is a paragraph of its own.
_WRAP_WIDTHS = range(40, 121)


class Block(NamedTuple):
    """A paragraph, list item or heading: ``text[start:end]``, without outer white space."""

    start: int
    end: int
    kind: Literal["heading", "item", "paragraph"]


class Sentence(NamedTuple):
    """A sentence: ``text[start:end]``, without outer white space."""

    start: int
    end: int
    block: int
    """Index of the block it stands in."""


def blocks(text: str) -> list[Block]:
    """Blocks of the text, in order.

    Blank lines part blocks. Inside, every line is a block of its own unless the lines are one
    hand-wrapped paragraph.
    """
    lines = [match.span() for match in re.finditer(r"[^\n]*\n?", text)]
    spans: list[tuple[int, int]] = []
    for blank, paragraph in groupby(lines, key=lambda line: not text[slice(*line)].strip()):
        if not blank:
            spans.extend(_join_wrapped(text, list(paragraph)))
    trimmed = [span for start, end in spans if (span := _trim(text, start, end)) is not None]
    return [
        Block(start, end, _kind(text[start:end], last=index == len(trimmed) - 1))
        for index, (start, end) in enumerate(trimmed)
    ]


def sentences(text: str, language: str = "en") -> list[Sentence]:
    """Sentences of the text, in order, without list markers; a heading is one sentence.

    Those without a letter or digit are left out. ``language`` is a code such as ``de``: it
    decides which abbreviations end no sentence.
    """
    from sentencex import segment

    found = []
    for index, block in enumerate(blocks(text)):
        marker = _ITEM_MARK.match(text, block.start, block.end)
        offset = marker.end() if marker else block.start
        # A wrapped line is no sentence end; sentencex panics at white space beyond ASCII. One
        # character for another keeps the offsets.
        body = _ODD_SPACE.sub(" ", text[offset : block.end])
        cut = (
            iter([body])
            if block.kind == "heading"
            else rejoined(segment(language, body), language)
        )
        for part in cut:
            span = _trim(text, offset, offset + len(part))
            if span is not None and _WORD.search(text, *span):
                found.append(Sentence(*span, index))
            offset += len(part)
    return found


def words(text: str) -> list[str]:
    """Words of the text as they stand, without punctuation."""
    return _WORD.findall(text)


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, on which an offset lies."""
    return text.count("\n", 0, offset) + 1


def one_line(text: str) -> str:
    """The text with single spaces, on one line."""
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """The text in lower case, with plain quotes and single spaces: for comparing wordings."""
    plain = text.translate(_PLAIN)
    return " ".join(plain.casefold().split())


_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})

STOPWORDS = frozenset(
    """a about after all also although an and any are as at be because been before being both but
    by can could did do does during each either for from further had has have having he her here
    hers him his how i if in into is it its itself just last like made make many may me might more
    most much must my new no nor not now of off on once one only or other our out over own per
    said same say says shall she should since so some still such than that the their them then
    there these they this those through to too two under until up upon us very was we were what
    when where which while who whom why will with would year years yet you your""".split()
)
"""Words too common to tell what a sentence is about."""

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
"""Months and days of the week, as parts of a regular expression."""


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A crude common form of an English word: enough to match "layoffs" with "layoff"."""
    word = squeeze(word).removesuffix("'s").replace("'", "").replace(".", "")
    for suffix, put in (
        ("sses", "ss"), ("ies", "y"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""),
        ("ments", "ment"), ("ers", "er"), ("es", "e"), ("s", ""), ("e", ""),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(suffix)] + put
            break
    return word.removesuffix("e")


@lru_cache(maxsize=_REMEMBERED)
def content_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry the text's meaning: no stop words, no bare numbers."""
    return frozenset(
        stem(word)
        for word in words(text)
        if squeeze(word) not in STOPWORDS and not word[0].isdigit()
    )


def names(text: str) -> list[str]:
    """Words written as names: capitalised or with inner capitals, the sentence's first word aside.

    The first word counts when another capitalised word follows it, or when it can be nothing
    else (an acronym, inner capitals).
    """
    found = []
    tokens = list(_WORD.finditer(text))
    for index, token in enumerate(tokens):
        word = token.group()
        if not _looks_like_name(word):
            continue
        # Only what parts it from the word before is searched: the whole text every time is slow.
        gap = text[tokens[index - 1].end() if index else 0 : token.start()]
        opening = index == 0 or re.search(r"[.!?:]['\"”’)]*\s+['\"“‘(]*$", gap)
        following = tokens[index + 1].group() if index + 1 < len(tokens) else ""
        if opening and not (_has_inner_capital(word) or _looks_like_name(following)):
            continue
        if squeeze(word) not in STOPWORDS:
            found.append(re.sub(r"['’]s?$", "", word))
    return found


def _looks_like_name(word: str) -> bool:
    return word[:1].isupper() or _has_inner_capital(word)


def _has_inner_capital(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    return (start, end) if start < end else None


def _join_wrapped(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One span for the lines if they are one paragraph wrapped at a fixed width, else each.

    Wrapped greedily at a width, no line had room for the first word of the next one; lines
    that were ended on purpose nearly always had.
    """
    bodies = [text[start:end].rstrip() for start, end in lines]
    width = max(map(len, bodies))
    wrapped = (
        len(lines) > 1
        and width in _WRAP_WIDTHS
        and not any(map(_ITEM_MARK.match, bodies[1:]))
        and all(
            len(line) + 1 + len(following.split()[0]) > width
            for line, following in pairwise(bodies)
        )
    )
    return [(lines[0][0], lines[-1][1])] if wrapped else lines


def _kind(body: str, *, last: bool) -> Literal["heading", "item", "paragraph"]:
    if _HEADING_MARK.match(body):
        return "heading"
    if _ITEM_MARK.match(body):
        return "item"
    short = len(body) <= _HEADING_LENGTH and "\n" not in body
    if short and not last and not _SENTENCE_END.search(body):
        return "heading"
    return "paragraph"
