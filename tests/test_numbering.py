"""Sentences by number: what a number points at, in which order, and what a copy adds."""

from __future__ import annotations

from builders import document, numbered
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.numbering import NumberedSet, claim_of, tokens_of

LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40), min_size=1
)


@given(LINES)
def test_every_number_points_at_words_of_the_document(lines: list[str]) -> None:
    text = "\n".join(lines)
    (one,) = NumberedSet([document(text)]).documents
    for number in one.numbers:
        claim = claim_of(one, [number])
        assert text[claim.start : claim.end] == claim.quote
        assert one.line(number) == " ".join(claim.quote.split())
        assert "\n" not in one.line(number)


def test_neither_the_order_of_arguments_nor_names_change_the_order_of_documents() -> None:
    late = document("The ferry sailed.", "a.txt", date="2026-02-01")
    early = document("The ferry stayed.", "z.txt", date="2026-01-01")
    undated = document("The ferry sank.", "b.txt")
    one = NumberedSet([late, undated, early])
    other = NumberedSet([early.model_copy(update={"id": "0.txt"}), late, undated])
    texts = [each.document.text for each in one.documents]
    assert texts == ["The ferry stayed.", "The ferry sailed.", "The ferry sank."]
    assert texts == [each.document.text for each in other.documents]


def test_of_a_copy_only_the_sentences_of_its_own_are_worth_reading() -> None:
    original = document("The ferry sailed at noon. It carried 40 cars.", "a")
    copy = document("The ferry sailed at noon. It carried 50 cars.", "b", copy_of="a")
    both = NumberedSet([original, copy])
    assert both["a"].own == (1, 2)
    assert both["b"].own == (2,)


def test_a_head_tells_title_outlet_and_date_but_no_path() -> None:
    told = document(
        "x", "dir/secret-name.txt", title="The\nFerry", site="Bay Post", date="2026-03-04T05:06"
    )
    (one,) = NumberedSet([told]).documents
    assert one.head == "The Ferry (Bay Post, published 2026-03-04)"
    (bare,) = NumberedSet([document("x", "dir/secret-name.txt")]).documents
    assert bare.head == "untitled (undated)"


def test_a_head_is_one_line_of_a_bounded_length_whatever_a_document_states() -> None:
    told = document(
        "x", title="Tide " * 200, site="Bay\nPost", author="A" * 400, date="2026\n\n1.1 x"
    )
    (one,) = NumberedSet([told]).documents
    title, site, author = one.head.partition(" (Bay Post, ")[0], "Bay Post", "A" * 299 + "…"
    assert title == ("Tide " * 60)[:299] + "…"
    assert one.head == f"{title} ({site}, {author}, published 2026 1.1)"


def test_the_language_of_a_set_is_that_of_most_of_its_sentences() -> None:
    german = (
        "Die Fähre ist am Montag nicht gefahren. Der Betreiber sprach von einem Schaden. "
        "Niemand wurde verletzt. Die Bewohner der Insel mussten warten."
    )
    both = NumberedSet([document(german, "a"), document("The ferry did not sail on Monday.", "b")])
    assert both["a"].language == "de"
    assert both["b"].language == "en"
    assert both.language == "de"


def test_a_claim_on_several_sentences_quotes_every_one_of_them() -> None:
    text = "The ferry has two decks. It is red. Each deck holds 20 cars. Cars pay 5 crowns."
    (one,) = NumberedSet([document(text)]).documents
    claim = claim_of(one, [1, 3, 4], "The ferry holds 40 cars.")
    assert claim.quote == "The ferry has two decks."
    (further,) = claim.further
    assert further.quote == "Each deck holds 20 cars. Cars pay 5 crowns."
    assert text[further.start : further.end] == further.quote


def test_a_claim_has_the_same_id_wherever_its_document_lies() -> None:
    here, there = (
        NumberedSet([document("The ferry sank.", name)]).documents[0] for name in ("a", "b")
    )
    assert claim_of(here, [1]).id == claim_of(there, [1]).id


def test_numbers_of_a_span_are_those_of_the_sentences_it_touches() -> None:
    one = numbered(a="The ferry sank. Nobody was hurt. It was old.")["a"]
    assert one.numbers_in(4, 20) == [1, 2]
    assert one.numbers_in(0, 0) == []


@given(st.integers(0, 45), st.integers(0, 45))
def test_numbers_of_any_span_are_those_with_a_character_in_common(
    one_end: int, other: int
) -> None:
    start, end = sorted((one_end, other))
    one = numbered(a="The ferry sank. Nobody was hurt. It was old.")["a"]
    touched = [n for n, s in enumerate(one.sentences, 1) if s.start < end and start < s.end]
    assert one.numbers_in(start, end) == touched


def test_tokens_are_counted_in_every_script() -> None:
    assert tokens_of("") == 0
    assert tokens_of("ferry") == 2
    assert tokens_of("渡船沉没了") == 4
