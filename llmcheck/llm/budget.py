"""What calls cost: a limit on those made, and the count that the report gives.

``BudgetedLLM`` sits next to the endpoint, below cache and recording, so that only real calls
count; ``MeteredLLM`` sits outermost, where it sees every reply and where it came from.
"""

from __future__ import annotations

import threading
from decimal import Decimal

from llmcheck.errors import BudgetExceeded, ConfigError
from llmcheck.llm.port import LLM, Call, Origin, Reply, T, Tokens
from llmcheck.models import PromptUsage, Usage


def price(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars for so many tokens of ``model``, or None when its price is unknown."""
    cost = _cost(model, Tokens(input_tokens, output_tokens))
    return None if cost is None else float(cost)


def _cost(model: str, tokens: Tokens) -> Decimal | None:
    # Decimal: its sums do not depend on the order in which threads finish.
    import genai_prices

    usage = genai_prices.Usage(input_tokens=tokens.input, output_tokens=tokens.output)
    try:
        return genai_prices.calc_price(usage, model).total_price
    except LookupError:
        return None


class BudgetedLLM:
    """Passes calls on to ``inner`` until ``max_calls`` or ``max_cost`` (US dollars) is used up.

    A call counts when it starts, whether it succeeds or not. What a call costs is known when
    it ends, so calls under way at the same time may overrun ``max_cost`` by their own price.
    Raises ConfigError when ``max_cost`` is given and the price of ``model`` is unknown.
    """

    def __init__(
        self, inner: LLM, *, max_calls: int | None, max_cost: float | None, model: str
    ) -> None:
        if max_cost is not None and _cost(model, Tokens()) is None:
            raise ConfigError(
                f"the price of model {model!r} is unknown, so --max-cost cannot hold: "
                "use --max-calls"
            )
        self._inner = inner
        self._max_calls = max_calls
        # Through its text, so that a limit of 0.3 is reached by three times 0.1.
        self._max_cost = None if max_cost is None else Decimal(str(max_cost))
        self._model = model
        self._calls = 0
        self._spent = Decimal(0)
        self._lock = threading.Lock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as ``inner`` does. Raises BudgetExceeded when the call may not be made."""
        self._start()
        reply = self._inner.complete(call, schema)
        if self._max_cost is not None:
            cost = _cost(self._model, reply.tokens)
            with self._lock:
                self._spent += cost or 0
        return reply

    def _start(self) -> None:
        with self._lock:
            if self._max_calls is not None and self._calls >= self._max_calls:
                raise BudgetExceeded(
                    f"{self._calls} model call(s) made, the most allowed: "
                    "raise --max-calls to go on"
                )
            if self._max_cost is not None and self._spent >= self._max_cost:
                raise BudgetExceeded(
                    f"${self._spent:.4f} spent of the ${self._max_cost:g} allowed: "
                    "raise --max-cost to go on"
                )
            self._calls += 1


class MeteredLLM:
    """Passes calls on to ``inner`` and counts the replies by where they came from."""

    def __init__(self, inner: LLM, model: str) -> None:
        self._inner = inner
        self._model = model
        self._replies: dict[Origin, int] = {"model": 0, "cache": 0, "replay": 0}
        self._prompts: dict[str, PromptUsage] = {}
        self._tokens = Tokens()
        self._spent: Decimal | None = Decimal(0)
        self._lock = threading.Lock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as ``inner`` does."""
        reply = self._inner.complete(call, schema)
        with self._lock:
            self._replies[reply.origin] += 1
            before = self._prompts.get(call.prompt, PromptUsage())
            self._prompts[call.prompt] = PromptUsage(
                calls=before.calls + 1,
                input_tokens=before.input_tokens + reply.tokens.input,
                output_tokens=before.output_tokens + reply.tokens.output,
            )
            if reply.origin == "model":
                self._count(reply.tokens)
        return reply

    def _count(self, tokens: Tokens) -> None:
        self._tokens = Tokens(
            self._tokens.input + tokens.input, self._tokens.output + tokens.output
        )
        # Reply by reply: some prices depend on the length of each prompt.
        if self._spent is not None:
            cost = _cost(self._model, tokens)
            self._spent = None if cost is None else self._spent + cost

    def usage(self) -> Usage:
        """What was counted so far; the cost is None when the price of the model is unknown."""
        with self._lock:
            return Usage(
                calls=self._replies["model"],
                cached=self._replies["cache"],
                replayed=self._replies["replay"],
                input_tokens=self._tokens.input,
                output_tokens=self._tokens.output,
                cost_usd=None if self._spent is None else float(self._spent),
                # Sorted: which prompt of a stage is answered first depends on the threads.
                prompts=dict(sorted(self._prompts.items())),
            )
