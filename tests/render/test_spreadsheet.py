"""CSV: rows that lead back to the sources' words, and cells that no spreadsheet obeys."""

from __future__ import annotations

import csv
import io
import re

import pytest
from builders import claim, dispute, info, position
from builders import report as report_of
from hostile import TEXTS
from hypothesis import given
from hypothesis import strategies as st
from test_render import DOCUMENTS, FERRY, report

from llmcheck.models import Document
from llmcheck.render.phrases import HOSTILE
from llmcheck.render.spreadsheet import claims_csv, disputes_csv


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_position_is_a_row_whose_offsets_lead_to_its_words() -> None:
    first, second = rows(disputes_csv(report(), DOCUMENTS))
    assert second == {
        "dispute": "d1",
        "code": "LC102",
        "kind": "numeric",
        "question": "How long is the main span?",
        "answer": "340 m",
        "document": "ferry.txt",
        "title": "No more ferries",
        "date": "",
        "path": "ferry.txt",
        "line": "2",
        "column": "1",
        "start": "16",
        "end": "57",
        "quote": FERRY.text[16:57],
        "sources": "1",
        "confidence": "1.0",
        "silenced": "",
    }
    assert (first["answer"], first["sources"]) == ("320 m", "2")


def test_each_claim_is_a_row_with_who_asserts_it() -> None:
    found = rows(claims_csv(report(), DOCUMENTS))
    assert [row["claim"] for row in found] == ["c1", "c2", "c3", "c4", "c5"]
    assert [row["speaker"] for row in found if row["speaker"]] == ["the port authority"]


def test_a_silenced_dispute_has_its_reason() -> None:
    silenced = report().disputes[0].model_copy(update={"silenced": "The port was asked."})
    found = rows(disputes_csv(report(disputes=(silenced,)), DOCUMENTS))
    assert {row["silenced"] for row in found} == {"The port was asked."}


def test_a_document_that_shares_its_file_has_no_lines_of_it() -> None:
    both = [Document(id=f"all.csv#{n}", path="all.csv", text="It rang.") for n in (1, 2)]
    found = report_of(claims=(claim("c", "It rang.", both[1]),), documents=tuple(map(info, both)))
    (row,) = rows(claims_csv(found, both))
    assert (row["document"], row["path"], row["line"], row["start"]) == (
        "all.csv#2", "all.csv", "", "0",
    )  # fmt: skip


def words_in_every_cell(words: str) -> list[dict[str, str]]:
    source = Document(id=words, path=words, text=words, title=words, date=words)
    side = position(words, "c", words)
    found = report_of(
        dispute(side, side, id=words, question=words, silenced=words),
        documents=(info(source),),
        claims=(claim("c", words, source, text=words, speaker=words),),
    )
    return rows(disputes_csv(found, [source])) + rows(claims_csv(found, [source]))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠"])
def test_a_cell_that_would_begin_a_formula_is_text(begin: str) -> None:
    words = f'{begin}HYPERLINK("https://evil.example","go")'
    for row in words_in_every_cell(words):
        assert row["quote"][0] in "'\\"
        assert row["quote"].endswith(words.strip()[1:])


@given(TEXTS.filter(str.strip) | st.sampled_from("=+-@").map("{}1\n=2".format))
def test_no_text_begins_a_formula_escapes_its_cell_or_reaches_a_terminal(words: str) -> None:
    found = words_in_every_cell(words)
    assert len(found) == 3
    for row in found:
        assert None not in row
        for cell in row.values():
            assert not re.match("[=+\\-@\t\r＝＋－＠]", cell)
            assert not HOSTILE.search(cell.replace("\n", "").replace("\t", ""))


@given(st.text("abc \",;\n'", min_size=1).filter(str.strip))
def test_harmless_words_come_back_as_they_are(words: str) -> None:
    assert {row["quote"] for row in words_in_every_cell(words)} == {words}
