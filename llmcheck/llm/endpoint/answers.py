"""What stands in a completion: the answer, what was thought before it, and what it took.

Models that think put it in a field of its own, between tags before the answer, in a part of a
list or inside a code fence; some servers put all that a model says where thinking belongs. Here
an answer becomes plain JSON text, before instructor looks at it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from llmcheck.llm.endpoint.api import estimated
from llmcheck.llm.endpoint.probabilities import Token
from llmcheck.tokens import Tokens

_TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
)
"""Between what models think: DeepSeek, Qwen and many more, Magistral, Kimi, gpt-oss."""
_MARKS = tuple(mark.lower() for pair in _TAGS for mark in pair)
_CLOSE_ALONE = [closing for _, closing in _TAGS if closing != "<|end|>"]
"""Those that are answered alone where a template opens the thinking in the prompt."""
_BLANK = 32
"""Characters up to which white space is no answer; one that goes on in it may be long."""
_THINKING_PARTS = ("thinking", "reasoning", "thought")
_CUT_OFF = ("length", "max_tokens")


def cut_off(choice: Any) -> bool:
    """Whether the answer ended where its room did."""
    return choice.finish_reason in _CUT_OFF


def thought(choice: Any, usage: Any) -> bool:
    """Whether there are signs that the model thought, or that nothing but that came of it."""
    message = choice.message
    details = getattr(usage, "completion_tokens_details", None)
    if getattr(details, "reasoning_tokens", 0) or _thinking_of(message):
        return True
    content = message.content
    if isinstance(content, list):
        return any(_kind(part) in _THINKING_PARTS for part in content)
    text = content or ""
    lowered = text.lower()
    if any(mark in lowered for mark in _MARKS):
        return True
    return not text.strip() and len(text) <= _BLANK and not message.tool_calls


def tidy(message: Any) -> str:
    """Leave of a message's content the JSON text alone, and return what stood there before."""
    before = _text(message.content)
    text = answer_in(before)
    if not text.strip() and not message.tool_calls:
        # A server that takes the whole answer for thinking.
        told = answer_in(_thinking_of(message))
        if is_json(told):
            before = text = told
    if message.content is not None or text:
        message.content = text
    for called in message.tool_calls or ():
        function = getattr(called, "function", None)
        if function is not None and isinstance(function.arguments, dict | list):
            function.arguments = json.dumps(function.arguments)
    return before


def answer_in(text: str) -> str:
    """The JSON in ``text``, without thinking, fences and words round it; the text without the
    thinking where there is none.

    JSON is returned as it is, whatever stands in its texts.
    """
    if is_json(text):
        return text
    text = without_thinking(text).strip()
    if not text or is_json(text):
        return text
    from instructor.utils import extract_json_from_codeblock

    try:
        found = extract_json_from_codeblock(text)
    except ValueError:
        return text  # Deeper or longer than anything that was asked for.
    before, _, after = text.rpartition(found)
    # Of an answer that breaks off, a part may be whole: it is not what was asked for.
    whole = all(part.count("{") == part.count("}") for part in (before, after))
    return found if whole and is_json(found) else text


def without_thinking(text: str) -> str:
    """The text without what stands between tags for thinking, closed or not."""
    for opening, closing in _TAGS:
        both = rf"{re.escape(opening)}.*?{re.escape(closing)}"
        text = re.sub(both, "", text, flags=re.DOTALL | re.IGNORECASE)
    for closing in _CLOSE_ALONE:
        head, mark, tail = text.rpartition(closing)
        if mark:
            text = tail if tail.strip() else head
    for opening, _ in _TAGS:
        text = text.partition(opening)[0]
    return text


def is_json(text: str) -> bool:
    """Whether the text is one JSON value and nothing else."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def tokens_of(completion: Any, sent_bytes: int) -> Tokens:
    """What a completion took: as the endpoint counted, else estimated from bytes.

    ``sent_bytes`` is the size of what was sent. Some count what was thought in the total alone.
    """
    usage = getattr(completion, "usage", None)
    sent = _number(usage, "prompt_tokens")
    received = _number(usage, "completion_tokens")
    if sent or received:
        return Tokens(sent, max(received, _number(usage, "total_tokens") - sent))
    choices = getattr(completion, "choices", None) or []
    said: list[str] = []
    for choice in choices:
        if message := getattr(choice, "message", None):
            called = [str(getattr(c, "function", "")) for c in message.tool_calls or ()]
            said += (_text(message.content), _thinking_of(message), *called)
    return estimated(sent_bytes, *said)


def places_of(choice: Any) -> list[Token]:
    """The tokens of an answer with the likeliest ones, where the endpoint tells them."""
    listed = getattr(getattr(choice, "logprobs", None), "content", None) or []
    return [
        Token(
            place.token,
            {other.token: other.logprob for other in (*(place.top_logprobs or ()), place)},
        )
        for place in listed
    ]


def _text(content: Any) -> str:
    """What is said in a content: a text, or the parts of a list that are no thinking."""
    if isinstance(content, list):
        return "".join(_text(part) for part in content if _kind(part) not in _THINKING_PARTS)
    if isinstance(content, dict):
        return _text(content.get("text") or content.get("content"))
    if isinstance(content, str):
        return content
    return _text(getattr(content, "text", None)) if content is not None else ""


def _kind(part: Any) -> str:
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", "")
    return str(kind or "")


def _thinking_of(message: Any) -> str:
    for name in ("reasoning_content", "reasoning"):
        if text := _text(getattr(message, name, None)):
            return text
    return ""


def _number(usage: Any, name: str) -> int:
    value = getattr(usage, name, 0)
    return value if isinstance(value, int) else 0
