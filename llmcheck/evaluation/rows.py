"""Labelled rows: JSON lines, each checked, with the file and line in every error."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from llmcheck.errors import ConfigError
from llmcheck.evaluation.gold import describe_errors
from llmcheck.models import Failure, Frozen, PromptUsage

SEED = 5
"""Of the shuffle from which a limited number of rows is taken: the same ones every time."""


F = TypeVar("F", bound=Frozen)


class Row(BaseModel):
    """Base of the rows: immutable; fields that are not known are left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | None = None
    source: str | None = None
    """Where the row is from, by which the figures are told apart."""


class RowsScore(Frozen, Generic[F]):
    """The score of a file of labelled rows."""

    rows: int
    figures: F
    by_source: dict[str, F]
    prompts: dict[str, PromptUsage]
    failures: tuple[Failure, ...]


class OfRow(Protocol):
    """What came of a row."""

    @property
    def row(self) -> Row:
        """The row."""


R = TypeVar("R", bound=Row)
Out = TypeVar("Out", bound=OfRow)


def read_rows(path: str | Path, kind: type[R], limit: int | None = None) -> list[R]:
    """The rows of a file with one JSON object a line, blank lines aside.

    With ``limit`` the first so many of a shuffle with a fixed seed. Raises ConfigError that
    names the file, the line and the field when a row does not fit, and when there is no row.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not UTF-8 ({error})") from error
    rows = [_row(f"{path}:{n}", line, kind) for n, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ConfigError(f"{path}: holds no row")
    if limit is not None:
        random.Random(SEED).shuffle(rows)  # noqa: S311
    return rows[:limit]


def group_by_source(outcomes: Iterable[Out]) -> dict[str, list[Out]]:
    """What came of the rows, under the names of their sources; without those that name none."""
    grouped: dict[str, list[Out]] = {}
    for outcome in outcomes:
        if outcome.row.source:
            grouped.setdefault(outcome.row.source, []).append(outcome)
    return dict(sorted(grouped.items()))


def _row(place: str, line: str, kind: type[R]) -> R:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: is not JSON ({error}); one object a line") from error
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{place}: {describe_errors(error, data)}") from error
