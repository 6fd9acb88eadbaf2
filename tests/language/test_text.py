"""Words of a text, and forms in which wordings can be compared."""

from __future__ import annotations

from hostile import TEXTS
from hypothesis import given

from llmcheck.language.text import squeeze, words


@given(TEXTS)
def test_words_of_any_text_stand_in_it(text: str) -> None:
    assert all(word in text for word in words(text))


def test_squeeze_makes_wordings_comparable() -> None:
    assert squeeze("  The “Vell’s”\u00a0 \n Quay — OPEN ") == 'the "vell\'s" quay - open'


@given(TEXTS)
def test_squeeze_settles_at_once(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)
