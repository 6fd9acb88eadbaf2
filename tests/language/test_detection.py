"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.language.cldr import english_names
from llmcheck.language.detection import ENOUGH, UNKNOWN, language_name, language_of
from llmcheck.language.pack import known_packs

DUTCH = (
    "De veerboot vertrok maandag niet uit de haven. De exploitant sprak van schade aan de "
    "motor en zei dat niemand gewond was geraakt. De bewoners van het eiland moesten in de "
    "stad wachten tot het was hersteld. Het is nog niet bekend wanneer de dienst weer begint,"
    " maar er is een boot van de gemeente over het water gegaan."
)
SPANISH = (
    "El ferry no salió el lunes del puerto. El operador habló de un daño en el motor y dijo "
    "que nadie había resultado herido. Los habitantes de la isla tuvieron que esperar en la "
    "ciudad. No se sabe cuándo volverá a funcionar, pero ya han pedido un motor a la fábrica "
    "del continente."
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many boats were moved to the other quay?", "en"),
        ("Did the ferry stop before or after the storm?", "en"),
        ("Who said “First the rope sang, then it broke”?", "en"),
        ("Wie viele Boote lagen am anderen Kai?", "de"),
        ("Das Schiff lag in der Kammer und sank.", "de"),
        (DUTCH, "nl"),
        (SPANISH, "es"),
        ("", UNKNOWN),
        ("12 14 16", UNKNOWN),
    ],
)
def test_a_text_shows_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_what_is_stated_counts_where_a_text_is_short_or_shows_none() -> None:
    assert language_of("Lit.", stated="de-AT") == "de"
    assert language_of("12 14 " * ENOUGH, stated="fr_CA") == "fr"
    assert language_of(DUTCH, stated="en") == "nl"


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text).isalpha()


def test_languages_are_named_as_english_does_it() -> None:
    assert language_name("de") == "German"
    assert language_name("de-AT") == "German"
    assert language_name("zz") == "zz"


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


def test_languages_with_a_folder_are_called_as_cldr_calls_them() -> None:
    named = {each.code: each.name for each in known_packs().values() if each.name}
    assert "en" in named
    assert named == {code: english_names()[code] for code in named}
