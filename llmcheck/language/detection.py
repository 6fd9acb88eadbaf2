"""Which language a text is in, and what languages are called."""

from __future__ import annotations

import re
from functools import cache, lru_cache

SAMPLE = 20_000
"""Characters that tell a text's language well enough."""
ENOUGH = 300
"""Characters from which a text shows its language more surely than a tag states it."""
UNKNOWN = "en"
"""Taken for a text that shows no language: a table of numbers, say."""
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def language_of(text: str, *, stated: str | None = None) -> str:
    """The language of a text, as a code such as ``de``.

    What the text itself shows counts first: pages often state the language of their template.
    ``stated`` (a tag such as ``de-AT``) counts where the text is short or shows none.
    """
    if len(text) < ENOUGH and stated:
        return _primary(stated) or UNKNOWN
    return _detected(text[:SAMPLE]) or _primary(stated) or UNKNOWN


def language_name(code: str) -> str:
    """What English calls a language (``German`` for ``de``); the code itself where unknown."""
    return _names().get(_primary(code) or code, code)


@lru_cache(maxsize=1 << 10)
def _detected(text: str) -> str | None:
    # By the frequency of letters, as charset-normalizer ranks languages.
    from charset_normalizer.cd import coherence_ratio

    ranked = coherence_ratio(text, threshold=0.1)
    return _codes().get(ranked[0][0]) if ranked else None


def _primary(tag: str | None) -> str | None:
    """The language that a tag names; None for what is no tag: a page may state a sentence, and
    prompts name the language outside of what they call material."""
    found = _TAG.fullmatch(tag.strip()) if tag else None
    return found[1].lower() if found else None


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    return {str(code): str(name) for code, name in Locale("en").languages.items()}


@cache
def _codes() -> dict[str, str]:
    two_letters = {name: code for code, name in _names().items() if len(code) == 2}
    return {**two_letters, "Norwegian": "no", "Slovene": "sl", "Simple English": "en"}
