"""The gate that the requests of all threads go through: how many at once, and when.

An endpoint that is busy says so to some of them and means all. So the number under way is halved
when it is said and grows while it is not, the faster the longer (as TCP's CUBIC); a wait that it
asks for holds for everyone. While nothing is heard of it, one request at a time tries; when it
counts as gone, those that waited meanwhile are not sent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmcheck.llm.endpoint.complaints import Refusal, Unreachable
from llmcheck.llm.endpoint.meaning import LONGEST_WAIT, is_busy
from llmcheck.llm.endpoint.quota import Entry, Minute, Rates, Told, speaks_of_quotas

if TYPE_CHECKING:
    from tenacity import RetryCallState

MOST_TIMEOUTS = 3
"""Time-outs of one request, and of all in a row, after which no more is waited for."""
_CAUTION = 50
"""Answers without a refusal after which one round of requests widens the gate by one; as many
again, by two."""


@dataclass
class Passage:
    """A request on its way."""

    round: int
    """How often the gate had heard news when it went through."""
    sent: tuple[int, int]
    """Requests and tokens sent until then, with this one."""
    tokens: int
    """What it takes: set this when it is known."""
    entries: Sequence[Entry]


class Gate:
    """Lets requests through. Thread-safe.

    ``patience`` is after how many failures to reach the endpoint, in a row, it counts as gone.
    Of time-outs fewer are enough, which take as long as the user would wait: three, or two where
    it never answered. The second is then that of a request which had the endpoint to itself.
    """

    def __init__(
        self,
        rates: Rates,
        patience: int,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._sleep = sleep
        self._clock = clock
        self._changed = threading.Condition()
        self._here = threading.local()
        self._requests = [] if rates.requests is None else [Minute(rates.requests)]
        self._tokens = [] if rates.tokens is None else [Minute(rates.tokens)]
        self._told = (Told.requests(), Told.tokens())
        self._sent = (0, 0)
        """Requests and tokens, in all."""
        self._under_way = 0
        self._width = float("inf")
        self._before: float | None = None
        """While the endpoint is away: the width before."""
        self._opens = 0.0
        self._round = 0
        self._undisturbed = 0
        """Answers since the width was halved."""
        self._refusals = 0
        self._losses = 0
        self._timeouts = 0
        """Of the losses."""
        self._last_loss: Unreachable | None = None
        self.answers = 0
        """How many requests were answered."""

    @property
    def gone(self) -> bool:
        """Whether the endpoint could not be reached too often, and not once between."""
        most = MOST_TIMEOUTS if self.answers else MOST_TIMEOUTS - 1
        return self._losses >= self._patience or self._timeouts >= most

    @contextmanager
    def passage(self, tokens: int) -> Iterator[Passage]:
        """Wait until a request of ``tokens`` may be sent, and learn from how the block ends."""
        passage = self._enter(tokens)
        self._here.passage = passage
        try:
            yield passage
        except Refusal as refusal:
            self._note_refusal(passage, refusal)
            raise
        except Unreachable as error:
            if lost(error):
                self._note_loss(passage, error)
            raise
        else:
            self._note_answer(passage)
        finally:
            self._leave(passage)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take what the headers of the answer to this thread's request say of quotas."""
        passage = getattr(self._here, "passage", None)
        if passage is None or not speaks_of_quotas(headers):
            return
        with self._changed:
            now = self._clock()
            for told, sent, before in zip(self._told, self._sent, passage.sent, strict=True):
                told.hear(headers, sent - before, now)

    def _enter(self, tokens: int) -> Passage:
        now = 0.0
        arrived = self._round
        while True:
            with self._changed:
                if self._last_loss is not None and self._round != arrived and self.gone:
                    raise self._last_loss
                # A clock that lags behind what was slept must not hold anyone for ever.
                now = max(now, self._clock())
                delay = self._delay(tokens, now)
                if delay <= 0 and self._under_way < self._width:
                    return self._let_through(tokens, now)
                if delay <= 0:
                    self._changed.wait()
                    continue
            self._sleep(delay)
            now += delay

    def _delay(self, tokens: int, now: float) -> float:
        requests, of_tokens = self._told
        return max(
            self._opens - now,
            requests.delay(1, now),
            of_tokens.delay(tokens, now),
            *(each.delay(1, now) for each in self._requests),
            *(each.delay(tokens, now) for each in self._tokens),
        )

    def _let_through(self, tokens: int, now: float) -> Passage:
        self._under_way += 1
        self._sent = (self._sent[0] + 1, self._sent[1] + tokens)
        for each in self._requests:
            each.enter(1, now)
        for told, amount in zip(self._told, (1, tokens), strict=True):
            told.take(amount)
        entries = [each.enter(tokens, now) for each in self._tokens]
        return Passage(self._round, self._sent, tokens, entries)

    def _leave(self, passage: Passage) -> None:
        self._here.passage = None
        with self._changed:
            self._under_way -= 1
            for entry in passage.entries:
                entry.amount = passage.tokens
            self._changed.notify_all()

    def _note_answer(self, passage: Passage) -> None:
        with self._changed:
            self.answers += 1
            self._refusals = 0
            self._note_reached()
            if passage.round == self._round:
                self._undisturbed += 1
                self._width += self._undisturbed / _CAUTION / self._width

    def _note_refusal(self, passage: Passage, refusal: Refusal) -> None:
        passage.tokens = 0
        with self._changed:
            self._note_reached()
            if not is_busy(refusal.complaint):
                return
            wait, narrow = refusal.complaint.wait, self._width <= 1
            if self._turn(passage):
                self._refusals += 1
                self._narrow()
                if wait is None and narrow:
                    wait = _backoff(self._refusals)
            if wait is not None:
                self._opens = max(self._opens, self._clock() + wait)

    def _note_loss(self, passage: Passage, error: Unreachable) -> None:
        with self._changed:
            if not self._turn(passage):
                return
            self._losses += 1
            self._last_loss = error
            if error.timed_out:
                self._timeouts += 1
                self._narrow()
                if not self.answers:
                    self._let_one_try()
            elif 1 < self._losses < self._patience:
                # The first may be an accident of one connection.
                self._let_one_try()
                self._opens = self._clock() + _backoff(self._losses)

    def _let_one_try(self) -> None:
        if self._before is None:
            self._before = self._width
        self._width = 1

    def _note_reached(self) -> None:
        self._losses = self._timeouts = 0
        self._last_loss = None
        if self._before is not None:
            self._width, self._before = self._before, None

    def _turn(self, passage: Passage) -> bool:
        """Whether a request tells something new: those sent before the last news say the same."""
        if passage.round != self._round:
            return False
        self._round += 1
        return True

    def _narrow(self) -> None:
        self._width = max(1.0, min(self._width, self._under_way) / 2)
        self._undisturbed = 0


class Patience:
    """When a request is not to be repeated any more, as tenacity asks it.

    Being turned away as too many does not count while others are answered. What is not answered
    in its time ``MOST_TIMEOUTS`` times is not repeated, whatever others are: it takes too long.
    """

    def __init__(self, gate: Gate, most: int) -> None:
        self._gate = gate
        self._left = most
        self._timeouts = 0
        self._answers = gate.answers

    def __call__(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        busy = isinstance(error, Refusal) and is_busy(error.complaint)
        if not busy or self._gate.answers == self._answers:
            self._left -= 1
        self._answers = self._gate.answers
        self._timeouts += isinstance(error, Unreachable) and error.timed_out
        return self._left <= 0 or self._timeouts >= MOST_TIMEOUTS or self._gate.gone


def lost(error: BaseException) -> bool:
    """Whether an endpoint could not be reached, went away or took too long: it may be back."""
    return isinstance(error, Unreachable) and not error.too_large


def _backoff(times: int) -> float:
    """Seconds to wait after so many failures in a row, without the jitter of a single call's."""
    return min(LONGEST_WAIT, 2.0 ** (times - 1))
