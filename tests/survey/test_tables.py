"""Tables: every sentence is shown, in tables of a size, and likely partners side by side."""

from __future__ import annotations

from itertools import combinations

import generate
import pytest
from builders import document
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck.numbering import NumberedDocument, NumberedSet
from llmcheck.survey.shapes import Part, Table, TableKey
from llmcheck.survey.tables import NEIGHBOURS, can_be_halved, halves_of, tables_of

FERRY = (
    "The ferry Ida left the harbour of Vell at noon. The captain steered past the lighthouse. "
    "The ferry carried forty cars across the sound. Passengers watched the lighthouse keeper wave."
)
OTHER_FERRY = (
    "At noon the ferry Ida was still in the harbour of Vell. The keeper lit the lighthouse. "
    "Fifty cars crossed the sound on the ferry. The captain waved to the lighthouse keeper."
)
BAKERY = (
    "The bakery sells rye bread every morning. Its oven burns beech wood. The baker kneads dough. "
    "A loaf of rye bread costs four crowns at the bakery."
)


def numbered(*texts: str) -> NumberedSet:
    return NumberedSet(
        [document(text, f"{n}", date=f"2026-01-{n + 1:02}") for n, text in enumerate(texts)]
    )


def shown(tables: list[Table]) -> list[list[tuple[str, int]]]:
    return [
        [(part.document.document.id, number) for part in table.parts for number in part.numbers]
        for table in tables
    ]


def test_a_set_that_fits_is_one_table_in_canonical_order() -> None:
    tables = tables_of(numbered(FERRY, BAKERY).documents, 24_000)
    assert shown(tables) == [[("0", n) for n in range(1, 5)] + [("1", n) for n in range(1, 5)]]


def test_a_larger_set_is_parted_by_matter() -> None:
    documents = numbered(FERRY, BAKERY, OTHER_FERRY).documents
    tables = tables_of(documents, 180)
    assert [{doc for doc, _ in table} for table in shown(tables)] == [{"0", "2"}, {"1"}]


def test_the_sides_of_a_dispute_meet_though_their_documents_do_not_fit() -> None:
    tables = shown(tables_of(numbered(FERRY, OTHER_FERRY).documents, 70))
    assert len(tables) > 1
    assert any(("0", 1) in table and ("1", 1) in table for table in tables)
    assert any(("0", 3) in table and ("1", 3) in table for table in tables)


TEXTS = st.lists(st.lists(st.sampled_from((FERRY + OTHER_FERRY + BAKERY).split(". ")), min_size=1),
                 min_size=1, max_size=4)  # fmt: skip


@settings(deadline=None)
@given(TEXTS, st.integers(30, 400))
def test_every_sentence_is_shown_and_no_table_is_larger_than_it_must_be(
    lines: list[list[str]], size: int
) -> None:
    documents = numbered(*(".\n\n".join(text) + "." for text in lines)).documents
    tables = tables_of(documents, size)
    everything = {(d.document.id, n) for d in documents for n in d.own}
    assert {place for table in shown(tables) for place in table} == everything
    for table in tables:
        assert (
            table.tokens <= size
            or len(table.parts[0].numbers) == table.sentences == 1
            or (sum(len(part.numbers) for part in table.parts) <= 2)
        )
    assert shown(tables_of(documents, size)) == shown(tables)


def test_halving_a_table_ends_at_single_sentences_and_loses_none() -> None:
    level = tables_of(numbered(FERRY, OTHER_FERRY).documents, 24_000)
    seen = 0
    while any(map(can_be_halved, level)):
        level = [
            half
            for table in level
            for half in (halves_of(table) if can_be_halved(table) else [table])
        ]
        seen += 1
        assert {p for table in shown(level) for p in table} == {
            (doc, n) for doc in "01" for n in range(1, 5)
        }
    assert seen < 12
    assert all(table.sentences == 1 for table in level)


def test_sentences_of_a_copy_that_its_original_has_are_not_shown_again() -> None:
    copy = document(FERRY.replace("forty", "fifty"), "c", copy_of="o")
    both = NumberedSet([document(FERRY, "o"), copy])
    (table,) = shown(tables_of(both.documents, 24_000))
    assert sorted(table) == [("c", 3), ("o", 1), ("o", 2), ("o", 3), ("o", 4)]


def test_naming_documents_in_another_order_changes_no_table() -> None:
    texts = [FERRY, OTHER_FERRY, BAKERY]
    documents = [document(text, f"{n}") for n, text in enumerate(texts)]
    for size in (60, 180, 24_000):
        one = shown(tables_of(NumberedSet(documents).documents, size))
        other = shown(tables_of(NumberedSet(documents[::-1]).documents, size))
        assert one == other


def test_pairs_of_passages_are_not_read_much_more_often_than_needed() -> None:
    texts = [f"{FERRY} {OTHER_FERRY}".replace("Ida", name) for name in ("Ida", "Una", "Eva")]
    documents = numbered(*texts).documents
    tables = tables_of(documents, 150)
    total = sum(sum(d.sizes) for d in documents)
    assert sum(table.tokens for table in tables) < 6 * total
    assert len(set(map(tuple, shown(tables)))) == len(tables)
    assert list(combinations(tables, 2))


MADE = generate.made(400).documents


def made(*left_out: str) -> tuple[NumberedDocument, ...]:
    texts = {name: " ".join(lines) for name, lines in MADE.items() if name not in left_out}
    numbered = [document(text, name, language="en") for name, text in texts.items()]
    return NumberedSet(numbered).documents


def keys(tables: list[Table]) -> list[TableKey]:
    return [table.key for table in tables]


def documents_of(tables: list[Table]) -> set[str]:
    return {part.document.document.id for table in tables for part in table.parts}


@pytest.mark.parametrize("name", list(MADE)[::7])
def test_a_document_that_joins_brings_tables_for_itself_and_those_like_it_alone(name: str) -> None:
    before = keys(tables_of(made(name), 1_000))
    after = tables_of(made(), 1_000, before)
    new = [table for table in after if table.key not in before]
    own = next(Part(d, d.own).tokens for d in made() if d.document.id == name)
    assert name in documents_of(new)
    assert sum(table.tokens for table in new) <= (NEIGHBOURS + 1) * own + 1_000
    assert keys(tables_of(made(), 1_000, keys(after))) == keys(after)


def test_of_a_document_that_left_no_table_is_left() -> None:
    everything = tables_of(made(), 1_000)
    gone = everything[-1].parts[-1].document.document.id
    after = tables_of(made(gone), 1_000, keys(everything))
    assert set(keys(everything)) & set(keys(after))
    assert gone not in documents_of(after)
    seen = {place for table in shown(after) for place in table}
    assert seen == {(d.document.id, n) for d in made(gone) for n in d.own}


def test_known_tables_that_are_too_large_are_not_formed_again() -> None:
    large = keys(tables_of(made(), 2_000))
    assert keys(tables_of(made(), 500, large)) == keys(tables_of(made(), 500))
