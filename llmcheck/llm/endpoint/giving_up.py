"""When to stop asking: what would befall every further call, and what has befallen too many."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from llmcheck.errors import ProviderError
from llmcheck.llm.port import Call

MOST_ALIKE = 5
"""Calls that may fail for one cause, none answered between them, before no more are made."""
PAUSE = 300.0
"""Seconds for which no call is made after that: a server that lives on may ask again later."""


@dataclass
class _State:
    """How calls to one model go."""

    cause: str = ""
    """Of the last failures, without the figures that differ from one to the next."""
    alike: int = 0
    stopped: str = ""
    """Why no more calls are made; empty while they are."""
    until: float | None = None
    """When they are made again, on the clock; None for never."""


class GivingUp:
    """Counts failures by model, and says when no more calls are to be made. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def check(self, call: Call) -> None:
        """Raises ProviderError, with the cause that stopped them, when no more calls are made."""
        with self._lock:
            state = self._state(call)
            if state.until is not None and self._clock() >= state.until:
                state = self._states[call.model] = _State()
            if state.stopped:
                raise ProviderError(state.stopped, call_key=call.key, prompt=call.prompt)

    def answered(self, call: Call) -> None:
        """Note that a call was answered, whether the answer fits or not."""
        with self._lock:
            state = self._state(call)
            state.cause, state.alike = "", 0

    def failed(
        self, call: Call, failure: ProviderError, *, for_good: bool, wait: float | None = None
    ) -> None:
        """Note a failure; ``for_good`` when every later call would meet it, too, if one is not
        made more than ``wait`` seconds later."""
        cause = re.sub(r"[\da-f]*\d[\da-f]*", "#", str(failure).lower())
        with self._lock:
            state = self._state(call)
            if state.stopped:
                return
            state.alike = state.alike + 1 if cause == state.cause else 1
            state.cause = cause
            if for_good:
                state.until = None if wait is None else self._clock() + wait
            elif state.alike >= MOST_ALIKE:
                state.until = self._clock() + PAUSE
            else:
                return
            # In the same words, so that who lists failures can tell the cause once.
            state.stopped = str(failure)

    def _state(self, call: Call) -> _State:
        return self._states.setdefault(call.model, _State())
