"""The survey: one look over a table of numbered sentences for what their documents say together.

A set is surveyed matter by matter: what the tables of one have shown is merged, and may be judged,
while those of another are still asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from llmcheck.disjoint import groups_sharing
from llmcheck.language.detection import language_name
from llmcheck.llm.halving import Halving
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.tasks import Steps, Task, carry_out, results_of
from llmcheck.models import (
    CallRef,
    Failure,
    Question,
    SentenceRef,
    Statement,
    Ungrounded,
)
from llmcheck.numbering import NumberedSet
from llmcheck.survey.answers import Answer, is_whole, questions_of, statements_of
from llmcheck.survey.memory import TableMemory
from llmcheck.survey.merging import Shown, merge_questions
from llmcheck.survey.shapes import Table
from llmcheck.survey.tables import can_be_halved, halves_of, tables_of

PROMPT = "survey.v1"


class Survey(NamedTuple):
    """What the tables showed together, and what failed."""

    questions: list[Question]
    """On which documents take positions that differ."""
    statements: list[Statement]
    """On which they agree."""
    ungrounded: list[Ungrounded]
    failures: list[Failure]
    tables: list[Table]
    """What was shown, as it was asked for in the end."""


def survey_documents(
    numbered: NumberedSet,
    runner: Runner,
    language: str | None = None,
    *,
    in_halves: bool = True,
) -> Survey:
    """Questions and statements on which the documents take a stand, merged over all tables.

    ``language`` is the one to answer in (a code), without it that of most of the documents. A
    failed call is a failure that names the documents of its table. Without ``in_halves`` so is a
    table that does not come whole.
    """
    surveys = survey_matters(numbered, runner, language, in_halves=in_halves)
    return joined(carry_out(results_of(surveys), runner))


def survey_matters(
    numbered: NumberedSet,
    runner: Runner,
    language: str | None = None,
    *,
    in_halves: bool = True,
) -> list[Task[Survey]]:
    """The same, matter by matter: documents of two of them have no table in common."""
    spoken = language_name(language or numbered.language)
    asking: Halving[Table, Answer] = Halving(
        "survey",
        load_prompt(PROMPT),
        Answer,
        variables=lambda table: {"language": spoken, "documents": _shown(table)},
        can_be_halved=can_be_halved if in_halves else lambda table: False,
        halves=halves_of,
        is_whole=is_whole,
    )
    tables = _formed_tables(numbered, runner)
    # The largest first: its answers have the longest way to go.
    matters = sorted(groups_sharing(table.doc_ids for table in tables), key=len, reverse=True)
    return [
        Task(_survey([tables[index] for index in matter], asking, numbered, runner))
        for matter in matters
    ]


def joined(surveys: Iterable[Survey]) -> Survey:
    """The surveys of several matters as one, in their order."""
    whole = Survey([], [], [], [], [])
    for each in surveys:
        first = len(whole.questions)
        whole.statements.extend(
            statement
            if statement.question is None
            else statement.model_copy(update={"question": first + statement.question})
            for statement in each.statements
        )
        whole.questions.extend(each.questions)
        whole.ungrounded.extend(each.ungrounded)
        whole.failures.extend(each.failures)
        whole.tables.extend(each.tables)
    return whole


def _formed_tables(numbered: NumberedSet, runner: Runner) -> list[Table]:
    """The tables of the set, those of earlier runs formed again, and kept for later ones."""
    if runner.tables is None:
        return tables_of(numbered.documents, runner.table_tokens)
    memory = TableMemory(runner.tables, PROMPT, runner.model, runner.table_tokens)
    tables = tables_of(numbered.documents, runner.table_tokens, memory.recall())
    memory.keep(tables)
    return tables


def _survey(
    tables: Sequence[Table],
    asking: Halving[Table, Answer],
    numbered: NumberedSet,
    runner: Runner,
) -> Steps[Survey]:
    asked = yield from asking.ask(tables, runner)
    shown: list[Shown] = []
    ungrounded: list[Ungrounded] = []
    failures: list[Failure] = []
    for table, outcome in asked:
        if isinstance(outcome, Reply):
            told = table, outcome.value, CallRef(PROMPT, outcome.key), ungrounded
            shown.append(Shown(list(questions_of(*told)), list(statements_of(*told))))
        else:
            failures.append(failure("survey", ", ".join(table.doc_ids), outcome, table.doc_ids))
    found = yield from merge_questions(shown, runner)
    answered_tables = [table for table, outcome in asked if isinstance(outcome, Reply)]
    return Survey(
        _with_shown(found.questions, answered_tables, numbered),
        found.statements,
        ungrounded,
        failures + found.failures,
        [table for table, _ in asked],
    )


def _shown(table: Table) -> list[dict[str, object]]:
    return [
        {
            "number": at,
            "head": part.document.head,
            "lines": [f"{at}.{number} {part.document.line(number)}" for number in part.numbers],
        }
        for at, part in enumerate(table.parts, 1)
    ]


def _with_shown(
    questions: Sequence[Question], tables: Sequence[Table], numbered: NumberedSet
) -> list[Question]:
    """The questions with the documents that shared a table with one of their sentences."""
    beside: defaultdict[SentenceRef, set[str]] = defaultdict(set)
    for table in tables:
        for part in table.parts:
            for number in part.numbers:
                beside[part.document.ref(number)].update(table.doc_ids)
    place = {each.document.id: at for at, each in enumerate(numbered.documents)}
    shown = [{doc_id for ref in q.sentences for doc_id in beside[ref]} for q in questions]
    return [
        question.model_copy(update={"shown_doc_ids": tuple(sorted(ids, key=place.__getitem__))})
        for question, ids in zip(questions, shown, strict=True)
    ]
