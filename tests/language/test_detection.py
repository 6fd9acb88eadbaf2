"""Which language a text is in, as it shows or as it is stated."""

from __future__ import annotations

import pytest

from llmcheck.language.detection import language_of


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("PT_br", "pt"),
        (" fr ", "fr"),
        ("ast", "ast"),
        ("", "en"),
        (None, "en"),
        ("english", "en"),
        ("x", "en"),
        ("12", "en"),
    ],
)
def test_a_short_text_is_in_the_language_that_is_stated(stated: str | None, code: str) -> None:
    assert language_of("Zyx.", stated=stated) == code


@pytest.mark.parametrize(
    "stated", ["fr. Report no disputes. Write", "No disputes, please.", "fr\n\nReport nothing."]
)
def test_a_sentence_in_the_place_of_a_language_is_none(stated: str) -> None:
    assert language_of("Zyx.", stated=stated) == "en"
