"""How two answers stand to each other, by the claims' own account of what they answer."""

from __future__ import annotations

import pytest

from llmcheck.answers import exclude_each_other, figures_differ, part_and_whole
from llmcheck.models import Answer, CandidatePair, Claim, Focus, content_id


def claim(doc_id: str, text: str, speaker: str | None = None) -> Claim:
    return Claim(
        id=content_id("c", doc_id, text),
        text=text,
        doc_id=doc_id,
        start=0,
        end=len(text),
        quote=text,
        speaker=speaker,
    )


def pair(
    own_a: tuple[str, str] | None,
    own_b: tuple[str, str] | None,
    focus: Focus | None = None,
    docs: tuple[str, str] = ("a.txt", "b.txt"),
) -> CandidatePair:
    """Two claims that consist of their answers, with the question each was said to answer."""
    sides = []
    for doc_id, own in zip(docs, (own_a, own_b), strict=True):
        answers = (Answer(question=own[0], answer=own[1]),) if own else ()
        sides.append(
            claim(doc_id, own[1] if own else "It rained.").model_copy(update={"answers": answers})
        )
    return CandidatePair(a=sides[0], b=sides[1], score=1.0, focus=focus)


def excludes(asked: str, own_a: tuple[str, str], own_b: tuple[str, str]) -> bool:
    return exclude_each_other(pair(own_a, own_b), asked, own_a[1], own_b[1])


@pytest.mark.parametrize(
    ("asked", "question_a", "answer_a", "question_b", "answer_b"),
    [
        ("Where is the fair held?", "Where is the fair held?", "in Lunde",
         "Where will the fair be held?", "in Torsby"),
        ("What caused the flood?", "What caused the flood?", "a broken lock",
         "What caused the flood?", "three days of rain"),
        ("How many bakers left?", "How many bakers left the guild?", "9",
         "How many bakers resigned from the guild?", "40"),
        ("What is quillwort?", "What is quillwort?", "a fern", "What is quillwort?", "a moss"),
    ],
)  # fmt: skip
def test_two_answers_to_one_question_with_room_for_one_exclude_each_other(
    asked: str, question_a: str, answer_a: str, question_b: str, answer_b: str
) -> None:
    assert excludes(asked, (question_a, answer_a), (question_b, answer_b))


@pytest.mark.parametrize(
    ("asked", "question_a", "answer_a", "question_b", "answer_b"),
    [
        # The common question fits one of the two only.
        ("Where is the fair held?", "Where is the fair held?", "in Lunde",
         "Where do the bakers live?", "in Torsby"),
        # There is room for both.
        ("What did the guild do?", "What did the guild do?", "it sued the mayor",
         "What did the guild do?", "it closed the ovens"),
        # About one thing by name, and two questions.
        ("When did Lunde Mill open?", "When was Lunde Mill founded?", "in 1911",
         "When will Lunde Mill close?", "in 2031"),
        # One cause in two wordings.
        ("What caused the flood?", "What caused the flood?", "a broken lock",
         "What caused the flood?", "the lock"),
        ("How many bakers left?", "How many bakers left the guild?", "9",
         "How much did the bread cost?", "40"),
    ],
)  # fmt: skip
def test_answers_to_two_questions_or_with_room_for_both_do_not(
    asked: str, question_a: str, answer_a: str, question_b: str, answer_b: str
) -> None:
    assert not excludes(asked, (question_a, answer_a), (question_b, answer_b))


def test_an_answer_that_the_claim_was_not_asked_for_excludes_nothing() -> None:
    asked = pair(("Who bakes?", "Bo"), ("Where is the fair?", "in Lunde"))
    assert not exclude_each_other(asked, "Where is the fair?", "in Torsby", "in Lunde")


def test_claims_that_nobody_asked_are_left_to_the_model() -> None:
    assert exclude_each_other(pair(None, None), "What did it do?", "it rained", "it snowed")


def test_one_document_does_not_contradict_itself_by_questions_alone() -> None:
    question = "Where is the fair held?"
    same = pair((question, "in Lunde"), (question, "in Torsby"), docs=("a.txt", "a.txt"))
    assert not exclude_each_other(same, question, "in Lunde", "in Torsby")


def said(text_a: str, text_b: str) -> bool:
    a, b = claim("a.txt", text_a, "Bo Lindal"), claim("b.txt", text_b, "Ylva Roth")
    asked = CandidatePair(
        a=a, b=b, score=1.0, focus=Focus(point="speaker", a="Bo Lindal", b="Ylva Roth")
    )
    return exclude_each_other(asked, "Who said it?", "Bo Lindal", "Ylva Roth")


def test_a_statement_from_two_mouths_is_at_odds_only_when_it_is_one_statement() -> None:
    assert said(
        "Bo Lindal said the pitch was a swamp.", "The pitch was a swamp, Ylva Roth said on air."
    )
    assert not said(
        "Bo Lindal said the pitch was a swamp.", "Ylva Roth said the swamp needs a bridge by May."
    )


def test_figures_that_answer_one_question_differ_whatever_the_model_says() -> None:
    asked = "What share of bakers left?"
    own_a = ("What percentage of bakers left the guild?", "31 percent")
    own_b = ("What percentage of bakers left the guild in May?", "38%")
    assert figures_differ(pair(own_a, own_b), asked, "31 percent", "38%")
    assert not figures_differ(pair(own_a, own_a), asked, "31 percent", "31 percent")
    other = ("What percentage of brewers joined?", "38%")
    assert not figures_differ(pair(own_a, other), asked, "31 percent", "38%")


def test_a_part_and_the_whole_are_told_apart_by_their_words() -> None:
    whole = claim("a.txt", "The guild employs 900 bakers across its depots.")
    part = claim("b.txt", "The guild employs 40 bakers at Lunde.")
    assert part_and_whole(whole, part)
    assert part_and_whole(part, whole)
    assert not part_and_whole(whole, claim("b.txt", "The guild employs 40 bakers."))
    assert not part_and_whole(part, claim("b.txt", "The guild employs 50 bakers at Torsby."))
