"""The door to what a language has of its own.

A language is a folder here, and a line in the table below. What lies in the folders is asked
through a ``Pack`` and through the functions that take a language's code (``sentences``,
``names``, ``quantities``, ``same_numbers``, ``missing_numbers``, ``missing_names``), and imported
by nobody else. A language without a folder is read by what is known of every language: numbers,
months and days by CLDR, sentences by sentencex, numerals in words by text2num.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from llmcheck.language.cldr import calendar_names, points_days
from llmcheck.language.quantities import Figures
from llmcheck.language.text import squeeze, words


@dataclass(frozen=True)
class Pack:
    """What a language has of its own; without more than a code, what holds for any."""

    code: str
    """Its code, such as ``de``."""
    name: str = ""
    """What English calls it; "" where that is left to CLDR."""
    stop_words: frozenset[str] = frozenset()
    """Words too common to tell what a sentence is about, in lower case."""
    before_figures: frozenset[str] = frozenset()
    """Abbreviations, in lower case without their point, behind which no sentence ends when a
    figure follows."""
    capital_nouns: bool = False
    """Whether it writes every noun with a capital, so that a capital marks no name."""
    stem: Callable[[str], str] = squeeze
    """What the forms of a word have in common; the word in lower case where that is not known."""
    figures: Callable[[str], Figures] | None = None
    """Reads the numbers of a text with their units, and its dates; None where numbers are read
    as they may be meant in any language (``numbers``)."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """What ``figures`` reads as parts of a whole ("third"), with their number."""

    @property
    def calendar_names(self) -> frozenset[str]:
        """Names of months and days of the week, long and short, in lower case."""
        return calendar_names(self.code)

    @property
    def points_days(self) -> bool:
        """Whether its dates have a point behind the day."""
        return points_days(self.code)

    def stems(self, text: str) -> frozenset[str]:
        """Stems of the words and figures of a text that tell what it is about."""
        return frozenset(
            self.stem(word) for word in words(text) if squeeze(word) not in self.stop_words
        )


@cache
def pack(language: str) -> Pack:
    """What a language (a code or tag, ``de`` or ``de-AT``) has of its own."""
    code = primary(language)
    return known_packs().get(code, Pack(code))


def packs(*languages: str) -> tuple[Pack, ...]:
    """Those of several languages, each once, in order."""
    return tuple({each.code: each for each in map(pack, languages)}.values())


def primary(tag: str) -> str:
    """The code of a language, ``de``, without what a tag such as ``de-AT`` adds."""
    return tag.replace("_", "-").partition("-")[0].casefold()


@cache
def known_packs() -> Mapping[str, Pack]:
    """The languages of which something is known, by their codes."""
    # Imported here, since the folders make Packs.
    from llmcheck.language.english import ENGLISH
    from llmcheck.language.german import GERMAN

    return {each.code: each for each in (ENGLISH, GERMAN, Pack("lb", capital_nouns=True))}
