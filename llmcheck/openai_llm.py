"""Real model calls: the one module that knows openai and instructor.

Three loops, each with one reason to turn. A *request* is repeated while the endpoint is busy
or away (tenacity; openai's own retries are off). An *answer* that does not fit its schema is
asked for again once, with what was wrong (instructor). A *mode*, the way of asking for JSON,
is left for the next one when the endpoint does not take it or has never made it work.
"""

from __future__ import annotations

import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from llmcheck.errors import ConfigError, InvalidReply, LLMError, ProviderError
from llmcheck.llm import Call, Reply, T, Tokens, parse_reply

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI
    from openai.types.chat import ChatCompletion
    from tenacity import RetryCallState

REFUSE_CALLS = "LLMCHECK_REFUSE_CALLS"
"""Environment variable: when it is not empty, no real call is made."""

_MODES = ("JSON_SCHEMA", "TOOLS", "MD_JSON")
"""Ways to ask for JSON, as instructor names them; the last needs nothing of the endpoint."""
_LONGEST_WAIT = 60.0
_CONNECT_TIMEOUT = 10.0
_OPENAI = "https://api.openai.com/v1"

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


class OpenAILLM:
    """Answers calls through an OpenAI-compatible endpoint, with whatever model they name.

    ``base_url`` None is OpenAI itself; ``api_key`` may be None elsewhere. ``timeout`` is the
    seconds to wait for one answer, ``max_attempts`` how often one request is sent while the
    endpoint is busy or away, ``sleep`` how to wait between. Nothing is imported or connected
    before the first call. Safe to call from several threads.
    """

    def __init__(
        self,
        *,
        base_url: str | None,
        api_key: str | None,
        timeout: float = 120.0,
        max_attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url
        self._api_key = (api_key or "").strip()
        self._timeout = timeout
        self._max_attempts = max_attempts
        self._sleep = sleep
        self._lock = threading.Lock()
        self._client: OpenAI | None = None
        # What the endpoint has taught so far.
        self._mode = 0
        self._modes_that_work: set[int] = set()
        self._rejected: set[str] = set()
        self._answered = False
        self._hopeless: dict[str, str] = {}

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Ask the endpoint. Counts the tokens of every answer it took to get a valid one.

        Raises ProviderError, InvalidReply, and ConfigError when no call may be made at all.
        """
        _refuse_in_tests()
        if reason := self._hopeless.get(call.model):
            raise ProviderError(reason, call_key=call.key, prompt=call.prompt)
        self._connected()
        from instructor.core import InstructorRetryException

        exchange = _Exchange(call)
        while True:
            mode = self._mode
            try:
                value, raw = self._ask(exchange, schema, mode)
            except InstructorRetryException as error:
                cause = error.__cause__
            else:
                self._modes_that_work.add(mode)
                return Reply(value, raw, exchange.tokens, "model")
            if not self._leaves_mode(mode, cause):
                # The cause may quote the request's headers: only its cleaned words go out.
                raise self._failure(cause, call) from None

    def _connected(self) -> OpenAI:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> OpenAI:
        if not self._api_key and self._base_url is None:
            raise ConfigError(
                "no API key: set LLMCHECK_API_KEY or OPENAI_API_KEY, "
                "or name a server that needs none with --base-url"
            )
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise ConfigError(
                "the API key holds characters that no key has (a line break, a typographic "
                "quote?): copy it again"
            )
        import openai

        # instructor logs every failed attempt as an error, which Python prints on stderr
        # when nobody has set up logging.
        logging.getLogger("instructor").addHandler(logging.NullHandler())
        return openai.OpenAI(
            # Never None, for which openai would look into the environment, and could send a
            # key to an address that was not meant for it.
            base_url=self._base_url or _OPENAI,
            api_key=self._api_key or "none",
            timeout=openai.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_TIMEOUT)),
            max_retries=0,
        )

    def _ask(self, exchange: _Exchange, schema: type[T], mode: int) -> tuple[T, str]:
        """One conversation in one mode: question, answer, and at most one correction."""
        import instructor

        call = exchange.call
        # What from_openai does, with our own sender in the place of the client's.
        create = instructor.patch(
            create=partial(self._send, exchange), mode=instructor.Mode[_MODES[mode]]
        )
        value = create(
            model=call.model,
            messages=_messages(call),
            response_model=schema,
            max_retries=1,
            strict=False,
        )
        raw = _received(exchange.message, _MODES[mode])
        try:
            return parse_reply(raw, call, schema), raw
        except InvalidReply:
            raw = value.model_dump_json(by_alias=True)
            return parse_reply(raw, call, schema), raw

    def _send(self, exchange: _Exchange, **request: Any) -> ChatCompletion:
        """Get one completion, repeating the request while the endpoint is busy or away."""
        import openai
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_passes),
            stop=tenacity.stop_after_attempt(self._max_attempts),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        create = self._connected().chat.completions.create
        while True:
            # In the body whatever their names: no parameter of a prompt can become an option
            # of instructor or openai.
            parameters = self._translated(exchange.call.parameters)
            try:
                completion = retrying(create, **request, extra_body=parameters)
                break
            except openai.APIStatusError as error:
                if not self._learns(error, parameters):
                    raise
            except ValueError as error:
                raise exchange.provider_error(
                    f"{self._endpoint} answered with something that is not JSON: "
                    "check the base URL (most end in /v1)"
                ) from error
        exchange.count(completion)
        if not getattr(completion, "choices", None) or completion.choices[0].message is None:
            # Some gateways report an error of the model's server with status 200.
            said = getattr(completion, "error", None) or completion
            raise exchange.provider_error(
                f"{self._endpoint} answered with no chat completion ({self._cleaned(str(said))}): "
                "check the base URL (most end in /v1)"
            )
        exchange.receive(completion)
        self._answered = True
        return completion

    def _translated(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters under the names this endpoint takes, without those it does not."""
        translated = {}
        for name, value in parameters.items():
            taken = name
            if name == "max_tokens" and name in self._rejected:
                taken = "max_completion_tokens"
            if taken not in self._rejected:
                translated[taken] = value
        return translated

    def _learns(self, error: APIStatusError, parameters: Mapping[str, Any]) -> bool:
        """Whether the endpoint says that it does not take one of the parameters sent."""
        if error.status_code not in (400, 422) or not _UNSUPPORTED.search(error.message):
            return False
        named = [str(error.param)] if error.param else re.findall(r"\w+", error.message)
        rejected = parameters.keys() & set(named)
        self._rejected.update(rejected)
        return bool(rejected)

    def _leaves_mode(self, mode: int, cause: BaseException | None) -> bool:
        """Whether to ask again in a later mode, for the rest of this object's life.

        An answer without the schema's shape speaks against the mode only while the mode has
        never worked: after that, it is the model that failed.
        """
        if mode + 1 == len(_MODES):
            return False
        if not _rejects_mode(cause) and (mode in self._modes_that_work or not _shapeless(cause)):
            return False
        with self._lock:
            self._mode = max(self._mode, mode + 1)
        return True

    def _failure(self, cause: BaseException | None, call: Call) -> LLMError:
        """The error for the caller; remembered when later calls would only meet it again."""
        failure = self._explained(cause, call)
        if _befalls_every_call(cause, answered=self._answered):
            self._hopeless[call.model] = str(failure)
        return failure

    def _explained(self, cause: BaseException | None, call: Call) -> LLMError:
        import openai

        if isinstance(cause, LLMError):
            return cause
        if isinstance(cause, openai.APITimeoutError):
            message = (
                f"{self._endpoint} did not answer within {self._timeout:g} s, asked "
                f"{self._max_attempts} time(s): raise the timeout or lower --concurrency"
            )
        elif isinstance(cause, openai.APIConnectionError):
            message = (
                f"cannot connect to {self._endpoint} ({self._words(cause)}): "
                "is the server running there, and is the base URL right?"
            )
        elif isinstance(cause, openai.APIStatusError):
            message = (
                f"{self._endpoint} answered {cause.status_code} ({self._words(cause)}): "
                f"{self._advice(cause, call)}"
            )
        elif isinstance(cause, openai.OpenAIError):
            message = f"{self._endpoint}: {self._words(cause)}"
        else:
            return InvalidReply(
                f"no answer to {call.prompt} fits its schema, though the model was asked again "
                f"({self._words(cause)})",
                call_key=call.key,
                prompt=call.prompt,
            )
        return ProviderError(message, call_key=call.key, prompt=call.prompt)

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
        if _CONTEXT.search(error.message):
            return (
                f"the text given to {call.prompt} is too long for model {call.model!r}; "
                "give the server a larger context, or use smaller documents"
            )
        if _passes(error):
            return f"gave up after {self._max_attempts} request(s); try later"
        return "the endpoint does not take this request"

    @property
    def _endpoint(self) -> str:
        """The address for messages, without the user, password and query it may carry."""
        url = urlsplit(self._base_url or _OPENAI)
        return self._cleaned(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}")

    def _words(self, error: BaseException | None) -> str:
        """What the error says, shortened, without the key."""
        if isinstance(error, ValidationError):
            return self._cleaned(
                "; ".join(
                    f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}"
                    for e in error.errors()[:3]
                )
            )
        body = getattr(error, "body", None)
        if isinstance(body, dict):
            body = body.get("message") or body.get("detail") or body
        return self._cleaned(str(body or getattr(error, "__cause__", None) or error))

    def _cleaned(self, text: str) -> str:
        if self._api_key:
            text = text.replace(self._api_key, "[key]")
        text = "".join(c for c in " ".join(text.split()) if c.isprintable())
        return text if len(text) <= 200 else text[:199] + "…"


