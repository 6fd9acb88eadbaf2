"""Real model calls: what stands between a call and its valid answer.

Four loops, each with one reason to turn. A *request* is repeated while the endpoint is busy or
away (``sending``). It is changed while the endpoint objects to how it is asked, or thinking has
left no room for the answer (``sending``, with what ``lessons`` keep). An *answer* that does not
fit its schema is asked for again once, with what was wrong (``conversation``). A *mode*, the way
of asking for JSON, is left for the next one when the endpoint does not take it or has never made
it work.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from llmcheck.errors import (
    BudgetExceeded,
    ConfigError,
    LLMCheckError,
    LLMError,
    ProviderError,
    TooLong,
)
from llmcheck.llm import interruption
from llmcheck.llm.budget import Ledger, Limits
from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.complaints import Refusal
from llmcheck.llm.endpoint.conversation import Conversations, Unanswered
from llmcheck.llm.endpoint.errors import Endpoint, shapeless
from llmcheck.llm.endpoint.exchange import Exchange
from llmcheck.llm.endpoint.gate import Gate
from llmcheck.llm.endpoint.giving_up import PAUSE
from llmcheck.llm.endpoint.lessons import Lessons, refuses_a_wish, speaks_of_asking
from llmcheck.llm.endpoint.meaning import (
    befalls_every_call,
    is_unexplained,
    is_unfit,
    passes,
    rejects_mode,
)
from llmcheck.llm.endpoint.memory import Memory
from llmcheck.llm.endpoint.openai_api import OPENAI_API
from llmcheck.llm.endpoint.quota import ANY_RATE, Rates
from llmcheck.llm.endpoint.sending import Sender
from llmcheck.llm.port import Call, Reply, T
from llmcheck.llm.prices import Prices
from llmcheck.providers import Mode, one_spelling, place_of

REFUSE_CALLS = "LLMCHECK_REFUSE_CALLS"
"""Environment variable: when it is not empty, no real call is made."""


class EndpointLLM:
    """Answers calls through an endpoint that speaks ``api``, with whatever model they name.

    ``base_url`` None is OpenAI itself; ``api_key`` may be None elsewhere. ``timeout`` is the
    seconds to wait for one answer, to its last byte, ``max_attempts`` how often one request is
    sent while the endpoint is busy or away, ``sleep`` how to wait between. ``names`` are the
    names under which the endpoint knows models that calls name otherwise, ``kept`` the
    parameters that are the user's wish and not to be left out, ``ledger`` is asked before every
    request, ``rates`` are the most that may be asked in a minute, by all threads together, on
    ``clock``. In the folder ``lessons``, if any, is kept how the endpoint wants to be asked.
    Nothing is imported or connected before the first call. Safe to call from several threads.
    """

    def __init__(
        self,
        *,
        base_url: str | None,
        api_key: str | None,
        timeout: float = 120.0,
        max_attempts: int = 5,
        sleep: Callable[[float], None] = interruption.sleep,
        names: Mapping[str, str] = MappingProxyType({}),
        kept: frozenset[str] = frozenset(),
        ledger: Ledger | None = None,
        lessons: Path | None = None,
        rates: Rates = ANY_RATE,
        clock: Callable[[], float] = time.monotonic,
        api: Api = OPENAI_API,
    ) -> None:
        place = place_of(None, base_url)
        key = (api_key or "").strip()
        native = api is not OPENAI_API
        self._endpoint = Endpoint(
            place.base_url, key, timeout, max_attempts, place.provider, native
        )
        self._api = api
        self._modes: tuple[Mode, ...] = tuple(api.modes)
        self._kept = kept
        beginning = replace(api.beginning, refused=api.beginning.refused - kept)
        if place.provider is not None and not native:
            beginning = replace(beginning, mode=self._modes.index(place.provider.mode))
        memory = Memory(
            beginning,
            folder=lessons,
            address=one_spelling(place.base_url),
            modes=len(self._modes),
            wishes=kept,
        )
        self._sender = Sender(
            self._endpoint,
            api,
            memory,
            kept=kept,
            ledger=ledger or Ledger(Limits(), Prices("")),
            gate=Gate(rates, max_attempts, sleep=sleep, clock=clock),
            sleep=sleep,
        )
        self._conversations = Conversations(self._sender, api, names)

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Ask the endpoint. Counts the tokens of every answer it took to get a valid one.

        Raises ProviderError, InvalidReply and BudgetExceeded, each with the tokens that were
        paid for, and ConfigError when no call may be made at all.
        """
        refuse_in_tests()
        self._sender.giving_up.check(call)
        self._sender.connect()
        exchange = Exchange(call, recalled=self._sender.memory.unproven(call.model))
        try:
            return self._converse(exchange, schema)
        except (LLMError, BudgetExceeded) as error:
            error.tokens = exchange.tokens
            self._endpoint.secrets.out_of_error(error)
            raise

    def connect(self) -> None:
        """Make ready to ask; connects to nothing. Raises ConfigError where that cannot be."""
        self._sender.connect()

    @property
    def endpoint(self) -> Endpoint:
        """Where calls go."""
        return self._endpoint

    def mode_of(self, model: str) -> Mode:
        """The way of asking for JSON that the next call to ``model`` will take."""
        return self._modes[self._sender.lessons(model).mode]

    def _converse(self, exchange: Exchange, schema: type[T]) -> Reply[T]:
        self._endpoint.secrets.out_of_logs()
        model = exchange.call.model
        mode = self._sender.lessons(model).mode
        while True:
            try:
                value, raw = self._conversations.hold(exchange, schema, self._modes[mode])
            except Unanswered as error:
                cause = error.__cause__
            else:
                self._sender.learn(model, partial(_note_success, mode=mode))
                return Reply(value, raw, exchange.tokens, "model", exchange.sure(raw))
            following = self._following_mode(exchange, mode, cause)
            if following is None:
                # The cause may quote the request's headers: only its cleaned words go out.
                raise self._failure(exchange, cause) from None
            mode = following

    def _following_mode(
        self, exchange: Exchange, mode: int, cause: BaseException | None
    ) -> int | None:
        """The mode to ask in after ``cause``, which may be the same; None to give up.

        An answer without the schema's shape speaks against the mode only while the mode has
        never worked: after that, it is the model that failed.
        """
        model = exchange.call.model
        if exchange.recalled and (
            speaks_of_asking(cause.complaint, cause.sent, self._kept)
            if isinstance(cause, Refusal)
            else shapeless(cause)
        ):
            # What was learnt before does not hold any more.
            exchange.recalled = False
            self._sender.memory.forget(model)
            return self._sender.lessons(model).mode
        worked = mode in self._sender.lessons(model).modes_that_work
        complaint = cause.complaint if isinstance(cause, Refusal) else None
        if complaint is not None and is_unfit(complaint):
            exchange.misfits[mode] = exchange.misfits.get(mode, 0) + 1
            if exchange.misfits[mode] == 1:
                return mode
            for_this_call_alone = worked
        elif complaint is not None:
            perhaps = not worked and is_unexplained(complaint)
            if refuses_a_wish(complaint, self._kept) or not (rejects_mode(complaint) or perhaps):
                return None
            for_this_call_alone = False
        else:
            if worked or not shapeless(cause):
                return None
            for_this_call_alone = False
        if mode + 1 == len(self._modes):
            return None
        if not for_this_call_alone:
            self._sender.learn(model, partial(_leave_mode, mode=mode))
        return mode + 1

    def _failure(self, exchange: Exchange, cause: BaseException | None) -> LLMCheckError:
        """The error for the caller; noted, since later calls may meet it again."""
        call = exchange.call
        if isinstance(cause, Refusal) and not passes(cause.complaint):
            # What followed on leaving things out was of our own making.
            cause = exchange.unexplained or cause
        failure = self._endpoint.explained(cause, call, self._kept)
        if isinstance(failure, ProviderError) and not isinstance(failure, TooLong):
            answered = self._sender.lessons(call.model).answered
            complaint = cause.complaint if isinstance(cause, Refusal) else None
            if complaint is None:
                # Where nothing ever came from, a time-out is no sign of one long text either.
                for_good = self._sender.gate.gone or not answered
                wait: float | None = PAUSE
            else:
                for_good = befalls_every_call(complaint, answered=answered) or (
                    not answered and refuses_a_wish(complaint, self._kept)
                )
                wait = complaint.wait
            self._sender.giving_up.failed(call, failure, for_good=for_good, wait=wait)
        return failure


def _note_success(lessons: Lessons, mode: int) -> Lessons:
    return replace(lessons, modes_that_work=lessons.modes_that_work | {mode})


def _leave_mode(lessons: Lessons, mode: int) -> Lessons:
    return replace(lessons, mode=max(lessons.mode, mode + 1))


def refuse_in_tests() -> None:
    """Raises ConfigError where a test runs that may make no real call."""
    if os.environ.get(REFUSE_CALLS):
        raise ConfigError(
            "a test was about to make a real model call, which tests refuse: replay a recording "
            "(replay=..., --replay), or mark the test with pytest.mark.llmcheck_live "
            f"({REFUSE_CALLS} is set)"
        )
