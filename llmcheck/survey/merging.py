"""Merging: a question that several tables have shown becomes one again.

Readers of different tables word a question differently, so a model says which are the same;
code joins those, and the positions of theirs that rest on a common sentence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from llmcheck.disjoint import DisjointSets, groups_sharing
from llmcheck.language.text import squeeze
from llmcheck.llm.halving import Halving
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.tasks import Steps
from llmcheck.llm.wire import Wire
from llmcheck.models import CallRef, Failure, Question, SentenceRef, Stance, Statement
from llmcheck.survey.comparing import Item, to_compare

PROMPT = "merge.v1"


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


def merge_questions(tables: Sequence[Shown], runner: Runner) -> Steps[MergedQuestions]:
    """The steps to what several tables showed, with what is the same as one; the order is that
    of the first.

    A failed call merges nothing but what is worded alike.
    """
    questions = [question for shown in tables for question in shown.questions]
    statements = [statement for shown in tables for statement in shown.statements]
    items = [
        Item(q.question, "; ".join(s.answer for s in q.stances), q.sentences, table)
        for table, shown in enumerate(tables)
        for q in shown.questions
    ]
    items += [
        Item(s.statement, "", s.sentences, table)
        for table, shown in enumerate(tables)
        for s in shown.statements
    ]
    same = DisjointSets(range(len(items)))
    merging: defaultdict[int, list[CallRef]] = defaultdict(list)
    failures = yield from _join_same(items, same, merging, runner)
    first_statement = len(questions)
    found = MergedQuestions([], [], failures)
    for group in same.groups():
        calls = [call for index in group for call in merging[index]]
        asked = [questions[i] for i in group if i < first_statement]
        told = [statements[i - first_statement] for i in group if i >= first_statement]
        if told:
            answered = len(found.questions) if asked else None
            found.statements.append(_one_statement(told, answered, calls))
        if asked:
            found.questions.append(_one_question(asked, calls))
    return found


def _join_same(
    items: Sequence[Item],
    same: DisjointSets[int],
    merging: defaultdict[int, list[CallRef]],
    runner: Runner,
) -> Steps[list[Failure]]:
    """Joins the items that are the same, and notes in ``merging`` which calls said so."""
    matters = groups_sharing(item.documents for item in items)
    for matter in matters:
        # Of another matter, the same words ask another question.
        worded: dict[str, int] = {}
        for index in matter:
            same.join(worded.setdefault(squeeze(items[index].question), index), index)
    groups = [
        group for matter in matters for group in to_compare(matter, items, runner.table_tokens)
    ]
    if not groups:
        return []
    asking: Halving[tuple[int, ...], _Answer] = Halving(
        "survey",
        load_prompt(PROMPT),
        _Answer,
        variables=lambda group: {"items": [items[index] for index in group]},
        # Of three, one half would be a lone question.
        can_be_halved=lambda group: len(group) > 3,
        halves=lambda group: (group[: len(group) // 2], group[len(group) // 2 :]),
    )
    failures = []
    for group, outcome in (yield from asking.ask(groups, runner)):
        if isinstance(outcome, Reply):
            for numbers in outcome.value.same:
                inside = [group[n - 1] for n in numbers if 1 <= n <= len(group)]
                for index in inside[1:]:
                    same.join(inside[0], index)
                    merging[index].append(CallRef(PROMPT, outcome.key))
        else:
            failures.append(failure("survey", "the merging of questions", outcome))
    return failures


def _one_question(group: Sequence[Question], merging: Sequence[CallRef]) -> Question:
    """The first of the questions, a dispute before a look-alike, with the positions of all."""
    first = min(group, key=lambda question: question.relation != "dispute")
    stances = [stance for question in group for stance in question.stances]
    update = {"stances": tuple(_join_stances(stances)), "calls": _calls(group, merging)}
    return first.model_copy(update=update)


def _join_stances(stances: Sequence[Stance]) -> list[Stance]:
    """The positions, those that rest on a common sentence or are worded alike as one."""
    groups = groups_sharing([squeeze(s.answer), *s.sentences] for s in stances)
    return [Stance.joined([stances[index] for index in group]) for group in groups]


def _one_statement(
    group: Sequence[Statement], answered: int | None, merging: Sequence[CallRef]
) -> Statement:
    """The statement that rests on most documents, with the sentences of all."""
    best = max(group, key=lambda statement: len(_documents(statement.sentences)))
    refs = dict.fromkeys(ref for statement in group for ref in statement.sentences)
    calls = _calls(group, merging, others=answered is not None)
    return best.model_copy(update={"sentences": tuple(refs), "question": answered, "calls": calls})


def _calls(
    group: Sequence[Question] | Sequence[Statement],
    merging: Sequence[CallRef],
    *,
    others: bool = False,
) -> tuple[CallRef, ...]:
    """Those that named one of the group, and those that said it is the same as ``others``, or as
    others of it."""
    named = [call for each in group for call in each.calls]
    return tuple(dict.fromkeys([*named, *(merging if others or len(group) > 1 else ())]))


def _documents(refs: Sequence[SentenceRef]) -> frozenset[str]:
    return frozenset(ref.doc_id for ref in refs)
