"""What is known of each model at an endpoint, from this run and from those before it.

What earlier runs have learnt is where a run begins, so that no request is refused once more. It is
held for true until the endpoint speaks against it before anything was answered in that way, or
until it is old: then it is learnt anew. Of what an earlier run saw to work nothing is kept, since
what works is never suspected.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from pydantic import AwareDatetime, Field, NonNegativeInt, PositiveInt

from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.llm.port import digest
from llmcheck.models import Frozen
from llmcheck.whole_files import write_whole

_log = logging.getLogger("llmcheck")

LASTS = timedelta(days=7)
"""How long lessons are kept: what an endpoint has come to take since is not told otherwise."""


class _Kept(Frozen):
    """The lessons on one model, in a file."""

    learnt: AwareDatetime
    """When the first of them was."""
    mode: NonNegativeInt
    refused: frozenset[str] = frozenset()
    most: dict[str, PositiveInt] = Field(default_factory=dict)
    thinking: NonNegativeInt | None


class Memory:
    """The lessons on the models at one endpoint. Thread-safe.

    ``beginning`` is what is known of any model before its first request. ``folder`` is where
    lessons outlive the run, None for nowhere; it is made when there is something to keep, if what
    it lies in is there. ``address`` tells endpoints apart in it, ``modes`` is how many ways of
    asking there are, ``wishes`` are parameters that are never held to be refused.
    """

    def __init__(
        self,
        beginning: Lessons,
        *,
        folder: Path | None = None,
        address: str = "",
        modes: int = 1,
        wishes: frozenset[str] = frozenset(),
    ) -> None:
        self._beginning = beginning
        self._folder = folder
        self._address = address
        self._modes = modes
        self._wishes = wishes
        self.lock = threading.RLock()
        self._lessons: dict[str, Lessons] = {}
        self._written: dict[str, _Kept] = {}
        self._unproven: set[str] = set()

    def lessons(self, model: str) -> Lessons:
        """What is known of a model by now."""
        with self.lock:
            if model not in self._lessons:
                self._lessons[model] = self._recalled(model)
            return self._lessons[model]

    def put(self, model: str, lessons: Lessons) -> None:
        """Know this of a model from now on, and keep it once answers have borne it out."""
        with self.lock:
            self._lessons[model] = lessons
            if lessons.modes_that_work:
                self._unproven.discard(model)
                self._keep(model, lessons)

    def unproven(self, model: str) -> bool:
        """Whether what is known is of an earlier run, and nothing was answered accordingly yet."""
        with self.lock:
            self.lessons(model)
            return model in self._unproven

    def forget(self, model: str) -> None:
        """Begin anew with a model, unless what is known has proved true meanwhile."""
        with self.lock:
            if not self.unproven(model):
                return
            known = self._lessons[model]
            self._lessons[model] = replace(
                self._beginning, answered=known.answered, taken=known.taken
            )
            self._unproven.discard(model)
            self._written.pop(model, None)
            with suppress(OSError):
                if self._folder is not None:
                    self._file(self._folder, model).unlink()

    def _recalled(self, model: str) -> Lessons:
        kept = self._read(model)
        if kept is None:
            return self._beginning
        self._written[model] = kept
        self._unproven.add(model)
        return replace(
            self._beginning,
            mode=kept.mode,
            refused=self._beginning.refused | kept.refused - self._wishes,
            most=MappingProxyType(
                {name: most for name, most in kept.most.items() if name not in self._wishes}
            ),
            thinking=kept.thinking,
        )

    def _read(self, model: str) -> _Kept | None:
        if self._folder is None:
            return None
        file = self._file(self._folder, model)
        try:
            kept = _Kept.model_validate_json(file.read_bytes())
            if kept.mode >= self._modes:
                raise ValueError("there is no such way of asking")
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            _log.warning(
                "%s, what was learnt about model %r at its endpoint, cannot be read: it is "
                "learnt anew",
                file, model,
            )  # fmt: skip
            return None
        now = datetime.now(UTC)
        return kept if now - LASTS < kept.learnt <= now else None

    def _keep(self, model: str, lessons: Lessons) -> None:
        before = self._written.get(model)
        kept = _Kept(
            learnt=before.learnt if before else datetime.now(UTC),
            mode=lessons.mode,
            refused=lessons.refused,
            most=dict(lessons.most),
            thinking=lessons.thinking,
        )
        if self._folder is None or kept == before or (before is None and self._is_beginning(kept)):
            return
        self._written[model] = kept
        file = self._file(self._folder, model)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(file, kept.model_dump_json().encode())
        except OSError as error:
            # The next run asks as this one did.
            _log.debug("lessons on %s are not kept: %s", model, error)

    def _is_beginning(self, kept: _Kept) -> bool:
        """Whether that is no more than is known of any model."""
        first = self._beginning
        told = (kept.mode, kept.refused, kept.most, kept.thinking)
        return told == (first.mode, first.refused, dict(first.most), first.thinking)

    def _file(self, folder: Path, model: str) -> Path:
        return folder / f"{digest(f'{self._address} {model}')[:32]}.json"
