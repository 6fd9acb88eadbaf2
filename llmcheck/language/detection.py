"""Which language a text is in, and what languages are called."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache

from llmcheck.language.cldr import english_names
from llmcheck.language.pack import known_packs, pack, primary
from llmcheck.language.text import squeezed, words

SAMPLE = 20_000
"""Characters that tell a text's language well enough."""
ENOUGH = 300
"""Characters from which a text shows its language more surely than a tag states it."""
COMMON = 0.25
"""Share of a language's stop words from which a text is in it: a text has a third and more of
its own, and of those of a near relative (Afrikaans, read as German) a fifth at most."""
UNKNOWN = "en"
"""Taken for a text that shows no language: a table of numbers, say."""
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


def language_of(text: str, *, stated: str | None = None) -> str:
    """The language of a text, as a code such as ``de``.

    What the text itself shows counts first: pages often state the language of their template.
    ``stated`` (a tag such as ``de-AT``) counts where the text is short or shows none.
    """
    tag = _code(stated)
    if len(text) < ENOUGH and tag:
        return tag
    shown = text[:SAMPLE]
    return _by_words(shown) or _by_letters(shown) or tag or UNKNOWN


def language_name(code: str) -> str:
    """What English calls a language (``German`` for ``de``); the code itself where unknown."""
    return pack(code).name or english_names().get(primary(code), code)


def _code(tag: str | None) -> str | None:
    """The language that a tag names; None for what is no tag: a page may state a sentence, and
    prompts name the language outside of what they call material."""
    return primary(tag.strip()) if tag and _TAG.fullmatch(tag.strip()) else None


@lru_cache(maxsize=1 << 10)
def _by_words(text: str) -> str | None:
    """The language with a folder whose stop words the text is full of, even a short one."""
    told = words(text)
    counts = Counter(squeezed(told))
    found = {
        code: sum(count for word, count in counts.items() if word in own.stop_words)
        for code, own in known_packs().items()
    }
    best = max(found, key=found.__getitem__)
    return best if told and found[best] >= COMMON * len(told) else None


@lru_cache(maxsize=1 << 10)
def _by_letters(text: str) -> str | None:
    """The language whose letters are as frequent, as charset-normalizer ranks them.

    Of a few words, or of many names, it may be far off.
    """
    from charset_normalizer.cd import coherence_ratio

    ranked = coherence_ratio(text, threshold=0.1)
    return _codes().get(ranked[0][0]) if ranked else None


@cache
def _codes() -> dict[str, str]:
    two_letters = {name: code for code, name in english_names().items() if len(code) == 2}
    return {**two_letters, "Norwegian": "no", "Slovene": "sl", "Simple English": "en"}
