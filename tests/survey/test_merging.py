"""Merging: what is the same becomes one, with the positions and sentences of all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from builders import Script, question, ref, runner, stance, statement

from llmcheck.errors import ProviderError
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.llm.tasks import carry_out
from llmcheck.models import CallRef
from llmcheck.numbering import tokens_of
from llmcheck.survey.merging import MergedQuestions, Shown, merge_questions

NAMES = "Osk Brel Tarn Vumo Lidd Pank Serro Gath Nibel Horr".split()
FIRST = question("How many cars?", stance("40", "a.1"), stance("50", "b.1"))
SECOND = question("What number of cars?", stance("forty", "a.1"), stance("60", "c.1"))
OTHER = question("When did it sail?", stance("noon", "a.2"), stance("one", "b.2"))


def merge(same: Any, *questions: Any, statements: Any = ()) -> MergedQuestions:
    tables = [Shown([each], []) for each in questions] + [Shown([], [each]) for each in statements]
    return merged(tables, runner(Script(merge=same)))


def merged(tables: Sequence[Shown], runner: Runner) -> MergedQuestions:
    return carry_out(merge_questions(tables, runner), runner)


def test_questions_that_the_model_calls_the_same_are_one_with_all_positions() -> None:
    found = merge({"same": [[1, 3]]}, FIRST, OTHER, SECOND).questions
    assert [each.question for each in found] == ["How many cars?", "When did it sail?"]
    assert [(s.answer, s.sentences) for s in found[0].stances] == [
        ("40", (ref("a.1"),)),
        ("50", (ref("b.1"),)),
        ("60", (ref("c.1"),)),
    ]


def test_what_is_merged_knows_the_calls_that_named_it_and_the_one_that_merged_it() -> None:
    first, second = (
        each.model_copy(update={"calls": (CallRef("survey.v1", key),)})
        for each, key in ((FIRST, "aa"), (SECOND, "bb"))
    )
    merged, alone = merge({"same": [[1, 3]]}, first, OTHER, second).questions
    assert [call.prompt for call in merged.calls] == ["survey.v1", "survey.v1", "merge.v1"]
    assert alone.calls == ()


def test_a_dispute_goes_before_a_lookalike() -> None:
    like = FIRST.model_copy(update={"relation": "lookalike", "kind": "scope", "rationale": "x"})
    (found,) = merge({"same": [[1, 2]]}, like, SECOND).questions
    assert (found.relation, found.question) == ("dispute", "What number of cars?")


def test_the_same_wording_needs_no_word_of_the_model() -> None:
    (found,) = merge({"same": []}, FIRST, FIRST).questions
    assert found == FIRST


def test_questions_on_different_documents_are_not_even_compared() -> None:
    elsewhere = question("How many loaves?", stance("4", "x.1"), stance("5", "y.1"))
    script = Script(merge={"same": []})
    merged([Shown([FIRST], []), Shown([elsewhere], [])], runner(script))
    assert script.calls == []


def test_what_one_table_showed_is_not_compared_with_itself() -> None:
    script = Script(merge={"same": []})
    found = merged([Shown([FIRST, SECOND], [])], runner(script))
    assert found.questions == [FIRST, SECOND]
    assert script.calls == []


def test_statements_are_merged_among_themselves() -> None:
    told = [
        statement("It sailed at noon.", "a.2", "b.2"),
        statement("It left at 12.", "a.2", "c.2"),
    ]
    found = merge({"same": [[1, 2, 3]]}, FIRST, statements=told)
    assert found.questions == [FIRST]
    (one,) = found.statements
    assert one.statement == "It sailed at noon."
    assert one.sentences == (ref("a.2"), ref("b.2"), ref("c.2"))


def test_numbers_of_no_question_are_ignored() -> None:
    found = merge({"same": [[0, 7, 1], [2]]}, FIRST, OTHER)
    assert found.questions == [FIRST, OTHER]


def test_the_same_words_in_another_matter_are_another_question() -> None:
    elsewhere = question("How many cars?", stance("4", "x.1"), stance("5", "y.1"))
    assert merge({"same": []}, FIRST, elsewhere).questions == [FIRST, elsewhere]


def shown_apart(call: Call) -> list[str]:
    """The lines of a merging call."""
    return re.findall(r"^\d+\. (.*)$", call.user, re.MULTILINE)


def same_names(call: Call) -> Any:
    """A model that takes for one what has a name in common."""
    by_name = defaultdict(list)
    for number, line in enumerate(shown_apart(call), 1):
        by_name[next(name for name in NAMES if name in line)].append(number)
    return {"same": list(by_name.values())}


def large_matter() -> list[Shown]:
    """Three tables of one matter that each word the same ten questions in their own way."""
    wordings = (
        "How many cars did the ferry {} take?", "What number went on {}?", "{}: what load was it?",
    )  # fmt: skip
    return [
        Shown(
            [
                question(
                    wording.format(name),
                    stance(f"{at}", f"a.{at}", f"{name}.{table}"),
                    stance(f"{at + 50}", f"d{table}.{at}"),
                )
                for at, name in enumerate(NAMES, 1)
            ],
            [],
        )
        for table, wording in enumerate(wordings, 1)
    ]


def test_a_matter_that_one_call_does_not_hold_is_compared_in_calls_of_the_table_size() -> None:
    script = Script(merge=same_names)
    found = merged(large_matter(), runner(script, table_tokens=100))
    assert [len(each.sentences) for each in found.questions] == [7] * len(NAMES)
    assert len(script.calls) > 1
    assert all(tokens_of("\n".join(shown_apart(call))) <= 100 for call in script.calls)
    assert all(len(shown_apart(call)) > 1 for call in script.calls)


def test_a_matter_that_one_call_holds_is_compared_in_one() -> None:
    script = Script(merge=same_names)
    merged(large_matter(), runner(script))
    (call,) = script.calls
    assert len(shown_apart(call)) == 3 * len(NAMES)


def test_questions_that_share_a_sentence_meet_however_they_are_worded() -> None:
    script = Script(merge={"same": []})
    odd = [
        question(f"{name} at sea?", stance(f"{at}", f"a.{at}")) for at, name in enumerate(NAMES)
    ]
    other = [question(f"Load, {at}?", stance(f"{at}", f"a.{at}")) for at in range(len(NAMES))]
    merged([Shown(odd, []), Shown(other, [])], runner(script, table_tokens=30))
    met = [set(shown_apart(call)) for call in script.calls]
    for at, name in enumerate(NAMES):
        assert any({f"{name} at sea? | {at}", f"Load, {at}? | {at}"} <= lines for lines in met)


def test_a_statement_that_the_model_puts_with_a_question_answers_it() -> None:
    told = statement("40 cars were on it.", "a.1", "c.1")
    found = merge({"same": [[1, 3], [2]]}, OTHER, FIRST, statements=[told])
    assert [each.question for each in found.statements] == [0]
    assert merge({"same": []}, OTHER, statements=[told]).statements == [told]


def test_without_the_model_nothing_is_lost() -> None:
    def refuse(call: Call) -> Any:
        raise ProviderError("away", call_key=call.key, prompt=call.prompt)

    found = merge(refuse, FIRST, SECOND)
    assert found.questions == [FIRST, SECOND]
    assert [failure.stage for failure in found.failures] == ["survey"]
