"""The judge on labelled pairs and reading on labelled sentences, with a scripted model."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import Script, runner, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck.errors import ConfigError, ProviderError
from llmcheck.evaluation import (
    labelled_pairs,
    read_rows,
    score_pairs,
    score_sentences,
)
from llmcheck.evaluation.counts import Ratio
from llmcheck.evaluation.labelled_claims import SentenceRow
from llmcheck.evaluation.labelled_pairs import QUESTION, PairRow, PairsScore, auroc
from llmcheck.judging.judge import PROMPT as JUDGE
from llmcheck.judging.judge import Judging
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.models import Failure, Question, Verdict
from llmcheck.numbering import NumberedSet
from llmcheck.reading.read import PROMPT as READING


def counts(ratio: Ratio) -> tuple[int, int]:
    return ratio.part, ratio.whole


# Pairs

YES, NO = "contradiction", "not_contradiction"


def row(label: Any, **more: Any) -> PairRow:
    fields = {"premise": "The mill has 3 wheels.", "hypothesis": "The mill has 4 wheels."}
    return PairRow(label=label, **fields | more)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., PairsScore]:
    """Scores rows with these labels as what the judge says; None is a failed call."""

    def run(
        rows: Sequence[PairRow],
        labels: Sequence[str | None],
        confidences: Sequence[float] = (),
    ) -> PairsScore:
        def judge_questions(
            questions: Sequence[Question], numbered: NumberedSet, runner: Runner
        ) -> Judging:
            found: list[Verdict] = []
            failures: list[Failure] = []
            sure = confidences or [1.0] * len(labels)
            for index, question in enumerate(questions):
                if labels[index] is None:
                    subject = question.question
                    failures.append(Failure(stage="judging", subject=subject, error="down"))
                else:
                    told = verdict(0, 1, labels[index], question=index, confidence=sure[index])
                    found.append(told)
            return Judging(found, failures)

        monkeypatch.setattr(labelled_pairs, "judge_questions", judge_questions)
        return score_pairs(rows, runner(Script()))

    return run


def test_pairs_are_scored_by_the_label_contradiction(judged: Callable[..., PairsScore]) -> None:
    rows = [row(YES), row(YES), row(YES), row(NO), row(NO)]
    figures = judged(
        rows, ["contradiction", "contradiction", "unrelated", "contradiction", "lookalike"]
    ).figures
    assert counts(figures.accuracy) == (3, 5)
    assert counts(figures.contradiction.recall) == (2, 3)
    assert counts(figures.contradiction.precision) == (2, 3)
    assert figures.contradiction.f1 == pytest.approx(0.6667)


def test_pairs_are_scored_by_kind_and_source_too(judged: Callable[..., PairsScore]) -> None:
    rows = [
        row(YES, kind=["number", "date"], source="A"),
        row(NO, kind="number", source="B"),
        row(NO),
    ]
    scored = judged(rows, ["contradiction", "contradiction", "agreement"])
    assert {kind: counts(f.accuracy) for kind, f in scored.by_kind.items()} == {
        "number": (1, 2),
        "date": (1, 1),
    }
    assert {name: counts(f.accuracy) for name, f in scored.by_source.items()} == {
        "A": (1, 1),
        "B": (0, 1),
    }


def test_a_pair_that_failed_counts_in_no_figure(judged: Callable[..., PairsScore]) -> None:
    scored = judged([row(YES), row(YES)], [None, "contradiction"])
    assert (scored.rows, scored.judged) == (2, 1)
    assert counts(scored.figures.contradiction.recall) == (1, 1)
    assert [failure.error for failure in scored.failures] == ["down"]


def test_how_sure_the_judge_is_of_a_contradiction_gives_an_auroc(
    judged: Callable[..., PairsScore],
) -> None:
    # Scores of 0.9 and 0.4 against 0.4 and 0.1: one pair of four is a tie.
    labels = ["contradiction", "unrelated", "agreement", "lookalike"]
    rows = [row(YES), row(YES), row(NO), row(NO)]
    assert judged(rows, labels, [0.9, 0.6, 0.6, 0.9]).figures.auroc == 0.875
    assert judged(rows[:2], labels).figures.auroc is None, "there is one label only"


def ask_pairs(rows: Sequence[PairRow], *answers: str) -> tuple[PairsScore, Script]:
    """Scores rows with a model that answers each call with one of these verdicts on all pairs."""
    said = iter(answers)

    def judge(call: Call) -> Any:
        told = {"a": "", "b": "", "why": "", "verdict": next(said), "kind": "none"}
        numbers = re.findall(r"^PAIR (\d+):", call.user, re.MULTILINE)
        return {"pairs": [{"pair": int(number), **told} for number in numbers]}

    script = Script(judge=judge)
    return score_pairs(rows, runner(script)), script


def test_a_row_becomes_two_documents_that_are_judged_premise_first() -> None:
    scored, script = ask_pairs([row(YES), row(NO)], "contradiction")
    assert (scored.judged, counts(scored.figures.contradiction.precision)) == (2, (1, 2))
    assert scored.prompts[JUDGE].calls == 1
    (message,) = script.asked("judge")
    passages = re.findall(r"^PASSAGE (\d+) .*>>(.*)<<$", message, re.MULTILINE)
    assert passages == [
        ("1", "The mill has 3 wheels."),
        ("2", "The mill has 4 wheels."),
        ("3", "The mill has 3 wheels."),
        ("4", "The mill has 4 wheels."),
    ]
    assert f"PAIR 1: passages 1 and 2. {QUESTION}\n" in message
    assert f"PAIR 2: passages 3 and 4. {QUESTION}\n" in message


def test_what_is_no_contradiction_at_first_is_looked_at_again_as_in_a_run() -> None:
    scored, script = ask_pairs([row(YES)], "unrelated", "contradiction")
    assert counts(scored.figures.contradiction.recall) == (1, 1)
    assert len(script.calls) == 2


def test_rows_are_judged_by_their_own_words_whatever_their_ids() -> None:
    rows = [row(YES, id="1"), row(YES, id="1", premise="The barn has 5 doors."), row(YES)]
    _, script = ask_pairs([*rows, row(YES, id="3", hypothesis="It has none.")], "contradiction")
    (message,) = script.asked("judge")
    assert re.findall(r">>(.*)<<$", message, re.MULTILINE) == [
        "The mill has 3 wheels.", "The mill has 4 wheels.",
        "The barn has 5 doors.", "The mill has 4 wheels.",
        "The mill has 3 wheels.", "The mill has 4 wheels.",
        "The mill has 3 wheels.", "It has none.",
    ]  # fmt: skip


def test_a_row_that_says_nothing_is_a_failure_and_the_others_are_judged() -> None:
    scored, _ = ask_pairs([row(YES, premise="***"), row(NO)], "contradiction")
    assert (scored.rows, scored.judged) == (2, 1)
    assert counts(scored.figures.contradiction.precision) == (0, 1)
    assert [failure.subject for failure in scored.failures] == ["pair 1"]


@settings(max_examples=60)
@given(st.text(min_size=1).filter(lambda text: re.search(r"\S", text) and text.strip()))
def test_any_text_can_be_one_of_a_pair(text: str) -> None:
    scored, _ = ask_pairs([row(NO, premise=text, id=text)], "contradiction")
    assert scored.judged + len(scored.failures) == 1


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

    assert [r.premise for r in read_rows(path, PairRow)] == [f"{n} wheels" for n in range(20)]
    few = read_rows(path, PairRow, 5)
    assert len(few) == 5
    assert few == read_rows(path, PairRow, 5)
    assert read_rows(path, PairRow, 6)[:5] == few
    assert few != read_rows(path, PairRow)[:5]
    assert len(read_rows(path, PairRow, 99)) == 20


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
        read_rows(tmp_path / "pairs.jsonl", PairRow)
    assert problem in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_rows(tmp_path / "pairs.jsonl", PairRow)
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_rows(tmp_path / "latin.jsonl", SentenceRow)


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


def reader(facts: dict[str, list[str]]) -> Script:
    """Finds these claims in the sentences that begin so; fails where none of them is shown."""

    def read(call: Call) -> Any:
        shown = re.findall(r"^(\d+) (.*)$", call.user, re.MULTILINE)
        found = [
            (int(number), told)
            for number, line in shown
            for start, told in facts.items()
            if line.startswith(start)
        ]
        if not found:
            raise ProviderError("down", call_key=call.key, prompt=call.prompt)
        claims = [
            {"sentences": [number], "claim": claim, "source": ""}
            for number, told in found
            for claim in told
        ]
        return {"padding": [], "claims": claims}

    return Script(reading=read)


def test_labelled_claims_are_compared_with_those_of_their_sentence() -> None:
    llm = reader({"It has": ["The mill has three oak wheels."], "The mill": [BUILT]})
    figures = score_sentences(
        [sentence(WHEELS, "The mill has three oak wheels.", "The mill has a tall chimney.")],
        runner(llm),
    ).figures
    assert counts(figures.covered) == (1, 2)
    # {mill, three, oak, wheel} against {mill, tall, chimney}: one of four, one of three.
    assert figures.recall == pytest.approx((1 + 2 / 7) / 2, abs=1e-4)
    assert figures.precision == 1
    assert counts(figures.claims_per_sentence) == (1, 1)
    assert counts(figures.ungrounded) == (0, 1)


def test_a_claim_that_its_document_does_not_bear_out_counts_in_the_sentences_own_words() -> None:
    llm = reader({"It has": ["The mill has 9 doors."]})
    figures = score_sentences(
        [sentence(WHEELS, "Three oak wheels and a tall chimney.")], runner(llm)
    ).figures
    assert counts(figures.covered) == (1, 1)
    assert counts(figures.ungrounded) == (1, 2)


def test_a_document_is_read_whole_once_for_all_rows_from_it() -> None:
    llm = reader({"The mill": [BUILT], "It has": ["The mill has three oak wheels."]})
    scored = score_sentences(
        [
            sentence(WHEELS, "The mill has three oak wheels.", source="A"),
            sentence(BUILT, BUILT, source="B"),
        ],
        runner(llm),
    )
    (call,) = llm.calls
    assert all(each in call.user for each in (BUILT, WHEELS, MISS))
    assert counts(scored.figures.covered) == (2, 2)
    assert counts(scored.figures.claims_per_sentence) == (2, 2)
    assert {name: f.recall for name, f in scored.by_source.items()} == {"A": 1, "B": 1}
    assert scored.prompts[READING].calls == 1


def test_a_claim_that_several_sentences_state_together_counts_on_each() -> None:
    claims = [{"sentences": [1, 2], "claim": "The mill of 1871 has oak wheels.", "source": ""}]
    llm = Script(reading={"padding": [], "claims": claims})
    rows = [sentence(each, "The mill of 1871 has oak wheels.") for each in (BUILT, WHEELS, MISS)]
    figures = score_sentences(rows, runner(llm)).figures
    assert counts(figures.covered) == (2, 3)


def test_sentences_not_worth_checking_should_give_no_claim() -> None:
    opinion = sentence(MISS, check_worthy="opinion")
    silent = score_sentences([opinion], runner(reader({"Nobody": []})))
    assert counts(silent.figures.idle_silent) == (1, 1)
    told = reader({"Nobody": ["Nobody should miss the mill at Aune."]})
    figures = score_sentences([opinion], runner(told)).figures
    assert counts(figures.idle_silent) == (0, 1)
    assert (figures.sentences, figures.recall, figures.precision) == (0, None, None)


@pytest.mark.parametrize(
    ("value", "idle"), [(None, False), ("yes", False), (True, False), (False, True), ("no", True)]
)
def test_check_worthiness_is_a_word_or_a_boolean(value: Any, idle: bool) -> None:
    assert sentence(MISS, check_worthy=value).is_idle is idle


def test_a_sentence_that_its_document_does_not_hold_is_read_alone() -> None:
    llm = reader({"The mill": [BUILT]})
    scored = score_sentences(
        [sentence(BUILT, BUILT, document="Else."), sentence(BUILT, BUILT, document="Other.")],
        runner(llm),
    )
    assert counts(scored.figures.covered) == (2, 2)
    (call,) = llm.calls
    assert "Else." not in call.user


def test_white_space_does_not_hide_a_sentence_in_its_document() -> None:
    llm = reader({"The mill": [BUILT]})
    wrapped = STORY.replace("was built", "was \n built")
    scored = score_sentences([sentence(BUILT, BUILT, document=wrapped)], runner(llm))
    assert counts(scored.figures.covered) == (1, 1)
    (call,) = llm.calls
    assert WHEELS in call.user


def test_a_document_whose_call_failed_counts_in_no_figure() -> None:
    other = "The chimney of the mill is 30 metres tall."
    llm = reader({"The chimney": [other]})
    scored = score_sentences(
        [sentence(WHEELS, "x"), sentence(other, other, document=other)], runner(llm)
    )
    assert (scored.rows, scored.read, len(scored.failures)) == (2, 1, 1)
    assert counts(scored.figures.covered) == (1, 1)


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=20).filter(str.strip))
def test_any_text_can_be_a_row(document: str, text: str) -> None:
    llm = Script(reading={"padding": [], "claims": []})
    scored = score_sentences([sentence(text, "A fact.", document=document)], runner(llm))
    assert scored.read == 1
