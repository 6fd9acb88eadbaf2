"""A port that records what a model answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from llmcheck.errors import ConfigError, InvalidReply, TooLong
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import LLM, Call, Reply, T
from llmcheck.llm.recording.files import (
    MANIFEST,
    Manifest,
    call_files,
    failure_json,
    fixture_json,
    fixture_path,
    read_manifest,
    write_if_changed,
)
from llmcheck.whole_files import try_writing

_log = logging.getLogger("llmcheck")


class RecordingLLM:
    """Passes calls to ``inner`` and writes what it answers to ``directory``.

    Every answer is recorded, wherever ``inner`` has it from. Files whose content would not
    change are left untouched. ``settings`` goes into the manifest for the reader to know how
    the answers came about: no key, host, header or URL belongs in it.
    """

    def __init__(
        self,
        inner: LLM,
        directory: str | Path,
        *,
        settings: Mapping[str, Any] | None = None,
        synthetic: bool = False,
    ) -> None:
        """Raises ConfigError when the directory cannot be used.

        Made-up and real answers do not share one: its manifest would have to lie.
        """
        self._inner = inner
        self._directory = Path(directory)
        self._settings = dict(settings or {})
        self._synthetic = synthetic
        self._recorded: set[Path] = set()
        self._warned = False
        self._lock = FreshLock()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            try_writing(self._directory)
        except OSError as error:
            raise ConfigError(self._unwritten(error)) from error
        if (self._directory / MANIFEST).exists():
            earlier = read_manifest(self._directory)
            if earlier.synthetic != synthetic:
                held = "made-up" if earlier.synthetic else "real"
                raise ConfigError(
                    f"{self._directory} holds {held} answers: record into another directory, "
                    "or delete it first"
                )

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer from ``inner`` and record it; also that no whole answer came, where the caller
        asks in parts then: a replay is to take the same way.

        Raises what ``inner`` raises. What can no longer be recorded is warned of once, on the
        ``llmcheck`` logger: the answer in hand is worth more than its copy.
        """
        try:
            reply = self._inner.complete(call, schema)
        except (InvalidReply, TooLong) as error:
            if call.splittable:
                self._write(call, failure_json(call, str(error)))
            raise
        self._write(call, fixture_json(call, reply))
        return reply

    def _write(self, call: Call, content: dict[str, Any]) -> None:
        path = fixture_path(self._directory, call)
        with self._lock:
            self._recorded.add(path)
            try:
                changed = write_if_changed(path, content)
                if changed or not (self._directory / MANIFEST).exists():
                    self._write_manifest(call.model)
            except OSError as error:
                if not self._warned:
                    self._warned = True
                    _log.warning(
                        "%s; the run goes on, its recording has gaps", self._unwritten(error)
                    )

    def prune(self) -> list[Path]:
        """Delete the recordings that this object has not recorded; returns their files.

        For the end of a complete run: what is left over belongs to earlier prompts or texts.
        """
        stale = [path for path in call_files(self._directory) if path not in self._recorded]
        for path in stale:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        return stale

    def _write_manifest(self, model: str) -> None:
        manifest = Manifest(
            model=model,
            recorded=_today(),
            llmcheck=_version(),
            settings=self._settings,
            synthetic=self._synthetic,
        )
        content = manifest.model_dump(mode="json")
        if not self._synthetic:
            del content["synthetic"]
        write_if_changed(self._directory / MANIFEST, content)

    def _unwritten(self, error: OSError) -> str:
        return (
            f"cannot record into {self._directory}: {error.strerror or error} "
            "(choose another --record DIR)"
        )


def _today() -> date:
    return datetime.now(UTC).date()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("llmcheck")
    except PackageNotFoundError:
        return "unknown"
