"""From settings to a model: which wrappers stand round which port.

What answers is imported where it is made, and the endpoint is made at its first call: a replay,
or a run that the cache answers, loads nothing of what asks.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llmcheck.errors import ConfigError
from llmcheck.installation import has_extra, shipped
from llmcheck.llm.budget import Ledger, Limits
from llmcheck.llm.late import LateLLM
from llmcheck.llm.port import LLM
from llmcheck.llm.prices import Prices
from llmcheck.llm.side_by_side import FanOut, answer_all
from llmcheck.llm.wishes import EFFORT, WishesLLM
from llmcheck.providers import Native, endpoint_name, place_of
from llmcheck.settings import Settings

if TYPE_CHECKING:
    from llmcheck.llm.endpoint.api import Api
    from llmcheck.llm.endpoint.client import EndpointLLM
    from llmcheck.llm.store import ReplyStore

_THREE_WAYS = (
    "{problem}. Three ways to go on: "
    "(1) a provider: set OPENAI_API_KEY and give --model gpt-4o-mini, or ANTHROPIC_API_KEY, "
    "GEMINI_API_KEY or OPENROUTER_API_KEY and --model anthropic/NAME, google/NAME or "
    "openrouter/NAME; "
    "(2) a local server: give --base-url http://127.0.0.1:11434/v1 --model NAME; "
    "(3) no model: --replay fixtures/seeds answers from recorded replies"
)

_WISHES = "parameters"
"""Where the settings of a recording say what was sent with every call."""


class Connection(NamedTuple):
    """A way to a model."""

    llm: LLM
    model: str
    """The model's name, as calls carry it."""
    prices: Prices | None = None
    """What it costs; None where it costs nothing."""
    fan_out: FanOut = answer_all
    """How many calls at once are answered."""
    tables: Path | None = None
    """Where tables are kept beside their answers; None where there is no cache, or a recording
    is made, which must be found again from the documents alone."""


def connect(settings: Settings) -> Connection:
    """The model that the settings name, behind its ledger, cache and recording.

    A replay answers as the model that was recorded, whatever model the settings name. Raises
    ConfigError when the settings name no model or no way to reach it.
    """
    if settings.replay is not None:
        from llmcheck.llm.recording.replay import ReplayLLM

        replay = ReplayLLM(recording_of(settings.replay))
        return Connection(
            _with_wishes(replay, replay.manifest.settings.get(_WISHES)), replay.model
        )
    if settings.model is None:
        problem = "no model is named"
        if settings.base_url is None and settings.api_key is None:
            problem = "no API key, endpoint or recording is set"
        raise ConfigError(_THREE_WAYS.format(problem=problem))
    prices = prices_of(settings)
    limits = Limits(settings.max_calls, settings.max_tokens, settings.max_cost)
    _check_way(settings)
    ledger = Ledger(limits, prices)
    llm: LLM
    store = store_of(settings)
    if store is None:
        llm = LateLLM(partial(endpoint_of, settings, ledger=ledger))
    else:
        from llmcheck.llm.cache import CachedLLM

        make = partial(endpoint_of, settings, ledger=ledger, lessons=store.beside("lessons"))
        llm = CachedLLM(LateLLM(make), store)
    wishes = wishes_of(settings)
    if settings.record is not None:
        from llmcheck.llm.recording.record import RecordingLLM

        # Outermost, so that what the cache answers is recorded too.
        # Many servers answer a shade differently when they batch calls: it belongs to the record.
        noted = {"concurrency": settings.concurrency} | ({_WISHES: wishes} if wishes else {})
        llm = RecordingLLM(llm, settings.record, settings=noted)
    return Connection(
        _with_wishes(llm, wishes), settings.model, prices, tables=tables_folder(settings)
    )


def stand_in(llm: LLM, settings: Settings) -> Connection:
    """``llm`` in the place of the endpoint: behind the cache, and asked with the user's wishes."""
    store = store_of(settings)
    if store is not None:
        from llmcheck.llm.cache import CachedLLM

        llm = CachedLLM(llm, store)
    llm = _with_wishes(llm, wishes_of(settings))
    return Connection(llm, settings.model or "", tables=tables_folder(settings))


def tables_folder(settings: Settings) -> Path | None:
    """Where the tables of a run are kept for later ones, if they are."""
    store = None if settings.record is not None else store_of(settings)
    return None if store is None else store.beside("tables")


