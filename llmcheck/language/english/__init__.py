"""English: its words, and its numbers with units, shares, ranges and dates."""

from __future__ import annotations

from llmcheck.language.english.figures import read
from llmcheck.language.english.numerals import PARTS
from llmcheck.language.english.words import BEFORE_FIGURES, STOP_WORDS, stem
from llmcheck.language.pack import Pack

ENGLISH = Pack(
    "en",
    "English",
    stop_words=STOP_WORDS,
    before_figures=BEFORE_FIGURES,
    stem=stem,
    figures=read,
    parts=PARTS,
)
