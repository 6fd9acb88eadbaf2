"""What claims answer is asked of the model, once a claim."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.errors import BudgetExceeded, ProviderError
from llmcheck.language.support import missing_numbers
from llmcheck.language.text import squeeze
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner
from llmcheck.models import Answer, Claim, content_id
from llmcheck.questions import MOST, PROMPT, ask_questions


def claim(text: str, speaker: str | None = None, quote: str | None = None) -> Claim:
    return Claim(
        id=content_id("c", text),
        text=text,
        doc_id="log.txt",
        start=0,
        end=len(text),
        quote=quote or text,
        speaker=speaker,
    )


LAMP = claim("A cracked lens put the lamp out.")
BERTHS = claim("The harbour holds 40 berths.")
WHY = ("Why did the lamp go out?", "a cracked lens")
HOW_MANY = ("How many berths has the harbour?", "40 berths")


def says(*asked: tuple[str, str]) -> dict[str, Any]:
    """An answer of the model."""
    return {"asked": [{"question": question, "answer": answer} for question, answer in asked]}


def kept(*asked: tuple[str, str], of: Claim = LAMP) -> list[tuple[str, str]]:
    """What is left of an answer of the model."""
    (claims, failures) = ask_questions([of], Runner(FakeLLM(lambda call: says(*asked)), "tiny"))
    assert failures == []
    return [(given.question, given.answer) for given in claims[0].answers]


def test_every_claim_gets_what_it_answers_itself() -> None:
    def answer(call: Call) -> Any:
        return says(WHY if "lens" in call.user else HOW_MANY)

    (claims, failures) = ask_questions([LAMP, BERTHS, LAMP], Runner(FakeLLM(answer), "tiny"))
    why, how_many = (Answer(question=q, answer=a) for q, a in (WHY, HOW_MANY))
    assert [one.answers for one in claims] == [(why,), (how_many,), (why,)]
    assert failures == []
    for one, before in zip(claims, [LAMP, BERTHS, LAMP], strict=True):
        assert one.model_copy(update={"answers": ()}) == before, "and is the claim that it was"


def test_no_claims_make_no_calls() -> None:
    llm = FakeLLM(lambda call: says())
    assert ask_questions([], Runner(llm, "tiny")) == ([], [])
    assert llm.calls == []


def test_the_prompt_is_the_shipped_one_and_names_who_speaks() -> None:
    llm = FakeLLM(lambda call: says())
    ask_questions([claim("The lamp is out for good.", "Ada Moe")], Runner(llm, "tiny"))
    assert llm.calls[0].prompt_digest == load_prompt(PROMPT).digest
    assert llm.calls[0].user == "Fact: The lamp is out for good. (said by Ada Moe)"


def test_a_question_is_written_before_its_answer() -> None:
    llm = FakeLLM(lambda call: says())
    ask_questions([LAMP], Runner(llm, "tiny"))
    (asked,) = llm.calls[0].schema["$defs"].values()
    assert list(asked["properties"]) == ["question", "answer"]


def test_each_question_is_kept_once_and_few_of_them() -> None:
    again = (" why did  the lamp go out?", "the lens")
    assert kept(WHY, again) == [WHY]
    many = [(f"Who lit lamp {letter * 3}?", "lens") for letter in "abc"]
    assert kept(*many) == many[:MOST]
    assert kept(("Why did\n the lamp  go out?", "a\tcracked lens")) == [WHY]


@pytest.mark.parametrize(
    "unusable",
    [
        ("", "a cracked lens"),
        ("What is it?", "a cracked lens"),
        ("Why did the lamp go out?", ""),
        ("Why did the lamp go out?", " – "),
    ],
)
def test_what_asks_or_answers_nothing_is_dropped(unusable: tuple[str, str]) -> None:
    usable = ("What put the lamp out?", "a cracked lens")
    assert kept(unusable, usable) == [usable]


def test_an_answer_whose_number_the_claim_does_not_have_is_dropped() -> None:
    wrong = ("How many boats has the harbour?", "55 boats")
    assert kept(wrong, HOW_MANY, of=BERTHS) == [HOW_MANY]
    from_quote = claim("The harbour is large.", quote="Its 40 berths make the harbour large.")
    assert kept(HOW_MANY, of=from_quote) == [HOW_MANY]


ASKED = st.tuples(
    st.one_of(st.sampled_from([WHY[0], HOW_MANY[0], "", "What is it?"]), st.text(max_size=30)),
    st.one_of(st.sampled_from(["a lens", "40 berths", "55", ""]), st.text(max_size=30)),
)


@given(st.lists(ASKED, max_size=3))
def test_whatever_the_model_answers_what_is_kept_is_the_claims_own(
    asked: list[tuple[str, str]],
) -> None:
    left = kept(*asked, of=BERTHS)
    assert len(left) <= MOST
    assert len({squeeze(question) for question, _ in left}) == len(left)
    for question, answer in left:
        assert question.strip()
        assert answer.strip()
        assert not missing_numbers(answer, BERTHS.text)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ProviderError("the endpoint is away", call_key="k", prompt=PROMPT), "error"),
        (BudgetExceeded("spent"), "budget"),
    ],
)
def test_a_failed_call_names_the_claim_and_leaves_it_without_answers(
    error: Exception, cause: str
) -> None:
    def answer(call: Call) -> Any:
        if "lens" in call.user:
            raise error
        return says(HOW_MANY)

    claims, failures = ask_questions([LAMP, BERTHS], Runner(FakeLLM(answer), "tiny"))
    assert [one.id for one in claims] == [LAMP.id, BERTHS.id]
    assert [len(one.answers) for one in claims] == [0, 1]
    (failure,) = failures
    assert (failure.stage, failure.cause) == ("question", cause)
    assert "A cracked lens" in failure.subject
    assert "log.txt" in failure.subject


@pytest.mark.parametrize(
    "shape",
    [{}, {"asked": "Why?"}, {"asked": ["Why?"]}, {"asked": [{"question": "Why?"}]}, "{", None],
)
def test_an_answer_of_another_shape_is_a_failure(shape: Any) -> None:
    claims, failures = ask_questions([LAMP], Runner(FakeLLM(lambda call: shape), "tiny"))
    assert claims == [LAMP]
    assert PROMPT in failures[0].error


def test_more_questions_than_may_be_are_a_failure_and_not_cut_off_in_silence() -> None:
    four = says(*[(f"Who lit lamp {letter * 3}?", "lens") for letter in "abcd"])
    (_, failures) = ask_questions([LAMP], Runner(FakeLLM(lambda call: four), "tiny"))
    assert len(failures) == 1
