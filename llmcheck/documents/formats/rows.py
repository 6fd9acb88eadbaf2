"""Exports with a document on each line: JSON lines, and tables with a header."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats.ids import Ids
from llmcheck.documents.formats.text import headline
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.errors import DocumentError
from llmcheck.models import Document

_TEXT, _ID, _DATE, _URL = "text", "id", "date", "url"
_DELIMITERS = ",;\t"
_MOST_NAMED = 20


def read_jsonl(data: bytes, name: str) -> Iterator[Document | DocumentError]:
    """A document for each line, a JSON object with ``text``, and ``id``, ``title``, ``date``,
    ``url``, ``author``, ``site`` and ``language`` where it has them.

    A line that is none, or repeats an id, is an error that names it.
    """
    ids = Ids(name)
    for number, line in enumerate(decode(data).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield DocumentError(place, f"is not valid JSON ({_short(error)}): mend or delete it")
            continue
        if not isinstance(row, dict):
            yield DocumentError(place, 'is no JSON object: write it as {"id": ..., "text": ...}')
            continue
        yield row_document(row, number, place, ids)


def read_csv(data: bytes, name: str) -> Iterator[Document | DocumentError]:
    """A document for each row of a table with the columns that ``read_jsonl`` has as fields.

    They are parted by a comma, semicolon or tab. Raises ValueError, listing the columns there
    are, when none is called ``text``.
    """
    text = decode(data)
    delimiter = _delimiter(text)
    # The limit is the process's own; beside the cap on files it guards nothing here.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [column.strip().lower() for column in next(table)]
    ids = Ids(name)
    number = 0
    while True:
        place = f"{name}:{table.line_num + 1}"
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            yield DocumentError(place, f"cannot be read on from here ({error}): mend it")
            return
        if not any(map(str.strip, cells)):
            continue
        number += 1
        if len(cells) > len(columns):
            yield DocumentError(
                place,
                f"has {len(cells)} columns where the header has {len(columns)}: quote a text "
                "that holds the delimiter",
            )
            continue
        yield row_document(dict(zip(columns, cells, strict=False)), number, place, ids)


def _delimiter(text: str) -> str:
    """The delimiter that parts the header, by which column names come out."""
    headers = {}
    for delimiter in _DELIMITERS:
        try:
            row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        headers[delimiter] = [column.strip() for column in row]
    most = max(headers.values(), key=len, default=[])
    for delimiter, columns in headers.items():
        if _TEXT in map(str.lower, columns):
            return delimiter
    named = ", ".join(repr(column[:40]) for column in most[:_MOST_NAMED]) or "none"
    raise ValueError(f"has no column 'text' (its columns: {named}): name the one to read so")


def row_document(
    row: Mapping[str, Any], number: int, place: str, ids: Ids
) -> Document | DocumentError:
    text, own_id = row.get(_TEXT), row.get(_ID)
    if not isinstance(text, str) or not text.strip():
        why = "has no text" if text is None or isinstance(text, str) else "its text is no string"
        return DocumentError(place, f"{why}: give it in the field 'text'")
    if own_id is not None and not isinstance(own_id, str | int | float):
        return DocumentError(place, "its id is neither a string nor a number")
    doc_id = ids.take(str(own_id) if own_id is not None else None, number)
    if doc_id is None:
        return DocumentError(place, f"repeats the id {str(own_id)!r}: give each its own")
    text = unix_lines(text)
    about = _stated(row)
    about = about._replace(title=about.title or headline(text))
    return Document(id=doc_id, path=ids.name, text=text, **about._asdict())


def _stated(row: Mapping[str, Any]) -> Metadata:
    date = row.get(_DATE)
    language = one_of(row.get("language"))
    return Metadata(
        title=one_of(row.get("title")),
        date=iso_date(str(date), language) if isinstance(date, str | int) else None,
        author=one_of(row.get("author")),
        site=one_of(row.get("site")),
        language=language,
        url=web_address(row.get(_URL)),
    )


def _short(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:80]
