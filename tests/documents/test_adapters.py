"""Texts from other libraries' objects; the stand-ins have the shapes of the real classes."""

from __future__ import annotations

import datetime
import uuid
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck import Corpus
from llmcheck.documents.adapters import Item, items_of
from llmcheck.errors import ConfigError
from llmcheck.models import Document

NAN = float("nan")


@dataclass
class LangChainDocument:
    page_content: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id: str | None = None


@dataclass
class LlamaIndexNode:
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id_: str = "n1"

    @property
    def node_id(self) -> str:
        return self.id_

    def get_content(self, metadata_mode: str = "none") -> str:
        return self.text


@dataclass
class PandasFrame:
    rows: list[dict[str, Any]]

    def to_dict(self, orient: str = "dict") -> Any:
        return self.rows if orient == "records" else {}

    def iterrows(self) -> Iterator[tuple[int, PandasSeries]]:
        return ((number, PandasSeries(row)) for number, row in enumerate(self.rows))

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows[0])


@dataclass
class PandasSeries:
    row: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.row


@dataclass
class PolarsFrame:
    rows: list[dict[str, Any]]

    def iter_rows(self, *, named: bool = False) -> Iterator[Any]:
        return iter(self.rows if named else [tuple(row.values()) for row in self.rows])

    def __iter__(self) -> Iterator[list[Any]]:
        return iter([])


class LazyFrame:
    def collect(self) -> None: ...


def documents(*items: object) -> list[Document]:
    return list(Corpus.from_texts(items).documents)


def test_documents_of_langchain() -> None:
    (document,) = documents(
        LangChainDocument(
            "Pears won.", {"title": "Fair", "source": "https://news.example/a"}, "p1"
        )
    )
    assert (document.id, document.text) == ("p1", "Pears won.")
    assert (document.title, document.url) == ("Fair", "https://news.example/a")


def test_pieces_of_one_source_are_called_by_it() -> None:
    pieces = [LangChainDocument(f"Pears won {n}.", {"source": "fair.txt"}) for n in range(3)]
    found = documents(*pieces, LangChainDocument("Plums lost."))
    assert [d.id for d in found] == ["fair.txt", "fair.txt#2", "fair.txt#3", "text-4"]
    assert [d.url for d in found] == [None] * 4


def test_nodes_of_llamaindex() -> None:
    (document,) = documents(LlamaIndexNode("Pears won.", {"url": "https://news.example/b"}, "n7"))
    assert (document.id, document.text, document.url) == (
        "n7",
        "Pears won.",
        "https://news.example/b",
    )


ROWS = [
    {"id": 7, "text": "Pears won.", "title": "Fair", "url": "https://news.example/a"},
    {"id": NAN, "text": "Plums lost.", "title": None, "url": NAN},
]
Row = namedtuple("Row", ["Index", "id", "text", "title", "url"])


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        PandasFrame(ROWS),
        PolarsFrame(ROWS),
        [series for _, series in PandasFrame(ROWS).iterrows()],
        [Row(0, *ROWS[0].values()), Row(1, *ROWS[1].values())],
        iter(ROWS),
    ],
    ids=["dicts", "pandas", "polars", "series", "tuples", "generator"],
)
def test_rows_and_frames(rows: Any) -> None:
    first, second = Corpus.from_texts(rows).documents
    assert (first.id, first.text, first.title, first.url) == ("7", *list(ROWS[0].values())[1:])
    assert (second.id, second.text, second.title, second.url) == (
        "text-2",
        "Plums lost.",
        None,
        None,
    )


def test_fields_hold_nothing_that_no_output_can() -> None:
    (document,) = Corpus.from_texts([{"text": "Pears won.", "title": "a\ud800b"}]).documents
    assert document.title == "a?b"


def test_a_title_that_is_not_given_is_read_off_the_text() -> None:
    (document,) = documents({"text": "Pears win at the fair\r\n\r\nThey were ripe."})
    assert document.title == "Pears win at the fair"
    assert "\r" not in document.text


def test_strings_mappings_and_mixtures_are_taken_as_before() -> None:
    mixed = {"a": "Pears won.", "b": {"text": "Plums lost."}, "c": Document(id="d", text="Figs.")}
    assert [d.id for d in Corpus.from_texts(mixed).documents] == ["a", "b", "d"]
    assert [d.id for d in documents("Pears won.", {"text": "Plums lost."})] == ["text-1", "text-2"]


@pytest.mark.parametrize(
    ("value", "stated"),
    [
        (datetime.date(2031, 5, 4), "2031-05-04"),
        (datetime.datetime(2031, 5, 4, 6, 30), "2031-05-04T06:30:00"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (3.0, "3"),
        ("  two\nwords ", "two words"),
        (0, "0"),
        (NAN, None),
        (True, None),
        ([1], None),
        ("", None),
    ],
)
def test_an_id_may_be_of_many_types_and_may_be_missing(value: object, stated: str | None) -> None:
    (item,) = items_of([{"id": value, "text": "Pears won."}])
    assert isinstance(item, Item)
    assert item.id == (stated or "text-1")


def test_a_row_without_its_text_is_a_failure_and_the_rest_is_read() -> None:
    corpus = Corpus.from_texts([{"id": "a", "text": NAN}, {"text": None}, {"text": "Pears won."}])
    assert [d.id for d in corpus.documents] == ["text-3"]
    assert [(f.subject, f.error[:8]) for f in corpus.failures] == [
        ("a", "is empty"),
        ("text-2", "is empty"),
    ]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["Pears won.", 7], "item 2 is int: give a text, a Document"),
        ([b"Pears won."], "item 1 is bytes"),
        (
            [{"text": "Pears."}, {"body": "Plums."}],
            r"item 2, dict, has no 'text' .*'body'.*rename",
        ),
        ([datetime.date(2031, 5, 4)], r"item 1 is datetime\.date"),
        ("Pears won.", "put a single one in a list"),
        (LangChainDocument("Pears won."), "put a single one in a list"),
        (None, "an iterable, not NoneType"),
        (LazyFrame(), r"an iterable, not .*LazyFrame"),
        ([{"id": 1, "text": "a"}, {"id": "1", "text": "b"}], "two texts have the id '1'"),
        ([], "nothing to read"),
    ],
)
def test_what_fits_nothing_is_named_by_its_number_and_type(texts: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Corpus.from_texts(texts)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
FIELD = st.sampled_from(["id", "text", "title", "url", "date", "source", "body"])


@given(st.lists(VALUES | st.dictionaries(FIELD, VALUES)))
def test_any_items_are_all_taken_or_refused(items: list[Any]) -> None:
    try:
        taken = list(items_of(items))
    except ConfigError:
        return
    assert len(taken) == len(items)
    assert all(item.id for item in taken)
