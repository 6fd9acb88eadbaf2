"""What holds of every output of a report, whatever a document says."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.resources import files
from xml.etree import ElementTree

from attack_set import Attack
from attack_structure import TURNING

from llmcheck.models import (
    Agreement,
    Claim,
    Dispute,
    Document,
    DocumentInfo,
    Failure,
    Lookalike,
    PaddingFlag,
    Position,
    Report,
    Summary,
    SummarySentence,
    Ungrounded,
)
from llmcheck.render.data import claims_jsonl, to_json
from llmcheck.render.github import github_commands
from llmcheck.render.junit import junit_xml
from llmcheck.render.lint import lint_lines
from llmcheck.render.markdown import markdown_page
from llmcheck.render.sarif import disputes_sarif, padding_sarif
from llmcheck.render.terminal import claims_page, padding_page, summary_page
from llmcheck.render.web import html_page

OWN_SCRIPT = files("llmcheck.render.web").joinpath("page.js").read_text(encoding="utf-8")


def problems_of_outputs(attacks: Sequence[Attack]) -> list[str]:
    """What is live in any form of a report that holds the attacks in all of its fields."""
    broken = list(_wrong_outputs(attacks))
    if not broken or len(attacks) == 1:
        return [f"{attack.id}: {wrong}" for attack in attacks for wrong in broken]
    # To name the one that does it.
    half = len(attacks) // 2
    return problems_of_outputs(attacks[:half]) + problems_of_outputs(attacks[half:])


def _wrong_outputs(attacks: Sequence[Attack]) -> Iterator[str]:
    report, documents = _everywhere(attacks)
    outputs = {
        "terminal": summary_page(report) + claims_page(report) + padding_page(report),
        "markdown": markdown_page(report, documents),
        "html": html_page(report, documents),
        "json": to_json(report),
        "jsonl": claims_jsonl(report),
        "lint": lint_lines(report, documents),
        "sarif": disputes_sarif(report, documents) + padding_sarif(report, documents),
        "junit": junit_xml(report, documents),
        "github": github_commands(report, documents),
    }
    for name, output in outputs.items():
        yield from (f"{name}: holds U+{ord(c):04X}" for c in set(output) if _is_hostile(c))
    yield from (f"markdown: {wrong}" for wrong in _live_markdown(outputs["markdown"]))
    yield from (f"html: {wrong}" for wrong in _live_html(outputs["html"]))
    for line in outputs["github"].splitlines():
        if not line.startswith(("::error ", "::warning ", "::notice ")):
            yield f"github: has a line of its own: {line[:60]!r}"
    ElementTree.fromstring(outputs["junit"])  # noqa: S314  (our own)
    if Report.model_validate_json(outputs["json"]) != report:
        yield "json: is not the report"
    if len([*map(json.loads, outputs["jsonl"].splitlines())]) != len(report.claims):
        yield "jsonl: has not a line for each claim"


def _everywhere(attacks: Sequence[Attack]) -> tuple[Report, list[Document]]:
    """A report with the attacks as names, titles, quotes, answers and everything else."""
    documents = [
        Document(id=f"{at} {a.text}", path=f"{at} {a.text}.txt", text=a.text, title=a.text,
                 author=a.text, site=a.text, date=a.text, url=a.text)
        for at, a in enumerate(attacks)
    ]  # fmt: skip
    shown = ("id", "path", "title", "author", "site", "date", "url")
    claims, disputes, agreements, alike, flags, told = [], [], [], [], [], []
    for at, document in enumerate(documents):
        text, id_ = document.text, f"c{at}"
        claims.append(
            Claim(id=id_, text=text, doc_id=document.id, start=0, end=len(text), quote=text,
                  speaker=text)
        )  # fmt: skip
        side = Position(answer=text, claim_ids=(id_,), doc_ids=(document.id,))
        disputes.append(
            Dispute(id=f"d{at} {text}", question=text, kind="implicit", confidence=0.5,
                    rationale=text, positions=(side, side))
        )  # fmt: skip
        agreements.append(
            Agreement(id=f"a{at}", statement=text, claim_ids=(id_,), doc_ids=(document.id,) * 2)
        )
        alike.append(
            Lookalike(kind="scope", claim_ids=(id_,), rationale=text, question=text,
                      positions=(side,))
        )  # fmt: skip
        flags.append(
            PaddingFlag(doc_id=document.id, start=0, end=len(text), quote=text, kind="injection",
                        rationale=text)
        )  # fmt: skip
        told.append(SummarySentence(text=text, claim_ids=(id_,)))
    return (
        Report(
            model="none",
            documents=tuple(
                DocumentInfo(words=1, padding_share=0.5, **document.model_dump(include={*shown}))
                for document in documents
            ),
            claims=tuple(claims),
            disputes=tuple(disputes),
            agreements=tuple(agreements),
            lookalikes=tuple(alike),
            padding=tuple(flags),
            summary=Summary(sentences=tuple(told)),
            ungrounded=tuple(
                Ungrounded(doc_id=d.id, text=d.text, reason=d.text) for d in documents
            ),
            failures=tuple(
                Failure(stage="judging", subject=d.text, error=d.text) for d in documents
            ),
        ),
        documents,
    )


def _is_hostile(character: str) -> bool:
    """Whether a terminal obeys it, or it makes text read as what it is not."""
    if character in "\n\t":
        return False
    kind = unicodedata.category(character)
    tag = 0xE0000 <= ord(character) < 0xE0080
    return tag or kind in ("Cc", "Cs", "Zl", "Zp") or character in TURNING


def _live_markdown(page: str) -> Iterator[str]:
    """Images, links that lead away, and markup that is not the page's own."""
    from markdown_it import MarkdownIt

    own = re.compile(r"</?(?:details|summary|br)>|<!-- -->")
    waiting = list(MarkdownIt("commonmark").enable("table").parse(page))
    while waiting:
        token = waiting.pop()
        waiting += token.children or []
        if token.type == "image":
            yield f"shows an image: {token.attrs}"
        if token.type == "link_open" and ":" in str(token.attrs["href"]):
            yield f"links to {token.attrs['href']}"
        if token.type.startswith("html") and re.search("<", own.sub("", token.content)):
            yield f"has markup: {token.content[:60]!r}"
        if token.type == "text" and re.search(r"https?://|\bwww\.|@\w", token.content):
            yield f"has an address that is made a link: {token.content[:60]!r}"


def _live_html(page: str) -> Iterator[str]:
    """What could load, run or lead away."""
    from lxml import html

    loads = {"script", "img", "iframe", "object", "embed", "link", "form", "base", "video"}
    for element in html.document_fromstring(page).iter():
        if element.tag in loads and element.text != OWN_SCRIPT:
            yield f"has the element {element.tag}"
        for name, value in element.items():
            if name.startswith("on") or name in ("src", "style", "action"):
                yield f"has the attribute {name}"
            if name == "href" and not value.startswith("#"):
                yield f"links to {value}"
