"""English words: common ones, abbreviations before figures, units, and what forms share."""

from __future__ import annotations

from functools import lru_cache

from llmcheck.language.text import squeeze
from llmcheck.language.units import MEASURES

STOP_WORDS = frozenset(
    """a about after all also although an and any are as at be because been before being both but
    by can could did do does during each either for from further had has have having he her here
    hers him his how i if in into is it its itself just last like made make many may me might more
    most much must my new no nor not now of off on once one only or other our out over own per
    said same say says shall she should since so some still such than that the their them then
    there these they this those through to too two under until up upon us very was we were what
    when where which while who whom why will with would year years yet you your""".split()
)
"""Words too common to tell what a sentence is about."""

BEFORE_FIGURES = frozenset(
    """approx art arts avg c ca ch chap chaps circa cl dept ed est ext fig figs flt fl incl lvl
    max min no nos nr p para paras pg pgs pp pt pts rd ref rm rt rte sec secs st tab tel temp
    vol vols v vs wt""".split()
)
"""Abbreviations that newspapers and manuals write before a number."""

CURRENCIES = {
    "$": "USD", "us$": "USD", "dollar": "USD", "usd": "USD", "€": "EUR", "euro": "EUR",
    "eur": "EUR", "£": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY",
    "a$": "AUD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD",
}  # fmt: skip
"""Signs and names of currencies, in lower case and singular, with their codes."""

# The same words are compared many times over; the cache holds a few megabytes.
_REMEMBERED = 1 << 14


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A crude common form of a word: enough to match "layoffs" with "layoff"."""
    word = squeeze(word).removesuffix("'s").replace("'", "").replace(".", "")
    for suffix, put in (
        ("sses", "ss"), ("ies", "y"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""),
        ("ments", "ment"), ("ers", "er"), ("es", "e"), ("s", ""), ("e", ""),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(suffix)] + put
            break
    return word.removesuffix("e")


def unit_of(word: str) -> str:
    """The unit that a word after a number names: a currency's code, a measure, or the word.

    "years" is the one measure in the plural: "year" is the unit of a date.
    """
    word = word.lower()
    singular = "inch" if word == "inches" else word.removesuffix("s")
    if singular == "year":
        return "years"
    return CURRENCIES.get(singular, singular if singular in MEASURES else word)
