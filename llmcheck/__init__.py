"""Find what a set of documents agrees on, where it contradicts itself, and what is padding.

from llmcheck import Checker, Corpus

report = Checker(model="...").check(Corpus.read("articles/"))
"""

from __future__ import annotations
