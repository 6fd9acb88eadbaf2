"""The second language: German texts through the same door, and beside English ones."""

from __future__ import annotations

import pytest
from repository import ROOT

from llmcheck import Checker
from llmcheck.evaluation import read_gold
from llmcheck.language.detection import language_of
from llmcheck.language.figures import quantities, same_numbers
from llmcheck.language.names import names
from llmcheck.language.pack import pack
from llmcheck.language.sentences import sentences
from llmcheck.language.support import missing_names, missing_numbers
from llmcheck.models import Position
from llmcheck.numbering import NumberedSet

CANAL_LOCK = ROOT / "benchmarks" / "held_out" / "canal-lock"


def cut(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in sentences(text, "de")]


@pytest.mark.parametrize(
    "text",
    [
        "Das Tor kostete ca. 40 Mio. Euro.",
        "Vgl. Abs. 3 der Hafenordnung.",
        "Die Mauer ist max. 12 Meter hoch.",
        "Es waren z. B. 3 Boote im Hafen.",
        "Dr. Moe wohnt in der Hafenstr. 5 am Fluss.",
        "Am Sa. 14. März kam Dr. Moe an.",
        "Am 14. März lief das Schiff ein.",
        "Vom 1. bis zum 2. April blieb die Schleuse zu.",
        "Um 2.50 Uhr liefen 41.800 Kubikmeter aus.",
        "Ludwig II. baute das Schloss.",
        "Am Freitag, dem 13. März, lief das Schiff ein.",
    ],
)
def test_abbreviations_dates_and_ordinals_end_no_sentence(text: str) -> None:
    assert cut(f"{text} Alle sahen zu.") == [text, "Alle sahen zu."]


def test_a_figure_may_end_a_sentence() -> None:
    assert cut("Sie kam auf Platz 3. Er sah zu.") == ["Sie kam auf Platz 3.", "Er sah zu."]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.200 Gäste", 1200),
        ("1.234.567,89 Euro", 1234567.89),
        ("12,2 Meter", 12.2),
        ("3,5 Millionen Euro", 3.5e6),
        ("2,5 Mio. Euro", 2.5e6),
        ("drei Millionen Euro", 3e6),
        ("sechsundachtzig Häuser", 86),
        ("zweihundertzehn Häuser", 210),
        ("eintausendzweihundert Gäste", 1200),
        ("der 14. März", 14),
    ],
)
def test_numbers_are_read_as_german_writes_them(text: str, value: float) -> None:
    assert [quantity.value for quantity in quantities(text, "de")] == [value]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("86 Häuser", "sechsundachtzig Häuser", True),
        ("1.200 Gäste", "1200 Gäste", True),
        ("3,5 Millionen Euro", "3.500.000 Euro", True),
        ("rund 42.000 Kubikmeter", "41.800 Kubikmeter", True),
        ("um 5 % gestiegen", "um 5 % gefallen", True),
        ("86 Häuser", "140 Häuser", False),
        ("86 und 86 Häuser", "86 und 140 Häuser", False),
        ("86 Häuser", "viele Häuser", None),
    ],
)
def test_equal_figures_are_seen(a: str, b: str, same: bool | None) -> None:
    assert same_numbers(a, b, "de") is same_numbers(b, a, "de") is same


def test_a_number_is_borne_out_in_words_or_in_another_language() -> None:
    assert missing_numbers("Es waren 86 Häuser.", "Sechsundachtzig Häuser.", "de") == []
    assert missing_numbers("It cost 3.5 million.", "3,5 Millionen Euro", "de", "en") == []
    assert missing_numbers("Eighty-six homes.", "86 Häuser", "de", "en") == []
    assert missing_numbers("140 Häuser", "86 Häuser", "de") == ["140"]


def test_no_name_is_missed_where_every_noun_has_a_capital() -> None:
    assert names("Wiebke Tammling sah den Hafen.", "de") == ["Wiebke", "Tammling", "Hafen"]
    assert missing_names("Wiebke Tammling sah den Hafen.", "Niemand sah etwas.", "de") == []


@pytest.mark.parametrize(
    ("one", "other"), [("Häuser", "Hauses"), ("Schleuse", "Schleusen"), ("Schiffs", "Schiffe")]
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert pack("de").stem(one) == pack("de").stem(other)


def test_different_words_keep_different_stems() -> None:
    told = ("Tor", "Tür", "Schiff", "Schlick", "Schleuse", "Kanal", "Kammer", "Haus", "Hof")
    assert len({pack("de").stem(word) for word in told}) == len(told)


def test_what_a_text_is_about_is_in_no_article_and_no_preposition() -> None:
    stems = pack("de").stems
    assert stems("Die Häuser unter dem Wasser") == stems("Wasser in den Häusern")


def test_a_dispute_between_documents_of_two_languages_is_found() -> None:
    corpus = read_gold(CANAL_LOCK).read_documents()
    numbered = NumberedSet(corpus.documents)
    report = Checker(replay=ROOT / "fixtures" / "canal-lock").check(corpus)

    def languages(position: Position) -> set[str]:
        return {numbered[doc_id].language for doc_id in position.doc_ids}

    across = [
        d for d in report.disputes if {"de", "en"} == set().union(*map(languages, d.positions))
    ]
    assert report.failures == ()
    assert "How many houses" in " ".join(dispute.question for dispute in across)
    assert any(languages(p) == {"de", "en"} for d in across for p in d.positions)


def test_a_short_german_sentence_shows_its_language() -> None:
    assert language_of("Das Schiff lag in der Kammer und sank.") == "de"
