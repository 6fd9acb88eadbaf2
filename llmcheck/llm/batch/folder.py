"""The folder of a batch: what was ordered, the files of each round, and what was learnt so far.

FOLDER/batch.json              the order, the files with their batches, the lessons
FOLDER/batch-1.jsonl           requests, in the provider's format (Anthropic: .json)
FOLDER/batch-1.results.jsonl   what was fetched for them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationError

from llmcheck.errors import ConfigError
from llmcheck.llm.batch.formats import Format, FormatName
from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.models import Frozen
from llmcheck.whole_files import write_whole

MANIFEST = "batch.json"


class Order(Frozen):
    """What is to be answered in batches: the documents, and what decides the calls about them."""

    verb: str
    paths: tuple[str, ...]
    """Absolute, or addresses."""
    input_format: str | None = None
    length: str = "normal"
    model: str
    address: str | None = None
    """The base URL, without what may be a key; None for that of the provider."""
    cache: str
    """Where the answers go; absolute."""
    effort: str | None = None
    table_tokens: int
    language: str | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class BatchFile(Frozen):
    """A file of requests."""

    name: str = Field(pattern=r"^batch-[0-9]+\.jsonl?$")
    id: str = ""
    """Of its batch at the provider, once it is submitted."""
    read: bool = False


class Learnt(Frozen):
    """Lessons of an endpoint, as they are kept."""

    mode: int = Field(ge=0)
    refused: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    most: dict[str, int] = Field(default_factory=dict)
    thinking: int | None = 0
    answered: bool = False

    @classmethod
    def of(cls, lessons: Lessons) -> Learnt:
        """The lessons, to be kept."""
        return cls(
            mode=lessons.mode,
            refused=tuple(sorted(lessons.refused)),
            taken=tuple(sorted(lessons.taken)),
            most=dict(lessons.most),
            thinking=lessons.thinking,
            answered=lessons.answered,
        )

    def lessons(self) -> Lessons:
        """The lessons that were kept."""
        return Lessons(
            mode=self.mode,
            refused=frozenset(self.refused),
            taken=frozenset(self.taken),
            most=MappingProxyType(self.most),
            thinking=self.thinking,
            answered=self.answered,
        )


class Manifest(Frozen):
    """What a folder says of itself. Never a key."""

    format: Literal[1] = 1
    api: FormatName
    order: Order
    files: tuple[BatchFile, ...] = ()
    lessons: Learnt
    tries: dict[str, int] = Field(default_factory=dict)
    """By the key of a call: how often it was answered with what cannot be used."""

    @property
    def unread(self) -> list[BatchFile]:
        """Files whose answers have not been read."""
        return [file for file in self.files if not file.read]


class BatchFolder:
    """The folder on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def manifest(self) -> Manifest:
        """What the folder says. Raises ConfigError where it is no folder of batches."""
        path = self.path / MANIFEST
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise ConfigError(
                f"{self.path} has no {MANIFEST}: llmcheck batch write PATHS -o {self.path} "
                "makes one"
            ) from error
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            raise ConfigError(
                f"{path} is not what llmcheck wrote: write the batch again, to a new folder"
            ) from error

    def begun(self) -> bool:
        """Whether there is something in the folder already.

        Raises ConfigError when it holds other things.
        """
        if (self.path / MANIFEST).exists():
            return True
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ConfigError(f"{self.path} holds other things: name a new or an empty folder")
        return False

    def save(self, manifest: Manifest) -> None:
        """Write what the folder says, whole or not at all."""
        self._write(MANIFEST, manifest.model_dump_json(indent=2, exclude_defaults=True) + "\n")

    def write_round(self, manifest: Manifest, fmt: Format, requests: Iterable[str]) -> Manifest:
        """Write requests in the place of files that were neither submitted nor read.

        Returns the manifest with the new files, which is saved.
        """
        kept = [file for file in manifest.files if file.read or file.id]
        for file in manifest.files:
            if file not in kept:
                (self.path / file.name).unlink(missing_ok=True)
        names = []
        for number, text in enumerate(fmt.files(requests), len(kept) + 1):
            names.append(f"batch-{number}{fmt.suffix}")
            self._write(names[-1], text)
        files = (*kept, *(BatchFile(name=name) for name in names))
        written = manifest.model_copy(update={"files": files})
        self.save(written)
        return written

    def requests(self, file: BatchFile, fmt: Format) -> Mapping[str, Any]:
        """The bodies in a file by the keys of their calls. Raises ConfigError where it is none."""
        path = self.path / file.name
        try:
            return fmt.requests(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigError(
                f"{path} is not what llmcheck wrote ({error}): write the batch again"
            ) from error

    def keep_results(self, file: BatchFile, text: str) -> Path:
        """Keep what was fetched, before anything is made of it."""
        return self._write(f"{Path(file.name).stem}.results.jsonl", text)

    def _write(self, name: str, text: str) -> Path:
        path = self.path / name
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
        except OSError as error:
            raise ConfigError(f"cannot write to {path}: {error.strerror or error}") from error
        return path
