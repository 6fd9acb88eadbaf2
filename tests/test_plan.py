"""The plan: what it counts is what a run sends, what it estimates follows from sizes alone."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from builders import Script, document
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import ROOT

from llmcheck import Checker, Corpus
from llmcheck.cli.main import ANALYSES
from llmcheck.llm.prices import Prices, price
from llmcheck.models import Document, Failure
from llmcheck.plan import STAGES, Plan, PlannedRun, PlannedStage, plan_of
from llmcheck.render.data import schema_of, to_json
from llmcheck.render.plan import plan_page
from llmcheck.summary import LENGTHS

SCHEMA = ROOT / "docs" / "plan.schema.json"
NOTHING: dict[str, list[Any]] = {"disputes": [], "lookalikes": [], "agreements": []}
KNOWN = "gpt-4o-mini"


def ferries(name: str, sentences: int) -> Document:
    text = "\n".join(f"The ferry Ida sailed from {name} with {n} cars." for n in range(sentences))
    return document(text, name, title=f"Ferries of {name}", language="en")


def corpus(*sentences: int) -> Corpus:
    return Corpus.from_texts([ferries(f"port-{n}", count) for n, count in enumerate(sentences)])


def run_of(plan: Plan, verb: str) -> PlannedRun:
    return next(run for run in plan.runs if run.verb == verb)


def stage_of(plan: Plan, name: str) -> PlannedStage:
    stages = {stage.stage: stage for run in plan.runs for stage in run.stages}
    return stages[name]  # type: ignore[index]


# --- what is counted ---


@pytest.mark.parametrize("table_tokens", [150, 300, 24_000])
def test_readings_and_surveys_are_as_many_as_a_run_makes(table_tokens: int) -> None:
    documents = corpus(12, 9, 30)
    script = Script(
        reading={"padding": [], "claims": []}, survey=NOTHING, merge={"same": []}, summary={}
    )
    Checker(llm=script, table_tokens=table_tokens, cache=False).summarize(documents)
    asked = Counter(call.prompt for call in script.calls)

    plan = plan_of(documents, table_tokens=table_tokens)

    for name in ("reading", "survey"):
        stage = stage_of(plan, name)
        assert stage.counted
        assert stage.calls == asked[stage.prompt]


def test_a_request_is_counted_with_its_instructions_and_its_schema() -> None:
    script = Script(survey=NOTHING)
    Checker(llm=script, cache=False).check(corpus(3, 3))
    (call,) = script.calls
    words = len(call.system) + len(call.user) + len(json.dumps(call.schema, separators=(",", ":")))
    counted = stage_of(plan_of(corpus(3, 3)), "survey").input_tokens
    # What else goes over the wire: the names of fields, and quotes that are escaped.
    assert words / 4 < counted < words / 4 + 80


def test_the_documents_are_told_with_titles_sentences_and_tokens() -> None:
    (planned,) = plan_of(corpus(7)).documents
    assert (planned.id, planned.title, planned.sentences) == ("port-0", "Ferries of port-0", 7)
    assert planned.tokens == pytest.approx(7 * 14, rel=0.2)


def test_a_set_that_fits_is_one_table_and_each_sentence_is_read_once() -> None:
    plan = plan_of(corpus(12, 9))
    (table,) = plan.tables
    assert table.sentences == 21
    assert sorted(table.doc_ids) == ["port-0", "port-1"]
    assert plan.reads == 1
    assert stage_of(plan, "merging").calls == 0


def test_a_set_that_does_not_fit_is_read_oftener_and_merged() -> None:
    plan = plan_of(corpus(12, 9), table_tokens=150)
    assert len(plan.tables) > 1
    assert plan.reads > 1
    assert max(document.reads for document in plan.documents) > 1
    merging = stage_of(plan, "merging")
    # What the tables tell together is more than one of that size holds, and not of the other.
    assert merging.calls > 1
    assert merging.input_tokens > 0
    assert stage_of(plan_of(corpus(12, 9), table_tokens=300), "merging").calls == 1


def test_of_a_copy_only_what_its_original_lacks_is_surveyed() -> None:
    original = ferries("port", 30)
    copy = document(original.text[: original.text.rindex("\n")] + "\nIt sank.", "copy")
    plan = plan_of(Corpus.from_texts([original, copy]))
    own = {planned.id: (planned.sentences, planned.own) for planned in plan.documents}
    assert own == {"port": (30, 30), "copy": (30, 1)}
    assert plan.tables[0].sentences == 31


def test_what_could_not_be_read_stands_in_the_plan() -> None:
    failed = Failure(stage="documents", subject="b.txt", error="is empty")
    unread = corpus(3).model_copy(update={"failures": (failed,)})
    assert plan_of(unread).failures == (failed,)


# --- what each verb takes ---


def test_the_page_names_documents_and_tells_those_of_one_title_apart() -> None:
    one = document("It rained.", "a.txt", path="a.txt", title="The tide")
    other = document("It snowed.", "b.txt", path="b.txt", title="The tide", site="The Pier")
    plain = document("It thawed.", "c.txt", path="c.txt")
    page = plan_page(plan_of(Corpus.from_texts([one, other, plain])))
    for name in ("The tide (a.txt) ", "The tide (The Pier) ", "c.txt "):
        assert f"\n{name}" in page


def test_every_verb_that_reads_documents_can_be_planned() -> None:
    assert set(STAGES) == set(ANALYSES)


@pytest.mark.parametrize("verb", STAGES)
def test_a_verb_has_its_own_stages_and_their_sums(verb: str) -> None:
    (run,) = plan_of(corpus(40, 40), [verb], model=KNOWN).runs
    assert tuple(stage.stage for stage in run.stages) == STAGES[verb]
    assert run.calls == sum(stage.calls for stage in run.stages)
    assert run.input_tokens == sum(stage.input_tokens for stage in run.stages)
    assert run.output_tokens == sum(stage.output_tokens for stage in run.stages)
    assert run.cost_usd == pytest.approx(sum(stage.cost_usd or 0 for stage in run.stages))


def test_where_only_readings_are_planned_there_is_no_table() -> None:
    plan = plan_of(corpus(12), ["claims"])
    assert plan.tables == ()
    assert plan.reads == 0


# --- what is estimated ---


def test_more_documents_take_more_of_every_stage() -> None:
    few, many = (plan_of(corpus(*[40] * number)) for number in (3, 9))
    for name in ("reading", "survey", "judging", "summary"):
        one, other = stage_of(few, name), stage_of(many, name)
        assert one.input_tokens < other.input_tokens
        assert one.output_tokens <= other.output_tokens
        assert one.calls <= other.calls


def test_a_document_far_longer_than_others_counts_for_several() -> None:
    judging = [stage_of(plan_of(corpus(length)), "judging") for length in (30, 100, 1_000)]
    assert judging[0].output_tokens == judging[1].output_tokens
    assert judging[2].output_tokens == pytest.approx(10 * judging[1].output_tokens, rel=0.01)


def test_a_note_of_two_sentences_is_not_expected_to_dispute_anything() -> None:
    judging = stage_of(plan_of(corpus(2)), "judging")
    assert (judging.calls, judging.input_tokens, judging.output_tokens) == (0, 0, 0)


def test_a_longer_summary_takes_a_longer_answer() -> None:
    short, normal, long = (
        stage_of(plan_of(corpus(*[40] * 9), length=length), "summary").output_tokens
        for length in LENGTHS
    )
    assert short < normal < long


def test_what_is_shown_at_once_holds_for_passages_and_findings_too() -> None:
    roomy, narrow = (plan_of(corpus(*[40] * 30), table_tokens=size) for size in (24_000, 2_000))
    assert stage_of(narrow, "judging").calls > stage_of(roomy, "judging").calls
    assert stage_of(narrow, "summary").input_tokens < stage_of(roomy, "summary").input_tokens


# --- what it costs ---


def test_the_cost_is_that_of_calls_of_this_size() -> None:
    survey = stage_of(plan_of(corpus(40, 40), model=KNOWN), "survey")
    assert survey.calls == 1
    assert survey.cost_usd == price(KNOWN, survey.input_tokens, survey.output_tokens)
    assert survey.cost_usd


@pytest.mark.parametrize("model", [None, "a-model-that-nobody-sells"])
def test_without_a_known_price_no_cost_is_told(model: str | None) -> None:
    plan = plan_of(corpus(40, 40), model=model)
    assert {run.cost_usd for run in plan.runs} == {None}
    assert {stage.cost_usd for run in plan.runs for stage in run.stages} == {None}


# --- the same again ---


@settings(max_examples=20)
@given(st.permutations([ferries("north", 8), ferries("south", 5), ferries("west", 11)]))
def test_the_order_of_the_documents_changes_nothing(documents: list[Document]) -> None:
    given_order = plan_of(Corpus.from_texts(documents), table_tokens=150)
    assert given_order == plan_of(Corpus.from_texts(documents[::-1]), table_tokens=150)


# --- the contract ---


def test_a_plan_as_json_satisfies_the_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    plan = json.loads(to_json(plan_of(corpus(40, 40), model=KNOWN)))
    jsonschema.validate(plan, schema)
    del plan["runs"][0]["stages"][0]["calls"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plan, schema)


def test_the_published_schema_of_plans_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_of(Plan), (
        "write it anew: python -c 'from llmcheck.plan import Plan; "
        "from llmcheck.render.data import schema_of as s; "
        'print(s(Plan), end="")\' > docs/plan.schema.json'
    )


def test_prices_that_are_given_count_for_any_model() -> None:
    planned = plan_of(corpus(40, 40), model="house", prices=Prices("house", given=(1, 0)))
    survey = stage_of(planned, "survey")
    assert survey.cost_usd == pytest.approx(survey.input_tokens / 1e6)
