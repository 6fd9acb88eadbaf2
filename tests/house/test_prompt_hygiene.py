"""Prompts hold no text of the documents that llmcheck is measured on, and no stage an old prompt.

A model that has the answers in its instructions is not measured. What counts as text of a set: a
run of five words, a proper name, or a figure, from any document, question, answer or quote.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builders import Script
from repository import ROOT

from llmcheck import Checker, Corpus, Settings
from llmcheck.language.pack import pack
from llmcheck.llm.prompt_versions import latest
from llmcheck.llm.prompts import Prompt, parse_prompt, prompt_names

LABELS = ("question", "answer", "statement", "quote")
RUN = 5
SHORTEST_NAME = 4

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NUMBER = re.compile(r"(?P<value>\d[\d,]*(?:\.\d+)?)(?P<percent>\s?(?:%|percent|per cent))?")
# Addresses and handles write names small.
ADDRESS = re.compile(r"\S*(?:[@#/_]|\w\.\w)\S*")
NOT_SHOWN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
INLINE = re.compile(r"</?(?:a|abbr|b|cite|em|i|q|span|strong|sub|sup|time)\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z!][^>]*>", re.IGNORECASE)
CALENDAR = pack("en").calendar_names
# What stands before the first word of a sentence: nothing, or the end of the one before, which no
# title or initial is.
OPENING = re.compile(
    r"(?:^|[\n!?:…]|(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\b[A-Z])\.)"
    r"[\s\"“‘'(\[*#>-]*\Z"
)


class Marks(NamedTuple):
    """What a text can be recognised by."""

    runs: frozenset[str]
    names: frozenset[str]
    """Capitalised words inside a sentence: names, and what is capitalised beside them."""
    capitalised: frozenset[str]
    small: frozenset[str]
    """Words written without a capital."""
    numbers: frozenset[str]


@cache
def marks(text: str) -> Marks:
    words = [word.casefold() for word in re.findall(r"[^\W_]+", text)]
    runs = (words[at : at + RUN] for at in range(len(words) - RUN + 1))
    capitalised = [
        (bare(token[0]), token.start())
        for token in WORD.finditer(text)
        if not token[0].islower() and len(bare(token[0])) >= SHORTEST_NAME
    ]
    return Marks(
        runs=frozenset(map(" ".join, runs)),
        names=frozenset(name for name, start in capitalised if not opens_sentence(text, start)),
        capitalised=frozenset(name for name, _ in capitalised),
        small=frozenset(
            bare(word) for word in WORD.findall(ADDRESS.sub(" ", text)) if word.islower()
        ),
        numbers=frozenset(telling_numbers(text)),
    )


def bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).casefold()


def opens_sentence(text: str, start: int) -> bool:
    return OPENING.search(text[max(0, start - 20) : start] if start else "\n") is not None


def telling_numbers(text: str) -> Iterator[str]:
    """Percentages, and numbers with a decimal point or three digits, without their commas."""
    for match in NUMBER.finditer(text):
        value = match["value"].replace(",", "")
        if match["percent"]:
            yield f"{float(value):g}%"
        elif "." in value or len(value) >= 3:
            yield f"{float(value):.12g}"


def leaks(prompt: str, sources: Iterable[str]) -> set[str]:
    """What the prompt and the sources have in common that cannot be chance.

    A capitalised word is no name when one of the texts writes it small, or in the calendar.
    """
    own, others = marks(prompt), [marks(source) for source in sources]
    ordinary = own.small.union(*(other.small for other in others))
    found: set[str] = set()
    for other in others:
        found |= own.runs & other.runs
        found |= own.numbers & other.numbers
        found |= {
            name
            for name in own.capitalised & other.names
            if name not in ordinary and name not in CALENDAR
        }
    return found


def labelled(value: Any) -> Iterator[str]:
    """The strings of a set of labels that say what is in its documents."""
    if isinstance(value, list):
        for item in value:
            yield from labelled(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in LABELS and isinstance(item, str):
                yield item
            else:
                yield from labelled(item)


def visible(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".html", ".htm"}:
        return html.unescape(TAG.sub("\n", INLINE.sub("", NOT_SHOWN.sub("\n", text))))
    return text


def sources() -> list[str]:
    """All documents and labels that quality is measured with."""
    documents = [
        path
        for folder in (ROOT / "seeds", *ROOT.glob("benchmarks/*/*/docs"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    labels = [
        "\n".join(labelled(json.loads(path.read_text(encoding="utf-8"))))
        for path in sorted(ROOT.glob("benchmarks/*/*/gold.json"))
    ]
    return [*map(visible, documents), *labels]


def wording(prompt: Prompt) -> str:
    """What a model reads of the prompt, and its description; no sampling parameters."""
    return "\n".join((prompt.description, prompt.system, prompt.template))


PROMPT_FILES = sorted([*ROOT.glob("prompts/*.md"), *ROOT.glob("benchmarks/prompts/*.md")])


@pytest.fixture(scope="module")
def measured_on() -> list[str]:
    return sources()


@pytest.mark.parametrize("path", PROMPT_FILES, ids=lambda path: path.stem)
def test_no_text_of_the_measured_documents_stands_in_a_prompt(
    path: Path, measured_on: list[str]
) -> None:
    prompt = parse_prompt(path.stem, path.read_text(encoding="utf-8"))
    assert leaks(wording(prompt), measured_on) == set()


# The search itself


def test_there_are_documents_labels_and_prompts_to_compare(measured_on: list[str]) -> None:
    assert len(PROMPT_FILES) >= len(prompt_names()) > 0
    assert len(measured_on) >= 5
    assert all(text.strip() for text in measured_on)


def test_a_passage_of_every_measured_document_is_found(measured_on: list[str]) -> None:
    for text in measured_on:
        words = re.findall(r"[^\W_]+", text)
        middle = len(words) // 2
        assert leaks("Say: " + ", ".join(words[middle : middle + RUN]), measured_on)


ARTICLE = (
    "Glassworks to reopen\n\nThe Quenby glassworks will light its furnace again, Mr. Odran said "
    "(press@quenby.example). It made 1,450 lamps and 3.5 tonnes of beads in May, 8 percent more. "
    "Furnaces need care."
)


@pytest.mark.parametrize(
    ("prompt", "leak"),
    [
        ('{"facts": ["The glassworks WILL light its\nfurnace!"]}', "will light its furnace"),
        ("Quenby is a town.", "quenby"),
        ("A: the mayor of Quenby’s sister town", "quenby"),
        ("QUENBY WAITS", "quenby"),
        ('{"answer_a": "Odran"}', "odran"),
        ("A: The mill sold 1450 sacks.", "1450"),
        ("It weighs 3.50 kilograms.", "3.5"),
        ("Prices rose 8% there.", "8%"),
        ("Prices rose 8 per cent there.", "8%"),
    ],
)
def test_a_planted_leak_is_found(prompt: str, leak: str) -> None:
    assert any(leak in found for found in leaks(prompt, ["Another text.", ARTICLE]))


@pytest.mark.parametrize(
    "prompt",
    [
        "the furnace will light its lamp again",
        "Lamps and Furnaces: in May the mill sold 145 sacks, 8 more, or 3 tonnes, 14.5 a day.",
        "Mr Tarn said it made",
    ],
)
def test_what_any_two_texts_share_is_no_leak(prompt: str) -> None:
    assert leaks(prompt, [ARTICLE]) == set()


def test_labels_are_read_at_any_depth_and_remarks_are_not() -> None:
    gold = {
        "disputes": [
            {
                "question": "Who?",
                "note": "hard",
                "positions": [{"answer": "a", "quotes": [{"doc": "x.txt", "quote": "q"}]}],
            }
        ],
        "agreements": [{"statement": "s"}],
    }
    assert list(labelled(gold)) == ["Who?", "a", "q", "s"]


def test_a_page_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<html><style>p { width: 640px }</style><script>let n = 512;</script><!-- 999 -->"
        "<p class='w-128'>Salt &amp; <b>sand</b>s</p></html>"
    )
    assert visible(page).split() == ["Salt", "&", "sands"]


# Which prompts the code uses


def named_prompts(source: str, stages: set[str]) -> set[str]:
    """The string literals of a module that name a version of a stage's prompt."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (match := re.fullmatch(r"(.+)\.v\d+", node.value))
        and match[1] in stages
    }


