"""What a survey's answer comes to: the numbers it gives turned into references to sentences.

The model names questions, positions and the numbers of the sentences that take them; code counts
those that point at nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from llmcheck.language.text import one_line, squeeze
from llmcheck.llm.halving import mostly_shown
from llmcheck.llm.wire import Wire
from llmcheck.models import (
    CallRef,
    LookalikeKind,
    Question,
    SentenceRef,
    Stance,
    Statement,
    Ungrounded,
)
from llmcheck.survey.shapes import Table

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


class Answer(Wire):
    # What is said of it here would go out with every call.
    disputes: list[_Dispute]
    lookalikes: list[_Lookalike]
    agreements: list[_Agreement]


def questions_of(
    table: Table, answer: Answer, call: CallRef, ungrounded: list[Ungrounded]
) -> Iterator[Question]:
    """The questions on which the table's documents differ; ``ungrounded`` takes what points at
    nothing."""
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


def statements_of(
    table: Table, answer: Answer, call: CallRef, ungrounded: list[Ungrounded]
) -> Iterator[Statement]:
    """What they agree on, likewise."""
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


def is_whole(table: Table, answer: Answer) -> bool:
    """Whether nearly all numbers of the answer point at sentences of the table."""
    numbers = [n for a in answer.agreements for n in a.sentences]
    positions = [p for found in answer.disputes for p in found.positions]
    positions += [p for found in answer.lookalikes for p in found.positions]
    numbers += [n for position in positions for n in position.sentences]
    return mostly_shown(_is_shown(table, part, number) for part, number in _parse_numbers(numbers))
