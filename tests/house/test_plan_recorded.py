"""The plan held against the recorded runs: what it foretells is what they took."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest
from repository import ROOT

from llmcheck import Checker, Corpus
from llmcheck.evaluation import read_gold
from llmcheck.judging.judge import MOST, MOST_AGAIN, REACH, REACH_AGAIN
from llmcheck.judging.pairs import Batch, pairs_of, passage_of
from llmcheck.llm.recording.files import call_files, read_fixture, read_manifest
from llmcheck.numbering import NumberedSet
from llmcheck.plan import PlannedRun, estimates, plan_of

FIXTURES = ROOT / "fixtures"
SETS = {path.parent.name: path.parent for path in sorted(ROOT.glob("benchmarks/*/*/gold.json"))}
PUBLIC = sorted(name for name, path in SETS.items() if path.parent.name == "corpora")
TOGETHER = {"all-24000": 24_000, "all-6000": 6_000}
"""All public sets as one, by the table size that they were recorded with."""
PROMPTS = {
    "reading": "reading",
    "survey": "survey",
    "merge": "merging",
    "judge": "judging",
    "summary": "summary",
}
"""The stage that each prompt is of."""


class Took(NamedTuple):
    """Calls and tokens of a recorded stage."""

    calls: int
    input: int
    output: int


@cache
def documents(name: str) -> Corpus:
    if name in SETS:
        return read_gold(SETS[name]).read_documents()
    return Corpus.from_texts([each for part in PUBLIC for each in documents(part).documents])


@cache
def recorded(name: str) -> dict[str, Took]:
    """What each stage took, by the token counts that its answers were recorded with."""
    took = dict.fromkeys(PROMPTS.values(), Took(0, 0, 0))
    for path in call_files(FIXTURES / name):
        stage = PROMPTS.get(path.parent.name.partition(".")[0])
        if stage is not None:
            calls, into, out = took[stage]
            tokens = read_fixture(path)[0].tokens
            took[stage] = Took(calls + 1, into + tokens.input, out + tokens.output)
    return took


@cache
def planned(name: str) -> dict[str, PlannedRun]:
    verbs = ["check"] if name in TOGETHER else ["check", "summarize"]
    model = read_manifest(FIXTURES / name).model
    size = TOGETHER.get(name, 24_000)
    runs = plan_of(documents(name), verbs, model=model, table_tokens=size).runs
    return {run.verb: run for run in runs}


RUNS = [(name, verb) for name in SETS for verb in ("check", "summarize")]
RUNS += [(name, "check") for name in TOGETHER]


@pytest.mark.parametrize("name", SETS)
def test_readings_and_surveys_are_foretold_to_the_call_and_the_token(name: str) -> None:
    for stage in planned(name)["summarize"].stages:
        if stage.counted:
            took = recorded(name)[stage.stage]
            assert stage.calls == took.calls
            # Of each call the recordings leave off what is less than a token.
            assert 0 <= stage.input_tokens - took.input <= stage.calls


@pytest.mark.parametrize(("name", "verb"), RUNS)
def test_judgings_are_foretold_within_two_calls_and_all_others_to_the_call(
    name: str, verb: str
) -> None:
    for stage in planned(name)[verb].stages:
        off = abs(stage.calls - recorded(name)[stage.stage].calls)
        assert off <= (2 if stage.stage == "judging" else 0)


@pytest.mark.parametrize(("name", "verb"), RUNS)
def test_tokens_in_are_foretold_within_a_tenth(name: str, verb: str) -> None:
    run = planned(name)[verb]
    took = sum(recorded(name)[stage.stage].input for stage in run.stages)
    assert run.input_tokens == pytest.approx(took, rel=0.1)


@pytest.mark.parametrize(("name", "verb"), RUNS)
def test_tokens_out_are_foretold_within_three_tenths(name: str, verb: str) -> None:
    run = planned(name)[verb]
    took = sum(recorded(name)[stage.stage].output for stage in run.stages)
    assert run.output_tokens == pytest.approx(took, rel=0.3)


def measured() -> Counter[str]:
    """What the ratios are made of, summed over the public sets."""
    sums: Counter[str] = Counter()
    for name in PUBLIC:
        numbered = NumberedSet(documents(name).documents)
        trace = Checker(replay=FIXTURES / name).trace(documents(name))
        sizes = [size for document in numbered.documents for size in document.sizes]
        pairs = pairs_of(trace.questions)
        first = [Batch(tuple(pairs), REACH, MOST)]
        again = [
            Batch((pair,), REACH_AGAIN, MOST_AGAIN)
            for pair, verdict in zip(pairs, trace.verdicts, strict=True)
            if verdict.looks > 1
        ]
        for key, batches in (("first", first), ("again", again)):
            for batch in batches:
                for question, at in batch.sides:
                    stance = trace.questions[question].stances[at]
                    shown = passage_of(numbered, stance, reach=batch.reach, most=batch.most)
                    sums["shown"] += shown.tokens
                    sums[f"{key} tokens"] += shown.tokens
                    sums[f"{key} positions"] += 1
                    sums[f"{key} sentences"] += sum(sizes) / len(sizes)  # type: ignore[assignment]
        sums["documents"] += len(numbered.documents)
        sums["sentences"] += len(sizes)
        sums["pairs"] += len(pairs)
        sums["looks"] += len(again)
        for stage, took in recorded(name).items():
            sums[f"{stage} in"] += took.input
            sums[f"{stage} out"] += took.output
            sums[f"{stage} calls"] += took.calls
    return sums


def test_the_ratios_are_those_of_the_recordings() -> None:
    of = measured()
    judged = of["pairs"] + of["looks"]
    found = {
        "READ": of["reading out"] / of["sentences"],
        "SURVEYED": of["survey out"] / of["documents"],
        "POSITIONS": of["first positions"] / of["documents"],
        "PAIRS": of["pairs"] / of["documents"],
        "DOUBTED": of["looks"] / of["pairs"],
        "PASSAGE": of["first tokens"] / of["first sentences"],
        "PASSAGE_AGAIN": of["again tokens"] / of["again sentences"],
        "JUDGED": of["judging out"] / judged,
        "JUDGE": (of["judging in"] - of["shown"] - estimates.PAIR * judged) / of["judging calls"],
        "FOUND": (of["summary in"] - estimates.SUMMARY * len(PUBLIC)) / of["documents"],
        "TOLD": of["summary out"] / (estimates.SENTENCES["normal"] * len(PUBLIC)),
    }
    assert found == {name: pytest.approx(getattr(estimates, name), rel=0.05) for name in found}