def store_of(settings: Settings) -> ReplyStore | None:
    """The cache of the settings, as it is for their endpoint; None where there is none."""
    if settings.cache is None:
        return None
    from llmcheck.llm.store import ReplyStore

    return ReplyStore(settings.cache, endpoint_name(place_of(settings.model, settings.base_url)))


def endpoint_of(
    settings: Settings,
    *,
    ledger: Ledger | None = None,
    lessons: Path | None = None,
    timeout: float | None = None,
    max_attempts: int = 5,
) -> EndpointLLM:
    """The bare endpoint that the settings name, for ``wishes_of`` to be added to its calls.

    ``timeout`` takes the place of theirs, ``lessons`` is the folder for what is learnt about the
    endpoint. Raises ConfigError when they name no way to reach it, or only a file does that the
    user does not trust.
    """
    from llmcheck.llm.endpoint.client import EndpointLLM
    from llmcheck.llm.endpoint.quota import Rates

    _check_way(settings)
    place = place_of(settings.model, settings.base_url)
    native = native_of(settings)
    return EndpointLLM(
        base_url=native.base_url if native else place.base_url,
        api=api_of(settings),
        api_key=settings.api_key,
        timeout=settings.timeout if timeout is None else timeout,
        max_attempts=max_attempts,
        names=names_of(settings),
        kept=frozenset(wishes_of(settings)),
        ledger=ledger,
        lessons=lessons,
        rates=Rates(settings.requests_per_minute, settings.tokens_per_minute),
    )


def api_of(settings: Settings) -> Api:
    """The API that the model is asked over."""
    from llmcheck.llm.endpoint.anthropic_api import ANTHROPIC_API
    from llmcheck.llm.endpoint.google_api import GOOGLE_API
    from llmcheck.llm.endpoint.openai_api import OPENAI_API

    # By the extra that an API needs.
    apis = {"anthropic": ANTHROPIC_API, "google": GOOGLE_API}
    native = native_of(settings)
    return apis[native.extra] if native else OPENAI_API


def names_of(settings: Settings) -> dict[str, str]:
    """The name under which the endpoint knows the model, by that of the settings."""
    name = place_of(settings.model, settings.base_url).model
    return {settings.model: name} if settings.model and name else {}


def _check_way(settings: Settings) -> None:
    if settings.objection:
        raise ConfigError(settings.objection)
    place = place_of(settings.model, settings.base_url)
    if settings.api_key is None and place.provider is not None and place.provider.keys:
        keys = " or ".join(("LLMCHECK_API_KEY", *place.provider.keys))
        problem = f"no API key, endpoint or recording is set (a key: {keys})"
        raise ConfigError(_THREE_WAYS.format(problem=problem))


def native_of(settings: Settings) -> Native | None:
    """The provider's own API, where the model is asked over that: its extra is installed, and no
    address says otherwise. None for OpenAI's protocol."""
    place = place_of(settings.model, settings.base_url)
    native = place.provider.native if place.provider and settings.base_url is None else None
    return native if native is not None and has_extra(native.extra) else None


def wishes_of(settings: Settings) -> dict[str, Any]:
    """The parameters that the user wants sent with every call."""
    effort = {} if settings.effort is None else {EFFORT: settings.effort}
    return {**settings.extra, **effort}


def prices_of(settings: Settings) -> Prices:
    """What the model costs. Raises ConfigError when only one of two prices is given."""
    given = (settings.price_in, settings.price_out)
    if given.count(None) == 1:
        raise ConfigError(
            "price_in and price_out go together: give --price-in and --price-out, both in US "
            "dollars for a million tokens"
        )
    return Prices(
        settings.model or "",
        settings.base_url,
        None if settings.price_in is None or settings.price_out is None else
        (settings.price_in, settings.price_out),
    )  # fmt: skip


def _with_wishes(llm: LLM, wishes: object) -> LLM:
    return WishesLLM(llm, wishes) if wishes and isinstance(wishes, dict) else llm


def recording_of(path: Path) -> Path:
    """The folder of a recording; ``fixtures/seeds`` is found where llmcheck is installed, too."""
    if not path.exists() and path.parts[:1] == ("fixtures",):
        return shipped("fixtures").joinpath(*path.parts[1:])
    return path
