"""What tests build models from, and a model that answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.models import (
    ContradictionKind,
    Document,
    Question,
    SentenceRef,
    Stance,
    Statement,
    Verdict,
)
from llmcheck.numbering import NumberedSet

Answer = Mapping[str, Any] | Callable[[Call], Any]


def document(text: str, doc_id: str = "a.txt", **more: Any) -> Document:
    return Document(id=doc_id, text=text, **more)


def numbered(**texts: str) -> NumberedSet:
    """The texts by name, one sentence a line; dated so that they keep their order."""
    return NumberedSet(
        [
            document(text, name, date=f"2026-01-{day:02}", language="en")
            for day, (name, text) in enumerate(texts.items(), 1)
        ]
    )


def ref(place: str) -> SentenceRef:
    """``a.2`` is the second sentence of document ``a``."""
    doc_id, _, number = place.rpartition(".")
    return SentenceRef(doc_id, int(number))


def stance(answer: str, *places: str) -> Stance:
    return Stance(answer=answer, sentences=tuple(map(ref, places)))


def question(text: str, *stances: Stance, **more: Any) -> Question:
    return Question(
        question=text, relation=more.pop("relation", "dispute"), stances=stances, **more
    )


def statement(text: str, *places: str) -> Statement:
    return Statement(statement=text, sentences=tuple(map(ref, places)))


def verdict(
    a: int,
    b: int,
    label: Any = "contradiction",
    *,
    question: int = 0,
    kind: ContradictionKind | Any = None,
    **more: Any,
) -> Verdict:
    if kind is None and label == "contradiction":
        kind = "numeric"
    return Verdict(
        question=question,
        a=a,
        b=b,
        label=label,
        kind=kind,
        rationale=more.pop("rationale", "They differ."),
        confidence=more.pop("confidence", 1.0),
        **more,
    )


class Script(FakeLLM):
    """Answers each prompt, named without its version, with what stands under its name."""

    def __init__(self, **answers: Answer | Sequence[Answer]) -> None:
        self._answers = {
            name: list(given) if isinstance(given, list | tuple) else given
            for name, given in answers.items()
        }
        super().__init__(self._answer)

    def _answer(self, call: Call) -> Any:
        answer: Any = self._answers[call.prompt.partition(".")[0]]
        if isinstance(answer, list):
            answer = answer.pop(0)
        return answer(call) if callable(answer) else answer

    def asked(self, prompt: str) -> list[str]:
        """The user messages that a prompt was rendered to."""
        return [call.user for call in self.calls if call.prompt.partition(".")[0] == prompt]


def runner(llm: FakeLLM, **more: Any) -> Runner:
    return Runner(llm, "scripted", **more)
