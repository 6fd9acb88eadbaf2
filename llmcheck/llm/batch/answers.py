"""What a batch answered, held against the calls: a port that answers from results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llmcheck.errors import InvalidReply, LLMError, TooLong
from llmcheck.llm.batch.asking import MOST_TRIES, Asking, pending
from llmcheck.llm.batch.formats import Format, Result
from llmcheck.llm.endpoint.complaints import Complaint
from llmcheck.llm.endpoint.exchange import Exchange
from llmcheck.llm.endpoint.lessons import (
    Lessons,
    limit_of,
    next_to_leave_out,
    taught_by,
    with_more_room,
)
from llmcheck.llm.endpoint.meaning import is_too_long, is_unexplained, passes, rejects_mode
from llmcheck.llm.port import Call, Reply, T, parse_reply
from llmcheck.tokens import Tokens

_MOST_WORDS = 200


@dataclass
class Lines:
    """What stands in results."""

    results: dict[str, Result] = field(default_factory=dict)
    """By the key of the call; the first that says something of each."""
    unknown: list[str] = field(default_factory=list)
    """Ids that nobody asked about."""
    repeated: list[str] = field(default_factory=list)
    """Ids of further lines about a call that has one."""
    broken: list[str] = field(default_factory=list)
    """Where a line cannot be read, and why."""

    def add(self, name: str, text: str, asked: Mapping[str, Any], fmt: Format) -> None:
        """Take the lines of results, of a file by this name."""
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                parsed = json.loads(line)
                if not isinstance(parsed, dict):
                    raise ValueError("it is no object")
                result = fmt.result(parsed)
            except (ValueError, TypeError, RecursionError) as error:
                self.broken.append(f"{name}:{number}: {error}")
                continue
            if result.key not in asked:
                self.unknown.append(result.key)
            elif result.key in self.results:
                self.repeated.append(result.key)
            else:
                self.results[result.key] = result


@dataclass
class Tally:
    """What became of the results."""

    stored: int = 0
    halved: list[str] = field(default_factory=list)
    """Calls that did not come whole and are asked about in parts, and why."""
    unusable: list[str] = field(default_factory=list)
    """Calls whose answer cannot be used, and why."""
    missed: list[str] = field(default_factory=list)
    """Calls that the batch did not come to, and why."""
    tokens: list[Tokens] = field(default_factory=list)
    """Of every answer, usable or not."""
    read: set[str] = field(default_factory=set)
    """Keys of the calls whose result was looked at."""
    tries: dict[str, int] = field(default_factory=dict)


class AnsweringLLM:
    """Answers calls from the results of a batch, and notes what becomes of each in ``tally``.

    ``asked`` are the bodies of the requests, ``tries`` the answers to each call that could not be
    used before. ``lessons`` are, in the end, what the results taught about how to ask.
    """

    def __init__(
        self,
        asking: Asking,
        lessons: Lessons,
        results: Mapping[str, Result],
        asked: Mapping[str, Any],
        tries: Mapping[str, int],
    ) -> None:
        self._asking = asking
        self._results = results
        self._asked = asked
        self.lessons = lessons
        self.tally = Tally(tries=dict(tries))

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """The answer in the results.

        Raises Pending where none can be used yet, and InvalidReply or TooLong where parts are to
        be asked about instead.
        """
        result = self._results.get(call.key)
        if result is None:
            raise pending(call)
        self.tally.read.add(call.key)
        # Only a request as it would be made today teaches: another lesson may be why it failed.
        now = self._asking.body(call, schema, self.lessons)
        sent = self._asking.parameters(call, self.lessons) if self._is_asked(call, now) else None
        if result.complaint is not None:
            raise self._refused(call, result.complaint, sent)
        if result.missed:
            raise self._missed(call, result.missed)
        return self._answered(call, schema, result.completion, sent)

    def _is_asked(self, call: Call, body: Mapping[str, Any]) -> bool:
        # Through JSON, as it was written.
        return bool(json.loads(json.dumps(body)) == self._asked[call.key])

    def _answered(
        self, call: Call, schema: type[T], completion: Any, sent: Mapping[str, Any] | None
    ) -> Reply[T]:
        api = self._asking.format.api
        exchange = Exchange(call)
        try:
            received = api.read(completion)
            size = len(json.dumps(self._asked[call.key], ensure_ascii=False).encode())
            exchange.tokens = api.tokens(completion, size) or Tokens()
        except (AttributeError, TypeError, ValueError, LookupError) as error:
            # The SDKs take any JSON for a completion and look at nothing in it.
            raise self._unusable(call, f"it is no completion ({type(error).__name__})") from None
        self.tally.tokens.append(exchange.tokens)
        if isinstance(received, Complaint):
            raise self._refused(call, received, sent)
        if received is None:
            raise self._unusable(call, "it is no completion")
        if received.cut_off and received.thought and sent is not None:
            more = with_more_room(self.lessons, sent, exchange.tokens.output)
            if more is not None:
                self.lessons = more
                raise self._missed(call, "thinking left no room; the next round gives it more")
        try:
            exchange.receive(received, None if sent is None else limit_of(sent))
        except InvalidReply as error:
            raise self._not_whole(call, error) from None
        raw = received.text if received.arguments is None else received.arguments
        try:
            value = parse_reply(raw, call, schema)
        except InvalidReply as error:
            if self.tally.tries.get(call.key, 0) + 1 < MOST_TRIES:
                raise self._unusable(call, str(error)) from None
            raise self._not_whole(call, error) from None
        if sent is not None:
            taken = self.lessons.taken | sent.keys()
            self.lessons = replace(self.lessons, taken=taken, answered=True)
        self.tally.stored += 1
        return Reply(value, raw, exchange.tokens, "model", exchange.sure(raw))

    def _refused(
        self, call: Call, complaint: Complaint, sent: Mapping[str, Any] | None
    ) -> LLMError:
        said = f"{complaint.status}: {complaint.message}"
        if passes(complaint):
            return self._missed(call, said)
        if is_too_long(complaint):
            error = TooLong(
                f"the text given to {call.prompt} is too long for model {call.model!r} ({said})",
                call_key=call.key,
                prompt=call.prompt,
            )
            return self._not_whole(call, error)
        if sent is None:
            return self._missed(call, f"{said}; it is asked otherwise by now")
        taught = self._taught_by(complaint, sent)
        if taught is not None:
            self.lessons = taught
            return self._missed(call, f"{said}; the next round asks otherwise")
        return self._unusable(call, said)

    def _taught_by(self, complaint: Complaint, sent: Mapping[str, Any]) -> Lessons | None:
        lessons, kept = self.lessons, self._asking.kept
        taught = taught_by(complaint, sent, lessons, kept)
        if taught is not None and taught != lessons:
            return taught
        if rejects_mode(complaint) and lessons.mode + 1 < len(self._asking.ways):
            return replace(lessons, mode=lessons.mode + 1)
        if is_unexplained(complaint) and (names := next_to_leave_out(sent, lessons, kept)):
            return replace(lessons, refused=lessons.refused | set(names))
        return None

    def _not_whole(self, call: Call, error: InvalidReply | TooLong) -> LLMError:
        if not call.splittable:
            return self._unusable(call, str(error))
        self.tally.halved.append(_told(call, str(error)))
        return error

    def _unusable(self, call: Call, why: str) -> LLMError:
        self.tally.tries[call.key] = self.tally.tries.get(call.key, 0) + 1
        self.tally.unusable.append(_told(call, why))
        return pending(call, "its answer cannot be used")

    def _missed(self, call: Call, why: str) -> LLMError:
        self.tally.missed.append(_told(call, why))
        return pending(call, why)


def _told(call: Call, why: str) -> str:
    words = " ".join(why.split())
    return f"{call.prompt} {call.key[:16]}: {words[:_MOST_WORDS]}"
