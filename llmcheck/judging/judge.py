"""Verdicts on pairs of positions, and a second look where the witnesses differ.

Each pair has two witnesses: the survey, which saw all documents and says that the two positions
exclude each other, and the judge, which sees the passages alone with what stands round them. A
contradiction stands when they agree and code has no doubt. Where they differ, or figures raise a
doubt, the pair is asked once more, alone, swapped and with more context; that answer decides.
(Position bias: Zheng et al., arXiv:2306.05685.)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple, get_args

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.judging.doubts import doubt
from llmcheck.judging.pairs import (
    Batch,
    Batching,
    Pair,
    Passage,
    Side,
    batches_of,
    can_be_halved,
    halves_of,
    pairs_of,
    passage_of,
    without_marks,
)
from llmcheck.language.detection import language_name
from llmcheck.language.text import one_line
from llmcheck.llm.halving import Halving, UnitOutcome
from llmcheck.llm.port import Outcome, Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.tasks import Steps, Task, begin, carry_out, results_of
from llmcheck.llm.wire import Wire
from llmcheck.models import (
    CallRef,
    ContradictionKind,
    Failure,
    Label,
    LookalikeKind,
    Question,
    Verdict,
)
from llmcheck.numbering import NumberedSet

PROMPT = "judge.v4"
REACH, MOST = 2, 2
"""Sentences round a passage, and passages of a position, at the first look."""
REACH_AGAIN, MOST_AGAIN = 3, 4
"""The same at the second."""


class _Judged(Wire):
    pair: int
    a: str
    b: str
    why: str
    verdict: Label
    kind: ContradictionKind | LookalikeKind | Literal["none"]


class _Answer(Wire):
    pairs: list[_Judged]


class Judging(NamedTuple):
    """The verdicts, in the order of the questions, and what failed."""

    verdicts: list[Verdict]
    failures: list[Failure]


class _Look(NamedTuple):
    """What one look at a pair said; ``a`` and ``b`` are those of the pair as it was asked."""

    judged: _Judged
    probability: float | None
    """How probable the model held a contradiction, where the endpoint tells."""
    call: CallRef


_Looked = _Look | LLMError | BudgetExceeded


def judge_questions(
    questions: Sequence[Question],
    numbered: NumberedSet,
    runner: Runner,
    language: str | None = None,
) -> Judging:
    """A verdict on every two positions of every question that is to be a dispute.

    ``language`` is the one to answer in (a code), without it that of most of the documents. A
    failed call is a failure that names the question, never "no contradiction".
    """
    bench = Bench(numbered, runner, language)
    bench.take(questions)
    return carry_out(bench.judging(), runner)


class Bench:
    """The judge at work on the questions of one set, which may come in one after the other.

    The arguments are those of ``judge_questions``.
    """

    def __init__(self, numbered: NumberedSet, runner: Runner, language: str | None = None) -> None:
        self._numbered = numbered
        self._runner = runner
        self._language = language or numbered.language
        self._questions: list[Question] = []
        self._pairs: list[Pair] = []
        self._looks: list[Task[list[UnitOutcome[Batch, _Answer]]]] = []
        self._asking: Halving[Batch, _Answer] = Halving(
            "judging",
            load_prompt(PROMPT),
            _Answer,
            variables=self._variables,
            can_be_halved=can_be_halved,
            halves=halves_of,
            is_whole=lambda batch, answer: _numbers(answer) >= set(range(1, len(batch.pairs) + 1)),
        )
        self._batching = Batching(
            cache(lambda side: self._passage(side, REACH, MOST).tokens),
            runner.table_tokens,
            reach=REACH,
            most=MOST,
            worded=lambda question: self._questions[question].question,
        )
        self._begun = False

    def take(self, questions: Sequence[Question]) -> None:
        """Take further questions."""
        self._pairs += pairs_of(questions, len(self._questions))
        self._questions += questions

    def begin(self, questions: Sequence[Question]) -> Steps[None]:
        """Take further questions, and begin to judge what will be judged together whatever
        questions are still to come."""
        self._begun = True
        known = len(self._pairs)
        self.take(questions)
        for pair in self._pairs[known:]:
            yield from self._look(self._batching.add(pair))

    def judging(self) -> Steps[Judging]:
        """The verdicts on all that was taken, when no question is to come any more."""
        if self._begun:
            yield from self._look(self._batching.rest())
        else:
            yield from self._look(batches_of(self._pairs, self._batching))
        looks_at: dict[Pair, _Looked] = {}
        for outcomes in (yield from results_of(self._looks)):
            for batch, outcome in outcomes:
                looks_at.update(_looks(batch, outcome))
        return self._weigh(looks_at)

    def _look(self, batches: Sequence[Batch]) -> Steps[None]:
        """Begin a first look at the pairs of each batch, and as soon as it was judged one more at
        each pair that is in doubt: alone, swapped and with more context."""
        looks = [
            Task(self._asking.ask([batch], self._runner, self._look_again)) for batch in batches
        ]
        self._looks += looks
        yield from begin(looks)

    def _weigh(self, looks_at: dict[Pair, _Looked]) -> Judging:
        verdicts, failures = [], []
        for pair in self._pairs:
            looks = [looks_at[each] for each in (pair, pair.swapped) if each in looks_at]
            broken = next((look for look in looks if not isinstance(look, _Look)), None)
            if broken is not None:
                question = self._questions[pair.question]
                refs = question.stances[pair.a].sentences + question.stances[pair.b].sentences
                doc_ids = dict.fromkeys(ref.doc_id for ref in refs)
                failures.append(failure("judging", question.question, broken, doc_ids))
            else:
                verdicts.append(
                    _weigh_looks(pair, [look for look in looks if isinstance(look, _Look)])
                )
        return Judging(verdicts, failures)

    def _doubts(self, pair: Pair, judged: _Judged) -> bool:
        """Whether the pair needs a second look."""
        if judged.verdict != "contradiction":
            return True
        stances = self._questions[pair.question].stances
        a, b = stances[pair.a], stances[pair.b]
        return doubt(self._numbered, a, b, judged.a, judged.b, self._language)

    def _look_again(self, batch: Batch, outcome: Outcome[_Answer]) -> list[Batch]:
        """The second looks that the answer on a batch asks for."""
        if batch.reach == REACH_AGAIN:
            return []
        return [
            Batch((pair.swapped,), REACH_AGAIN, MOST_AGAIN)
            for pair, look in _looks(batch, outcome).items()
            if isinstance(look, _Look) and self._doubts(pair, look.judged)
        ]

    def _variables(self, batch: Batch) -> dict[str, object]:
        places = {side: at for at, side in enumerate(batch.sides, 1)}
        return {
            "language": language_name(self._language),
            "passages": [self._passage(side, batch.reach, batch.most) for side in batch.sides],
            "pairs": [
                {
                    "a": places[pair.question, pair.a],
                    "b": places[pair.question, pair.b],
                    "question": without_marks(self._questions[pair.question].question),
                }
                for pair in batch.pairs
            ],
        }

    def _passage(self, side: Side, reach: int, most: int) -> Passage:
        question, at = side
        stance = self._questions[question].stances[at]
        return passage_of(self._numbered, stance, reach=reach, most=most)


def _looks(batch: Batch, outcome: Outcome[_Answer]) -> dict[Pair, _Looked]:
    """What an answer says of the pairs of its batch, in their order."""
    if not isinstance(outcome, Reply):
        return dict.fromkeys(batch.pairs, outcome)
    said: dict[int, _Look] = {}
    for at, judged in enumerate(outcome.value.pairs):
        shares = outcome.probabilities.get(f"pairs[{at}].verdict", {})
        call = CallRef(PROMPT, outcome.key)
        said.setdefault(judged.pair, _Look(judged, shares.get("contradiction"), call))
    # Missing is only that of a lone pair: a batch that lacks one is asked in halves.
    return {pair: said.get(at, _missing_answer()) for at, pair in enumerate(batch.pairs, 1)}


def _numbers(answer: _Answer) -> set[int]:
    return {judged.pair for judged in answer.pairs}


def _missing_answer() -> LLMError:
    return LLMError("the answer names no verdict on the pair", call_key="", prompt=PROMPT)


def _weigh_looks(pair: Pair, looks: Sequence[_Look]) -> Verdict:
    """What the last look says, and how sure all witnesses are of a contradiction."""
    last = looks[-1].judged
    # The survey is a witness too: it put the two apart.
    votes = [1.0] + [_vote(look) for look in looks]
    sure = sum(votes) / len(votes)
    contradicts = last.verdict == "contradiction"
    return Verdict(
        question=pair.question,
        a=pair.a,
        b=pair.b,
        label=last.verdict,
        kind=_kind(last),
        rationale=one_line(last.why),
        confidence=round(sure if contradicts else 1 - sure, 3),
        looks=len(looks),
        calls=tuple(look.call for look in looks),
    )


def _kind(judged: _Judged) -> ContradictionKind | LookalikeKind | None:
    """The kind, where it is one of the label's; a label without one gets the vaguest."""
    kinds = {
        "contradiction": (get_args(ContradictionKind), "implicit"),
        "lookalike": (get_args(LookalikeKind), "complementary"),
    }
    if judged.verdict not in kinds:
        return None
    known, vague = kinds[judged.verdict]
    return judged.kind if judged.kind in known else vague  # type: ignore[return-value]


def _vote(look: _Look) -> float:
    if look.probability is not None:
        return look.probability
    return float(look.judged.verdict == "contradiction")
