"""Anthropic's Messages API, through its SDK (the extra ``anthropic``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from llmcheck.llm.endpoint.answers import answer_in
from llmcheck.llm.endpoint.api import CONNECT_SECONDS, Api, Received, counted, estimated
from llmcheck.llm.endpoint.complaints import (
    Complaint,
    Refusal,
    Unreachable,
    complaint_of,
    inner_complaint,
)
from llmcheck.llm.endpoint.lessons import LIMITS, Lessons, limit_of
from llmcheck.llm.wishes import EFFORT
from llmcheck.tokens import Tokens

_UNLIMITED = 32_000
"""Tokens of room where an answer is to have no limit, since the API wants one: what the models
since Claude 4 all take. Where it is too much, the endpoint says how much is not."""
_LEAST_LIMIT = 4_096
"""What the smallest of its models takes, for a request that is to ask for little room."""
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_CUT_OFF = ("max_tokens", "model_context_window_exceeded")
_ABSENT = frozenset(
    {
        *("seed", "logprobs", "top_logprobs"),
        *("frequency_penalty", "presence_penalty", "repetition_penalty", "repeat_penalty"),
    }
)
"""Parameters that the API does not have."""
_SHOWN = ("system", "messages", "tools")


def _connect(base_url: str, api_key: str, timeout: float, http_client: Any) -> Any:
    import anthropic

    return anthropic.Anthropic(
        base_url=base_url,
        api_key=api_key,
        timeout=anthropic.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        max_retries=0,
        http_client=http_client,
    )


def words_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters in the API's own words."""
    body = {name: value for name, value in parameters.items() if name not in LIMITS}
    if EFFORT in body:
        effort = body.pop(EFFORT)
        body["output_config"] = {**body.get("output_config", {}), "effort": effort}
    if "stop" in body:
        body["stop_sequences"] = body.pop("stop")
    return {"max_tokens": limit_of(parameters) or _LEAST_LIMIT, **body}


def _ask(client: Any, fields: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    import anthropic

    body = words_of(parameters)
    try:
        return client.messages.create(**fields, max_tokens=body.pop("max_tokens"), extra_body=body)
    except anthropic.APIStatusError as error:
        raise Refusal(complaint_of(error.response), parameters) from error
    except anthropic.AnthropicError as error:
        timed_out = isinstance(error, anthropic.APITimeoutError)
        raise Unreachable(error, timed_out=timed_out) from error


def _read(completion: Any) -> Received | Complaint | None:
    from anthropic.types import Message

    if complaint := inner_complaint(completion):
        return complaint
    if not isinstance(completion, Message) or not isinstance(completion.content, list):
        return None
    blocks = completion.content
    texts = [block for block in blocks if block.type == "text"]
    for block in texts:
        # A tidied answer is what instructor parses.
        block.text = answer_in(block.text or "")
    called = next((block for block in blocks if block.type == "tool_use"), None)
    details = getattr(completion.usage, "output_tokens_details", None)
    return Received(
        text=texts[-1].text if texts else "",
        arguments=None if called is None else json.dumps(called.input, ensure_ascii=False),
        cut_off=completion.stop_reason in _CUT_OFF,
        thought=any("thinking" in block.type for block in blocks)
        or counted(details, "thinking_tokens") > 0
        or not blocks,
        withheld=_refusal(completion),
    )


def _refusal(completion: Any) -> str:
    if completion.stop_reason != "refusal":
        return ""
    details = getattr(completion, "stop_details", None)
    why = str(getattr(details, "explanation", None) or "the model gives no reason")
    return f"is a refusal: {why[:200]}"


def _tokens(completion: Any, sent_bytes: int) -> Tokens | None:
    usage = getattr(completion, "usage", None)
    sent, received = counted(usage, *_INPUT), counted(usage, "output_tokens")
    if sent or received:
        return Tokens(sent, received)
    blocks = getattr(completion, "content", None)
    if not isinstance(blocks, list):
        return None
    return estimated(sent_bytes, *(block.model_dump_json() for block in blocks))


def _shown(fields: Mapping[str, Any]) -> Any:
    return {name: fields.get(name) for name in _SHOWN}


ANTHROPIC_API = Api(
    provider="anthropic",
    # instructor has structured outputs under a beta's name that the SDK no longer has.
    modes=MappingProxyType({"TOOLS": "TOOLS", "MD_JSON": "JSON"}),
    beginning=Lessons(refused=_ABSENT | {"max_completion_tokens"}),
    unlimited=_UNLIMITED,
    connect=_connect,
    ask=_ask,
    read=_read,
    tokens=_tokens,
    shown=_shown,
)
