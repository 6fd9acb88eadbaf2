"""How much an endpoint takes in a time: as the user sets it, and as its headers tell."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from llmcheck.llm.endpoint.complaints import seconds_in
from llmcheck.llm.endpoint.meaning import LONGEST_WAIT

MINUTE = 60.5
"""Seconds; a little longer, since requests do not arrive as evenly as they are sent."""
_REQUESTS = (
    "x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}", "x-ratelimit-{}", "ratelimit-{}"
)  # fmt: skip
_TOKENS = (
    "x-ratelimit-{}-tokens", "anthropic-ratelimit-tokens-{}",
    "anthropic-ratelimit-input-tokens-{}",
)  # fmt: skip
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e9, 1e12


class Rates(NamedTuple):
    """The most that may be asked in a minute; None for no limit."""

    requests: int | None = None
    tokens: int | None = None


ANY_RATE = Rates()


@dataclass
class Entry:
    """What one request takes of a quota, and since when."""

    at: float
    amount: int


class Minute:
    """No more than so much in any minute; what alone is more goes when nothing else has."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: deque[Entry] = deque()

    def delay(self, amount: int, now: float) -> float:
        """Seconds until there is room for ``amount``."""
        while self._entries and self._entries[0].at + MINUTE <= now:
            self._entries.popleft()
        over = sum(entry.amount for entry in self._entries) + amount - self._most
        delay = 0.0
        for entry in self._entries:
            if over <= 0:
                break
            over -= entry.amount
            delay = entry.at + MINUTE - now
        return delay

    def enter(self, amount: int, now: float) -> Entry:
        """Enter what is sent; its amount may be corrected when it is known."""
        entry = Entry(now, amount)
        self._entries.append(entry)
        return entry


class Told:
    """What the endpoint says is left of a quota, less what was sent since."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._left = 0.0
        self._rate = 0.0
        self._at = 0.0
        self._full = float("-inf")
        """When all of it is there again, on the clock."""

    @classmethod
    def requests(cls) -> Told:
        """The quota of requests."""
        return cls(_REQUESTS)

    @classmethod
    def tokens(cls) -> Told:
        """The quota of tokens."""
        return cls(_TOKENS)

    def delay(self, amount: int, now: float) -> float:
        """Seconds until there is room for ``amount``; none where that is longer than a run
        waits: then the endpoint is to say it itself."""
        if now >= self._full:
            return 0.0
        missing = amount - self._left - self._rate * (now - self._at)
        if missing <= 0:
            return 0.0
        delay = self._full - now
        if self._rate:
            delay = min(delay, missing / self._rate)
        return delay if delay <= LONGEST_WAIT else 0.0

    def take(self, amount: int) -> None:
        """Note what is sent."""
        self._left -= amount

    def hear(self, headers: Mapping[str, str], sent_since: int, now: float) -> None:
        """Take what the headers of an answer say; ``sent_since`` was sent after its request."""
        for name in self._names:
            left, most = (_number(headers.get(name.format(w))) for w in ("remaining", "limit"))
            seconds = seconds_until(headers.get(name.format("reset"), ""))
            if left is None or seconds is None:
                continue
            self._full = now + seconds
            self._left, self._at = left - sent_since, now
            refilled = (most - left) / seconds if most is not None and seconds > 0 else 0.0
            self._rate = max(0.0, refilled)
            return


def speaks_of_quotas(headers: Iterable[str]) -> bool:
    """Whether there is anything in headers of these names for a ``Told`` to hear."""
    return any("ratelimit" in name.lower() for name in headers)


def seconds_until(text: str) -> float | None:
    """The seconds that a header's time of reset is away: ``1m30s``, ``12``, a date, a time of
    the epoch; None for what is none of them.

    >>> seconds_until("6m0s"), seconds_until("20ms"), seconds_until("12"), seconds_until("soon")
    (360.0, 0.02, 12.0, None)
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        number = float(text)
        if number > _EPOCH_MILLISECONDS:
            return number / 1000 - time.time()
        return number - time.time() if number > _EPOCH_SECONDS else number
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time.time()
    return seconds_in(text)


def _number(text: str | None) -> float | None:
    found = re.fullmatch(r"\s*(\d{1,15}(\.\d{1,9})?)\s*", text or "")
    return float(found[1]) if found else None
