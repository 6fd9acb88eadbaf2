"""OpenAI's Chat Completions API, which nearly all servers and gateways speak."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from llmcheck.llm.endpoint.answers import (
    cut_off,
    places_of,
    thought,
    tidy,
    tokens_of,
)
from llmcheck.llm.endpoint.api import CONNECT_SECONDS, Api, Received
from llmcheck.llm.endpoint.complaints import (
    Complaint,
    Refusal,
    Unreachable,
    complaint_of,
    inner_complaint,
)
from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.tokens import Tokens

_SHOWN = ("messages", "tools", "response_format")


def _connect(base_url: str, api_key: str, timeout: float, http_client: Any) -> Any:
    import openai

    url = urlsplit(base_url)
    return openai.OpenAI(
        base_url=urlunsplit(url._replace(query="", fragment="")),
        # Where it belongs: openai would go on with the path behind it.
        default_query=dict(parse_qsl(url.query, keep_blank_values=True)),
        api_key=api_key or "none",
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        max_retries=0,
        http_client=http_client,
    )


def _ask(client: Any, fields: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    import openai
    from openai.types.chat import ChatCompletion

    try:
        # As what openai has no method for is posted: its method walks through all that is sent, in
        # search of what it would convert, and finds nothing in plain JSON.
        body = {**fields, **parameters}
        return client.post("/chat/completions", body=body, cast_to=ChatCompletion)
    except openai.APIStatusError as error:
        raise Refusal(complaint_of(error.response), parameters) from error
    except openai.OpenAIError as error:
        raise Unreachable(error, timed_out=isinstance(error, openai.APITimeoutError)) from error


def _read(completion: Any) -> Received | Complaint | None:
    if complaint := inner_complaint(completion):
        return complaint
    if not _usable(completion):
        return None
    choice = completion.choices[0]
    message = choice.message
    signs = thought(choice, getattr(completion, "usage", None))
    said = tidy(message)
    called = message.tool_calls[0].function if message.tool_calls else message.function_call
    withheld = ""
    if choice.finish_reason == "content_filter":
        withheld = "was withheld by the endpoint's content filter"
    elif refusal := getattr(message, "refusal", None):
        withheld = f"is a refusal: {refusal[:200]}"
    return Received(
        text=str(message.content or ""),
        arguments=None if called is None else str(called.arguments),
        cut_off=cut_off(choice),
        thought=signs,
        withheld=withheld,
        said=said,
        places=places_of(choice),
    )


def _usable(completion: Any) -> bool:
    choices = getattr(completion, "choices", None) or []
    return bool(choices) and choices[0].message is not None


def _tokens(completion: Any, sent_bytes: int) -> Tokens | None:
    if _usable(completion) or getattr(completion, "usage", None):
        return tokens_of(completion, sent_bytes)
    return None


def _shown(fields: Mapping[str, Any]) -> Any:
    return {name: fields.get(name) for name in _SHOWN}


OPENAI_API = Api(
    provider="openai",
    modes=MappingProxyType(
        # The last needs nothing of the endpoint.
        {"JSON_SCHEMA": "JSON_SCHEMA", "TOOLS": "TOOLS", "MD_JSON": "MD_JSON"}
    ),
    beginning=Lessons(),
    unlimited=None,
    connect=_connect,
    ask=_ask,
    read=_read,
    tokens=_tokens,
    shown=_shown,
)
