"""The count of what a run took, for ``report.usage``."""

from __future__ import annotations

import threading
from decimal import Decimal

from llmcheck.errors import BudgetExceeded, LLMError
from llmcheck.llm.port import LLM, Call, Origin, Reply, T
from llmcheck.llm.prices import Prices
from llmcheck.models import PromptUsage, Usage
from llmcheck.tokens import Tokens


class MeteredLLM:
    """Passes calls on to ``inner`` and counts the replies by where they came from.

    It stands outermost, where it sees every reply, and every error with what was paid for it.
    """

    def __init__(self, inner: LLM, model: str, prices: Prices | None = None) -> None:
        self._inner = inner
        self._prices = prices or Prices(model)
        self._replies: dict[Origin, int] = {"model": 0, "cache": 0, "replay": 0}
        self._prompts: dict[str, PromptUsage] = {}
        self._tokens = Tokens()
        self._spent: Decimal | None = Decimal(0)
        self._lock = threading.Lock()

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as ``inner`` does."""
        try:
            reply = self._inner.complete(call, schema)
        except (LLMError, BudgetExceeded) as error:
            # Taken, not read: who waited in the cache for an equal call gets the very same error.
            paid, error.tokens = error.tokens, None
            if paid is not None and paid.total:
                with self._lock:
                    self._count(paid)
            raise
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
        self._tokens = self._tokens.plus(tokens)
        # Reply by reply: some prices depend on the length of each prompt.
        if self._spent is not None:
            cost = self._prices.cost(tokens)
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
                estimated=self._tokens.estimated,
                cost_usd=None if self._spent is None else float(self._spent),
                # Sorted: which prompt of a stage is answered first depends on the threads.
                prompts=dict(sorted(self._prompts.items())),
            )
