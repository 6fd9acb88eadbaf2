"""Limits on what may be spent: a ledger that every request to an endpoint is entered in.

A limit counts all that an endpoint answers: what fits, what does not and is asked for again, and
what was cut off. So the ledger is asked before every request, not before every call: it keeps
back the most that a request may take, and what was not taken is free again when it ends. With
little left one request after the other is made, each with no more room for its answer than is
left, so that no limit is passed however many calls run side by side.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from llmcheck.errors import BudgetExceeded, ConfigError
from llmcheck.llm.prices import Prices
from llmcheck.tokens import Tokens

AMPLE = 32_768
"""Tokens kept back for an answer that has no limit of its own."""
LEAST = 128
"""Tokens of room below which no answer is worth asking for."""


class Limits(NamedTuple):
    """The most that may be spent; None for no limit."""

    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    """US dollars."""


@dataclass(eq=False)
class Permit:
    """A request that may be made."""

    held: Tokens
    """Kept back for it until it ends."""
    most: int | None = None
    """Tokens of answer that may be asked for, where less than ample is left."""
    paid: Tokens = field(default_factory=Tokens)
    """What it took: set this when it is known."""
    counts: bool = True
    """Whether it counts as a call: not when the endpoint refused to answer."""


class Ledger:
    """What one connection has spent, and whether more may be. Safe to use from several threads.

    Raises ConfigError when there is a limit on cost and the price of the model is unknown.
    """

    def __init__(self, limits: Limits, prices: Prices) -> None:
        if limits.cost is not None and prices.cost(Tokens()) is None:
            raise ConfigError(
                f"the price of model {prices.model!r} is unknown, so --max-cost cannot hold: "
                "give --price-in and --price-out, or use --max-tokens or --max-calls"
            )
        self._limits = limits
        self._prices = prices
        # Through its text, so that a limit of 0.3 is reached by three times 0.1.
        self._most_cost = None if limits.cost is None else Decimal(str(limits.cost))
        self._calls = 0
        self._spent = Tokens()
        self._cost = Decimal(0)
        self._open: list[Permit] = []
        self._changed = threading.Condition()

    @contextmanager
    def request(self, expected_input: int, most_output: int | None = None) -> Iterator[Permit]:
        """A permit for one request, entered in the ledger when the block ends.

        ``expected_input`` are tokens at the most, ``most_output`` is the limit that the request
        sets to its answer. Waits while requests under way may still leave enough. Raises
        BudgetExceeded when not enough is left.
        """
        permit = self._grant(expected_input, most_output)
        try:
            yield permit
        finally:
            with self._changed:
                self._open.remove(permit)
                self._calls += permit.counts
                self._spent = self._spent.plus(permit.paid)
                if self._most_cost is not None:
                    self._cost += self._priced(permit.paid)
                self._changed.notify_all()

    def exceeded(self) -> BudgetExceeded:
        """The error for a call that the limits stop."""
        with self._changed:
            return BudgetExceeded(f"{self._used_up()} to go on")

    def _used_up(self) -> str:
        limits = self._limits
        if limits.calls is not None and self._calls >= limits.calls:
            return f"{self._calls} model call(s) made, the most allowed: raise --max-calls"
        if self._most_cost is None or self._tightest_is_tokens():
            return (
                f"{self._spent.total:,} tokens used of the {limits.tokens:,} allowed, and what is "
                "left is too little for the next call: raise --max-tokens"
            )
        return (
            f"${self._cost:.4f} spent of the ${limits.cost:g} allowed, and what is left is too "
            "little for the next call: raise --max-cost"
        )

    def _grant(self, expected_input: int, most_output: int | None) -> Permit:
        wanted = most_output or AMPLE
        with self._changed:
            while True:
                room = self._room(expected_input)
                callable_ = self._may_call()
                if callable_ and (room is None or room >= wanted):
                    permit = Permit(Tokens(expected_input, wanted))
                    break
                if not self._open:
                    if not callable_ or room is None or room < LEAST:
                        raise self.exceeded()
                    permit = Permit(Tokens(expected_input, room), most=room)
                    break
                self._changed.wait()
            self._open.append(permit)
            return permit

    def _may_call(self) -> bool:
        most = self._limits.calls
        return most is None or self._calls + len(self._open) < most

    def _room(self, expected_input: int) -> int | None:
        """Tokens that an answer may have after so much input; None for no limit."""
        rooms = [self._room_in_tokens(expected_input), self._room_in_cost(expected_input)]
        return min((room for room in rooms if room is not None), default=None)

    def _room_in_tokens(self, expected_input: int) -> int | None:
        if self._limits.tokens is None:
            return None
        held = sum(permit.held.total for permit in self._open)
        return self._limits.tokens - self._spent.total - held - expected_input

    def _room_in_cost(self, expected_input: int) -> int | None:
        if self._most_cost is None:
            return None
        held = sum((self._priced(permit.held) for permit in self._open), Decimal(0))
        left = self._most_cost - self._cost - held - self._priced(Tokens(expected_input))
        # Of this very input: some prices depend on how long a prompt is.
        million = self._priced(Tokens(expected_input, 1_000_000))
        each = (million - self._priced(Tokens(expected_input))) / 1_000_000
        if each == 0:
            return None if left >= 0 else 0
        return int(left / each)

    def _tightest_is_tokens(self) -> bool:
        """Whether the limit on tokens leaves less than that on cost."""
        if self._limits.tokens is None:
            return False
        by_cost = self._room_in_cost(0)
        by_tokens = self._room_in_tokens(0)
        return by_cost is None or (by_tokens is not None and by_tokens <= by_cost)

    def _priced(self, tokens: Tokens) -> Decimal:
        return self._prices.cost(tokens) or Decimal(0)
