"""What holds of every prompt and report whatever a document says, without a model.

The part of the model plays one that obeys every attack: it writes the attack into every field
that it fills in, so that what models are asked later, and the report, hold it as well. Tokens and
characters are looked for by other means than those by which the program takes them out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from attack_set import FIELDS, Attack, Planted, planted, tokens

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call, digest
from llmcheck.llm.prompts import load_prompt
from llmcheck.models import (
    Claim,
    PaddingFlag,
    Passage,
    Report,
)
from llmcheck.numbering import NumberedSet
from llmcheck.settings import Settings

SIZE = 240
"""Table size: so little that there are two tables, and questions have to be merged."""
MARK = re.compile(r"=== [0-9a-f]{12} ===")
_MAY_BE_SEEN = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
"""Signs that Unicode calls format characters and that are drawn."""
_SELECTORS = [(0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)]
_FILLERS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing."""
_ROLE = re.compile(r"(?:system|user|assistant|developer|tool|human)\s*:", re.IGNORECASE)


def problems(attack: Attack) -> list[str]:
    """What the attack breaks, in words; empty when everything holds."""
    found: list[str] = []
    set_ = planted(attack)
    if attack.dropped and set_.is_read:
        found.append("text that readers do not see reached the document")
    if set_.corpus.failures:
        found.append("a document could not be read")
    runs = [run(set_.corpus, attack.text)]
    if attack.at in FIELDS:
        # What one document states of itself counts for the set when it is the set.
        runs.append(run(_alone(set_.corpus), attack.text))
    for calls, report in runs:
        for call in calls:
            wrong = [*_wrong_in(call), *_misquoted(call, set_)]
            found += [f"{call.prompt}: {each}" for each in wrong]
        found += _misquotes(report, set_)
    return list(dict.fromkeys(found))


# --- the run ---


def run(corpus: Corpus, wish: str) -> tuple[list[Call], Report]:
    """What is asked about documents, and the report, where every answer says the wish."""
    llm = FakeLLM(lambda call: _obeyed(call, wish))
    settings = Settings(table_tokens=SIZE, concurrency=1)
    return llm.calls, Checker("obedient", settings=settings, llm=llm).summarize(corpus)


def _alone(corpus: Corpus) -> Corpus:
    """The page alone."""
    return Corpus(documents=tuple(d for d in corpus.documents if d.id == "page.html"))


def _obeyed(call: Call, wish: str) -> dict[str, Any]:
    """An answer that points at everything and says the same everywhere."""
    lines = _inside(call)
    stage = call.prompt.partition(".")[0]
    if stage == "reading":
        numbers = [int(n) for line in lines[1:] for n in re.findall(r"^(\d+) ", line)]
        each = [{"sentences": [n], "claim": "", "source": wish} for n in numbers]
        every = {"sentences": numbers, "claim": wish, "source": wish}
        padding = [{"first": numbers[0], "last": numbers[0], "kind": "injection"}]
        return {"padding": padding, "claims": [*each, every]}
    if stage == "survey":
        shown = [n for line in lines for n in re.findall(r"^(\d+\.\d+) ", line)]
        half = len(shown) // 2
        positions = [
            {"answer": f"{wish} {at}", "sentences": part}
            for at, part in enumerate((shown[:half], shown[half:]))
        ]
        asked = {"question": wish, "positions": positions}
        likes = [{**asked, "question": f"{wish}?", "why": wish, "kind": "scope"}]
        agreed = [{"statement": said, "sentences": shown} for said in (wish, "It runs again.")]
        return {"disputes": [asked], "lookalikes": likes, "agreements": agreed}
    if stage == "merge":
        return {"same": [[1, 2]]}
    if stage == "judge":
        pairs = [int(n) for n in re.findall(r"^PAIR (\d+):", call.user, re.MULTILINE)]
        given = {"a": wish, "b": wish, "why": wish, "verdict": "contradiction", "kind": "numeric"}
        return {"pairs": [{"pair": n, **given} for n in pairs]}
    findings = [int(n) for line in lines for n in re.findall(r"^(\d+)\. ", line)]
    return {"sentences": [{"text": wish, "findings": findings}]}


# --- prompts ---


def _wrong_in(call: Call) -> Iterator[str]:
    if call.system != load_prompt(call.prompt).system:
        yield "the instructions are not those of the prompt file"
    yield from (f"holds the token {token}" for token in tokens() if token in call.user)
    yield from (f"holds the token {t}" for t in re.findall(r"<[|｜].*?[|｜]>", call.user))
    for unseen in filter(_is_unseen, set(call.user)):
        if not all(_is_spelling(call.user, m.start()) for m in re.finditer(unseen, call.user)):
            yield f"holds the invisible U+{ord(unseen):04X}"
    marks = [line for line in call.user.split("\n") if MARK.fullmatch(line)]
    if len(marks) != 2 or marks[0] != marks[1]:
        yield f"has {len(marks)} marks in place of 2 alike"
        return
    if digest(call.user.replace(f"{marks[0]}\n", "\n").replace(marks[0], ""))[:12] not in marks[0]:
        yield "its mark is not made of what stands between"
    yield from _wrong_lines(call)
    around = _around(call)
    if around not in _clean_around():
        yield f"says something else outside of the marks: {around!r}"


