"""What tests build models from, and a model that answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.models import (
    Claim,
    ContradictionKind,
    Dispute,
    Document,
    DocumentInfo,
    Failure,
    PaddingFlag,
    Position,
    Question,
    Report,
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


def claim(
    claim_id: str, quote: str, doc: Document | str = "a.txt", start: int | None = None, **more: Any
) -> Claim:
    """The words as a claim: where they stand in a document, or from ``start`` in one so named."""
    place = _place(quote, doc, start)
    return Claim(id=claim_id, **{"text": quote, "quote": quote, **place, **more})


def flag(
    quote: str, doc: Document | str = "a.txt", start: int | None = None, **more: Any
) -> PaddingFlag:
    """The words as padding, placed as a claim is."""
    fields = {"kind": "promotion", "rationale": "It advertises.", "quote": quote}
    return PaddingFlag(**{**fields, **_place(quote, doc, start), **more})


def _place(quote: str, doc: Document | str, start: int | None) -> dict[str, Any]:
    if start is None:
        start = doc.text.index(quote) if isinstance(doc, Document) else 0
    doc_id = doc.id if isinstance(doc, Document) else doc
    return {"doc_id": doc_id, "start": start, "end": start + len(quote)}


def position(
    answer: str, claim_ids: str | Sequence[str], doc_ids: str | Sequence[str]
) -> Position:
    """An answer; one id stands for itself alone."""
    claims, docs = ((ids,) if isinstance(ids, str) else tuple(ids) for ids in (claim_ids, doc_ids))
    return Position(answer=answer, claim_ids=claims, doc_ids=docs)


def dispute(*positions: Position, **more: Any) -> Dispute:
    fields = {
        "id": "d",
        "question": "Which is it?",
        "kind": "numeric",
        "confidence": 1.0,
        "rationale": "They differ.",
    }
    return Dispute(**{**fields, "positions": positions, **more})


def info(document: Document, **more: Any) -> DocumentInfo:
    """The document as a report lists it."""
    return DocumentInfo(**{**DocumentInfo.of(document).model_dump(), **more})


def failure(subject: str = "a question", error: str = "timed out", **more: Any) -> Failure:
    return Failure(subject=subject, error=error, **{"stage": "judging", **more})


def report(*disputes: Dispute, **more: Any) -> Report:
    return Report(**{"model": "tiny", "disputes": disputes, **more})


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
