"""What a text writes as names."""

from __future__ import annotations

import re

from llmcheck.language.pack import pack
from llmcheck.language.text import WORD, squeeze

_OPENS = re.compile(r"[.!?:]['\"”’)]*\s+['\"“‘(]*$")
_POSSESSIVE = re.compile(r"['’]s?$")


def names(text: str, language: str) -> list[str]:
    """Words written as names: capitalised or with inner capitals, the sentence's first word aside.

    The first word counts when another capitalised word follows it, or when it can be nothing
    else (an acronym, inner capitals). In a language that writes every noun with a capital, these
    are among them.
    """
    stop_words = pack(language).stop_words
    found = []
    tokens = list(WORD.finditer(text))
    for index, token in enumerate(tokens):
        word = token.group()
        if not _looks_like_name(word):
            continue
        # Only what parts it from the word before is searched: the whole text every time is slow.
        gap = text[tokens[index - 1].end() if index else 0 : token.start()]
        opening = index == 0 or _OPENS.search(gap)
        following = tokens[index + 1].group() if index + 1 < len(tokens) else ""
        if opening and not (_has_inner_capital(word) or _looks_like_name(following)):
            continue
        if squeeze(word) not in stop_words:
            found.append(_POSSESSIVE.sub("", word))
    return found


def _looks_like_name(word: str) -> bool:
    return word[:1].isupper() or _has_inner_capital(word)


def _has_inner_capital(word: str) -> bool:
    return any(c.isupper() for c in word[1:])
