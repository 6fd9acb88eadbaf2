"""Reports of large sets: what a page takes grows with what it prints, and it stays usable."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import builders
import pytest
from builders import claim, dispute, info, position

from llmcheck.models import Document, Report
from llmcheck.render.data import to_json
from llmcheck.render.github import github_commands
from llmcheck.render.junit import junit_xml
from llmcheck.render.lint import lint_lines
from llmcheck.render.markdown import markdown_page
from llmcheck.render.sarif import disputes_sarif
from llmcheck.render.spreadsheet import claims_csv, disputes_csv
from llmcheck.render.terminal import claims_page, padding_page, summary_page
from llmcheck.render.web import html_page
from llmcheck.render.web.matrix import ROWS

RENDERERS: dict[str, Callable[[Report, list[Document]], str]] = {
    "text": lambda report, _: summary_page(report),
    "claims": lambda report, _: claims_page(report),
    "padding": lambda report, _: padding_page(report),
    "markdown": lambda report, texts: markdown_page(report, texts, {}),
    "html": html_page,
    "json": lambda report, _: to_json(report),
    "lines": lint_lines,
    "csv": disputes_csv,
    "claims as csv": claims_csv,
    "sarif": disputes_sarif,
    "junit": junit_xml,
    "github": github_commands,
}


def large_set(number: int) -> tuple[Report, list[Document]]:
    """So many disputes, each between two documents and seen beside two more."""
    texts = [
        Document(id=f"log{n}", text=f"The dam of lake {n} is {n % 2 + 4} metres high.")
        for n in range(2 * number)
    ]
    claims = [claim(f"c{n}", text.text, text) for n, text in enumerate(texts)]
    disputes = [
        dispute(
            position("4 metres", f"c{2 * n}", f"log{2 * n}"),
            position("5 metres", f"c{2 * n + 1}", f"log{2 * n + 1}"),
            id=f"d{n}",
            question=f"How high is the dam of lake {n}?",
            shown_doc_ids=[text.id for text in texts[2 * n : 2 * n + 4]],
        )
        for n in range(number)
    ]
    found = builders.report(*disputes, documents=tuple(map(info, texts)), claims=tuple(claims))
    return found, texts


def operations(function: Callable[[], object]) -> int:
    """How many steps of bytecode the package's own functions take."""
    taken = 0

    def step(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal taken
        taken += event == "opcode"
        return step

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_globals.get("__name__", "").startswith("llmcheck."):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        function()
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("name", RENDERERS)
def test_twice_the_set_takes_twice_the_work(name: str) -> None:
    render = RENDERERS[name]
    small, large = large_set(40), large_set(80)
    # What is done once in a process belongs to neither.
    render(*small)

    once, twice = operations(lambda: render(*small)), operations(lambda: render(*large))

    assert 0 < twice < 2.2 * once


def test_a_page_of_many_disputes_has_a_row_for_those_that_a_column_answers() -> None:
    few, many = (html_page(*large_set(number)) for number in (ROWS, ROWS + 1))

    assert few.count('<tr role="row" data-finding') == ROWS
    assert many.count('<tr role="row" data-finding') == 6
    assert "195 more disputes among documents without a column" in many


def test_a_browser_lays_out_what_is_in_view_of_a_large_page_only() -> None:
    small, large = (html_page(*large_set(number)) for number in (300, 400))

    assert "<body>" in small
    assert '<body class="large">' in large
