"""Keys that an endpoint repeats: taken out of all that it says, before anything is done with that.

A server may show a key in an error, a header or an answer, as it came or as it stands in an
address or in JSON. What it shows of a key in part cannot be told from other text.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import BaseModel

INSTEAD = "[key]"
"""What stands in the place of a key."""

_IN_WORDS, _IN_ANSWERS = 8, 16
"""Characters from which a key is sought in messages, and in answers: a server without one is given
"any" or "ollama", which may well stand there."""
_VALUE_LENGTH = 20
"""Characters from which a value in the address or in a header of the user's counts as a key."""
_LIBRARIES = ("openai", "instructor", "httpx", "httpcore", "anthropic", "google")


class Secrets:
    """The keys that go to one endpoint."""

    def __init__(self, base_url: str, api_key: str) -> None:
        keys = (
            api_key,
            *_in_address(base_url),
            *_in_headers(os.environ.get("OPENAI_CUSTOM_HEADERS", "")),
        )
        self._in_words = _pattern(key for key in keys if len(key) >= _IN_WORDS)
        sought = [key for key in keys if len(key) >= _IN_ANSWERS]
        self._in_answers = _pattern(sought) if sought else None
        self._loggers = 0
        """How many there were when they were last looked through."""

    def out_of(self, words: str) -> str:
        """A message of the endpoint's without the keys."""
        return self._in_words.sub(INSTEAD, words)

    def out_of_answer(self, answer: Any) -> Any:
        """What an endpoint answered, parsed, without the keys: changed where it stands."""
        if self._in_answers is None:
            return answer
        if isinstance(answer, str):
            cleaned = self._in_answers.sub(INSTEAD, answer)
            return answer if cleaned == answer else cleaned  # Enumerations are texts, too.
        if isinstance(answer, list):
            answer[:] = map(self.out_of_answer, answer)
        elif isinstance(answer, dict):
            for name in list(answer):
                answer[self.out_of_answer(name)] = self.out_of_answer(answer.pop(name))
        elif isinstance(answer, BaseModel):
            for name, value in vars(answer).items():
                vars(answer)[name] = self.out_of_answer(value)
            self.out_of_answer(answer.model_extra)
        return answer

    def out_of_error(self, error: Exception) -> None:
        """Take the keys out of an error, and away what it was raised from where that has them."""
        error.args = tuple(self.out_of(a) if isinstance(a, str) else a for a in error.args)
        cause = error.__cause__
        while cause is not None:
            if self._in_words.search(f"{cause} {cause!r}"):
                error.__cause__, error.__suppress_context__ = None, True
                return
            cause = cause.__cause__

    def out_of_logs(self) -> None:
        """Have the libraries that talk to the endpoint log without the keys, from now on."""
        if self._loggers == len(logging.root.manager.loggerDict):
            return
        self._loggers = len(logging.root.manager.loggerDict)
        _filter.patterns.add(self._in_words)
        for name in tuple(logging.root.manager.loggerDict):
            if name.startswith(_LIBRARIES):
                logging.getLogger(name).addFilter(_filter)  # Once, however often it is added.


class _LogFilter(logging.Filter):
    """Takes keys out of what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.patterns: set[re.Pattern[str]] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # Not ours to report: whoever writes it down does.
        cleaned = self._clean(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            cleaned = self._clean(trace)
            if cleaned != trace:
                record.exc_info, record.exc_text = None, cleaned
        return True

    def _clean(self, text: str) -> str:
        for pattern in tuple(self.patterns):
            text = pattern.sub(INSTEAD, text)
        return text


_filter = _LogFilter()


def _pattern(secrets: Iterable[str]) -> re.Pattern[str]:
    forms = sorted({form for each in secrets for form in _forms(each)}, key=len, reverse=True)
    # JSON may escape a slash, and JSON that is quoted in JSON does so again.
    written = [re.escape(form).replace("/", r"\\*/") for form in forms]
    return re.compile("|".join(written) or r"(?!)", re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    """A secret as it came, in JSON and in an address."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="")
    yield quote(secret)


def _in_address(base_url: str) -> Iterator[str]:
    parts = urlsplit(base_url)
    if parts.password:
        user, password = unquote(parts.username or ""), unquote(parts.password)
        yield password
        # As httpx sends them.
        yield base64.b64encode(f"{user}:{password}".encode()).decode()
    yield from (value for _, value in parse_qsl(parts.query) if len(value) >= _VALUE_LENGTH)


def _in_headers(lines: str) -> Iterator[str]:
    for line in lines.splitlines():
        words = line.partition(":")[2].split()
        yield from (word for word in words if len(word) >= _VALUE_LENGTH)
