"""One conversation in one way of asking for JSON: question, answer, and at most one correction.

instructor says how to ask for a schema, reads what came, and asks again with what was wrong. Most
answers fit at once and need nothing of it but how to ask, which is the same for every call of a
schema: that is kept of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from llmcheck.errors import InvalidReply
from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.asking import ask_through
from llmcheck.llm.endpoint.exchange import Exchange, messages_of
from llmcheck.llm.endpoint.sending import Sender
from llmcheck.llm.port import T, parse_reply
from llmcheck.providers import Mode

_BESIDE_SCHEMA = ("model", "messages")


class Unanswered(Exception):
    """A conversation brought no answer that fits; its cause says why."""


class Conversations:
    """Those with the models behind one sender; ``names`` are the endpoint's own for them."""

    def __init__(self, sender: Sender, api: Api, names: Mapping[str, str]) -> None:
        self._sender = sender
        self._api = api
        self._names = names
        self._ways: dict[type[BaseModel], Mapping[str, Any]] = {}
        """By schema: what of a request asks for it. Of answers in plain JSON alone: in a call of
        a tool instructor looks at more than its arguments."""

    def hold(self, exchange: Exchange, schema: type[T], way: Mode) -> tuple[T, str]:
        """The answer, and the JSON text that it was read from. Raises Unanswered."""
        from instructor.core import InstructorRetryException

        call = exchange.call
        question = {
            "model": self._names.get(call.model, call.model),
            "messages": messages_of(call),
        }
        at_hand: list[Any] = []
        known = self._ways.get(schema) if way == "JSON_SCHEMA" else None
        if known is not None:
            try:
                at_hand.append(self._sender.send(exchange, **question, **known))
            except Exception as error:
                raise Unanswered from error
            raw = self._raw(exchange, way)
            try:
                return parse_reply(raw, call, schema), raw
            except InvalidReply:
                pass  # instructor goes on from there.

        def send(**fields: Any) -> Any:
            if at_hand:
                return at_hand.pop()
            if way == "JSON_SCHEMA" and fields.get("messages") == question["messages"]:
                rest = {name: fields[name] for name in fields if name not in _BESIDE_SCHEMA}
                self._ways.setdefault(schema, rest)
            return self._sender.send(exchange, **fields)

        try:
            value = ask_through(send, call, schema, way, self._api, self._names)
        except InstructorRetryException as error:
            raise Unanswered from error.__cause__
        raw = self._raw(exchange, way)
        try:
            return parse_reply(raw, call, schema), raw
        except InvalidReply:
            raw = value.model_dump_json(by_alias=True)
            return parse_reply(raw, call, schema), raw

    def _raw(self, exchange: Exchange, way: Mode) -> str:
        return exchange.received.json_text(way) if exchange.received else ""
