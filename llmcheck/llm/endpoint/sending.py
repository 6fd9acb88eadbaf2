"""Sends a request until it is answered: again while the endpoint is busy, otherwise while it
objects to how it is asked, and with more room where thinking left none for the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from llmcheck.llm import interruption
from llmcheck.llm.budget import Ledger
from llmcheck.llm.endpoint.api import Api, Received
from llmcheck.llm.endpoint.complaints import Complaint, Refusal, no_completion
from llmcheck.llm.endpoint.connection import connected
from llmcheck.llm.endpoint.errors import Endpoint
from llmcheck.llm.endpoint.exchange import Exchange, measured
from llmcheck.llm.endpoint.gate import Gate, Passage, Patience, lost
from llmcheck.llm.endpoint.giving_up import GivingUp
from llmcheck.llm.endpoint.lessons import (
    LIMITS,
    Lessons,
    as_sent,
    limit_of,
    names_a_limit,
    next_to_leave_out,
    refuses_a_wish,
    speaks_of_asking,
    taught_by,
    with_more_room,
)
from llmcheck.llm.endpoint.meaning import LONGEST_WAIT, is_too_long, is_unexplained, passes
from llmcheck.llm.endpoint.memory import Memory
from llmcheck.tokens import Tokens

if TYPE_CHECKING:
    from tenacity import RetryCallState


_log = logging.getLogger("llmcheck")


@dataclass(frozen=True)
class _Request:
    """A request as it is to be sent."""

    exchange: Exchange
    fields: Mapping[str, Any]
    """Model, messages and the way of asking for JSON."""
    parameters: Mapping[str, Any]
    size: int
    """Bytes shown to the model."""
    expected: int
    """Tokens shown to it, at the most."""


@dataclass(frozen=True)
class _Answered:
    """A completion, and what was sent for it."""

    completion: Any
    received: Received
    sent: Mapping[str, Any]
    tokens: Tokens
    spare: bool
    """Whether its room was only what the budget had left."""


class Sender:
    """Sends the requests of all calls, and keeps what the endpoint teaches about each model.

    Thread-safe. ``memory`` has what is known of the models, ``kept`` are the parameters that are
    not to be left out.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        api: Api,
        memory: Memory,
        *,
        kept: frozenset[str],
        ledger: Ledger,
        gate: Gate,
        sleep: Callable[[float], None],
    ) -> None:
        self._endpoint = endpoint
        self._api = api
        self.memory = memory
        self._kept = kept
        self._ledger = ledger
        self.gate = gate
        self._sleep = sleep
        self._lock = memory.lock
        self._client: Any = None
        self.giving_up = GivingUp()

    def connect(self) -> Any:
        """The client, made at the first use. Raises ConfigError where that cannot be."""
        with self._lock:
            if self._client is None:
                self._client = connected(self._endpoint, self._api, self.gate.hear)
            return self._client

    def lessons(self, model: str) -> Lessons:
        """What is known of a model by now."""
        return self.memory.lessons(model)

    def learn(self, model: str, change: Callable[[Lessons], Lessons]) -> None:
        """Change what is known of a model."""
        with self._lock:
            self.memory.put(model, change(self.lessons(model)))

    def send(self, exchange: Exchange, **fields: Any) -> Any:
        """A completion of ``exchange`` that came whole, its message tidied.

        Raises Refusal, Unreachable, ProviderError, InvalidReply for an
        answer that cannot be used, and BudgetExceeded.
        """
        import tenacity

        size, expected = measured(self._api.shown(fields))
        while True:
            # In the body whatever their names: no parameter of a prompt can become an option
            # of instructor or openai.
            parameters = self._parameters(exchange)
            request = _Request(exchange, fields, parameters, size, expected)
            try:
                answered: _Answered = tenacity.Retrying(
                    retry=tenacity.retry_if_exception(_may_pass),
                    stop=Patience(self.gate, self._endpoint.max_attempts),
                    wait=waiting_time,
                    before_sleep=_log_wait,
                    sleep=self._pause,
                    reraise=True,
                )(self._request, request)
            except Refusal as refusal:
                if not self._changes(request, refusal):
                    raise
                continue
            received = answered.received
            if received.cut_off:
                if answered.spare:
                    raise self._ledger.exceeded()
                if received.thought and self._gives_room(request, answered.tokens.output):
                    continue
            exchange.receive(received, limit_of(answered.sent))
            return answered.completion

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)

    def _parameters(self, exchange: Exchange, room: int | None = None) -> dict[str, Any]:
        call = exchange.call
        return as_sent(
            call.parameters,
            self.lessons(call.model),
            without=exchange.without,
            room=room,
            unlimited=self._api.unlimited,
        )

    def _request(self, request: _Request) -> _Answered:
        """Send once. Raises Refusal for whatever the endpoint says in the place of an answer."""
        call = request.exchange.call
        with self.gate.passage(request.expected) as passage:
            # Much may have come to be known while it waited.
            interruption.current().check(call)
            self.giving_up.check(call)
            return self._ask(request, passage)

    def _ask(self, request: _Request, passage: Passage) -> _Answered:
        exchange = request.exchange
        with self._ledger.request(request.expected, limit_of(request.parameters)) as permit:
            sent = request.parameters
            if permit.most is not None:
                sent = self._parameters(exchange, permit.most)
            try:
                completion = self._api.ask(self.connect(), request.fields, sent)
            except Refusal:
                permit.counts = False
                raise
            except ValueError as error:
                permit.counts = False
                came = getattr(error, "doc", "something that is not JSON")
                raise Refusal(no_completion(came), sent) from error
            # First of all: whoever looks at an answer may cut, log or quote it.
            completion = self._endpoint.secrets.out_of_answer(completion)
            received = self._api.read(completion)
            if taken := self._api.tokens(completion, request.size):
                permit.paid = taken
                passage.tokens = taken.total
                exchange.tokens = exchange.tokens.plus(permit.paid)
            if isinstance(received, Complaint):
                permit.counts = False
                raise Refusal(received, sent)
            if received is None:
                permit.counts = bool(permit.paid.total)
                raise Refusal(no_completion(str(completion)), sent)
            self._note(exchange, sent)
            return _Answered(completion, received, sent, permit.paid, permit.most is not None)

    def _note(self, exchange: Exchange, sent: Mapping[str, Any]) -> None:
        """Keep what an answer shows: these parameters are taken, and what was left out last was
        what the endpoint had objected to."""
        refused = frozenset(exchange.tried)
        exchange.tried, exchange.unexplained = (), None
        self.learn(
            exchange.call.model,
            lambda lessons: replace(
                lessons,
                answered=True,
                taken=lessons.taken | sent.keys(),
                refused=lessons.refused | refused,
            ),
        )
        self.giving_up.answered(exchange.call)

    def _changes(self, request: _Request, refusal: Refusal) -> bool:
        """Whether there is another way to send the request."""
        exchange, complaint = request.exchange, refusal.complaint
        if exchange.recalled and speaks_of_asking(complaint, refusal.sent, self._kept):
            return False
        with self._lock:
            if self._parameters(exchange) != request.parameters:
                return True  # Another call has learnt it meanwhile.
            lessons = self.lessons(exchange.call.model)
            taught = taught_by(complaint, refusal.sent, lessons, self._kept)
            if taught is not None and taught != lessons:
                self.memory.put(exchange.call.model, taught)
                return True
            return self._tries_without(exchange, refusal, lessons)

    def _tries_without(self, exchange: Exchange, refusal: Refusal, lessons: Lessons) -> bool:
        """Whether there is something that this call alone can do without."""
        complaint, sent = refusal.complaint, refusal.sent
        if is_too_long(complaint) and limit_of(sent) and names_a_limit(complaint):
            # The text may fit where as much room again is not asked for the answer.
            exchange.without.update(LIMITS)
            return True
        if not is_unexplained(complaint) or refuses_a_wish(complaint, self._kept):
            return False
        exchange.unexplained = exchange.unexplained or refusal
        exchange.tried = next_to_leave_out(sent, lessons, self._kept)
        exchange.without.update(exchange.tried)
        return bool(exchange.tried)

    def _gives_room(self, request: _Request, used: int) -> bool:
        """Whether the request is to be sent with more room than an answer of ``used`` tokens."""
        exchange = request.exchange
        if used <= exchange.longest:
            return False  # More was given in words only.
        exchange.longest = used
        with self._lock:
            if self._parameters(exchange) != request.parameters:
                return True  # Another call has learnt it meanwhile.
            lessons = self.lessons(exchange.call.model)
            more = with_more_room(lessons, request.parameters, used)
            if more is None:
                return False
            self.memory.put(exchange.call.model, more)
            # What is refused under every name is not sent, whatever is learnt.
            return self._parameters(exchange) != request.parameters


def _log_wait(state: RetryCallState) -> None:
    request: _Request = state.args[0]
    call, error = request.exchange.call, state.outcome.exception() if state.outcome else None
    asked = (error.complaint.wait or 0.0) if isinstance(error, Refusal) else 0.0
    _log.info(
        "%s %s: try %d brought no answer (%s), the next in %.1f s", call.prompt, call.key[:16],
        state.attempt_number, type(error).__name__, max(asked, state.upcoming_sleep),
    )  # fmt: skip


def waiting_time(state: RetryCallState) -> float:
    """Seconds to wait beside what the gate lets nobody through: ever longer, with jitter, where
    the endpoint does not say how long."""
    from tenacity import wait_exponential_jitter

    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Refusal) and error.complaint.wait is not None:
        return 0.0
    return wait_exponential_jitter(max=LONGEST_WAIT)(state)


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, Refusal):
        return passes(error.complaint)
    return lost(error)
