"""German: its words. Numerals are text2num's, months and scales ("Mio.") CLDR's."""

from __future__ import annotations

from llmcheck.language.german.words import BEFORE_FIGURES, STOP_WORDS, stem
from llmcheck.language.pack import Pack

GERMAN = Pack(
    "de",
    stop_words=STOP_WORDS,
    before_figures=BEFORE_FIGURES,
    capital_nouns=True,
    stem=stem,
)
