"""Which tables were asked about, kept for the day when the set has grown."""

from __future__ import annotations

from pathlib import Path

import generate
import pytest
from builders import document

from llmcheck import Call, Checker, FakeLLM, NumberedSet, Runner, Settings, survey_documents
from llmcheck.llm.connect import connect
from llmcheck.survey.memory import TableMemory
from llmcheck.survey.tables import tables_of

MADE = generate.made(400).documents
NAMES = list(MADE)
NOTHING: dict[str, list[object]] = {"disputes": [], "lookalikes": [], "agreements": []}


def numbered(*names: str) -> NumberedSet:
    return NumberedSet([document(" ".join(MADE[n]), n, language="en") for n in names])


def asked(documents: NumberedSet, folder: Path | None) -> set[str]:
    """The keys of the calls that a survey makes."""
    calls: list[Call] = []

    def answer(call: Call) -> dict[str, list[object]]:
        calls.append(call)
        return NOTHING

    survey_documents(documents, Runner(FakeLLM(answer), "m", table_tokens=1_000, tables=folder))
    return {call.key for call in calls}


@pytest.mark.parametrize("name", [NAMES[0], NAMES[len(NAMES) // 2], NAMES[-1]])
def test_a_document_that_joins_asks_again_about_no_table_but_its_matters_only_one(
    tmp_path: Path, name: str
) -> None:
    before = asked(numbered(*(n for n in NAMES if n != name)), tmp_path / "tables")
    after = asked(numbered(*NAMES), tmp_path / "tables")
    assert len(before) > 10
    assert len(before - after) <= 1
    assert 0 < len(after - before) < len(before) / 2
    assert asked(numbered(*NAMES), tmp_path / "tables") == after


def test_without_a_folder_nothing_is_kept_and_a_set_asks_as_it_always_does(tmp_path: Path) -> None:
    fresh = asked(numbered(*NAMES), None)
    middle = NAMES[len(NAMES) // 2]
    asked(numbered(*(n for n in NAMES if n != middle)), tmp_path / "tables")
    assert asked(numbered(*NAMES), None) == fresh
    assert asked(numbered(*NAMES), tmp_path / "tables") != fresh


def test_sets_that_share_no_document_keep_their_tables_beside_each_other(tmp_path: Path) -> None:
    half = len(NAMES) // 2
    first, second = numbered(*NAMES[:half]), numbered(*NAMES[half:])
    one = asked(first, tmp_path / "tables")
    asked(second, tmp_path / "tables")
    assert asked(first, tmp_path / "tables") == one


@pytest.mark.parametrize("content", ["", "[", "[[1]]", '[[["d", "x"]]]', "{}", "[" * 100_000])
def test_damaged_memory_is_none(tmp_path: Path, content: str) -> None:
    memory = TableMemory(tmp_path, "survey.v1", "m", 1_000)
    memory.keep(tables_of(numbered(*NAMES).documents, 1_000))
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert memory.recall() == []


def test_tables_are_kept_with_a_cache_and_go_with_it_but_not_for_a_recording(
    tmp_path: Path,
) -> None:
    settings = Settings(model="m", base_url="http://127.0.0.1:9/v1", cache=tmp_path / "cache")
    assert connect(settings).tables == tmp_path / "cache" / "tables"
    assert connect(settings.model_copy(update={"cache": None})).tables is None
    assert connect(settings.model_copy(update={"record": tmp_path / "r"})).tables is None
    assert Checker(settings=settings)._start_run()[1].tables == tmp_path / "cache" / "tables"
