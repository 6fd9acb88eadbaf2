"""The summary: written from findings, every sentence cited and held against what it cites."""

from __future__ import annotations

import re
from typing import Any

from builders import Script, document, numbered, question, runner, stance, statement, verdict

from llmcheck.errors import ProviderError
from llmcheck.findings.findings import Findings, findings_of
from llmcheck.llm.port import Call
from llmcheck.numbering import NumberedSet, claim_of, tokens_of
from llmcheck.summary import LENGTHS, Summarized, summarize

TEXTS = numbered(
    a="The ferry Ida carried 40 cars. It sailed at noon. It was painted red in 2019.",
    b="The ferry Ida carried 50 cars. It sailed at noon.",
)


def findings() -> Findings:
    cars = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
    told = [statement("The ferry sailed at noon.", "a.2", "b.2")]
    read = [claim_of(TEXTS["a"], [n]) for n in (1, 2, 3)]
    return findings_of(TEXTS, [cars], [verdict(0, 1)], told, read)


def summed(given: Any, texts: NumberedSet = TEXTS, **more: Any) -> tuple[Summarized, Script]:
    script = Script(summary=given)
    made = findings() if texts is TEXTS else Findings([], [], [], [], [], {})
    done = summarize(made.claims, made.disputes, made.agreements, texts, runner(script), **more)
    return done, script


def sentence(text: str, *numbers: int) -> dict[str, Any]:
    return {"text": text, "findings": list(numbers)}


def test_the_model_is_given_agreed_disputed_and_single_facts_with_their_sources() -> None:
    _, script = summed({"sentences": []})
    (user,) = script.asked("summary")
    assert "A: untitled (published 2026-01-01)" in user
    assert "1. AGREED (A, B): The ferry sailed at noon." in user
    assert "2. DISPUTED: How many cars? 40 (A) | 50 (B)" in user
    assert "3. REPORTED (A): It was painted red in 2019." in user
    assert "4." not in user


def test_a_sentence_cites_the_claims_of_the_findings_it_rests_on() -> None:
    done, _ = summed({"sentences": [sentence("The ferry sailed at noon.", 1)]})
    (told,) = done.summary.sentences
    claims = {claim.id: claim for claim in findings().claims}
    assert {claims[i].doc_id for i in told.claim_ids} == {"a", "b"}
    assert done.failures == []


def test_a_sentence_with_a_figure_or_a_name_of_its_own_is_left_out() -> None:
    sentences = [
        sentence("The ferry sailed at noon with 70 people.", 1),
        sentence("The ferry sailed for Oslo at noon.", 1),
        sentence("The ferry sailed at noon.", 99),
        sentence("It carried 40 cars by one account, 50 by another.", 2),
        sentence("It carried 40 cars by one account,  50 by another.", 2),
    ]
    done, _ = summed({"sentences": sentences})
    assert [each.text for each in done.summary.sentences] == [
        "It carried 40 cars by one account, 50 by another."
    ]


def test_a_source_may_be_called_by_its_title_or_outlet() -> None:
    text = "The ferry sailed at noon."
    texts = NumberedSet([document(text, "a", site="Vellmar Post"), document(text, "b")])
    made = findings_of(texts, [], [], [statement(text, "a.1", "b.1")])
    script = Script(
        summary={"sentences": [sentence("The ferry sailed, the Vellmar Post says.", 1)]}
    )
    done = summarize(made.claims, [], made.agreements, texts, runner(script))
    assert len(done.summary.sentences) == 1


def test_its_length_and_language_are_asked_for() -> None:
    for length in LENGTHS:
        _, script = summed({"sentences": []}, length=length, language="de")
        assert f"Write in German, {LENGTHS[length]}." in script.asked("summary")[0]


def test_without_the_model_what_is_agreed_stands_in_its_own_words() -> None:
    def refuse(call: Call) -> Any:
        raise ProviderError("away", call_key=call.key, prompt=call.prompt)

    done, _ = summed(refuse)
    assert [each.text for each in done.summary.sentences] == ["The ferry sailed at noon."]
    assert [failure.stage for failure in done.failures] == ["summary"]


def many() -> tuple[NumberedSet, Findings]:
    """Thirty documents of which each two state a fact of their own and dispute another."""
    lines = [f"Lamp {n // 2} was lit. It burned for {n} hours. It rained." for n in range(30)]
    texts = NumberedSet(
        [document(line, f"{n:02}", title=f"Log {n}") for n, line in enumerate(lines)]
    )
    pairs = [(f"{n:02}", f"{n + 1:02}") for n in range(0, 30, 2)]
    asked = [
        question(f"How long burned lamp {n}?", stance("x", f"{a}.2"), stance("y", f"{b}.2"))
        for n, (a, b) in enumerate(pairs)
    ]
    told = [statement(f"Lamp {n} was lit.", f"{a}.1", f"{b}.1") for n, (a, b) in enumerate(pairs)]
    verdicts = [verdict(0, 1, question=n) for n in range(len(pairs))]
    read = [claim_of(each, [n]) for each in texts.documents for n in each.numbers]
    return texts, findings_of(texts, asked, verdicts, told, read)


def test_of_a_large_set_each_sort_of_finding_is_told_as_far_as_a_call_has_room() -> None:
    texts, made = many()
    script = Script(summary={"sentences": []})
    summarize(made.claims, made.disputes, made.agreements, texts, runner(script, table_tokens=200))
    (user,) = script.asked("summary")
    assert tokens_of(user) <= 200 + 50
    for sort in ("AGREED", "DISPUTED", "REPORTED"):
        assert 1 < user.count(sort) < 15
    named = re.findall(r"^([A-Z]+): Log", user, re.MULTILINE)
    cited = re.findall(r"[A-Z]+", " ".join(re.findall(r"\(([A-Z, ]+)\)", user)))
    assert set(named) == set(cited)
    assert len(named) < len(texts.documents)


def test_of_a_set_that_a_call_holds_everything_is_told_and_every_source_named() -> None:
    texts, made = many()
    script = Script(summary={"sentences": []})
    summarize(made.claims, made.disputes, made.agreements, texts, runner(script))
    (user,) = script.asked("summary")
    assert (user.count("AGREED"), user.count("DISPUTED"), user.count("REPORTED")) == (15, 15, 30)
    assert user.count(": Log") == len(texts.documents)


def test_nothing_found_asks_nothing() -> None:
    done, script = summed({"sentences": []}, NumberedSet([document("It rained.")]))
    assert done.summary.sentences == ()
    assert script.calls == []
