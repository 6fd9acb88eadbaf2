"""What an endpoint's errors mean: what passes, what to do otherwise, and how to say it.

Endpoints agree on little but the status codes, so much is read from the words of their errors.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from llmcheck.errors import ConfigError, InvalidReply, LLMError, ProviderError, TooLong
from llmcheck.llm.port import Call

if TYPE_CHECKING:
    from openai import APIStatusError
    from tenacity import RetryCallState

_OPENAI = "https://api.openai.com/v1"
_LONGEST_WAIT = 60.0

_MECHANISM = re.compile(
    r"response.?format|json.?schema|structured.?output|grammar|\btools?\b|tool.?(choice|call)"
    r"|function.?call",
    re.IGNORECASE,
)
_UNSUPPORTED = re.compile(
    r"unsupported|(not|n't)( \w+)? support|no endpoints|unavailable|not available"
    r"|unrecogni[sz]ed|unknown|unexpected|\bextra|not (allowed|permitted|implemented)"
    r"|invalid schema|requires",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"context.?(length|size|window)|exceed_context|prompt is too long|too many tokens",
    re.IGNORECASE,
)
_SHAPELESS = frozenset({"json_invalid", "missing", "model_type"})
"""pydantic's errors for an answer that is not even an object with the schema's fields."""


@dataclass(frozen=True)
class Endpoint:
    """Where calls go and how they are sent, and the words for what goes wrong with it."""

    base_url: str | None
    """None for OpenAI itself."""
    api_key: str = field(repr=False)
    """Empty for none. Stands in no text from here."""
    timeout: float
    """Seconds to wait for one answer."""
    max_attempts: int
    """How often one request is sent."""

    @property
    def url(self) -> str:
        """The address to send to."""
        # Never None, for which openai would look into the environment, and could send a key to
        # an address that was not meant for it.
        return self.base_url or _OPENAI

    @property
    def address(self) -> str:
        """The URL for messages, without the user, password and query it may carry."""
        url = urlsplit(self.url)
        return self.cleaned(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}")

    def check_key(self) -> None:
        """Raises ConfigError when the key is missing where one is needed, or cannot be one."""
        if not self.api_key and self.base_url is None:
            raise ConfigError(
                "no API key: set LLMCHECK_API_KEY or OPENAI_API_KEY, "
                "or name a server that needs none with --base-url"
            )
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ConfigError(
                "the API key holds characters that no key has (a line break, a typographic "
                "quote?): copy it again"
            )

    def answered_with(self, what: str) -> str:
        """The message for an answer that is no chat completion at all."""
        return f"{self.address} answered with {what}: check the base URL (most end in /v1)"

    def explained(self, cause: BaseException | None, call: Call) -> LLMError:
        """The error for the caller: what failed and what to do about it.

        ``cause`` is what openai, pydantic or instructor raised; an LLMError is returned as it is.
        """
        import openai

        if isinstance(cause, LLMError):
            return cause
        if isinstance(cause, openai.APITimeoutError):
            message = (
                f"{self.address} did not answer within {self.timeout:g} s, asked "
                f"{self.max_attempts} time(s): raise the timeout or lower --concurrency"
            )
        elif isinstance(cause, openai.APIConnectionError):
            message = (
                f"cannot connect to {self.address} ({self._words(cause)}): "
                "is the server running there, and is the base URL right?"
            )
        elif isinstance(cause, openai.APIStatusError):
            message = (
                f"{self.address} answered {cause.status_code} ({self._words(cause)}): "
                f"{self._advice(cause, call)}"
            )
        elif isinstance(cause, openai.OpenAIError):
            message = f"{self.address}: {self._words(cause)}"
        else:
            return InvalidReply(
                f"no answer to {call.prompt} fits its schema, though the model was asked again "
                f"({self._words(cause)})",
                call_key=call.key,
                prompt=call.prompt,
            )
        kind = TooLong if is_too_long(cause) else ProviderError
        return kind(message, call_key=call.key, prompt=call.prompt)

    def _advice(self, error: APIStatusError, call: Call) -> str:
        status = error.status_code
        if _out_of_quota(error):
            return "the quota is used up; look at the plan and the billing of this key"
        if status == 401:
            return "check the API key (LLMCHECK_API_KEY or OPENAI_API_KEY)"
        if status == 403:
            return f"this key may not use model {call.model!r} here, or the text is blocked"
        if _model_unknown(error):
            return (
                f"model {call.model!r} is unknown at this endpoint; check --model, "
                "and the base URL (most end in /v1)"
            )
        if is_too_long(error):
            return (
                f"the text given to {call.prompt} is too long for model {call.model!r}; "
                "lower --table-tokens, or give the server a larger context"
            )
        if passes(error):
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
        body = getattr(error, "body", None)
        if isinstance(body, dict):
            body = body.get("message") or body.get("detail") or body
        return self.cleaned(str(body or getattr(error, "__cause__", None) or error))

    def cleaned(self, text: str) -> str:
        """The text on one line, shortened, without the key and what cannot be printed."""
        if self.api_key:
            text = text.replace(self.api_key, "[key]")
        text = "".join(c for c in " ".join(text.split()) if c.isprintable())
        return text if len(text) <= 200 else text[:199] + "…"


def is_too_long(error: BaseException | None) -> bool:
    """Whether the endpoint says that the text is more than the model's context holds."""
    import openai

    return isinstance(error, openai.APIStatusError) and bool(_CONTEXT.search(error.message))