def test_the_code_uses_the_latest_version_of_every_prompt_and_no_other() -> None:
    known = prompt_names()
    stages = {name.partition(".")[0] for name in known}
    modules = sorted((ROOT / "llmcheck").rglob("*.py"))
    used = set().union(*(named_prompts(m.read_text(encoding="utf-8"), stages) for m in modules))
    assert used == {latest(name, known) for name in known}


def test_a_report_carries_the_digest_of_every_prompt_that_was_asked() -> None:
    positions = [{"answer": f"{n} cars", "sentences": [f"{n}.1"]} for n in (1, 2)]
    dispute = {"question": "How many cars?", "positions": positions}
    verdict = {"pair": 1, "a": "1", "b": "2", "why": "", "verdict": "contradiction",
               "kind": "numeric"}  # fmt: skip
    llm = Script(
        reading={"padding": [], "claims": []},
        survey={"disputes": [dispute], "lookalikes": [], "agreements": []},
        judge={"pairs": [verdict]},
        summary={"sentences": []},
    )
    checker = Checker("scripted", settings=Settings(), llm=llm)
    report = checker.summarize(Corpus.from_texts(["It carried 1 car.", "It carried 2 cars."]))
    asked = {call.prompt: call.prompt_digest for call in llm.calls}
    assert {name.partition(".")[0] for name in asked} == {"reading", "survey", "judge", "summary"}
    assert asked == report.prompts


def test_a_prompt_named_in_code_is_found() -> None:
    source = '"""Asks with `judge.v2`."""\nPROMPT = "judge.v1"\nOTHER = "nudge.v1"\n'
    assert named_prompts(source, {"judge"}) == {"judge.v1"}
