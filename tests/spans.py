"""What holds for spans of any text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from llmcheck.language.blocks import Block
from llmcheck.language.sentences import Sentence


def assert_spans(text: str, spans: Sequence[Block | Sentence]) -> None:
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        quote = text[span.start : span.end]
        assert quote == quote.strip()
    for before, after in pairwise((span.start, span.end) for span in spans):
        assert before[1] <= after[0]
