"""From settings to a model: which wrappers stand round which port."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from llmcheck.errors import ConfigError
from llmcheck.installation import shipped
from llmcheck.llm.budget import BudgetedLLM
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.endpoint.client import OpenAILLM
from llmcheck.llm.port import LLM
from llmcheck.llm.store import ReplyStore
from llmcheck.settings import Settings

_THREE_WAYS = (
    "{problem}. Three ways to go on: "
    "(1) OpenAI: set OPENAI_API_KEY and give --model gpt-4o-mini; "
    "(2) a local server: give --base-url http://127.0.0.1:11434/v1 --model NAME; "
    "(3) no model: --replay fixtures/seeds answers from recorded replies"
)


class Connection(NamedTuple):
    """A way to a model."""

    llm: LLM
    model: str
    """The model's name, as calls carry it."""


def connect(settings: Settings) -> Connection:
    """The model that the settings name, behind budget, cache and recording.

    A replay answers as the model that was recorded, whatever model the settings name. Raises
    ConfigError when the settings name no model or no way to reach it.
    """
    if settings.replay is not None:
        from llmcheck.llm.recording.replay import ReplayLLM

        replay = ReplayLLM(_recording(settings.replay))
        return Connection(replay, replay.model)
    if settings.base_url is None and settings.api_key is None:
        raise ConfigError(_THREE_WAYS.format(problem="no API key, endpoint or recording is set"))
    if settings.model is None:
        raise ConfigError(_THREE_WAYS.format(problem="no model is named"))
    llm: LLM = OpenAILLM(
        base_url=settings.base_url, api_key=settings.api_key, timeout=settings.timeout
    )
    if settings.max_calls is not None or settings.max_cost is not None:
        llm = BudgetedLLM(
            llm, max_calls=settings.max_calls, max_cost=settings.max_cost, model=settings.model
        )
    if settings.cache is not None:
        llm = CachedLLM(llm, ReplyStore(settings.cache))
    if settings.record is not None:
        from llmcheck.llm.recording.record import RecordingLLM

        # Outermost, so that what the cache answers is recorded too.
        # Many servers answer a shade differently when they batch calls: it belongs to the record.
        llm = RecordingLLM(llm, settings.record, settings={"concurrency": settings.concurrency})
    return Connection(llm, settings.model)


def _recording(path: Path) -> Path:
    """The folder of a recording; ``fixtures/seeds`` is found where llmcheck is installed, too."""
    if not path.exists() and path.parts[:1] == ("fixtures",):
        return shipped("fixtures").joinpath(*path.parts[1:])
    return path
