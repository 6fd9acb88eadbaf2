"""Padding flags: page furniture and repetition by rule, filler by asking the model per block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel

from llmcheck.filler_rules import REPORTS, filler_sections
from llmcheck.language.text import Block, blocks, line_of, squeeze
from llmcheck.llm.port import Reply
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Runner, failure
from llmcheck.models import Document, Failure, PaddingFlag
from llmcheck.padding_rules import SHORT, Rule, repeated_blocks, rule_for, section_rules
from llmcheck.reporting_cues import Vocabulary, balance

PROMPT = "padding.v1"
BLOCK_LENGTH = 1500
"""Characters of a block that the model gets to see; what a block is shows in its beginning."""


class _Answer(BaseModel):
    gist: str
    about: Literal["event", "general", "advice", "offer", "links", "page", "orders"]


_RULES = {
    "general": Rule("seo_filler", "General remarks that would fit many other articles."),
    "advice": Rule("seo_filler", "Advice or explanation, nothing about the event."),
    "offer": Rule("promotion", "It promotes something to the reader."),
    "links": Rule("related_links", "It points to other articles."),
    "page": Rule("site_chrome", "Part of the page, not of the article."),
    "orders": Rule("injection", "It gives orders to a program that reads the page."),
}


class Padding(NamedTuple):
    """The flags, in the order of the documents and their texts, and what failed."""

    flags: list[PaddingFlag]
    failures: list[Failure]


@dataclass(frozen=True)
class _Unit:
    """Blocks that are judged together: a paragraph, a list with the line that leads it in, or a
    question with its answer."""

    document: Document
    indices: tuple[int, ...]
    text: str


def find_padding(documents: Sequence[Document], runner: Runner) -> Padding:
    """Flags of all documents; adjacent blocks of one kind are one flag.

    Blocks whose wording shows that they report (``reporting_cues``) are not asked about. A
    failed call is a failure that names the document and the line, and leaves its block unflagged.
    """
    found, rules = _by_rule(documents)
    vocabulary = _vocabulary(documents, found, rules)
    units: list[_Unit] = []
    for document in documents:
        own = found[document.id]
        headline = {i for i, block in enumerate(own) if _is_headline(document, block)}
        filler = filler_sections(document.text, own, vocabulary, headline=headline)
        # "Sign up early" among the tips is a tip.
        rules[document.id] = filler | {
            index: rule
            for index, rule in rules[document.id].items()
            if index not in filler or rule.kind != "promotion"
        }
        _join_questions(document, own, rules[document.id])
        asked = list(_units(document, own, rules[document.id]))
        units.extend(_doubtful(asked, vocabulary, bool(filler)))
    outcomes = runner.run(
        "padding",
        load_prompt(PROMPT),
        [{"block": unit.text} for unit in units],
        _Answer,
    )
    failures = []
    for unit, outcome in zip(units, outcomes, strict=True):
        if not isinstance(outcome, Reply):
            start = found[unit.document.id][unit.indices[0]].start
            subject = f"{unit.document.id}:{line_of(unit.document.text, start)}"
            failures.append(failure("padding", subject, outcome))
        elif (rule := _RULES.get(outcome.value.about)) is not None:
            rules[unit.document.id].update(dict.fromkeys(unit.indices, rule))
    return Padding(_flags(documents, found, rules), failures)


def _by_rule(
    documents: Sequence[Document],
) -> tuple[dict[str, list[Block]], dict[str, dict[int, Rule]]]:
    """Blocks of every document, and the rules they break by their index."""
    found = {document.id: blocks(document.text) for document in documents}
    rules = {document.id: _rules(document, found[document.id]) for document in documents}
    for (doc_id, index), rule in repeated_blocks(documents, found).items():
        rules[doc_id].setdefault(index, rule)
    return found, rules


def _vocabulary(
    documents: Sequence[Document],
    found: Mapping[str, Sequence[Block]],
    rules: Mapping[str, Mapping[int, Rule]],
) -> Vocabulary:
    """Of the running text that is no padding by rule: advertisements name things, too."""
    return Vocabulary.of(
        document.text[block.start : block.end]
        for document in documents
        for index, block in enumerate(found[document.id])
        if block.kind != "heading" and index not in rules[document.id]
    )


def _join_questions(document: Document, found: Sequence[Block], rules: dict[int, Rule]) -> None:
    """A question goes with its answer."""
    for index in range(len(found) - 2, -1, -1):
        body = document.text[found[index].start : found[index].end]
        rule = rules.get(index + 1)
        if (
            index not in rules
            and rule is not None
            and rule.kind in {"promotion", "seo_filler"}
            and body.rstrip("*_ ").endswith("?")
            and len(body) <= SHORT
            and not _is_headline(document, found[index])
        ):
            rules[index] = rule


def _flags(
    documents: Sequence[Document],
    found: Mapping[str, Sequence[Block]],
    rules: Mapping[str, Mapping[int, Rule]],
) -> list[PaddingFlag]:
    return [
        flag
        for document in documents
        for flag in _merged(document, found[document.id], rules[document.id])
    ]


def _rules(document: Document, found: Sequence[Block]) -> dict[int, Rule]:
    rules = section_rules(document.text, found)
    seen: set[str] = set()
    for index, block in enumerate(found):
        body = document.text[block.start : block.end]
        if _is_headline(document, block):
            continue
        rule = rule_for(body)
        if rule is None and any(span.overlaps(block.start, block.end) for span in document.chrome):
            rule = Rule("site_chrome", "It stands outside the main text of the page.")
        if rule is not None:
            rules.setdefault(index, rule)
        if index not in rules and squeeze(body) in seen:
            rules[index] = Rule("repeated", "It stands further up as well.")
        seen.add(squeeze(body))
    return rules


def _units(
    document: Document, found: Sequence[Block], rules: Mapping[int, Rule]
) -> Iterator[_Unit]:
    run: list[int] = []

    def unit() -> Iterator[_Unit]:
        body = "\n".join(document.text[found[i].start : found[i].end] for i in run)
        if run:
            yield _Unit(document, tuple(run), body[:BLOCK_LENGTH])
        run.clear()

    for index, block in enumerate(found):
        if index in rules or block.kind == "heading":
            yield from unit()
            continue
        if run:
            ending = document.text[found[run[-1]].start : found[run[-1]].end].rstrip("*_ ")[-1:]
            goes_on = block.kind == "item" and (found[run[-1]].kind == "item" or ending == ":")
            answers = block.kind == "paragraph" and ending == "?" and len(run) == 1
            if not (goes_on or answers):
                yield from unit()
        run.append(index)
    yield from unit()


def _doubtful(
    units: Sequence[_Unit], vocabulary: Vocabulary, has_section: bool
) -> Iterator[_Unit]:
    """The units that may be padding; a page that fills elsewhere must show more for the others."""
    balances = [balance(unit.text, vocabulary) for unit in units]
    fills = has_section + sum(value < 0 for value in balances) > 1
    for unit, value in zip(units, balances, strict=True):
        if value < (REPORTS if fills else 1):
            yield unit


def _is_headline(document: Document, block: Block) -> bool:
    body = document.text[block.start : block.end]
    return document.title is not None and squeeze(body.lstrip("# ")) == squeeze(document.title)


def _merged(
    document: Document, found: Sequence[Block], rules: Mapping[int, Rule]
) -> Iterator[PaddingFlag]:
    """Flags of a document: headings join the filler they stand over, neighbours are merged."""
    flagged = dict(rules)
    for index in range(len(found) - 2, -1, -1):
        if (
            found[index].kind == "heading"
            and found[index + 1].kind != "heading"
            and not _is_headline(document, found[index])
            and index not in flagged
            and index + 1 in flagged
        ):
            following = flagged[index + 1]
            # Over a section that is padding as a whole, up to the next heading.
            end = index + 1
            while end < len(found) and found[end].kind != "heading" and end in flagged:
                end += 1
            if end == len(found) or found[end].kind == "heading" or end in flagged:
                flagged[index] = following
    index = 0
    while index < len(found):
        if index not in flagged:
            index += 1
            continue
        last = index
        while last + 1 in flagged and flagged[last + 1].kind == flagged[index].kind:
            last += 1
        start, end = found[index].start, found[last].end
        yield PaddingFlag(
            doc_id=document.id,
            start=start,
            end=end,
            quote=document.text[start:end],
            kind=flagged[index].kind,
            rationale=flagged[index].rationale,
        )
        index = last + 1
