"""The survey: one look over a table of numbered sentences for what their documents say together.

The model names questions, positions and the numbers of the sentences that take them; code turns
the numbers into references and counts those that point at nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llmcheck.language.detection import language_name
from llmcheck.language.text import one_line, squeeze
from llmcheck.llm.halving import Halving, mostly_shown
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.llm.wire import Wire
from llmcheck.models import (
    CallRef,
    Failure,
    LookalikeKind,
    Question,
    SentenceRef,
    Stance,
    Statement,
    Ungrounded,
)
from llmcheck.numbering import NumberedSet
from llmcheck.survey.memory import TableMemory
from llmcheck.survey.merging import Shown, merge_questions
from llmcheck.survey.shapes import Table
from llmcheck.survey.tables import can_be_halved, halves_of, tables_of

PROMPT = "survey.v1"

_NUMBER = re.compile(r"(\d+)\.(\d+)(?:\s*[-–]\s*(?:(\d+)\.)?(\d+))?")


class _Position(Wire):
    answer: str
    sentences: list[str]


class _Dispute(Wire):
    question: str
    positions: list[_Position]


class _Lookalike(Wire):
    question: str
    positions: list[_Position]
    why: str
    kind: LookalikeKind


class _Agreement(Wire):
    statement: str
    sentences: list[str]


class _Answer(Wire):
    disputes: list[_Dispute]
    lookalikes: list[_Lookalike]
    agreements: list[_Agreement]


class _Answered(NamedTuple):
    """A table, and what was answered about it."""

    table: Table
    answer: _Answer
    call: CallRef


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
    spoken = language_name(language or numbered.language)
    asking: Halving[Table, _Answer] = Halving(
        "survey",
        load_prompt(PROMPT),
        _Answer,
        variables=lambda table: {"language": spoken, "documents": _shown(table)},
        can_be_halved=can_be_halved if in_halves else lambda table: False,
        halves=halves_of,
        is_whole=_is_whole,
    )
    memory = None
    if runner.tables is not None:
        memory = TableMemory(runner.tables, PROMPT, runner.model, runner.table_tokens)
    known = memory.recall() if memory else []
    formed = tables_of(numbered.documents, runner.table_tokens, known)
    asked = asking.ask(formed, runner)
    if memory:
        memory.keep(formed)
    shown: list[Shown] = []
    ungrounded: list[Ungrounded] = []
    failures: list[Failure] = []
    for table, outcome in asked:
        if isinstance(outcome, Reply):
            answered = _Answered(table, outcome.value, CallRef(PROMPT, outcome.key))
            questions = list(_questions(answered, ungrounded))
            shown.append(Shown(questions, list(_statements(answered, ungrounded))))
        else:
            failures.append(failure("survey", ", ".join(table.doc_ids), outcome, table.doc_ids))
    found = merge_questions(shown, runner)
    tables = [table for table, outcome in asked if isinstance(outcome, Reply)]
    return Survey(
        _with_shown(found.questions, tables, numbered),
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


def _questions(answered: _Answered, ungrounded: list[Ungrounded]) -> Iterator[Question]:
    table, answer, call = answered
    for dispute in answer.disputes:
        stances = _stances(table, dispute.positions, ungrounded)
        if len(stances) > 1:
            yield Question(
                question=one_line(dispute.question),
                relation="dispute",
                stances=stances,
                calls=(call,),
            )
    for found in answer.lookalikes:
        stances = _stances(table, found.positions, ungrounded)
        if len(stances) > 1:
            yield Question(
                question=one_line(found.question),
                relation="lookalike",
                stances=stances,
                kind=found.kind,
                rationale=one_line(found.why),
                calls=(call,),
            )


def _stances(
    table: Table, positions: Sequence[_Position], ungrounded: list[Ungrounded]
) -> tuple[Stance, ...]:
    """The positions that rest on at least one sentence."""
    return tuple(
        Stance(answer=one_line(position.answer), sentences=refs)
        for position in positions
        if (refs := _refs(table, position.answer, position.sentences, ungrounded))
    )


def _statements(answered: _Answered, ungrounded: list[Ungrounded]) -> Iterator[Statement]:
    table, answer, call = answered
    for agreement in answer.agreements:
        refs = _refs(table, agreement.statement, agreement.sentences, ungrounded)
        if refs:
            text = one_line(agreement.statement)
            yield Statement(statement=text, sentences=refs, calls=(call,))


def _refs(
    table: Table, text: str, numbers: Sequence[str], ungrounded: list[Ungrounded]
) -> tuple[SentenceRef, ...]:
    """The sentences pointed at, each once; what points at nothing is noted."""
    found: dict[SentenceRef, None] = {}
    for part, number in _parse_numbers(numbers):
        if _is_shown(table, part, number):
            found[table.parts[part - 1].document.ref(number)] = None
        else:
            doc_id = table.parts[part - 1].document.document.id if _has(table, part) else ""
            reason = f"no sentence {part}.{number} was shown"
            ungrounded.append(Ungrounded(doc_id=doc_id, text=one_line(text), reason=reason))
    return tuple(found)


def _parse_numbers(numbers: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Document and sentence of every number, ranges (3.4-3.6) in full."""
    for text in numbers:
        for part, first, last_part, last in _NUMBER.findall(text):
            end = int(last) if last and last_part in ("", part) else int(first)
            for number in range(int(first), min(end, int(first) + 50) + 1):
                yield int(part), number


def _is_shown(table: Table, part: int, number: int) -> bool:
    """Whether the sentence is at the table; a headline is shown in its document's head, too."""
    if not _has(table, part):
        return False
    document, numbers = table.parts[part - 1]
    return number in numbers or (
        number in document.numbers
        and squeeze(document.line(number).lstrip("# ")) == squeeze(document.document.title or "")
    )


def _has(table: Table, part: int) -> bool:
    return 1 <= part <= len(table.parts)


def _is_whole(table: Table, answer: _Answer) -> bool:
    numbers = [n for a in answer.agreements for n in a.sentences]
    positions = [p for found in answer.disputes for p in found.positions]
    positions += [p for found in answer.lookalikes for p in found.positions]
    numbers += [n for position in positions for n in position.sentences]
    return mostly_shown(_is_shown(table, part, number) for part, number in _parse_numbers(numbers))


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