def passes(error: BaseException) -> bool:
    """Whether the same request may well succeed later."""
    import openai

    if isinstance(error, openai.APIStatusError):
        busy = error.status_code in (408, 409, 429) or error.status_code >= 500
        return busy and not _out_of_quota(error) and not rejects_mode(error)
    return isinstance(error, openai.APIConnectionError)


def waiting_time(state: RetryCallState) -> float:
    """Seconds to wait: as long as the endpoint asks, else ever longer, with jitter."""
    from tenacity import wait_exponential_jitter

    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(getattr(getattr(error, "response", None), "headers", {}))
    if asked is None:
        return wait_exponential_jitter(max=_LONGEST_WAIT)(state)
    return min(max(asked, 0.0), _LONGEST_WAIT)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers ask to wait: milliseconds, seconds, or until an HTTP date."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return seconds
    try:
        return parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time()
    except ValueError:
        return None


def rejects_mode(error: BaseException | None) -> bool:
    """Whether the endpoint says that it does not take this way of asking for JSON."""
    import openai

    return (
        isinstance(error, openai.APIStatusError)
        and error.status_code in (400, 404, 422, 500, 501)
        and _MECHANISM.search(error.message) is not None
        and _UNSUPPORTED.search(error.message) is not None
    )


def rejected_parameters(error: APIStatusError, parameters: Mapping[str, Any]) -> set[str]:
    """Those of the parameters sent that the endpoint says it does not take."""
    if error.status_code not in (400, 422) or not _UNSUPPORTED.search(error.message):
        return set()
    named = [str(error.param)] if error.param else re.findall(r"\w+", error.message)
    return parameters.keys() & set(named)


def shapeless(error: BaseException | None) -> bool:
    """Whether the answer is no JSON, or JSON without the schema's fields."""
    import openai

    if isinstance(error, ValidationError):
        return any(detail["type"] in _SHAPELESS for detail in error.errors())
    return not isinstance(error, (LLMError, openai.OpenAIError))


def befalls_every_call(error: BaseException | None, *, answered: bool) -> bool:
    """Whether all later calls to the same model would meet this error too."""
    import openai

    if isinstance(error, openai.APIStatusError):
        if error.status_code == 403:
            # A firewall or a moderator may refuse one document and take the others.
            return not answered
        return error.status_code == 401 or _model_unknown(error) or _out_of_quota(error)
    # Where nothing ever came from, a time-out is no sign of one long text either.
    return isinstance(error, openai.APIConnectionError) and not answered


def _out_of_quota(error: APIStatusError) -> bool:
    return error.status_code == 402 or "insufficient_quota" in (error.code, error.type)


def _model_unknown(error: APIStatusError) -> bool:
    return error.status_code == 404 or error.code == "model_not_found"
