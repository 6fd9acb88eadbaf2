"""The judge: a verdict on every pair, a second look where witnesses differ or figures doubt."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Script, numbered, question, runner, stance

from llmcheck.errors import ProviderError
from llmcheck.judging.judge import Judging, judge_questions
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call, Reply, parse_reply
from llmcheck.models import Question
from llmcheck.tokens import Tokens

TEXTS = numbered(
    a="The ferry Ida carried 40 cars. Prices rose by 5%. It sailed at noon.",
    b="The ferry Ida carried 50 cars. Prices fell by 5%. It sailed at one.",
)
CARS = question("How many cars?", stance("40 cars", "a.1"), stance("50 cars", "b.1"))
PRICES = question("How did prices move?", stance("rose by 5%", "a.2"), stance("fell by 5%", "b.2"))


def said(number: int = 1, verdict: str = "contradiction", **more: Any) -> dict[str, Any]:
    fields = {"a": "40 cars", "b": "50 cars", "why": "Two figures.", "kind": "numeric"}
    return {"pair": number, "verdict": verdict, **fields, **more}


def answer(*pairs: dict[str, Any]) -> dict[str, Any]:
    return {"pairs": list(pairs)}


def judge(script: Any, *questions: Question) -> Judging:
    llm = script if isinstance(script, FakeLLM) else Script(judge=script)
    return judge_questions(questions or (CARS,), TEXTS, runner(llm))


def test_a_contradiction_that_survey_and_judge_see_stands_after_one_look() -> None:
    script = Script(judge=answer(said()))
    (verdict,) = judge(script).verdicts
    assert (verdict.label, verdict.kind, verdict.confidence, verdict.looks) == (
        "contradiction", "numeric", 1.0, 1,
    )  # fmt: skip
    assert verdict.rationale == "Two figures."
    assert len(script.calls) == 1


def test_where_the_judge_sees_none_the_pair_is_asked_once_more_alone_and_swapped() -> None:
    script = Script(judge=[answer(said(verdict="agreement", kind="none")), answer(said())])
    (verdict,) = judge(script).verdicts
    assert (verdict.label, verdict.looks) == ("contradiction", 2)
    assert verdict.confidence == pytest.approx(0.667)
    first, second = script.asked("judge")
    assert first.index("40 cars") < first.index("50 cars")
    assert second.index("50 cars") < second.index("40 cars")


def test_what_two_looks_take_for_a_lookalike_is_one() -> None:
    looks = [answer(said(verdict="lookalike", kind="scope"))] * 2
    (verdict,) = judge(looks).verdicts
    assert (verdict.label, verdict.kind) == ("lookalike", "scope")
    assert verdict.confidence == pytest.approx(0.667)


def test_equal_figures_are_looked_at_twice_and_do_not_overrule_the_judge() -> None:
    equal = said(a="rose by 5%", b="fell by 5%", kind="negation")
    script = Script(judge=[answer(equal), answer(equal)])
    (verdict,) = judge(script, PRICES).verdicts
    assert (verdict.label, verdict.kind, verdict.looks) == ("contradiction", "negation", 2)


def test_an_answer_whose_figures_stand_in_no_passage_is_looked_at_twice() -> None:
    worked_out = question("How many?", stance("90 cars", "a.1"), stance("50 cars", "b.1"))
    script = Script(judge=[answer(said(a="90 cars")), answer(said())])
    (verdict,) = judge(script, worked_out).verdicts
    assert verdict.looks == 2


def test_a_batch_that_lacks_a_pair_is_asked_for_in_halves() -> None:
    def first_only(call: Call) -> dict[str, Any]:
        return answer(said())

    script = Script(judge=first_only)
    times = question("When?", stance("noon", "a.3"), stance("one", "b.3"))
    found = judge(script, CARS, times)
    assert [verdict.question for verdict in found.verdicts] == [0, 1]
    assert len(script.calls) == 3


def test_an_answer_without_a_verdict_on_a_lone_pair_is_a_failure() -> None:
    found = judge(answer(said(7)))
    assert found.verdicts == []
    (failed,) = found.failures
    assert (failed.stage, failed.subject) == ("judging", "How many cars?")
    assert failed.doc_ids == ("a", "b")


def test_a_failed_second_look_is_a_failure_and_no_verdict() -> None:
    def refuse(call: Call) -> Any:
        raise ProviderError("away", call_key=call.key, prompt=call.prompt)

    found = judge([answer(said(verdict="unrelated", kind="none")), refuse])
    assert found.verdicts == []
    assert "away" in found.failures[0].error


def test_a_kind_that_is_not_the_labels_gives_way_to_the_vaguest() -> None:
    (verdict,) = judge(answer(said(kind="scope"))).verdicts
    assert verdict.kind == "implicit"


def test_token_probabilities_count_where_the_endpoint_tells_them() -> None:
    class Sure(FakeLLM):
        def complete(self, call: Call, schema: Any) -> Reply[Any]:
            raw = '{"pairs": [{"pair": 1, "a": "40 cars", "b": "50 cars", "why": "", '
            raw += '"verdict": "contradiction", "kind": "numeric"}]}'
            shares = {"pairs[0].verdict": {"contradiction": 0.8, "agreement": 0.2}}
            return Reply(parse_reply(raw, call, schema), raw, Tokens(), "model", shares)

    (verdict,) = judge(Sure(lambda call: None)).verdicts
    assert verdict.confidence == 0.9


def test_nothing_in_dispute_asks_nothing() -> None:
    script = Script()
    assert judge(script, CARS.model_copy(update={"relation": "lookalike"})).verdicts == []
    assert script.calls == []
