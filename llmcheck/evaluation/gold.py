"""The format of a labelled document set: ``gold.json`` beside a folder of documents.

Quotes are verbatim and a label points at its documents by them alone. Fields that a label has
besides are left unread, so that a set can carry notes of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as validator

from llmcheck.documents.corpus import Corpus
from llmcheck.errors import ConfigError
from llmcheck.models import ContradictionKind, PaddingKind

FILE = "gold.json"

Words = Annotated[str, StringConstraints(pattern=r"\S")]


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class GoldQuote(_Label):
    """Words of a document."""

    doc: Words
    """The document's path below the folder of the documents."""
    quote: Words
    """Its exact words; white space may differ, and HTML is quoted as it is read, without tags."""


class GoldPosition(_Label):
    """One answer to a disputed question."""

    answer: str
    quotes: tuple[GoldQuote, ...] = Field(min_length=1)
    """Every passage that gives this answer."""


class GoldDispute(_Label):
    """A question to which the documents give answers that cannot all be true."""

    id: Words
    question: str
    kind: ContradictionKind
    scope: Literal["cross", "intra"] = "cross"
    """Whether the positions are those of several documents or of one that contradicts itself."""
    positions: tuple[GoldPosition, ...] = Field(min_length=2)
    note: str = ""


class OptionalDispute(_Label):
    """What may be reported as a dispute or not: it counts neither way."""

    id: Words
    question: str = ""
    quotes: tuple[GoldQuote, ...] = Field(min_length=2)
    note: str = ""


class GoldLookalike(_Label):
    """Passages that look contradictory and are not: reporting them is an alarm."""

    id: Words
    reason: str
    """Why both can hold, as a kind: rounding, scope, superseded, ..."""
    quotes: tuple[GoldQuote, ...] = Field(min_length=2)
    note: str = ""


class GoldAgreement(_Label):
    """A fact that several passages state."""

    id: Words
    statement: str
    quotes: tuple[GoldQuote, ...] = Field(min_length=2)
    note: str = ""


class GoldPadding(GoldQuote):
    """A whole block that says nothing about the topic."""

    kind: PaddingKind


class GoldLabels(_Label):
    """The labels of one document set: what ``gold.json`` holds."""

    model_config = ConfigDict(extra="forbid", title="gold.json")

    schema_: str | None = Field(default=None, alias="$schema")
    """For editors; not read."""
    name: str = Field(pattern=r"^\w[\w .-]*$")
    """The set's name; its recording lies in a folder of this name."""
    docs: Words = "docs"
    """The folder of the documents, relative to this file."""
    documents: tuple[Words, ...] = ()
    """The files to read in that folder; without them, all that are documents."""
    disputes: tuple[GoldDispute, ...] = ()
    optional_disputes: tuple[OptionalDispute, ...] = ()
    lookalikes: tuple[GoldLookalike, ...] = ()
    agreements: tuple[GoldAgreement, ...] = ()
    padding: tuple[GoldPadding, ...] = ()
    not_padding: tuple[GoldQuote, ...] = ()
    """Passages that read like padding and carry facts."""
    note: str = ""

    @validator(mode="after")
    def _ids_are_distinct(self) -> Self:
        for field in ("disputes", "optional_disputes", "lookalikes", "agreements"):
            for name, count in Counter(label.id for label in getattr(self, field)).items():
                if count > 1:
                    raise ValueError(f"{field}: the id {name!r} is there {count} times")
        return self


class GoldSet(NamedTuple):
    """A labelled document set."""

    labels: GoldLabels
    folder: Path
    """Where its documents lie."""

    @property
    def name(self) -> str:
        """The set's name."""
        return self.labels.name

    def read_documents(self) -> Corpus:
        """The documents. Raises what ``Corpus.read`` raises."""
        # In the order in which the whole folder would be read.
        files = [self.folder / name for name in sorted(self.labels.documents)]
        return Corpus.read(*(files or [self.folder]))


def read_gold(path: str | Path) -> GoldSet:
    """The labelled set in a folder with a ``gold.json``, or of such a file.

    Raises ConfigError that names the file and the field when it does not fit the format.
    """
    path = Path(path)
    file = path / FILE if path.is_dir() else path
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{file}: there is no such file; a labelled set is a folder with a {FILE} "
            "(docs/evaluation.md)"
        ) from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: is not valid JSON in UTF-8 ({error})") from error
    try:
        labels = GoldLabels.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{file}: {describe_errors(error, data)}") from error
    return GoldSet(labels, file.parent / labels.docs)


def describe_errors(error: ValidationError, data: Any) -> str:
    """The first three things that are wrong, each with its field and the label's id."""
    reasons = []
    for detail in error.errors()[:3]:
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = f"there is no such field; there are {', '.join(_fields())}"
        reasons.append(f"{_path(detail['loc'], data)}{message[:1].lower()}{message[1:]}")
    return "; ".join(reasons)


def _path(location: Sequence[int | str], data: Any) -> str:
    path = ""
    for step in location:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
        if isinstance(step, int) and isinstance(data, dict) and isinstance(data.get("id"), str):
            path += f" ({data['id']})"
    return f"{path.removeprefix('.')}: " if path else ""


def _fields() -> list[str]:
    return [field.alias or name for name, field in GoldLabels.model_fields.items()]


def gold_schema() -> str:
    """JSON Schema of ``gold.json``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **GoldLabels.model_json_schema(),
    }
    return json.dumps(schema, indent=2) + "\n"
