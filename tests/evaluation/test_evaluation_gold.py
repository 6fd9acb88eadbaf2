"""The format of a labelled set: what is read, and what is said of a file that does not fit."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from gold import LABELS, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import ROOT

from llmcheck.errors import ConfigError
from llmcheck.evaluation import GoldLabels, read_gold
from llmcheck.evaluation.gold import gold_schema

SCHEMA = ROOT / "docs" / "gold.schema.json"


def write(folder: Path, labels: Any = LABELS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = labels if isinstance(labels, str) else json.dumps(labels)
    (folder / "gold.json").write_text(text, encoding="utf-8")
    return folder


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(LABELS) | changes


def error(tmp_path: Path, labels: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        read_gold(write(tmp_path, labels))
    told = str(caught.value)
    assert told.startswith(f"{tmp_path / 'gold.json'}: ")
    return told


def test_the_documents_lie_in_docs_or_where_the_labels_say(tmp_path: Path) -> None:
    assert read_gold(write(tmp_path / "a")).folder == tmp_path / "a" / "docs"
    elsewhere = changed(docs="../articles")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.txt").write_text("The bridge is open.")
    gold = read_gold(write(tmp_path / "b", elsewhere) / "gold.json")
    assert [d.text for d in gold.read_documents().documents] == ["The bridge is open."]


def test_only_the_documents_that_are_named_are_read_in_the_order_of_the_folder(
    tmp_path: Path,
) -> None:
    gold = read_gold(write(tmp_path, changed(documents=["paper.txt", "blog.txt"])))
    gold.folder.mkdir()
    for name, text in TEXTS.items():
        (gold.folder / name).write_text(text, encoding="utf-8")
    names = [Path(document.id).name for document in gold.read_documents().documents]
    assert names == ["blog.txt", "paper.txt"]


def test_a_label_may_carry_more_than_is_read_and_the_file_may_name_its_schema(
    tmp_path: Path,
) -> None:
    labels = changed(**{"$schema": "gold.schema.json"})
    labels["disputes"][0] |= {"hard": True, "note": "easily missed"}
    assert read_gold(write(tmp_path, labels)).labels.disputes[0].note == "easily missed"


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gold\.json: there is no such file; a labelled set is"):
        read_gold(tmp_path)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ("{", "is not valid JSON in UTF-8"),
        ("[" * 100_000, "is not valid JSON in UTF-8"),
        ("[]", "input should be a valid dictionary"),
        ("{}", "name: field required"),
        (changed(name="../up"), "name: string should match pattern"),
        (changed(lookalike=[]), "lookalike: there is no such field; there are $schema, name, "),
        (changed(docs=" "), "docs: string should match pattern"),
    ],
)
def test_a_broken_file_is_told_by_name_and_field(
    tmp_path: Path, labels: Any, problem: str
) -> None:
    assert problem in error(tmp_path, labels)


def test_a_broken_label_is_told_by_its_id(tmp_path: Path) -> None:
    labels = changed()
    labels["disputes"][1]["kind"] = "spelling"
    assert "disputes[1] (D2).kind: input should be 'numeric'" in error(tmp_path, labels)

    labels = changed()
    labels["lookalikes"][0]["quotes"][1]["quote"] = " \n"
    assert "lookalikes[0] (L1).quotes[1].quote: string should" in error(tmp_path, labels)

    labels = changed()
    del labels["disputes"][0]["positions"][1:]
    assert "disputes[0] (D1).positions: tuple should have at least 2" in error(tmp_path, labels)


def test_an_id_that_is_there_twice_is_named(tmp_path: Path) -> None:
    labels = changed(agreements=LABELS["agreements"] * 2)
    assert "agreements: the id 'A1' is there 2 times" in error(tmp_path, labels)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "gold.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(ConfigError, match="is not valid JSON in UTF-8"):
        read_gold(tmp_path)


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["D1", "numeric"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "disputes", "quotes", "doc", "id", "positions"]), inner
            )
        ),
    )
)
def test_whatever_the_file_holds_it_is_read_or_refused_with_its_name(
    tmp_path_factory: pytest.TempPathFactory, labels: Any
) -> None:
    folder = tmp_path_factory.mktemp("set")
    try:
        read_gold(write(folder, labels if isinstance(labels, dict | list) else json.dumps(labels)))
    except ConfigError as problem:
        assert str(problem).startswith(str(folder))  # noqa: PT017


def test_the_schema_in_the_docs_is_that_of_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == gold_schema(), (
        "write it anew: python -c 'from llmcheck.evaluation.gold import gold_schema as s; "
        'print(s(), end="")\' > docs/gold.schema.json'
    )


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*/*/gold.json")))
def test_the_labels_of_every_corpus_fit_schema_and_model_alike(path: Path) -> None:
    labels = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(labels, json.loads(gold_schema()))
    assert read_gold(path.parent).name == path.parent.name
    assert GoldLabels.model_validate(labels).disputes


def test_the_example_in_the_docs_fits_the_format() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    quotes = json.dumps([{"doc": "paper.txt", "quote": "x"}] * 2)
    labels = json.loads(example.replace("[...]", quotes))
    jsonschema.validate(labels, json.loads(gold_schema()))
    assert GoldLabels.model_validate(labels).not_padding


def test_the_python_in_the_docs_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(ROOT)
    exec(example, {"__name__": "example"})  # noqa: S102
    assert "whole=9" in capsys.readouterr().out
