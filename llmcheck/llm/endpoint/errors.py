"""Where calls go, and the words for what goes wrong with it: what failed and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from pydantic import ValidationError

from llmcheck.errors import (
    BudgetExceeded,
    ConfigError,
    InvalidReply,
    LLMError,
    ProviderError,
    TooLong,
)
from llmcheck.llm.endpoint.bounds import MOST_BYTES
from llmcheck.llm.endpoint.complaints import Complaint, Refusal, Unreachable
from llmcheck.llm.endpoint.lessons import named_in
from llmcheck.llm.endpoint.meaning import (
    is_no_completion,
    is_too_long,
    is_unfit,
    key_rejected,
    lasts,
    model_unknown,
    out_of_money,
    passes,
    redirects,
)
from llmcheck.llm.endpoint.secrets import Secrets
from llmcheck.llm.port import Call
from llmcheck.llm.wishes import EFFORT
from llmcheck.providers import OPENAI, Provider

_SHAPELESS = frozenset({"json_invalid", "missing", "model_type"})
"""pydantic's errors for an answer that is not even an object with the schema's fields."""


@dataclass(frozen=True)
class Endpoint:
    """Where calls go and how they are sent, and the words for what goes wrong with it."""

    base_url: str
    api_key: str = field(repr=False)
    """Empty for none. Stands in no text from here."""
    timeout: float
    """Seconds to wait for one answer."""
    max_attempts: int
    """How often one request is sent."""
    provider: Provider | None = None
    """Whose address it is, where that is known."""
    native: bool = False
    """Whether it is asked over the provider's own API, at an address that nobody gave."""

    @cached_property
    def secrets(self) -> Secrets:
        """The keys that go there."""
        return Secrets(self.base_url, self.api_key)

    @property
    def address(self) -> str:
        """The URL for messages, without the user, password and query it may carry."""
        url = urlsplit(self.base_url)
        return self.cleaned(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}")

    @property
    def variables(self) -> str:
        """The variables that a key may stand in, for messages."""
        provider = self.provider or OPENAI
        return " or ".join(("LLMCHECK_API_KEY", *provider.keys))

    def check_key(self) -> None:
        """Raises ConfigError when the key is missing where one is needed, or cannot be one."""
        if not self.api_key and self.provider is not None and self.provider.keys:
            raise ConfigError(
                f"no API key: set {self.variables}, or name a server that needs none with "
                "--base-url"
            )
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ConfigError(
                "the API key holds characters that no key has (a line break, a typographic "
                "quote?): copy it again"
            )

    def explained(
        self, cause: BaseException | None, call: Call, kept: frozenset[str] = frozenset()
    ) -> LLMError | BudgetExceeded | ConfigError:
        """The error for the caller: what failed and what to do about it.

        ``cause`` is a Refusal, Unreachable, or what pydantic or instructor raised; errors of our
        own are returned as they are. ``kept`` are parameters that the user asked for.
        """
        if isinstance(cause, LLMError | BudgetExceeded | ConfigError):
            return cause
        kind = ProviderError
        if isinstance(cause, Refusal):
            complaint = cause.complaint
            if is_unfit(complaint):
                return self._unfit(self.cleaned(complaint.message), call)
            kind = TooLong if is_too_long(complaint) else ProviderError
            status = f"answered {complaint.status}" if complaint.status != 200 else "answered"
            message = (
                f"{self.address} {status} ({self.cleaned(complaint.message)}): "
                f"{self._advice(complaint, call, kept)}"
            )
        elif isinstance(cause, Unreachable) and cause.timed_out:
            message = (
                f"{self.address} did not answer within {self.timeout:g} s"
                f"{', nor when asked again' if self.max_attempts > 1 else ''}: raise the timeout "
                "or lower --concurrency"
            )
        elif isinstance(cause, Unreachable) and cause.too_large:
            message = (
                f"{self.address} sent more than {MOST_BYTES // 1_000_000} MB in the place of an "
                "answer: check the base URL"
            )
        elif isinstance(cause, Unreachable):
            message = (
                f"cannot connect to {self.address} ({self.cleaned(str(cause))}): "
                "is the server running there, and is the base URL right?"
            )
        else:
            return self._unfit(self._words(cause), call)
        return kind(message, call_key=call.key, prompt=call.prompt)

    def _unfit(self, words: str, call: Call) -> InvalidReply:
        return InvalidReply(
            f"no answer to {call.prompt} fits its schema, though the model was asked again "
            f"({words})",
            call_key=call.key,
            prompt=call.prompt,
        )

    def _advice(self, complaint: Complaint, call: Call, kept: frozenset[str]) -> str:
        wanted = named_in(complaint, {n: v for n, v in call.parameters.items() if n in kept})
        if wanted:
            return f"leave out {' and '.join(map(_origin, sorted(wanted)))}"
        if lasts(complaint):
            return f"the quota is used up{_until(complaint.wait)}; answers so far are cached"
        if out_of_money(complaint):
            return "the quota is used up; look at the plan and the billing of this key"
        if key_rejected(complaint):
            return f"check the API key ({self.variables})"
        if model_unknown(complaint):
            return f"model {call.model!r} is unknown at this endpoint; check --model" + (
                "" if self.native else ", and the base URL (most end in /v1)"
            )
        if complaint.status == 403:
            return f"this key may not use model {call.model!r} here, or the text is blocked"
        if is_too_long(complaint):
            return (
                f"the text given to {call.prompt} is too long for model {call.model!r}; "
                "lower --table-tokens, or give the server a larger context"
            )
        if redirects(complaint):
            return "no text is sent on to where it leads; if it may be, give that as --base-url"
        if is_no_completion(complaint):
            check = "check the base URL (most end in /v1) and whether a proxy wants a login"
            return f"asked {self.max_attempts} time(s); {'try later' if self.native else check}"
        if passes(complaint):
            return f"gave up after {self.max_attempts} request(s); try later"
        return "the endpoint does not take this request"

    def _words(self, error: BaseException | None) -> str:
        """What the error says, shortened, without the key."""
        if isinstance(error, ValidationError):
            return self.cleaned(
                "; ".join(
                    f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}"
                    for e in error.errors()[:3]
                )
            )
        return self.cleaned(str(getattr(error, "__cause__", None) or error))

    def cleaned(self, text: str) -> str:
        """The text on one line, shortened, without keys and what cannot be printed."""
        text = self.secrets.out_of(text)
        text = "".join(c for c in " ".join(text.split()) if c.isprintable())
        return text if len(text) <= 200 else text[:199] + "…"


def _origin(parameter: str) -> str:
    """How the user has asked for a parameter."""
    return "--effort" if parameter == EFFORT else f"{parameter} in the table [extra]"


def _until(wait: float | None) -> str:
    if wait is None:
        return ", and it does not say until when"
    at = datetime.now(UTC) + timedelta(seconds=wait)
    hours, minutes = divmod(round(wait / 60), 60)
    return f" until {at:%Y-%m-%d %H:%M} UTC (in {hours} h {minutes} min)"


def shapeless(error: BaseException | None) -> bool:
    """Whether the answer is no JSON, or JSON without the schema's fields."""
    if isinstance(error, ValidationError):
        return any(detail["type"] in _SHAPELESS for detail in error.errors())
    return not isinstance(error, LLMError | BudgetExceeded | ConfigError | Refusal | Unreachable)
