"""A model that knows the labels of a made-up corpus: for whole runs in which only code can err.

It reads what it is shown, as any model must: numbered lines, questions, pairs. Of what the labels
say it tells what the shown sentences bear out, worded otherwise at every table. Its survey takes
every third look-alike for a dispute, its judge does not, and everything else it answers is right.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from llmcheck.llm.port import Call, Reply, T, canonical_json, digest, parse_reply
from llmcheck.numbering import tokens_of
from llmcheck.tokens import Tokens

TOLD = 6
"""Findings that a summary tells."""
_NAME = re.compile(r"\b[A-Z][a-z]{5,}\b")
_YEAR = re.compile(r"^In \d+ ")
_LINE = re.compile(r"^(\d+)\.(\d+) (.*)$", re.MULTILINE)
_READ = re.compile(r"^(\d+) ", re.MULTILINE)
_ITEM = re.compile(r"^(\d+)\. (.*?)(?: \| .*)?$", re.MULTILINE)
_PASSAGE = re.compile(r"^PASSAGE (\d+) .*$", re.MULTILINE)
_MARKED = re.compile(r">>(.*?)<<")
_PAIR = re.compile(r"^PAIR (\d+): passages (\d+) and (\d+)\.", re.MULTILINE)
_FINDING = re.compile(r"^(\d+)\. (?:AGREED|DISPUTED|REPORTED)[^:]*: (.*)$", re.MULTILINE)
_LETTERS = re.compile(r" \([A-Z, ]+\)")
_QUESTIONS = (
    "What figure is given for {name}?",
    "How much is it at {name}?",
    "{name}: which number holds?",
)
_ANSWERS = ("{value}", "it is {value}", "{value} in all")
_STATEMENTS = ("{name} has {value}.", "It is {value} at {name}.", "{value} is told of {name}.")


class Label(NamedTuple):
    """A labelled fact: what it is named by, and what its documents say."""

    id: str
    kind: str
    """``disputes``, ``agreements`` or ``lookalikes``."""
    name: str
    values: tuple[str, ...]
    """The figure of every side."""

    def wordings(self) -> Iterator[str]:
        """All that a survey may call it."""
        for at in range(len(_QUESTIONS)):
            yield self.question(at)
            yield from (self.statement(at, side) for side in range(len(self.values)))

    def question(self, at: int) -> str:
        """What is asked of it, in one of several wordings."""
        return _QUESTIONS[at].format(name=self.name)

    def statement(self, at: int, side: int) -> str:
        """What a side of it states, in one of several wordings."""
        return _STATEMENTS[at].format(name=self.name, value=self.values[side])


class Sentence(NamedTuple):
    """What a labelled sentence states."""

    label: Label
    side: int


def labelled_sentences(labels: dict[str, Any]) -> dict[str, Sentence]:
    """The sentences that the labels of ``generate.made`` quote, and what they state."""
    found: dict[str, Sentence] = {}
    for kind in ("disputes", "agreements", "lookalikes"):
        for label in labels[kind]:
            if kind == "disputes":
                sides = [[q["quote"] for q in p["quotes"]] for p in label["positions"]]
            elif kind == "agreements":
                sides = [[q["quote"] for q in label["quotes"]]]
            else:
                sides = [[q["quote"]] for q in label["quotes"]]
            values = tuple(_value(quotes[0]) for quotes in sides)
            one = Label(label["id"], kind, _NAME.findall(sides[0][0])[0], values)
            found |= {q: Sentence(one, at) for at, quotes in enumerate(sides) for q in quotes}
    return found


def _value(sentence: str) -> str:
    return str(re.findall(r"\d+", _YEAR.sub("", sentence))[0])


class PerfectModel:
    """Answers calls by the labels; ``seconds`` is what that took, and belongs to no stage."""

    model = "perfect"

    def __init__(self, labels: dict[str, Any]) -> None:
        self._stated = labelled_sentences(labels)
        self._worded = {
            wording: sentence.label.id
            for sentence in self._stated.values()
            for wording in sentence.label.wordings()
        }
        self._answer = {
            "survey": self._survey,
            "merge": self._merge,
            "judge": self._judge,
            "reading": self._read,
            "summary": self._summarize,
        }
        self.seconds = 0.0
        self.largest: defaultdict[str, int] = defaultdict(int)
        """By prompt, the tokens of the largest request."""

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as the labels say."""
        begun = time.process_time()
        name = call.prompt.partition(".")[0]
        raw = json.dumps(self._answer[name](call.user))
        self.largest[name] = max(self.largest[name], tokens_of(call.user))
        sent = tokens_of(call.system + call.user + canonical_json(call.schema))
        self.seconds += time.process_time() - begun
        tokens = Tokens(sent, tokens_of(raw), estimated=True)
        return Reply(parse_reply(raw, call, schema), raw, tokens, "model")

    def _survey(self, shown: str) -> dict[str, Any]:
        at = int(digest(shown)[:8], 16) % len(_QUESTIONS)
        of: defaultdict[Label, defaultdict[int, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for document, number, text in _LINE.findall(shown):
            if stated := self._stated.get(text):
                of[stated.label][stated.side].append(f"{document}.{number}")
        found: dict[str, Any] = {"disputes": [], "lookalikes": [], "agreements": []}
        for label, sides in of.items():
            if len(sides) > 1:
                told = {"question": label.question(at), "positions": _positions(label, sides, at)}
                if label.kind == "disputes" or mistaken(label):
                    found["disputes"].append(told)
                else:
                    why = {"why": "It is told of several years.", "kind": "superseded"}
                    found["lookalikes"].append(told | why)
                continue
            ((side, numbers),) = sides.items()
            if len({number.partition(".")[0] for number in numbers}) > 1:
                statement = label.statement(at, side)
                found["agreements"].append({"statement": statement, "sentences": numbers})
        return found

    def _merge(self, shown: str) -> dict[str, Any]:
        same: defaultdict[str, list[int]] = defaultdict(list)
        for number, wording in _ITEM.findall(shown):
            same[self._worded[wording]].append(int(number))
        return {"same": [numbers for numbers in same.values() if len(numbers) > 1]}

    def _judge(self, shown: str) -> dict[str, Any]:
        passages = {
            number: self._stated_in(_MARKED.findall(line))
            for line, number in ((found[0], found[1]) for found in _PASSAGE.finditer(shown))
        }
        return {
            "pairs": [
                _judged(int(number), passages[a], passages[b])
                for number, a, b in _PAIR.findall(shown)
            ]
        }

    def _stated_in(self, marked: Iterable[str]) -> dict[Label, int]:
        stated = [self._stated[text] for text in marked if text in self._stated]
        return {sentence.label: sentence.side for sentence in stated}

    def _read(self, shown: str) -> dict[str, Any]:
        claims = [
            {"sentences": [int(number)], "claim": "", "source": ""}
            for number in _READ.findall(shown)
        ]
        return {"padding": [], "claims": claims}

    def _summarize(self, shown: str) -> dict[str, Any]:
        told = _FINDING.findall(shown)[:TOLD]
        return {
            "sentences": [
                {"text": _LETTERS.sub("", text), "findings": [int(number)]}
                for number, text in told
            ]
        }


def mistaken(label: Label) -> bool:
    """Whether the survey takes a look-alike for a dispute."""
    return label.kind == "lookalikes" and int(digest(label.id)[:8], 16) % 3 == 0


def _positions(
    label: Label, sides: dict[int, list[str]], at: int
) -> list[dict[str, str | list[str]]]:
    return [
        {"answer": _ANSWERS[at].format(value=label.values[side]), "sentences": numbers}
        for side, numbers in sorted(sides.items())
    ]


def _judged(pair: int, one: dict[Label, int], other: dict[Label, int]) -> dict[str, Any]:
    label = next((label for label in one if label in other), None)
    if label is None:
        return _verdict(pair, "", "", "unrelated", "none")
    a, b = label.values[one[label]], label.values[other[label]]
    if one[label] == other[label]:
        return _verdict(pair, a, b, "agreement", "none")
    if label.kind == "disputes":
        return _verdict(pair, a, b, "contradiction", "numeric")
    return _verdict(pair, a, b, "lookalike", "superseded")


def _verdict(pair: int, a: str, b: str, verdict: str, kind: str) -> dict[str, Any]:
    why = "So the labels say."
    return {"pair": pair, "a": a, "b": b, "why": why, "verdict": verdict, "kind": kind}
