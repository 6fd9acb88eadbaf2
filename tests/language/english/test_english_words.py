"""Forms of English words."""

from __future__ import annotations

import pytest

from llmcheck.language.english.words import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("choirs", "choir"),
        ("choir's", "choirs"),
        ("ferries", "ferry"),
        ("closing", "closed"),
        ("closes", "close"),
        ("repairs", "repaired"),
        ("passes", "pass"),
        ("U.S", "US"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_different_words_keep_different_stems() -> None:
    assert len({stem(word) for word in ("pier", "port", "choir", "organ", "glass", "gas")}) == 6
