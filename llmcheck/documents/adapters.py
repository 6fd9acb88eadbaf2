"""Texts as other libraries hold them: LangChain, LlamaIndex, pandas, polars, plain dicts.

None of them is imported: what an object is shows in its shape.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from numbers import Integral
from typing import Any, NamedTuple

from llmcheck.documents.metadata import iso_date, one_of, web_address
from llmcheck.errors import ConfigError
from llmcheck.models import Document

_FIELDS = ("title", "url", "date", "author", "site", "language")
_SHAPES = (
    "a text, a Document, a mapping or row with 'text', or a document of LangChain or LlamaIndex"
)
_MOST_NAMED = 20


class Item(NamedTuple):
    """A text and what is known about it."""

    id: str
    text: str
    """Empty where the object has the place for a text and nothing in it."""
    stated: dict[str, str]
    """Fields of ``Document`` that the object fills."""


def items_of(texts: object) -> Iterator[Item | Document]:
    """The texts that a collection holds, a Document as it is.

    A collection is a mapping from ids, a data frame, or any iterable. Items without an id are
    called by the source that their metadata names, or else ``text-1``, ``text-2``, ... Raises
    ConfigError, naming the item by its number and type, for one of no known shape.
    """
    sources: dict[str, int] = {}
    for number, (name, given) in enumerate(_named(texts), 1):
        if isinstance(given, Document):
            yield given
            continue
        text, fields, own_id = _taken_apart(given, number)
        source = _plain(fields.get("source"))
        if source is not None and own_id is None and name is None:
            # Pieces of one source have its name in common.
            sources[source] = nth = sources.get(source, 0) + 1
            own_id = source if nth == 1 else f"{source}#{nth}"
        stated = {field: _plain(fields.get(field)) for field in _FIELDS}
        stated["date"] = iso_date(stated["date"] or "", stated["language"])
        stated["url"] = web_address(stated["url"]) or web_address(source)
        known = {field: value for field, value in stated.items() if value}
        yield Item(name or own_id or f"text-{number}", text, known)


def _named(texts: object) -> Iterable[tuple[str | None, object]]:
    if isinstance(texts, Mapping):
        return texts.items()
    if hasattr(texts, "iter_rows"):  # polars
        return ((None, row) for row in texts.iter_rows(named=True))
    if hasattr(texts, "iterrows"):  # pandas
        return ((None, row) for row in texts.to_dict("records"))  # type: ignore[attr-defined]
    if isinstance(texts, str | Document) or _is_document(texts):
        raise ConfigError("from_texts takes several texts: put a single one in a list")
    if not isinstance(texts, Iterable) or hasattr(texts, "collect"):
        raise ConfigError(
            f"from_texts takes a mapping, a data frame or an iterable, not {type_name(texts)}"
        )
    return ((None, item) for item in texts)


def _is_document(item: object) -> bool:
    return hasattr(item, "page_content") or hasattr(item, "get_content")


def _taken_apart(item: object, number: int) -> tuple[str, Mapping[str, Any], str | None]:
    """Its text, its further fields, and its own id."""
    if isinstance(item, str):
        return item, {}, None
    if _is_document(item):
        about: Any = item  # as its library defines it
        text = about.page_content if hasattr(about, "page_content") else about.get_content()
        own_id = getattr(about, "id", None) or getattr(about, "node_id", None)
        fields = about.metadata if isinstance(about.metadata, Mapping) else {}
        return text or "", fields, _plain(own_id)
    row = _as_row(item)
    if row is None:
        raise ConfigError(f"item {number} is {type_name(item)}: give {_SHAPES}")
    if "text" not in row:
        columns = ", ".join(repr(key) for key in list(row)[:_MOST_NAMED]) or "none"
        raise ConfigError(
            f"item {number}, {type_name(item)}, has no 'text' (its fields: {columns}): rename the "
            "field to read"
        )
    text = row["text"]
    return text if isinstance(text, str) else "", row, _plain(row.get("id"))


def _as_row(item: object) -> Mapping[str, Any] | None:
    if isinstance(item, Mapping):
        return item
    for method in ("_asdict", "to_dict"):  # rows of pandas: named tuples and Series
        if callable(found := getattr(item, method, None)):
            row = found()
            return row if isinstance(row, Mapping) else None
    return None


def _plain(value: object) -> str | None:
    """What a field says, as one line; None for the many ways to say nothing."""
    if isinstance(value, float | date) and value != value:  # NaN, pandas' NaT
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | Integral | uuid.UUID) and not isinstance(value, bool):
        return one_of(str(value))
    return f"{value:g}" if isinstance(value, float) else None


def type_name(item: object) -> str:
    """The type of a thing, as an error message names it."""
    kind = type(item)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
