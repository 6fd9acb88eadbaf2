"""The batch files of OpenAI and Anthropic: requests out, results in, and how large they may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from llmcheck.errors import ConfigError
from llmcheck.llm.endpoint.anthropic_api import ANTHROPIC_API, words_of
from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.complaints import Complaint, complaint
from llmcheck.llm.endpoint.openai_api import OPENAI_API

PRICE_SHARE = 0.5
"""What a batch costs at both, of the price of calls that are made one by one."""
ENDPOINT = "/v1/chat/completions"
"""What OpenAI is to do with each request."""

FormatName = Literal["openai", "anthropic"]

_STATUSES = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)
"""HTTP status of each type of Anthropic's errors, which results do not tell."""


@dataclass(frozen=True)
class Result:
    """What came of one request of a batch: one of the three."""

    key: str
    """Key of the call."""
    completion: Any = None
    """The answer, as the SDK has it."""
    complaint: Complaint | None = None
    """What was said in the place of an answer."""
    missed: str = ""
    """Why nothing was: the batch ended before."""


class Format(NamedTuple):
    """How a provider wants its batches."""

    name: FormatName
    api: Api
    suffix: str
    most_requests: int
    """In one file."""
    most_bytes: int
    opening: str
    between: str
    closing: str
    """What stands before, between and behind the requests of a file."""
    body: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]
    """What is sent of a request's fields and its parameters in OpenAI's words."""
    request: Callable[[str, Mapping[str, Any]], dict[str, Any]]
    """A request in a file: its call's key and its body."""
    result: Callable[[Mapping[str, Any]], Result]
    """What a line of the results says. Raises ValueError where it is no result."""

    def files(self, requests: Iterable[str]) -> Iterator[str]:
        """The texts of as many files as the limits ask for; each request is one line of JSON."""
        held: list[str] = []
        size = frame = len(self.opening) + len(self.closing)
        for request in requests:
            length = len(request.encode()) + len(self.between)
            if held and (len(held) == self.most_requests or size + length > self.most_bytes):
                yield self.opening + self.between.join(held) + self.closing
                held, size = [], frame
            held.append(request)
            size += length
        if held:
            yield self.opening + self.between.join(held) + self.closing

    def requests(self, text: str) -> dict[str, Any]:
        """The bodies in a file by the keys of their calls. Raises ValueError where it is none."""
        body = text.removeprefix(self.opening).removesuffix(self.closing)
        found = [json.loads(line) for line in body.split(self.between) if line.strip()]
        try:
            return {str(each["custom_id"]): each[_BODIES[self.name]] for each in found}
        except (TypeError, KeyError) as error:
            raise ValueError("a request has no custom_id, or no body") from error


_BODIES: Mapping[FormatName, str] = {"openai": "body", "anthropic": "params"}


def _openai_request(key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"custom_id": key, "method": "POST", "url": ENDPOINT, _BODIES["openai"]: body}


def _openai_result(line: Mapping[str, Any]) -> Result:
    key, response = _key_of(line), line.get("response")
    if not isinstance(response, dict):
        return Result(key, missed=_words(line.get("error")))
    status, body = response.get("status_code"), response.get("body")
    if not isinstance(status, int):
        raise ValueError("it has no status")
    if status != 200:
        return Result(key, complaint=complaint(status, body, {}))
    from openai.types.chat import ChatCompletion

    return Result(key, ChatCompletion.construct(**_fields(body)))


def _anthropic_request(key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"custom_id": key, _BODIES["anthropic"]: body}


def _anthropic_result(line: Mapping[str, Any]) -> Result:
    key, result = _key_of(line), line.get("result")
    if not isinstance(result, dict):
        raise ValueError("it has no result")
    sort = result.get("type")
    if sort == "succeeded":
        from anthropic.types import Message

        return Result(key, Message.construct(**_fields(result.get("message"))))
    if sort == "errored":
        found = complaint(500, result.get("error"), {})
        status = next((_STATUSES[code] for code in found.codes if code in _STATUSES), 500)
        return Result(key, complaint=complaint(status, result.get("error"), {}))
    if sort in ("expired", "canceled"):
        return Result(key, missed=str(sort))
    raise ValueError("its result is of no type that is known")


def _key_of(line: Mapping[str, Any]) -> str:
    key = line.get("custom_id")
    if not isinstance(key, str):
        raise ValueError("it has no custom_id")
    return key


def _fields(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("it has no answer")
    # Names with a line before them are the SDK's own.
    return {str(name): value for name, value in body.items() if not str(name).startswith("_")}


def _words(error: object) -> str:
    message = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return " ".join(str(message or "no answer came").split())[:200]


OPENAI_BATCHES = Format(
    name="openai",
    api=OPENAI_API,
    suffix=".jsonl",
    most_requests=50_000,
    most_bytes=200_000_000,
    opening="",
    between="\n",
    closing="\n",
    body=lambda fields, parameters: {**fields, **parameters},
    request=_openai_request,
    result=_openai_result,
)
ANTHROPIC_BATCHES = Format(
    name="anthropic",
    api=ANTHROPIC_API,
    suffix=".json",
    most_requests=100_000,
    most_bytes=256_000_000,
    opening='{"requests": [\n',
    between=",\n",
    closing="\n]}\n",
    body=lambda fields, parameters: {**fields, **words_of(parameters)},
    request=_anthropic_request,
    result=_anthropic_result,
)


def format_of(api: Api) -> Format:
    """The format of the batches of an API. Raises ConfigError where there is none."""
    for each in (OPENAI_BATCHES, ANTHROPIC_BATCHES):
        if each.api is api:
            return each
    raise ConfigError(
        "llmcheck writes batches for OpenAI and Anthropic alone: name a model of theirs"
    )
