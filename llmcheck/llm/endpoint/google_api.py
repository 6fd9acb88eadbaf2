"""Google's Gemini API (``generateContent``), through its SDK (the extra ``google``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from llmcheck.llm.endpoint.answers import answer_in
from llmcheck.llm.endpoint.api import Api, Received, counted, estimated
from llmcheck.llm.endpoint.complaints import Complaint, Refusal, Unreachable, complaint_of
from llmcheck.llm.endpoint.lessons import LIMITS, Lessons, limit_of
from llmcheck.llm.endpoint.probabilities import Token
from llmcheck.llm.wishes import EFFORT
from llmcheck.tokens import Tokens

_VERSION = "v1beta"
_NAMES = MappingProxyType(
    {
        "temperature": "temperature",
        "top_p": "topP",
        "top_k": "topK",
        "seed": "seed",
        "stop": "stopSequences",
        "frequency_penalty": "frequencyPenalty",
        "presence_penalty": "presencePenalty",
        "logprobs": "responseLogprobs",
        "top_logprobs": "logprobs",
    }
)
"""OpenAI's parameters in the API's words."""
_BUDGETS = MappingProxyType(
    {"none": 0, "minimal": 1_024, "low": 1_024, "medium": 8_192, "high": 24_576}
)
"""Tokens to think for an effort, as Google itself translates it at its address for OpenAI's
protocol. All its models take a budget; only some take a level."""
_GENERATION = "generationConfig"
_THINKING = "thinkingConfig"
_INPUT = ("prompt_token_count", "tool_use_prompt_token_count")
_OUTPUT = ("candidates_token_count", "thoughts_token_count")
_FINISHED = ("STOP", "FINISH_REASON_UNSPECIFIED", "")


def _connect(base_url: str, api_key: str, timeout: float, http_client: Any) -> Any:
    from google import genai
    from google.genai.types import HttpOptions

    options = HttpOptions(
        base_url=base_url,
        api_version=_VERSION,
        timeout=max(1, round(timeout * 1000)),
        httpx_client=http_client,
    )
    # Said outright, since the environment may send it to another service.
    return genai.Client(vertexai=False, api_key=api_key, http_options=options)


def _ask(client: Any, fields: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    import httpx2
    from google.genai.errors import APIError
    from google.genai.types import HttpOptions

    config = fields["config"].model_copy(
        update={
            # As it is: the SDK's own type of a schema knows less than the API.
            "response_schema": None,
            "response_json_schema": _schema(fields["config"]),
            # instructor switches the filters off; they are as Google sets them.
            "safety_settings": None,
            "http_options": HttpOptions(extra_body=_body(parameters)),
        }
    )
    # instructor puts what was wrong with an answer into the model's mouth.
    last = fields["contents"][-1].model_copy(update={"role": "user"})
    contents = [*fields["contents"][:-1], last]
    try:
        return client.models.generate_content(
            model=fields["model"], contents=contents, config=config
        )
    except APIError as error:
        raise Refusal(complaint_of(error.response), parameters) from error
    except ValueError:
        raise
    except Exception as error:
        # Whatever the HTTP client raises, which other SDKs wrap in errors of their own.
        timed_out = isinstance(error, httpx2.TimeoutException)
        raise Unreachable(error, timed_out=timed_out) from error


def _schema(config: Any) -> Any:
    asked = config.response_schema
    return None if asked is None else asked.model_json_schema()


def _body(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters where the API has them; those that it does not know stand at the top."""
    body = {
        name: value
        for name, value in parameters.items()
        if name not in (*_NAMES, *LIMITS, EFFORT, _GENERATION)
    }
    config = {_NAMES[name]: value for name, value in parameters.items() if name in _NAMES}
    if limit := limit_of(parameters):
        config["maxOutputTokens"] = limit
    if effort := parameters.get(EFFORT):
        budget = _BUDGETS.get(effort)
        thinking = {"thinkingLevel": effort} if budget is None else {"thinkingBudget": budget}
        config[_THINKING] = thinking
    return {**body, _GENERATION: {**config, **parameters.get(_GENERATION, {})}}


def _read(completion: Any) -> Received | Complaint | None:
    from google.genai.types import Part

    feedback = getattr(completion, "prompt_feedback", None)
    if reason := getattr(feedback, "block_reason", None):
        return Received("", withheld=f"was withheld: the text is blocked ({_name(reason)})")
    candidates = getattr(completion, "candidates", None)
    if not candidates:
        return None
    candidate = candidates[0]
    parts = getattr(candidate.content, "parts", None) or []
    told = [part for part in parts if not part.thought]
    said = "".join(part.text or "" for part in told)
    calls = [part for part in told if part.function_call is not None]
    text = answer_in(said)
    if candidate.content is not None:
        # A tidied answer is what instructor parses.
        candidate.content.parts = ([Part(text=text)] if text else []) + calls
    called = calls[0].function_call.args or {} if calls else None
    reason = _name(candidate.finish_reason)
    cut_off = reason == "MAX_TOKENS"
    unfinished = "" if cut_off or reason in _FINISHED else f"was stopped ({reason})"
    return Received(
        text=text,
        arguments=None if called is None else json.dumps(called, ensure_ascii=False),
        cut_off=cut_off,
        thought=not told or counted(completion.usage_metadata, "thoughts_token_count") > 0,
        withheld=unfinished,
        said=said,
        places=list(_places(candidate.logprobs_result)),
    )


def _name(reason: Any) -> str:
    return str(getattr(reason, "value", reason) or "")


def _places(result: Any) -> Iterator[Token]:
    """The tokens of an answer with the likeliest ones, where the API tells them."""
    chosen = getattr(result, "chosen_candidates", None) or []
    listed = getattr(result, "top_candidates", None) or []
    for at, taken in enumerate(chosen):
        others = (listed[at].candidates or []) if at < len(listed) else []
        likeliest = {
            each.token: each.log_probability
            for each in (*others, taken)
            if each.token is not None and each.log_probability is not None
        }
        yield Token(taken.token or "", likeliest)


def _tokens(completion: Any, sent_bytes: int) -> Tokens | None:
    usage = getattr(completion, "usage_metadata", None)
    sent, received = counted(usage, *_INPUT), counted(usage, *_OUTPUT)
    if sent or received:
        return Tokens(sent, max(received, counted(usage, "total_token_count") - sent))
    candidates = getattr(completion, "candidates", None)
    if not candidates:
        return None
    return estimated(sent_bytes, *(each.model_dump_json(exclude_none=True) for each in candidates))


def _shown(fields: Mapping[str, Any]) -> Any:
    config = fields["config"]
    return {
        "system": config.system_instruction,
        "contents": [each.model_dump(exclude_none=True) for each in fields["contents"]],
        "tools": [each.model_dump(exclude_none=True) for each in config.tools or ()],
        "schema": _schema(config),
    }


GOOGLE_API = Api(
    provider="genai",
    modes=MappingProxyType({"JSON_SCHEMA": "JSON", "TOOLS": "TOOLS"}),
    beginning=Lessons(
        refused=frozenset({"max_completion_tokens", "repetition_penalty", "repeat_penalty"})
    ),
    unlimited=None,
    connect=_connect,
    ask=_ask,
    read=_read,
    tokens=_tokens,
    shown=_shown,
)
