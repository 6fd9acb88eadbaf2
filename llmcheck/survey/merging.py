"""Merging: a question that several tables have shown becomes one again.

Readers of different tables word a question differently, so a model says which are the same;
code joins those, and the positions of theirs that rest on a common sentence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from llmcheck.disjoint import DisjointSets, groups_sharing
from llmcheck.language.text import squeeze
from llmcheck.llm.halving import Halving
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.wire import Wire
from llmcheck.models import Failure, Question, SentenceRef, Stance, Statement
from llmcheck.numbering import tokens_of
from llmcheck.survey.filling import Weight, fill_tables
from llmcheck.survey.likeness import by_words, likenesses, nearest

PROMPT = "merge.v1"
NEIGHBOURS = 5
"""Items with which each is compared at the least, where one call does not hold all."""


class _Answer(Wire):
    same: list[list[int]]


class MergedQuestions(NamedTuple):
    """Questions and statements, each once, and what failed."""

    questions: list[Question]
    statements: list[Statement]
    failures: list[Failure]


class Shown(NamedTuple):
    """What one table showed."""

    questions: list[Question]
    statements: list[Statement]


class _Item(NamedTuple):
    """A question or a statement as the prompt shows it."""

    question: str
    answers: str
    sentences: tuple[SentenceRef, ...]
    table: int

    @property
    def documents(self) -> frozenset[str]:
        """Those of its sentences."""
        return _documents(self.sentences)

    @property
    def tokens(self) -> int:
        """What showing it takes."""
        return tokens_of(self.question + self.answers) + 3


def merge_questions(tables: Sequence[Shown], runner: Runner) -> MergedQuestions:
    """What several tables showed, with what is the same as one; the order is that of the first.

    A failed call merges nothing but what is worded alike.
    """
    questions = [question for shown in tables for question in shown.questions]
    statements = [statement for shown in tables for statement in shown.statements]
    items = [
        _Item(q.question, "; ".join(s.answer for s in q.stances), q.sentences, table)
        for table, shown in enumerate(tables)
        for q in shown.questions
    ]
    items += [
        _Item(s.statement, "", s.sentences, table)
        for table, shown in enumerate(tables)
        for s in shown.statements
    ]
    same = DisjointSets(range(len(items)))
    failures = _join_same(items, same, runner)
    first_statement = len(questions)
    merged = MergedQuestions([], [], failures)
    for group in same.groups():
        asked = [questions[i] for i in group if i < first_statement]
        told = [statements[i - first_statement] for i in group if i >= first_statement]
        if told:
            answered = len(merged.questions) if asked else None
            merged.statements.append(_one_statement(told, answered))
        if asked:
            merged.questions.append(_one_question(asked))
    return merged


def _join_same(items: Sequence[_Item], same: DisjointSets[int], runner: Runner) -> list[Failure]:
    matters = groups_sharing(item.documents for item in items)
    for matter in matters:
        # Of another matter, the same words ask another question.
        worded: dict[str, int] = {}
        for index in matter:
            same.join(worded.setdefault(squeeze(items[index].question), index), index)
    asking: Halving[tuple[int, ...], _Answer] = Halving(
        "survey",
        load_prompt(PROMPT),
        _Answer,
        variables=lambda group: {"items": [items[index] for index in group]},
        halves=lambda group: (group[: len(group) // 2], group[len(group) // 2 :]),
        # Of three, one half would be a lone question.
        can_halve=lambda group: len(group) > 3,
    )
    failures = []
    groups = [
        group for matter in matters for group in _to_compare(matter, items, runner.table_tokens)
    ]
    for group, outcome in asking.ask(groups, runner):
        if isinstance(outcome, Reply):
            for numbers in outcome.value.same:
                inside = [group[n - 1] for n in numbers if 1 <= n <= len(group)]
                for index in inside[1:]:
                    same.join(inside[0], index)
        else:
            failures.append(failure("survey", "the merging of questions", outcome))
    return failures


def _to_compare(matter: Sequence[int], items: Sequence[_Item], size: int) -> list[tuple[int, ...]]:
    """The items of a matter as they are shown: all in one call if they fit, else those that may
    be the same, in calls of at most ``size`` tokens.

    What one table showed is not compared with itself.
    """
    if len({items[index].table for index in matter}) < 2:
        return []
    if sum(items[index].tokens for index in matter) <= size:
        return [tuple(matter)]
    partners = _partners([items[index] for index in matter])
    weights = [Weight(items[index].tokens) for index in matter]
    groups = (set(group) for group in fill_tables(weights, partners, size))
    met = [sorted(at for at in group if partners[at].keys() & group) for group in groups]
    return [tuple(matter[at] for at in group) for group in met if group]


def _partners(items: Sequence[_Item]) -> list[dict[int, float]]:
    """For each item those of other tables that may be the same: all that share a sentence with
    it, and those most like it, with how much it is worth to compare them."""
    partners: list[dict[int, float]] = [{} for _ in items]

    def pair(one: int, other: int, worth: float) -> None:
        if items[one].table != items[other].table:
            partners[one][other] = partners[other][one] = worth

    vectors = by_words([f"{item.question} {item.answers}"] for item in items)
    for one, likeness in enumerate(likenesses(vectors)):
        table = items[one].table
        elsewhere = {at: worth for at, worth in likeness.items() if items[at].table != table}
        for other in nearest(elsewhere, NEIGHBOURS):
            pair(one, other, elsewhere[other])
    holders: defaultdict[SentenceRef, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for ref in dict.fromkeys(item.sentences):
            holders[ref].append(index)
    for held in holders.values():
        for one, other in combinations(held, 2):
            pair(one, other, 1.0)
    return partners


def _one_question(group: Sequence[Question]) -> Question:
    """The first of the questions, a dispute before a look-alike, with the positions of all."""
    first = min(group, key=lambda question: question.relation != "dispute")
    stances = [stance for question in group for stance in question.stances]
    return first.model_copy(update={"stances": tuple(_join_stances(stances))})


def _join_stances(stances: Sequence[Stance]) -> list[Stance]:
    """The positions, those that rest on a common sentence or are worded alike as one."""
    groups = groups_sharing([squeeze(s.answer), *s.sentences] for s in stances)
    return [Stance.joined([stances[index] for index in group]) for group in groups]


def _one_statement(group: Sequence[Statement], answered: int | None) -> Statement:
    """The statement that rests on most documents, with the sentences of all."""
    best = max(group, key=lambda statement: len(_documents(statement.sentences)))
    refs = dict.fromkeys(ref for statement in group for ref in statement.sentences)
    return best.model_copy(update={"sentences": tuple(refs), "question": answered})


def _documents(refs: Sequence[SentenceRef]) -> frozenset[str]:
    return frozenset(ref.doc_id for ref in refs)
