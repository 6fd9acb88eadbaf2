"""The judge on labelled pairs and extraction on labelled sentences, with a scripted model."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck import extract
from llmcheck.errors import ConfigError, ProviderError
from llmcheck.evaluation import (
    labelled_pairs,
    read_pairs,
    read_sentences,
    score_pairs,
    score_sentences,
)
from llmcheck.evaluation.counts import Ratio
from llmcheck.evaluation.labelled_claims import SentenceRow
from llmcheck.evaluation.labelled_pairs import PairRow, auroc
from llmcheck.judge import Judgements
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.models import CandidatePair, Failure, Verdict


def counts(ratio: Ratio) -> tuple[int, int]:
    return ratio.part, ratio.whole


# Pairs

YES, NO = "contradiction", "not_contradiction"


def row(label: Any, **more: Any) -> PairRow:
    fields = {"premise": "The mill has 3 wheels.", "hypothesis": "The mill has 4 wheels."}
    return PairRow(label=label, **fields | more)


class Judge:
    """Stands in for ``judge_pairs``: gives the labels it is told to; None is a failed call."""

    def __init__(self, labels: Sequence[str | None], scores: Sequence[float | None]) -> None:
        self.labels, self.scores = labels, scores
        self.pairs: Sequence[CandidatePair] = ()

    def __call__(self, pairs: Sequence[CandidatePair], runner: Runner) -> Judgements:
        self.pairs = pairs
        verdicts: list[Verdict] = []
        failures: list[Failure] = []
        for pair, label, score in zip(pairs, self.labels, self.scores, strict=True):
            if label is None:
                failures.append(Failure(stage="judge", subject=pair.a.doc_id, error="down"))
                continue
            fields = {
                "a_id": pair.a.id, "b_id": pair.b.id, "question": "", "answer_a": "",
                "answer_b": "", "rationale": "", "label": label, "confidence": 1.0,
                "contradiction": score,
            }  # fmt: skip
            verdicts.append(Verdict.model_validate(fields))
        return Judgements(verdicts, failures)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def run(
        rows: Sequence[PairRow],
        labels: Sequence[str | None],
        scores: Sequence[float | None] | None = None,
    ) -> Any:
        judge = Judge(labels, scores or [None] * len(labels))
        monkeypatch.setattr(labelled_pairs, "judge_pairs", judge)
        scored = score_pairs(rows, Runner(FakeLLM(lambda call: {}), "tiny"))
        return scored, judge

    return run


def test_pairs_are_scored_by_the_label_contradiction(judged: Callable[..., Any]) -> None:
    rows = [row(YES), row(YES), row(YES), row(NO), row(NO)]
    scored, _ = judged(
        rows, ["contradiction", "contradiction", "unrelated", "contradiction", "lookalike"]
    )
    figures = scored.figures
    assert counts(figures.accuracy) == (3, 5)
    assert counts(figures.contradiction.recall) == (2, 3)
    assert counts(figures.contradiction.precision) == (2, 3)
    assert figures.contradiction.f1 == pytest.approx(0.6667)
    assert figures.auroc is None


def test_pairs_are_scored_by_kind_and_source_too(judged: Callable[..., Any]) -> None:
    rows = [
        row(YES, kind=["number", "date"], source="A"),
        row(NO, kind="number", source="B"),
        row(NO),
    ]
    scored, _ = judged(rows, ["contradiction", "contradiction", "agreement"])
    assert {kind: counts(f.accuracy) for kind, f in scored.by_kind.items()} == {
        "number": (1, 2),
        "date": (1, 1),
    }
    assert {name: counts(f.accuracy) for name, f in scored.by_source.items()} == {
        "A": (1, 1),
        "B": (0, 1),
    }


def test_a_pair_that_failed_counts_in_no_figure(judged: Callable[..., Any]) -> None:
    scored, _ = judged([row(YES), row(YES)], [None, "contradiction"])
    assert (scored.rows, scored.judged) == (2, 1)
    assert counts(scored.figures.contradiction.recall) == (1, 1)
    assert [failure.error for failure in scored.failures] == ["down"]


def test_probabilities_of_the_judge_give_an_auroc(judged: Callable[..., Any]) -> None:
    labels = ["contradiction"] * 4
    scored, _ = judged([row(YES), row(YES), row(NO), row(NO)], labels, [0.9, 0.4, 0.4, None])
    assert scored.figures.auroc == 0.75


def test_a_row_becomes_two_claims_of_two_documents_with_the_point_at_issue(
    judged: Callable[..., Any],
) -> None:
    same = row(YES)
    _, judge = judged([same, same], ["contradiction"] * 2)
    pair, again = judge.pairs
    assert (pair.a.text, pair.b.text) == (same.premise, same.hypothesis)
    assert pair.a.doc_id != pair.b.doc_id
    assert pair.a.quote == pair.a.text == same.premise[pair.a.start : pair.a.end]
    assert (pair.focus.a, pair.focus.b) == ("3 wheels", "4 wheels")
    assert len({pair.a.id, pair.b.id, again.a.id, again.b.id}) == 4


SCORES = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=30)


@settings(max_examples=60)
@given(SCORES, SCORES)
def test_auroc_is_the_chance_that_a_positive_scores_higher(
    positives: list[float], negatives: list[float]
) -> None:
    area = auroc(positives, negatives)
    assert area is not None
    by_pairs = [(p > n) + (p == n) / 2 for p, n in itertools.product(positives, negatives)]
    assert area == pytest.approx(sum(by_pairs) / len(by_pairs))
    mirrored = auroc(negatives, positives)
    assert mirrored is not None
    assert area + mirrored == pytest.approx(1)


def test_auroc_needs_both_labels() -> None:
    assert auroc([0.5], []) is None
    assert auroc([], [0.5]) is None
    assert auroc([0.9], [0.1]) == 1


# Rows


def test_rows_are_read_and_a_limit_takes_the_same_ones_every_time(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    lines = [
        json.dumps({"premise": f"{n} wheels", "hypothesis": "x", "label": NO, "extra": n})
        for n in range(20)
    ]
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")

    assert [r.premise for r in read_pairs(path)] == [f"{n} wheels" for n in range(20)]
    few = read_pairs(path, 5)
    assert len(few) == 5
    assert few == read_pairs(path, 5)
    assert read_pairs(path, 6)[:5] == few
    assert few != read_pairs(path)[:5]
    assert len(read_pairs(path, 99)) == 20


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n", "pairs.jsonl: holds no row"),
        ('{"premise": "a"\n', "pairs.jsonl:1: is not JSON"),
        ('\n{"premise": "a", "hypothesis": "b"}', "pairs.jsonl:2: label: field required"),
        (
            '{"premise": "a", "hypothesis": " ", "label": "maybe"}',
            "pairs.jsonl:1: hypothesis: string should match pattern '\\S'; label: input should be",
        ),
        ("[1]", "pairs.jsonl:1: input should be a valid dictionary"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_line_and_field(
    tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "pairs.jsonl").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_pairs(tmp_path / "pairs.jsonl")
    assert problem in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_pairs(tmp_path / "pairs.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_sentences(tmp_path / "latin.jsonl")


# Sentences

STORY = (
    "The mill at Aune was built in 1871. It has three oak wheels and a tall chimney. "
    "Nobody should miss the mill at Aune!"
)
BUILT, WHEELS, MISS = (
    "The mill at Aune was built in 1871.",
    "It has three oak wheels and a tall chimney.",
    "Nobody should miss the mill at Aune!",
)


def sentence(text: str, *claims: str, document: str = STORY, **more: Any) -> SentenceRow:
    return SentenceRow(document=document, sentence=text, claims=claims, **more)


def reader(facts: dict[str, list[str]]) -> FakeLLM:
    def answer(call: Call) -> Any:
        assert call.prompt == extract.PROMPT
        for start, found in facts.items():
            if call.user.rpartition("Sentence: ")[2].startswith(start):
                return {"facts": found}
        raise ProviderError("down", call_key=call.key, prompt=call.prompt)

    return FakeLLM(answer)


def test_labelled_claims_are_compared_with_those_of_their_sentence() -> None:
    llm = reader({"It has": ["The mill has three oak wheels.", "The mill has 9 doors."]})
    scored = score_sentences(
        [sentence(WHEELS, "The mill has three oak wheels.", "The mill has a tall chimney.")],
        Runner(llm, "tiny"),
    )
    figures = scored.figures
    assert counts(figures.covered) == (1, 2)
    # {mill, three, oak, wheel} against {mill, tall, chimney}: one of four, one of three.
    assert figures.recall == pytest.approx((1 + 2 / 7) / 2, abs=1e-4)
    assert figures.precision == 1
    assert counts(figures.claims_per_sentence) == (1, 1)
    assert counts(figures.ungrounded) == (1, 2)


def test_only_labelled_sentences_are_read_with_the_sentence_before_for_the_names() -> None:
    llm = reader({"It has": ["The mill has three oak wheels."]})
    score_sentences([sentence(WHEELS, "x")], Runner(llm, "tiny"))
    (call,) = llm.calls
    assert BUILT in call.user
    assert MISS not in call.user


def test_two_rows_of_one_document_get_the_claims_of_their_own_sentence() -> None:
    built = "The mill at Aune was built in 1871."
    llm = reader({"The mill": [built], "It has": ["The mill has three oak wheels."]})
    scored = score_sentences(
        [
            sentence(WHEELS, "The mill has three oak wheels.", source="A"),
            sentence(BUILT, built, source="B"),
        ],
        Runner(llm, "tiny"),
    )
    assert len(llm.calls) == 2
    assert counts(scored.figures.covered) == (2, 2)
    assert {name: f.recall for name, f in scored.by_source.items()} == {"A": 1, "B": 1}
    assert scored.prompts[extract.PROMPT].calls == 2


def test_sentences_not_worth_checking_should_give_no_claim() -> None:
    opinion = sentence(MISS, check_worthy="opinion")
    silent = score_sentences([opinion], Runner(reader({"Nobody": []}), "tiny"))
    assert counts(silent.figures.idle_silent) == (1, 1)
    told = reader({"Nobody": ["Nobody should miss the mill at Aune."]})
    figures = score_sentences([opinion], Runner(told, "tiny")).figures
    assert counts(figures.idle_silent) == (0, 1)
    assert (figures.sentences, figures.recall, figures.precision) == (0, None, None)


@pytest.mark.parametrize(
    ("value", "idle"), [(None, False), ("yes", False), (True, False), (False, True), ("no", True)]
)
def test_check_worthiness_is_a_word_or_a_boolean(value: Any, idle: bool) -> None:
    assert sentence(MISS, check_worthy=value).is_idle is idle


def test_a_sentence_that_its_document_does_not_hold_is_read_alone() -> None:
    llm = reader({"The mill": [BUILT]})
    scored = score_sentences([sentence(BUILT, BUILT, document="Else.")], Runner(llm, "tiny"))
    assert counts(scored.figures.covered) == (1, 1)
    assert len(llm.calls) == 1


def test_white_space_does_not_hide_a_sentence_in_its_document() -> None:
    llm = reader({"The mill": [BUILT]})
    wrapped = STORY.replace("was built", "was  built")
    scored = score_sentences([sentence(BUILT, BUILT, document=wrapped)], Runner(llm, "tiny"))
    assert counts(scored.figures.covered) == (1, 1)
    assert len(llm.calls) == 1


def test_a_sentence_whose_call_failed_counts_in_no_figure() -> None:
    other = "The chimney of the mill is 30 metres tall."
    llm = reader({"The chimney": [other]})
    scored = score_sentences(
        [sentence(WHEELS, "x"), sentence(other, other, document=other)], Runner(llm, "tiny")
    )
    assert (scored.rows, scored.read, len(scored.failures)) == (2, 1, 1)
    assert counts(scored.figures.covered) == (1, 1)


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=20).filter(str.strip))
def test_any_text_can_be_a_row(document: str, text: str) -> None:
    llm = FakeLLM(lambda call: {"facts": []})
    scored = score_sentences([sentence(text, "A fact.", document=document)], Runner(llm, "tiny"))
    assert scored.read == 1
