"""Which claims are compared: what must be among the pairs, and what no order may change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hostile import LINES, cpu_limit
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llmcheck.blocking import (
    AT_ODDS,
    MAX_POSTING,
    PER_SENTENCES,
    SAME_QUESTION,
    SIMILAR,
    candidate_pairs,
)
from llmcheck.models import Answer, CandidatePair, Claim, content_id


def claim(
    text: str,
    doc: str = "a",
    start: int = 0,
    speaker: str | None = None,
    answers: tuple[Answer, ...] = (),
) -> Claim:
    return Claim(
        id=content_id("c", doc, start, text),
        text=text,
        doc_id=doc,
        start=start,
        end=start + 100,
        quote=text,
        speaker=speaker,
        answers=answers,
    )


def texts(pairs: Sequence[CandidatePair]) -> set[frozenset[str]]:
    return {frozenset((pair.a.text, pair.b.text)) for pair in pairs}


def asks(*given: tuple[str, str] | str) -> tuple[Answer, ...]:
    """What a claim answers: questions, each with its answer where that matters."""
    both = [(one, "something") if isinstance(one, str) else one for one in given]
    return tuple(Answer(question=question, answer=answer) for question, answer in both)


def at(pair: CandidatePair) -> dict[str, str]:
    """What of the claims of the pair is to be compared, by their texts."""
    assert pair.focus is not None
    return {pair.a.text: pair.focus.a, pair.b.text: pair.focus.b}


MOST = SAME_QUESTION + SIMILAR + AT_ODDS
ASKED = [
    ("When did the harbour open?", "in 1911"),
    ("Who owns the dome?", "the choir"),
    ("How many berths are there?", "40"),
    ("When was the dome opened?", "in 1934"),
    ("Where is the choir from?", "Vell"),
    ("Who said “the lamp is out for good”?", "Ada Moe"),
]
WHY = "Why did the lamp go out?"


def texts_of(claims: Sequence[Claim]) -> set[str]:
    return {one.text for one in claims}


@st.composite
def claim_sets(draw: st.DrawFn) -> list[Claim]:
    """Claims of few words, so that many of them meet, with names at the front and elsewhere."""
    subjects = ["The harbour", "Harbour Vell", "Choir", "The choir of Vell", "Keeper Ada Moe"]
    verbs = ["owns", "lost", "opened", "said “the lamp is out for good” of"]
    things = ["40 berths", "55 berths", "3 organs", "the Vell dome", "a dome", "harbour boats"]
    parts = st.tuples(st.sampled_from(subjects), st.sampled_from(verbs), st.sampled_from(things))
    found = {}
    for words in draw(st.lists(parts, max_size=24)):
        one = claim(
            " ".join(words),
            doc=draw(st.sampled_from("abc")),
            start=100 * draw(st.integers(0, 4)),
            speaker=draw(st.sampled_from([None, "Ada Moe", "Bo Lind"])),
            answers=asks(*draw(st.lists(st.sampled_from(ASKED), max_size=2, unique=True))),
        )
        found[one.id] = one
    return list(found.values())


@given(claim_sets(), st.randoms(use_true_random=False))
def test_the_order_of_the_claims_changes_nothing(claims: list[Claim], random: object) -> None:
    shuffled = list(claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert candidate_pairs(shuffled) == candidate_pairs(claims)


@given(claim_sets())
def test_each_pair_comes_once_and_in_one_order(claims: list[Claim]) -> None:
    pairs = candidate_pairs(claims)
    assert len({(pair.a.id, pair.b.id) for pair in pairs}) == len(pairs)
    assert all(pair.a.id < pair.b.id for pair in pairs)


@given(claim_sets())
def test_pairs_at_odds_come_first_and_then_the_best(claims: list[Claim]) -> None:
    ranks = [(pair.focus is None, -pair.score) for pair in candidate_pairs(claims)]
    assert ranks == sorted(ranks)


@given(claim_sets())
def test_claims_of_one_sentence_are_never_paired(claims: list[Claim]) -> None:
    for pair in candidate_pairs(claims):
        assert (pair.a.doc_id, pair.a.start) != (pair.b.doc_id, pair.b.start)


@given(claim_sets())
def test_two_sentences_are_compared_a_few_times_at_most(claims: list[Claim]) -> None:
    count = Counter(
        frozenset(((pair.a.doc_id, pair.a.start), (pair.b.doc_id, pair.b.start)))
        for pair in candidate_pairs(claims)
    )
    assert all(times <= PER_SENTENCES for times in count.values())


@given(claim_sets())
def test_there_are_no_more_pairs_than_every_claim_may_put_forward(claims: list[Claim]) -> None:
    assert len(candidate_pairs(claims)) <= MOST * len(claims)


@given(st.integers(10, 99), st.integers(10, 99))
def test_a_shared_unit_with_another_number_is_compared(one: int, other: int) -> None:
    assume(one != other)
    claims = [
        claim(f"The northern basin of Vell holds {one} berths.", "a"),
        claim(f"There is room for {other} berths.", "b"),
        # Nearer, and with nothing to dispute: they must not crowd the other out.
        *(
            claim("The northern basin of Vell holds berths.", f"near{n}", start=100 * n)
            for n in range(2 * SIMILAR)
        ),
    ]
    pair = frozenset((claims[0].text, claims[1].text))
    assert pair in texts(candidate_pairs(claims))


def test_a_document_is_compared_with_itself_where_it_conflicts_only() -> None:
    claims = [
        claim("The northern basin holds 40 berths.", start=0),
        claim("The northern basin holds 55 berths.", start=200),
        claim("The northern basin is shallow.", start=400),
    ]
    assert texts(candidate_pairs(claims)) == {frozenset((claims[0].text, claims[1].text))}


def test_the_nearest_claims_of_other_documents_are_compared() -> None:
    claims = [
        claim("The observatory on Mount Kell closed its gallery.", "a"),
        claim("Visitors lost the gallery of the Kell observatory.", "b"),
        claim("The choir toured in spring.", "b", start=200),
    ]
    assert texts(candidate_pairs(claims)) == {frozenset((claims[0].text, claims[1].text))}


def test_one_quotation_from_two_mouths_is_compared() -> None:
    claims = [
        claim("Ada Moe said “the lamp is out for good”.", start=0, speaker="Ada Moe"),
        claim("“The lamp is out for good”, Bo Lind told islanders.", start=200, speaker="Bo Lind"),
    ]
    assert texts(candidate_pairs(claims)) == {frozenset(c.text for c in claims)}
    same = [one.model_copy(update={"speaker": "Ada Moe"}) for one in claims]
    assert candidate_pairs(same) == []


def test_two_holders_of_one_role_are_compared() -> None:
    claims = [
        claim("Conductor Ada Moe and director Bo Lind left the choir.", start=0),
        claim("The choir has lost director Eva Dahl.", start=200),
    ]
    assert texts(candidate_pairs(claims)) == {frozenset(c.text for c in claims)}


def test_answers_in_other_words_to_one_question_are_compared_at_that_question() -> None:
    claims = [
        claim("A cracked lens put the lamp out.", "a", answers=asks((WHY, "a cracked lens"))),
        claim("Salt had eaten the cable.", "b", answers=asks(("Why was the lamp out?", "salt"))),
        claim("It was lit again.", "b", start=200, answers=asks("When was the lamp lit again?")),
    ]
    (pair,) = (p for p in candidate_pairs(claims) if {p.a.text, p.b.text} == texts_of(claims[:2]))
    assert pair.focus is not None
    assert pair.focus.point == "question"
    assert at(pair) == {claims[0].text: WHY, claims[1].text: "Why was the lamp out?"}


def test_of_several_questions_the_closest_is_the_one_to_compare_at() -> None:
    claims = [
        claim(
            "The lens cracked in May and put the lamp out.",
            "a",
            answers=asks(("When did the lens crack?", "in May"), (WHY, "the lens cracked")),
        ),
        claim(
            "Salt ate the cable in June.",
            "b",
            answers=asks(("When did salt eat the cable?", "in June"), (WHY, "salt")),
        ),
    ]
    (pair,) = candidate_pairs(claims)
    assert at(pair) == {claims[0].text: WHY, claims[1].text: WHY}


def test_numbers_at_odds_are_the_point_even_where_both_answer_one_question() -> None:
    question = "How many berths has the basin?"
    claims = [
        claim("The basin holds 40 berths.", "a", answers=asks(question)),
        claim("There is room for 55 berths in the basin.", "b", answers=asks(question)),
    ]
    (pair,) = candidate_pairs(claims)
    assert pair.focus is not None
    assert pair.focus.point == "number"
    assert at(pair) == {claims[0].text: "40 berths", claims[1].text: "55 berths"}


@given(claim_sets())
def test_what_is_to_be_compared_is_of_the_claims_themselves(claims: list[Claim]) -> None:
    for pair in candidate_pairs(claims):
        compared = [(pair.a, pair.focus.a), (pair.b, pair.focus.b)] if pair.focus else []
        for one, point in compared:
            given_words = {one.speaker, *(given.question for given in one.answers)}
            assert point in given_words or point.casefold() in one.text.casefold()


def test_claims_that_answer_different_questions_have_no_point_to_compare() -> None:
    claims = [
        claim("The observatory closed its gallery.", "a", answers=asks("Who paid?")),
        claim("Visitors lost the gallery of the observatory.", "b", answers=asks("Where was it?")),
    ]
    (pair,) = candidate_pairs(claims)
    assert pair.focus is None


def test_claims_of_one_document_are_not_compared_for_their_questions() -> None:
    claims = [
        claim("A cracked lens.", start=0, answers=asks(WHY)),
        claim("Salt ate the cable.", start=200, answers=asks(WHY)),
    ]
    assert candidate_pairs(claims) == []


def test_questions_that_ask_for_something_else_are_further_apart() -> None:
    same, other = (
        candidate_pairs(
            [
                claim("The keeper left at dawn.", "a", answers=asks("When did the keeper leave?")),
                claim("He went by boat.", "b", answers=asks(question)),
            ]
        )
        for question in ("When did the keeper leave Vell?", "Why did the keeper leave Vell?")
    )
    assert same[0].score > max((pair.score for pair in other), default=0)


def test_a_shared_name_alone_makes_no_same_question() -> None:
    claims = [
        claim("Ada Moe keeps the lamp.", "a", answers=asks("What does Ada Moe keep?")),
        *(
            claim(f"Fact {n}.", f"d{n}", answers=asks(f"How many {thing} has Ada Moe?"))
            for n, thing in enumerate(["boats", "ropes", "oars", "coats", "maps", "cats"])
        ),
    ]
    assert not any(claims[0] in (pair.a, pair.b) for pair in candidate_pairs(claims))


def test_claims_that_share_nothing_are_not_compared() -> None:
    assert candidate_pairs([claim("The lamp failed.", "a"), claim("Singers toured.", "b")]) == []
    assert candidate_pairs([claim("The lamp failed.")]) == []
    assert candidate_pairs([]) == []


def test_a_pair_scores_the_same_whichever_claim_comes_last() -> None:
    # "Dome" is a name in one and opens the other, where it counts for less.
    claims = [claim("Rain broke the Dome glass.", "a"), claim("Dome glass must wait.", "b")]
    assert candidate_pairs(claims) == candidate_pairs(claims[::-1])
    assert len(candidate_pairs(claims)) == 1


SEEDED = """
import sys
sys.path.insert(0, {tests!r})
from test_blocking import claim
from llmcheck.blocking import candidate_pairs
text = "Keeper Moe of Vell lit lamp and wick at the old northern pier {{}} times"
claims = [claim(text.format(n), doc, n * 100) for doc in "abc" for n in range(12)]
print([(p.a.id, p.b.id, p.score) for p in candidate_pairs(claims)])
"""


def test_the_seed_of_the_hash_changes_nothing() -> None:
    code = SEEDED.format(tests=str(Path(__file__).parent))
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert "c-" in printed.pop()


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_features_of_every_claim_are_no_way_to_find_pairs(salt: int) -> None:
    claims = [claim(f"The harbour word{salt}x{n} sank", f"d{n}") for n in range(MAX_POSTING + 1)]
    assert candidate_pairs(claims) == []


def test_hundreds_of_like_claims_take_no_time_worth_mentioning() -> None:
    claims = [
        claim(
            f"The harbour of Vell{n % 97} holds {n} berths in basin{n % 50}", f"d{n % 20}", n * 100
        )
        for n in range(600)
    ]
    with cpu_limit(20):
        pairs = candidate_pairs(claims)
    assert 0 < len(pairs) <= MOST * len(claims)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_claim_takes_no_time_worth_mentioning(line: str) -> None:
    line = line[:10_000]
    with cpu_limit():
        candidate_pairs([claim(line, "a"), claim(line, "b"), claim("Vell sank 5 a day.", "c")])
