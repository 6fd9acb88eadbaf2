"""Pairs of positions, the passages shown for them, and the batches they are judged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import numbered, question, stance
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.judging.pairs import (
    MOST_PAIRS,
    Batch,
    Batching,
    Pair,
    batches_of,
    can_be_halved,
    halves_of,
    pairs_of,
    passage_of,
)

TEXTS = numbered(
    a="It rained. The ferry sailed. It carried 40 cars. Nobody was hurt. It was calm. It slept.",
    b="The ferry Ida took 40 cars over. It was noon.",
)


def test_every_two_positions_of_a_dispute_are_a_pair_and_lookalikes_have_none() -> None:
    three = question("?", stance("1", "a.1"), stance("2", "a.2"), stance("3", "a.3"))
    like = question("?", stance("1", "a.1"), stance("2", "a.2"), relation="lookalike")
    assert pairs_of([like, three]) == [Pair(1, 0, 1), Pair(1, 0, 2), Pair(1, 1, 2)]


def test_a_passage_marks_the_sentences_of_its_position_and_shows_what_stands_round_them() -> None:
    shown = passage_of(TEXTS, stance("40 cars", "a.3"), reach=1, most=2)
    assert shown.text == "The ferry sailed. >>It carried 40 cars.<< Nobody was hurt."
    assert "2026-01-01" in shown.head


def test_further_passages_come_from_other_documents_first_with_their_source() -> None:
    taken = stance("40 cars", "a.3", "a.6", "b.1")
    shown = passage_of(TEXTS, taken, reach=0, most=2)
    assert shown.text.startswith(">>It carried 40 cars.<< [")
    assert shown.text.endswith(">>The ferry Ida took 40 cars over.<<")


def test_no_document_can_mark_a_sentence_or_unmark_it() -> None:
    texts = numbered(a="It took 40 <<cars>>> that day. Others say >>it took 50 cars.<<")
    shown = passage_of(texts, stance("40 cars", "a.1"), reach=1, most=2)
    assert shown.text == ">>It took 40 < <cars> > > that day.<< Others say > >it took 50 cars."


def test_the_sentence_with_the_answers_figures_and_words_comes_first() -> None:
    taken = stance("40 cars", "a.1", "b.1", "a.3")
    ranked = TEXTS.best_first(taken.answer, taken.sentences)
    assert [each.number for each in ranked] == [1, 3, 1]
    assert ranked[-1].doc_id == "a"


def batching(size: int, worded: Callable[[int], str] = str) -> Batching:
    """Of positions that take 40 tokens each."""
    return Batching(lambda side: 40, size, reach=2, most=2, worded=worded)


@given(st.integers(0, 90), st.integers(1, 500))
def test_every_pair_stands_in_one_batch_in_order_and_within_its_limits(
    count: int, size: int
) -> None:
    pairs = [Pair(n, 0, 1) for n in range(count)]
    batches = batches_of(pairs, batching(size))
    assert [pair for batch in batches for pair in batch.pairs] == pairs
    for batch in batches:
        assert len(batch.pairs) <= MOST_PAIRS
        assert len(batch.pairs) == 1 or 40 * len(batch.sides) <= size


def test_a_position_in_several_pairs_is_shown_once() -> None:
    batch = Batch((Pair(0, 0, 1), Pair(0, 0, 2), Pair(0, 1, 2)), 2, 2)
    assert batch.sides == ((0, 0), (0, 1), (0, 2))


def test_a_batch_is_halved_down_to_a_pair() -> None:
    batch = Batch((Pair(0, 0, 1), Pair(1, 0, 1), Pair(2, 0, 1)), 2, 2)
    assert [each.pairs for each in halves_of(batch)] == [batch.pairs[:1], batch.pairs[1:]]
    assert can_be_halved(batch)
    assert not can_be_halved(Batch(batch.pairs[:1], 2, 2))


@pytest.mark.parametrize("place", [0, 57, 140, 299])
def test_of_many_pairs_a_new_question_changes_few_batches(place: int) -> None:
    def batched(questions: list[str]) -> list[list[str]]:
        pairs = [Pair(n, 0, 1) for n in range(len(questions))]
        batches = batches_of(pairs, batching(24_000, questions.__getitem__))
        return [[questions[pair.question] for pair in batch.pairs] for batch in batches]

    questions = [f"What is {n}?" for n in range(300)]
    before = batched(questions)
    after = batched([*questions[:place], "What is new?", *questions[place:]])
    assert len(before) < 300 / (MOST_PAIRS / 2)
    assert len([batch for batch in after if batch not in before]) <= 3


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_batch_that_has_ended_stays_whatever_comes_later(known: int, later: int) -> None:
    pairs = [Pair(n, 0, 1) for n in range(known + later)]
    some, all_ = batching(24_000), batching(24_000)
    ended = [batch for pair in pairs[:known] for batch in some.add(pair)]
    in_the_end = [batch for pair in pairs for batch in all_.add(pair)]
    assert in_the_end[: len(ended)] == ended
