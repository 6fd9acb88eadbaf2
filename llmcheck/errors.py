"""Everything llmcheck raises.

    LLMCheckError
    ├── ConfigError            an option, a setting or the environment is wrong or missing
    ├── DocumentError          one document cannot be read; carries ``path``
    ├── EngineError            what a run was handed to, over several processes, stopped
    ├── PromptError            a prompt file is missing, malformed or given the wrong variables
    ├── LLMError               one model call failed; carries ``call_key`` and ``prompt``
    │   ├── ProviderError      the endpoint refused, failed or timed out
    │   │   └── TooLong        the text is more than the model's context holds
    │   ├── InvalidReply       the model answered, but not what the schema asks for
    │   ├── FixtureMissing     replay has no recording of this call
    │   ├── CorruptRecord      a stored reply (cache row or fixture) is damaged
    │   ├── Pending            the call is left to a batch, which has not answered it yet
    │   └── Interrupted        the run was stopped before the call was answered
    ├── BatchError             a batch cannot be submitted, looked after or fetched
    ├── BudgetExceeded         a limit on calls, tokens or cost is used up
    ├── IncompleteRun          some calls failed; carries ``failures`` (in ``models``)
    └── DisputesFound          ``Report.raise_for_disputes``; carries ``disputes`` (in ``models``)

A failed call is data in the report (``Report.failures``), never "no contradiction".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmcheck.tokens import Tokens


class LLMCheckError(Exception):
    """Base of every error that llmcheck raises on purpose. All of them can be pickled."""

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is else made again from its message alone, which is not all that ours take.
        return _restore, (type(self), self.args, vars(self))


def _restore(
    kind: type[LLMCheckError], arguments: tuple[object, ...], attributes: dict[str, object]
) -> LLMCheckError:
    error = kind.__new__(kind, *arguments)
    vars(error).update(attributes)
    return error


class ConfigError(LLMCheckError):
    """An option, a setting or the environment is wrong or missing."""


class DocumentError(LLMCheckError):
    """One document cannot be read.

    ``path`` names the file as it was given; the message says what to do about it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class EngineError(LLMCheckError):
    """The engine that a run was handed to stopped; what it has finished is kept."""


class PromptError(LLMCheckError):
    """A prompt file is missing, malformed or given the wrong variables."""


class LLMError(LLMCheckError):
    """One model call failed. ``call_key`` identifies the call, ``prompt`` names its prompt."""

    tokens: Tokens | None = None
    """What was paid for all the same: answers that did not fit, or were cut off."""

    def __init__(self, message: str, *, call_key: str, prompt: str) -> None:
        super().__init__(message)
        self.call_key = call_key
        self.prompt = prompt


class ProviderError(LLMError):
    """The endpoint refused the call, failed, or did not answer in time."""


class TooLong(ProviderError):
    """The text is longer than the model's context."""


class InvalidReply(LLMError):
    """The model answered, but not what the schema asks for (or was cut off, or refused)."""


class FixtureMissing(LLMError):
    """Replay has no recording of this call."""


class Pending(LLMError):
    """The call is left to a batch, which has not answered it yet."""


class CorruptRecord(LLMError):
    """A stored reply, in the cache or in a fixture, is damaged or was altered."""


class Interrupted(LLMError):
    """The run that the call belongs to was stopped from outside."""


class BatchError(LLMCheckError):
    """A batch cannot be submitted, looked after or fetched; what was done before is noted."""


class BudgetExceeded(LLMCheckError):
    """A limit on calls, tokens or cost is used up; calls already answered are kept."""

    tokens: Tokens | None = None
    """What the call that was stopped had taken until then."""
