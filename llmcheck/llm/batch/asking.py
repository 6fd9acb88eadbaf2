"""What a batch is asked: calls as requests, and a port that writes them down."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from llmcheck.errors import ConfigError, LLMError, Pending
from llmcheck.llm.batch.formats import Format, format_of
from llmcheck.llm.connect import api_of, names_of, native_of, store_of, wishes_of
from llmcheck.llm.endpoint.asking import fields_of
from llmcheck.llm.endpoint.lessons import Lessons, as_sent
from llmcheck.llm.endpoint.memory import Memory
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import Call, Reply, T
from llmcheck.providers import OPENAI, Mode, one_spelling, place_of
from llmcheck.settings import Settings

MOST_TRIES = 2
"""Answers that cannot be used before a call is no more put into a batch."""


@dataclass(frozen=True)
class Asking:
    """How calls become requests of a batch: as the endpoint's client would make them first."""

    format: Format
    names: Mapping[str, str]
    """Under which the endpoint knows models that calls name otherwise."""
    kept: frozenset[str]
    """Parameters that are the user's wish and not to be left out."""

    @property
    def beginning(self) -> Lessons:
        """What is known before the first answer."""
        known = self.format.api.beginning
        return replace(known, refused=known.refused - self.kept)

    @property
    def ways(self) -> Sequence[Mode]:
        """The ways of asking for JSON."""
        return tuple(self.format.api.modes)

    def parameters(self, call: Call, lessons: Lessons) -> dict[str, Any]:
        """The parameters of the request, in OpenAI's words."""
        return as_sent(call.parameters, lessons, unlimited=self.format.api.unlimited)

    def body(self, call: Call, schema: type[BaseModel], lessons: Lessons) -> dict[str, Any]:
        """The body of the request."""
        api = self.format.api
        fields = fields_of(call, schema, self.ways[lessons.mode], api, self.names)
        return self.format.body(fields, self.parameters(call, lessons))


def asking_of(settings: Settings) -> Asking:
    """How the model of the settings is asked in batches.

    Raises ConfigError where its provider has no batches that llmcheck writes.
    """
    api, provider = api_of(settings), place_of(settings.model, settings.base_url).provider
    fmt = format_of(api)
    if fmt.name == "openai" and provider not in (None, OPENAI):
        native = provider.native if provider else None
        raise ConfigError(
            f"model {settings.model!r} has no batches over OpenAI's protocol: "
            + (
                f"pip install 'llmcheck[{native.extra}]', and give no base URL"
                if native and native.extra == "anthropic"
                else "name one of OpenAI's or Anthropic's"
            )
        )
    return Asking(fmt, names_of(settings), frozenset(wishes_of(settings)))


def memory_of(asking: Asking, settings: Settings) -> Memory:
    """What earlier runs have learnt about the model, and later ones are to know."""
    store, native = store_of(settings), native_of(settings)
    address = native.base_url if native else place_of(settings.model, settings.base_url).base_url
    return Memory(
        asking.beginning,
        folder=None if store is None else store.beside("lessons"),
        address=one_spelling(address),
        modes=len(asking.ways),
        wishes=asking.kept,
    )


class CollectingLLM:
    """Writes every call down as a request of a batch, instead of asking.

    ``stages`` are the prompts that are asked side by side, in their order: while a call of one
    waits, what is asked of later ones would rest on half of the answers, so those calls are not
    written. A call that had ``MOST_TRIES`` answers that could not be used is given up.
    """

    def __init__(
        self,
        asking: Asking,
        lessons: Lessons,
        stages: Sequence[Collection[str]],
        tries: Mapping[str, int],
    ) -> None:
        self._asking = asking
        self._lessons = lessons
        self._stages = stages
        self._tries = tries
        self._lock = FreshLock()
        self._waits = len(stages)
        self._lines: dict[str, dict[str, str]] = {name: {} for names in stages for name in names}
        self.given_up: set[str] = set()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Write the call down. Always raises: Pending, or LLMError for one that is given up."""
        if self._tries.get(call.key, 0) >= MOST_TRIES:
            self.given_up.add(call.key)
            raise LLMError(
                f"{MOST_TRIES} answers of batches to {call.prompt} cannot be used: the run itself "
                "asks again",
                call_key=call.key,
                prompt=call.prompt,
            )
        stage = next(at for at, names in enumerate(self._stages) if call.prompt in names)
        with self._lock:
            written = stage <= self._waits
            self._waits = min(self._waits, stage)
        if written:
            body = self._asking.body(call, schema, self._lessons)
            request = self._asking.format.request(call.key, body)
            with self._lock:
                self._lines[call.prompt][call.key] = json.dumps(request, ensure_ascii=False)
        raise pending(call)

    @property
    def requests(self) -> dict[str, str]:
        """Lines of JSON, by the keys of their calls; prompt by prompt, since of those that are
        asked side by side another may come first each time."""
        return {key: line for lines in self._lines.values() for key, line in lines.items()}

    @property
    def prompts(self) -> dict[str, int]:
        """How many of them there are of each prompt."""
        return {name: len(lines) for name, lines in self._lines.items() if lines}


def pending(call: Call, why: str = "it is left to a batch") -> Pending:
    """The error for a call that a batch is to answer."""
    return Pending(f"no answer to {call.prompt} yet: {why}", call_key=call.key, prompt=call.prompt)