@dataclass
class _Exchange:
    """What one call has received so far, over repeated requests, corrections and modes."""

    call: Call
    tokens: Tokens = field(default_factory=Tokens)
    message: Any = None

    def count(self, completion: Any) -> None:
        """Add the completion's tokens, at once: instructor later sums usages inside them."""
        usage = getattr(completion, "usage", None)
        self.tokens = Tokens(
            self.tokens.input + (getattr(usage, "prompt_tokens", 0) or 0),
            self.tokens.output + (getattr(usage, "completion_tokens", 0) or 0),
        )

    def receive(self, completion: ChatCompletion) -> None:
        """Take the completion's message. Raises InvalidReply when it cannot be used.

        Raised here, before instructor sees it, so that no cut-off answer and no refusal is
        asked for again.
        """
        choice = completion.choices[0]
        self.message = choice.message
        if choice.finish_reason == "length":
            raise self._invalid(f"was cut off at {self._limit()}: give it less text or more room")
        if choice.finish_reason == "content_filter":
            raise self._invalid("was withheld by the endpoint's content filter")
        if refusal := getattr(choice.message, "refusal", None):
            raise self._invalid(f"is a refusal: {refusal[:200]}")

    def _limit(self) -> str:
        for name in ("max_tokens", "max_completion_tokens"):
            if name in self.call.parameters:
                return f"max_tokens={self.call.parameters[name]}"
        return "the endpoint's limit"

    def _invalid(self, what: str) -> InvalidReply:
        call = self.call
        return InvalidReply(
            f"the answer to {call.prompt} {what}", call_key=call.key, prompt=call.prompt
        )

    def provider_error(self, message: str) -> ProviderError:
        """A ProviderError of this call."""
        return ProviderError(message, call_key=self.call.key, prompt=self.call.prompt)


