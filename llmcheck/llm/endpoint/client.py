"""Real model calls: the one module that knows instructor, and with ``errors`` openai.

Three loops, each with one reason to turn. A *request* is repeated while the endpoint is busy
or away (tenacity; openai's own retries are off). An *answer* that does not fit its schema is
asked for again once, with what was wrong (instructor). A *mode*, the way of asking for JSON,
is left for the next one when the endpoint does not take it or has never made it work.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from llmcheck.errors import ConfigError, InvalidReply, LLMError, ProviderError
from llmcheck.llm.endpoint.errors import (
    Endpoint,
    befalls_every_call,
    passes,
    rejected_parameters,
    rejects_mode,
    shapeless,
    waiting_time,
)
from llmcheck.llm.endpoint.probabilities import Token, option_probabilities
from llmcheck.llm.port import Call, Reply, T, Tokens, parse_reply

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI
    from openai.types.chat import ChatCompletion

REFUSE_CALLS = "LLMCHECK_REFUSE_CALLS"
"""Environment variable: when it is not empty, no real call is made."""

_MODES = ("JSON_SCHEMA", "TOOLS", "MD_JSON")
"""Ways to ask for JSON, as instructor names them; the last needs nothing of the endpoint."""
_CONNECT_TIMEOUT = 10.0


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
        self._endpoint = Endpoint(base_url, (api_key or "").strip(), timeout, max_attempts)
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
                sure = option_probabilities(raw, exchange.places, call.schema)
                return Reply(value, raw, exchange.tokens, "model", sure)
            if not self._leaves_mode(mode, cause):
                # The cause may quote the request's headers: only its cleaned words go out.
                raise self._failure(cause, call) from None

    @property
    def mode(self) -> str:
        """The way of asking for JSON that the next call will take, as instructor names it."""
        return _MODES[self._mode]

    def _connected(self) -> OpenAI:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> OpenAI:
        self._endpoint.check_key()
        import openai

        timeout = self._endpoint.timeout
        # instructor logs every failed attempt as an error, which Python prints on stderr
        # when nobody has set up logging.
        logging.getLogger("instructor").addHandler(logging.NullHandler())
        return openai.OpenAI(
            base_url=self._endpoint.url,
            api_key=self._endpoint.api_key or "none",
            timeout=openai.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
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
            retry=tenacity.retry_if_exception(passes),
            stop=tenacity.stop_after_attempt(self._endpoint.max_attempts),
            wait=waiting_time,
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
                message = self._endpoint.answered_with("something that is not JSON")
                raise exchange.provider_error(message) from error
        exchange.count(completion)
        if not getattr(completion, "choices", None) or completion.choices[0].message is None:
            # Some gateways report an error of the model's server with status 200.
            said = getattr(completion, "error", None) or completion
            what = f"no chat completion ({self._endpoint.cleaned(str(said))})"
            raise exchange.provider_error(self._endpoint.answered_with(what))
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
        if "logprobs" in self._rejected:
            # How many to list: asked alone it is an error.
            translated.pop("top_logprobs", None)
        return translated

    def _learns(self, error: APIStatusError, parameters: Mapping[str, Any]) -> bool:
        """Whether the endpoint says that it does not take one of the parameters sent."""
        rejected = rejected_parameters(error, parameters)
        self._rejected.update(rejected)
        return bool(rejected)

    def _leaves_mode(self, mode: int, cause: BaseException | None) -> bool:
        """Whether to ask again in a later mode, for the rest of this object's life.

        An answer without the schema's shape speaks against the mode only while the mode has
        never worked: after that, it is the model that failed.
        """
        if mode + 1 == len(_MODES):
            return False
        if not rejects_mode(cause) and (mode in self._modes_that_work or not shapeless(cause)):
            return False
        with self._lock:
            self._mode = max(self._mode, mode + 1)
        return True

    def _failure(self, cause: BaseException | None, call: Call) -> LLMError:
        """The error for the caller; remembered when later calls would only meet it again."""
        failure = self._endpoint.explained(cause, call)
        if befalls_every_call(cause, answered=self._answered):
            self._hopeless[call.model] = str(failure)
        return failure


@dataclass
class _Exchange:
    """What one call has received so far, over repeated requests, corrections and modes."""

    call: Call
    tokens: Tokens = field(default_factory=Tokens)
    message: Any = None
    places: Sequence[Token] = ()
    """The tokens of the last answer, where the endpoint tells them."""

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
        self.places = _places(choice)
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


def _places(choice: Any) -> list[Token]:
    listed = getattr(getattr(choice, "logprobs", None), "content", None) or []
    return [
        Token(
            place.token,
            {other.token: other.logprob for other in (*(place.top_logprobs or ()), place)},
        )
        for place in listed
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
