"""Abbreviations that a figure or a day follows: behind them no sentence ends.

sentencex knows most abbreviations, but ends a sentence behind those that stand before a digit or
a capital. The lists hold what newspapers and manuals write before a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmcheck.language.calendar import calendar_names

BEFORE_FIGURES = {
    "en": frozenset(
        """approx art arts avg c ca ch chap chaps circa cl dept ed est ext fig figs flt fl incl lvl
        max min no nos nr p para paras pg pgs pp pt pts rd ref rm rt rte sec secs st tab tel temp
        vol vols v vs wt""".split()
    ),
    "de": frozenset(
        """abb abs anh art aufl bd bde bzw ca circa evtl ggf gegr geb inkl kap lt max min mind mio
        mrd nr nrn par pkt s sog std st str tab tel tsd u urspr usw vgl vol zzgl ziff""".split()
    ),
}
"""By language code."""

_HALF_DAY = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
_LIST_NUMBER = re.compile(r"(?:^|[:;.]\s)\W*\d{1,3}[.)]$")
_FIRST_WORD = re.compile(r"\W*([^\W_]+)")


def rejoined(parts: Iterator[str], language: str) -> Iterator[str]:
    """The parts of a text, cut behind sentences, with those that were cut too early as one.

    What comes out joins to what went in.
    """
    held = ""
    for part in parts:
        if held and not _goes_on(held.rstrip(), part, language):
            yield held
            held = ""
        held += part
    if held:
        yield held


def _goes_on(before: str, after: str, language: str) -> bool:
    first = _FIRST_WORD.match(after)
    if first is None:
        return False
    if _LIST_NUMBER.search(before):
        return True
    if _HALF_DAY.search(before):
        return first[1].casefold() in calendar_names(language)
    last = _LAST_WORD.search(before)
    known = BEFORE_FIGURES.get(language, frozenset())
    return last is not None and last[1].casefold() in known and first[1][0].isdigit()
