"""What an endpoint says when it does not answer, whatever the shape it says it in.

Endpoints agree on little but the status codes, and not on those: an error is an object, a list, a
plain text or a page, stands under ``error`` or ``detail``, quotes another server's error as text,
and some come with status 200. All become a ``Complaint``; ``meaning`` says what one means.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from llmcheck.llm.endpoint.bounds import TooLarge, TooSlow

_ECHOES = frozenset({"input", "ctx", "url", "request", "failed_generation"})
"""Where errors repeat what was sent, or what was answered: no words of the endpoint's own."""
_PASSING = re.compile(
    r"rate.?limit|overload|too many requests|try again|unavailable|time.?out|busy", re.IGNORECASE
)
_SERVER = re.compile(r"server.?error|internal|upstream.*(fail|error)|bad gateway", re.IGNORECASE)
_UNIT = r"(?:ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)(?![a-z])"
_WORDED_WAIT = re.compile(
    rf"(?:again|retry|wait|reset\w*|available)\D{{0,20}}?((?:\d+(?:\.\d+)?\s*{_UNIT}\s*)+)",
    re.IGNORECASE,
)
_DURATION = re.compile(rf"(?:\d+(?:\.\d+)?\s*{_UNIT}\s*)+", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(milli|ms|s|m|h|d)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "milli": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SHOWN = 8_000
"""Characters in which to look for the words of a page."""
NO_COMPLETION = "no completion"
"""The code of a complaint that is an answer of another sort."""
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e9, 1e12


@dataclass(frozen=True)
class Complaint:
    """An error as an endpoint tells it."""

    status: int
    """The HTTP status, or what the body gives for it where that came with status 200."""
    message: str
    """For a person to read."""
    said: str = ""
    """Everything the body says, to look for words in."""
    codes: frozenset[str] = frozenset()
    """Codes and types of the error, in small letters."""
    param: str = ""
    """The field of the request that it is about, where the body has a place to say so."""
    wait: float | None = None
    """Seconds after which it may be asked again, where it says so."""


class Refusal(Exception):
    """The endpoint did not answer a request. ``sent`` are the parameters that it carried."""

    def __init__(self, complaint: Complaint, sent: Mapping[str, Any]) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint
        self.sent = sent


class Unreachable(Exception):
    """Nothing came from the endpoint, or not in time."""

    def __init__(self, error: BaseException, *, timed_out: bool) -> None:
        # The client's own errors only say that there was one.
        cause = error.__cause__ or error
        super().__init__(str(cause))
        self.timed_out = timed_out or isinstance(cause, TooSlow)
        self.too_large = isinstance(cause, TooLarge)


def complaint_of(response: Any) -> Complaint:
    """What an HTTP response with an error's status says."""
    # The whole body: clients keep what stands under "error" alone, where there is that.
    body: Any = response.text
    with contextlib.suppress(ValueError, RecursionError):
        body = json.loads(body)
    leads = response.headers.get("location")
    if leads and response.status_code < HTTPStatus.BAD_REQUEST:
        return Complaint(response.status_code, f"redirects to {leads}")
    return complaint(response.status_code, body, response.headers)


def inner_complaint(completion: Any) -> Complaint | None:
    """The error that stands in a body with status 200, if there is one in the place of an answer.

    Gateways have begun to answer before they know, or pass on a server's error as they got it.
    """
    choices = getattr(completion, "choices", None) or []
    if choices and getattr(choices[0], "error", None):
        body = choices[0].error
    elif not choices and getattr(completion, "error", None):
        body = completion.error
    else:
        return None
    found = complaint(HTTPStatus.OK, body, {})
    numbers = [int(code) for code in found.codes if re.fullmatch(r"[45]\d\d", code)]
    if numbers:
        status = numbers[0]
    elif _PASSING.search(found.said):
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif _SERVER.search(found.said):
        status = HTTPStatus.BAD_GATEWAY
    else:
        status = HTTPStatus.OK
    return complaint(status, body, {})


def no_completion(came: str) -> Complaint:
    """What is said by an answer with status 200 that is no chat completion; ``came`` is its text.

    A proxy's page, half an answer, nothing at all: often something that passes.
    """
    words = " ".join(_MARKUP.sub(" ", came[:_SHOWN]).split())
    what = f"no chat completion ({words})" if words else "no chat completion"
    return Complaint(HTTPStatus.OK, what, codes=frozenset({NO_COMPLETION}))


def complaint(status: int, body: Any, headers: Mapping[str, str]) -> Complaint:
    """What ``body``, parsed JSON or text, says with ``status`` and ``headers``."""
    said = " ".join(_texts(body))
    wait = retry_after(headers)
    return Complaint(
        status=int(status),
        message=_message(body) or said or "no words",
        said=said,
        codes=frozenset(
            str(value).lower()
            for key in ("code", "type", "status", "reason")
            for value in _values(body, key)
            if isinstance(value, str | int)
        ),
        param=next((str(value) for value in _values(body, "param") if value), ""),
        wait=_worded_wait(body, said) if wait is None else wait,
    )


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


def _worded_wait(body: Any, said: str) -> float | None:
    """The wait that a body asks for: as Google's field, as a time of reset, or in words."""
    for value in _values(body, "retryDelay"):
        if found := re.fullmatch(r"(\d+(?:\.\d+)?)s", str(value)):
            return float(found[1])
    for value in _values(body, "X-RateLimit-Reset"):
        if found := re.fullmatch(r"\d+(?:\.\d+)?", str(value)):
            at = float(found[0])
            at = at / 1000 if at > _EPOCH_MILLISECONDS else at
            if at > _EPOCH_SECONDS:
                return at - time.time()
    if found := _WORDED_WAIT.search(said):
        return seconds_in(found[1])
    return None


def seconds_in(text: str) -> float | None:
    """The seconds of a duration with its units, as ``1m30s``; None for any other text."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(n) * _SECONDS[unit.lower()] for n, unit in _PART.findall(text))


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, list):
        for each in body:
            yield from _texts(each)
    elif isinstance(body, dict):
        for key, value in body.items():
            if key not in _ECHOES:
                yield from _texts(value)


def _values(body: Any, name: str) -> Iterator[Any]:
    """What stands under ``name``, at any depth; also in JSON that a text quotes."""
    if isinstance(body, str) and body.lstrip().startswith(("{", "[")):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return
    if isinstance(body, list):
        for each in body:
            yield from _values(each, name)
    elif isinstance(body, dict):
        for key, value in body.items():
            if key == name:
                yield value
            if key not in _ECHOES and isinstance(value, dict | list | str):
                yield from _values(value, name)


def _message(body: Any) -> str:
    if isinstance(body, list):
        return "; ".join(filter(None, map(_message, body[:3])))
    if not isinstance(body, dict):
        return "" if body is None else str(body)
    for key in ("error", "message", "detail", "msg", "errors", "title"):
        if body.get(key):
            text = _message(body[key])
            if place := body.get("loc"):
                text = f"{'.'.join(map(str, place))}: {text}" if isinstance(place, list) else text
            raw = _quotations(body)
            return f"{text}: {raw}" if raw and raw not in text else text
    return json.dumps(body, default=str) if body else ""


def _quotations(body: Mapping[str, Any]) -> str:
    """The words of the server behind a gateway, which the gateway's own only announce."""
    metadata = body.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str):
        return ""
    try:
        return _message(json.loads(raw))
    except (ValueError, RecursionError):
        return raw