def _refuse_in_tests() -> None:
    if os.environ.get(REFUSE_CALLS):
        raise ConfigError(
            "a test was about to make a real model call, which tests refuse: replay a recording "
            "(replay=..., --replay), or mark the test with pytest.mark.llmcheck_live "
            f"({REFUSE_CALLS} is set)"
        )


def _messages(call: Call) -> list[dict[str, str]]:
    # Half of a surrogate pair cannot be sent as UTF-8; all else goes out as it is.
    parts = (("system", call.system), ("user", call.user))
    return [
        {"role": role, "content": text.encode("utf-8", "replace").decode()}
        for role, text in parts
        if text
    ]


def _received(message: Any, mode: str) -> str:
    """The JSON text of an answer that instructor has accepted."""
    if mode == "TOOLS":
        called = message.tool_calls[0].function if message.tool_calls else message.function_call
        return str(called.arguments)
    if mode == "MD_JSON":
        from instructor.utils import extract_json_from_codeblock

        return extract_json_from_codeblock(message.content)
    return str(message.content)


def _passes(error: BaseException) -> bool:
    """Whether the same request may well succeed later."""
    import openai

    if isinstance(error, openai.APIStatusError):
        busy = error.status_code in (408, 409, 429) or error.status_code >= 500
        return busy and not _out_of_quota(error) and not _rejects_mode(error)
    return isinstance(error, openai.APIConnectionError)


def _wait(state: RetryCallState) -> float:
    """Seconds to wait: as long as the endpoint asks, else ever longer, with jitter."""
    from tenacity import wait_exponential_jitter

    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after(getattr(getattr(error, "response", None), "headers", {}))
    if asked is None:
        return wait_exponential_jitter(max=_LONGEST_WAIT)(state)
    return min(max(asked, 0.0), _LONGEST_WAIT)


def _retry_after(headers: Mapping[str, str]) -> float | None:
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


def _rejects_mode(error: BaseException | None) -> bool:
    """Whether the endpoint says that it does not take this way of asking for JSON."""
    import openai

    return (
        isinstance(error, openai.APIStatusError)
        and error.status_code in (400, 404, 422, 500, 501)
        and _MECHANISM.search(error.message) is not None
        and _UNSUPPORTED.search(error.message) is not None
    )


def _shapeless(error: BaseException | None) -> bool:
    """Whether the answer is no JSON, or JSON without the schema's fields."""
    import openai

    if isinstance(error, ValidationError):
        return any(detail["type"] in _SHAPELESS for detail in error.errors())
    return not isinstance(error, (LLMError, openai.OpenAIError))


def _out_of_quota(error: APIStatusError) -> bool:
    return error.status_code == 402 or "insufficient_quota" in (error.code, error.type)


def _model_unknown(error: APIStatusError) -> bool:
    return error.status_code == 404 or error.code == "model_not_found"


def _befalls_every_call(error: BaseException | None, *, answered: bool) -> bool:
    """Whether all later calls to the same model would meet this error too."""
    import openai

    if isinstance(error, openai.APIStatusError):
        if error.status_code == 403:
            # A firewall or a moderator may refuse one document and take the others.
            return not answered
        return error.status_code == 401 or _model_unknown(error) or _out_of_quota(error)
    # Where nothing ever came from, a time-out is no sign of one long text either.
    return isinstance(error, openai.APIConnectionError) and not answered
