"""The questions that claims answer are asked of the model, once a claim."""

from __future__ import annotations

from typing import Any

from llmcheck.errors import ProviderError
from llmcheck.llm import Call, FakeLLM, Runner
from llmcheck.models import Claim, content_id
from llmcheck.prompts import load_prompt
from llmcheck.questions import MOST, PROMPT, ask_questions


def claim(text: str, speaker: str | None = None) -> Claim:
    return Claim(
        id=content_id("c", text),
        text=text,
        doc_id="log.txt",
        start=0,
        end=len(text),
        quote=text,
        speaker=speaker,
    )


LAMP = claim("A cracked lens put the lamp out.")
BERTHS = claim("The harbour holds 40 berths.")


def asked(*answers: Any, claims: tuple[Claim, ...] = (LAMP,)) -> list[tuple[str, ...]]:
    given = iter(answers)
    runner = Runner(FakeLLM(lambda call: {"questions": next(given)}), "tiny", concurrency=1)
    return [one.questions for one in ask_questions(claims, runner).claims]


def test_every_claim_gets_its_own_questions() -> None:
    one, other = "Why did the lamp go out?", "How many berths has the harbour?"
    assert asked([one], [other], claims=(LAMP, BERTHS)) == [(one,), (other,)]


def test_the_prompt_is_the_shipped_one_and_names_who_speaks() -> None:
    calls: list[Call] = []

    def answer(call: Call) -> dict[str, list[str]]:
        calls.append(call)
        return {"questions": []}

    ask_questions([claim("The lamp is out for good.", "Ada Moe")], Runner(FakeLLM(answer), "tiny"))
    assert calls[0].prompt_digest == load_prompt(PROMPT).digest
    assert calls[0].user == "Fact: The lamp is out for good. (said by Ada Moe)"


def test_repeated_and_empty_questions_are_dropped_and_few_are_kept() -> None:
    why = "Why did the lamp go out?"
    assert asked([why, " why did  the lamp go out?", "", "What is it?"]) == [(why,)]
    many = [f"Who lit lamp {letter}{letter}{letter}?" for letter in "abcd"]
    assert asked(many) == [tuple(many[:MOST])]


def test_a_failed_call_names_the_claim_and_leaves_it_without_questions() -> None:
    def answer(call: Call) -> dict[str, list[str]]:
        if "lens" in call.user:
            raise ProviderError("the endpoint is away", call_key=call.key, prompt=call.prompt)
        return {"questions": ["How many berths has the harbour?"]}

    claims, failures = ask_questions([LAMP, BERTHS], Runner(FakeLLM(answer), "tiny"))
    assert [one.id for one in claims] == [LAMP.id, BERTHS.id]
    assert [len(one.questions) for one in claims] == [0, 1]
    (failure,) = failures
    assert failure.stage == "question"
    assert "A cracked lens" in failure.subject
    assert "log.txt" in failure.subject


def test_an_answer_of_another_shape_is_a_failure() -> None:
    runner = Runner(FakeLLM(lambda call: {"questions": "Why?"}), "tiny")
    assert len(ask_questions([LAMP], runner).failures) == 1
