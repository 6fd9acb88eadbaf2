"""What Anthropic's Messages API and Google's generateContent answer, as they are documented.

Served by ``wire.Endpoint``, each to the SDK of its provider.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wire import Answer, Endpoint, Request

from llmcheck.llm.endpoint.anthropic_api import ANTHROPIC_API
from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.google_api import GOOGLE_API

USAGE = {
    "input_tokens": 40,
    "cache_creation_input_tokens": 7,
    "cache_read_input_tokens": 300,
    "output_tokens": 25,
}
METADATA = {"promptTokenCount": 347, "cachedContentTokenCount": 300, "candidatesTokenCount": 25}


def message(
    *content: Mapping[str, Any], stop_reason: str = "end_turn", usage: Any = USAGE, **fields: Any
) -> Answer:
    """A message of Anthropic's, of these blocks."""
    return Answer(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-x",
            "content": list(content),
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": usage,
            **fields,
        }
    )


def tool_use(arguments: str) -> dict[str, Any]:
    """A block that calls the tool that was asked for."""
    # Under whatever name: instructor reads the first call.
    return {"type": "tool_use", "id": "toolu_1", "name": "Bridge", "input": json.loads(arguments)}


def text_block(text: str) -> dict[str, Any]:
    """A block of text."""
    return {"type": "text", "text": text}


def anthropic_error(status: int, kind: str, words: str, **headers: str) -> Answer:
    """An error of Anthropic's."""
    body = {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}
    return Answer(body, status, headers)


def content(
    *parts: Mapping[str, Any], reason: str = "STOP", usage: Any = METADATA, **fields: Any
) -> Answer:
    """A response of Google's, of one candidate with these parts."""
    candidate = {
        "content": {"role": "model", "parts": list(parts)},
        "finishReason": reason,
        "index": 0,
        **fields,
    }
    return Answer({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-x"})


def google_error(status: int, kind: str, words: str, *details: Mapping[str, Any]) -> Answer:
    """An error of Google's."""
    error = {"code": status, "message": words, "status": kind, "details": list(details)}
    return Answer({"error": error}, status)


@dataclass(frozen=True)
class Provider:
    """A provider's words for what all of them say."""

    api: Api
    good: Callable[[str], Answer]
    """An answer with this JSON, in the way that is asked for first."""
    cut_off: Answer
    thinking_only: Answer
    """An answer that thinking left no room for, of 5,000 tokens."""
    busy: Answer
    """Too many requests; to be asked again in 7 seconds."""
    overloaded: Answer
    wrong_key: Answer
    unknown_model: Answer
    too_long: Answer
    refused: Answer
    no_effort: Answer
    """The model does not take the effort that was asked for."""
    limit: Callable[[Request], int | None]
    """The room that a request leaves its answer."""
    question: Callable[[Request], str]
    """What the user says in a request."""

    def url(self, endpoint: Endpoint) -> str:
        """The base URL for a client: the API's version is the SDK's affair."""
        return endpoint.url.removesuffix("/v1")


ANTHROPIC = Provider(
    api=ANTHROPIC_API,
    good=lambda text: message(tool_use(text), stop_reason="tool_use"),
    cut_off=message(
        {"type": "tool_use", "id": "toolu_1", "name": "Bridge", "input": {"name": "Orr"}},
        stop_reason="max_tokens",
    ),
    thinking_only=message(
        {"type": "thinking", "thinking": "", "signature": "EqQ="},
        stop_reason="max_tokens",
        usage={"input_tokens": 40, "output_tokens": 5000},
    ),
    busy=anthropic_error(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit",
        **{"retry-after": "7"},
    ),
    overloaded=anthropic_error(529, "overloaded_error", "Overloaded"),
    wrong_key=anthropic_error(401, "authentication_error", "invalid x-api-key"),
    unknown_model=anthropic_error(404, "not_found_error", "model: claude-y"),
    too_long=anthropic_error(
        400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"
    ),
    refused=message(
        stop_reason="refusal",
        stop_details={"type": "refusal", "category": "cyber", "explanation": "It may harm."},
    ),
    no_effort=anthropic_error(
        400, "invalid_request_error", "This model does not support the effort parameter."
    ),
    limit=lambda request: request.body["max_tokens"],
    question=lambda request: request.body["messages"][0]["content"],
)
GOOGLE = Provider(
    api=GOOGLE_API,
    good=lambda text: content({"text": text}),
    cut_off=content({"text": '{"name": "Orr'}, reason="MAX_TOKENS"),
    thinking_only=Answer(
        {
            "candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}],
            "usageMetadata": {"promptTokenCount": 40, "thoughtsTokenCount": 5000},
        }
    ),
    busy=google_error(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota",
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"},
    ),
    overloaded=google_error(503, "UNAVAILABLE", "The model is overloaded."),
    wrong_key=google_error(
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
    ),
    unknown_model=google_error(
        404, "NOT_FOUND", "models/gemini-y is not found for API version v1beta"
    ),
    too_long=google_error(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    ),
    refused=Answer({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": METADATA}),
    no_effort=google_error(
        400, "INVALID_ARGUMENT", "Thinking_config.thinking_budget is not supported by this model"
    ),
    limit=lambda request: request.body["generationConfig"].get("maxOutputTokens"),
    question=lambda request: request.body["contents"][0]["parts"][0]["text"],
)
