"""The door: what a language has of its own, and what holds for one of which nothing is known."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from llmcheck.language.pack import known_packs, pack, packs


def test_every_language_with_a_folder_is_behind_the_door_and_nobody_else_imports_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (_, contract) = project["tool"]["importlinter"]["contracts"]
    folders = {path.parent.name for path in (ROOT / "llmcheck/language").glob("*/__init__.py")}
    assert set(contract["protected_modules"]) == {f"llmcheck.language.{name}" for name in folders}
    assert contract["allowed_importers"] == ["llmcheck.language.pack"]
    assert len([known for known in known_packs().values() if known.stop_words]) == len(folders)


def test_a_language_is_found_by_its_code_or_by_a_tag() -> None:
    assert pack("de") is pack("de-AT") is pack("DE_ch")
    assert packs("en-GB", "de", "en") == (pack("en"), pack("de"))


def test_a_language_without_a_folder_has_what_cldr_knows() -> None:
    french = pack("fr")
    assert (french.code, french.stop_words, french.figures) == ("fr", frozenset(), None)
    assert {"mars", "mardi"} <= french.calendar_names
    assert french.stems("Le Pont LE pont") == {"le", "pont"}


@given(st.text())
def test_any_tag_has_a_pack(tag: str) -> None:
    assert isinstance(pack(tag).calendar_names, frozenset)


@pytest.mark.parametrize("code", ["en", "de"])
def test_stop_words_and_abbreviations_are_written_as_they_are_looked_up(code: str) -> None:
    for word in pack(code).stop_words | pack(code).before_figures:
        assert word == word.casefold().strip(".")


def test_what_a_text_is_about_are_neither_its_stop_words_nor_the_endings_of_others() -> None:
    assert pack("en").stems("The 40 singers of the choir were there") == {"40", "singer", "choir"}