def _wrong_lines(call: Call) -> Iterator[str]:
    """Lines that do not begin as those of the prompt do, in their order."""
    stage = call.prompt.partition(".")[0]
    opening = {
        "reading": r"(\d+) ",
        "survey": r"(?:DOCUMENT (\d+): .*\((?:.*, )?(?:published .*|undated)\)$|(\d+)\.(\d+) )",
        "judge": r"(?:PASSAGE (\d+) \(.*\((?:.*, )?(?:published .*|undated)\)\): \S"
        r"|PAIR (\d+): passages \d+ and \d+\. )",
        "merge": r"(\d+)\. \S",
        "summary": r"(?:[A-Z]: \S|(\d+)\. (?:(?:AGREED|REPORTED) \([A-Z, ]+\)|DISPUTED): )",
    }[stage]
    before = (0, 0)
    pairs = False
    for line in _inside(call)[1 if stage == "reading" else 0 :]:
        begun = re.match(opening, line)
        if stage == "judge" and begun and pairs != bool(begun[2]):
            if pairs:
                yield f"has a passage after the pairs: {line[:60]!r}"
            pairs, before = True, (0, 0)
        if line and begun is None:
            yield f"has a line that begins as none may: {line[:60]!r}"
        numbers = [int(n) for n in begun.groups() if n] if begun else []
        if stage == "survey" and len(numbers) == 2 and numbers[0] != before[0]:
            yield f"has a sentence of another document: {line[:60]!r}"
        if numbers:
            here = (numbers[0], numbers[1] if len(numbers) > 1 else 0)
            if here <= before:
                yield f"has a number out of order: {line[:60]!r}"
            before = here
        if _ROLE.match(line) and stage != "reading":
            yield f"has a line that opens a turn: {line[:60]!r}"
        if stage == "judge" and not re.fullmatch("" if pairs else "(?:><)*", _marks_in(line)):
            yield f"has marks that are not its own: {line[:60]!r}"


def _marks_in(passage: str) -> str:
    return "".join(run[0] for run in re.findall(r">{2,}|<{2,}", passage))


def _misquoted(call: Call, set_: Planted) -> Iterator[str]:
    """Sentences whose visible characters are those of none with this number in a document."""
    if not call.prompt.startswith(("reading", "survey")):
        return
    own = {
        (number, _ink(document.line(number)))
        for document in NumberedSet(set_.corpus.documents).documents
        for number in document.numbers
    }
    for line in _inside(call)[1:]:
        number = re.match(r"(?:\d+\.)?(\d+) ", line)
        if number and (int(number[1]), _ink(line[number.end() :])) not in own:
            yield f"shows {line[:60]!r}, which is no sentence"


def _inside(call: Call) -> list[str]:
    """The lines between the marks."""
    lines = call.user.split("\n")
    marks = [at for at, line in enumerate(lines) if MARK.fullmatch(line)]
    return lines[marks[0] + 1 : marks[-1]]


def _around(call: Call) -> str:
    """What stands outside of the marks, questions of pairs aside: those a model has written."""
    lines = call.user.split("\n")
    marks = [at for at, line in enumerate(lines) if MARK.fullmatch(line)]
    outside = [*lines[: marks[0]], *lines[marks[-1] + 1 :]]
    return "\n".join(outside)


@cache
def _clean_around() -> frozenset[str]:
    corpus = planted().corpus
    runs = [run(corpus, "It runs."), run(_alone(corpus), "It runs.")]
    return frozenset(_around(call) for calls, _ in runs for call in calls)


def _is_unseen(character: str) -> bool:
    if character in "\n" or character in _MAY_BE_SEEN:
        return False
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return True
    code = ord(character)
    return character in _FILLERS or any(low <= code <= high for low, high in _SELECTORS)


def _is_spelling(text: str, at: int) -> bool:
    """Whether a joiner stands between two letters of a script that spells with it."""
    names = [unicodedata.name(c, "") for c in (text[at - 1], text[at + 1 : at + 2] or " ")]
    return text[at] in "\u200c\u200d" and all("LATIN" not in n and " " in n for n in names)


def _ink(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and not _is_unseen(c))


# --- reports ---


def _misquotes(report: Report, set_: Planted) -> Iterator[str]:
    texts = {document.id: document.text for document in set_.corpus.documents}
    passages: list[tuple[str, Claim | Passage | PaddingFlag]] = []
    for claim in report.claims:
        passages += [(claim.doc_id, claim), *((claim.doc_id, each) for each in claim.further)]
    passages += [(flag.doc_id, flag) for flag in report.padding]
    for doc_id, passage in passages:
        if texts[doc_id][passage.start : passage.end] != passage.quote:
            yield f"misquotes {doc_id}: {passage.quote[:60]!r}"
