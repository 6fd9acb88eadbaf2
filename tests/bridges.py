"""A question whose answer is a bridge, and a client of a scripted endpoint to ask it with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from wire import Endpoint

from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.port import Call, Reply

KEY = "sk-test-4f9d2c81aa"
GOOD = '{"name": "Orrin Bridge", "metres": 214}'
WRONG_FIELDS = '{"title": "Orrin Bridge"}'
WRONG_VALUE = '{"name": "Orrin Bridge", "metres": -3}'


class Bridge(BaseModel):
    """A bridge and its span."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    metres: int = Field(gt=0)


BRIDGE = Bridge(name="Orrin Bridge", metres=214)


class Waits(list[float]):
    """A sleep that only takes notes, and the clock that it moves on."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def now(self) -> float:
        return sum(self)


def call(user: str = "The Orrin Bridge spans 214 m.", **changes: Any) -> Call:
    values = {
        "prompt": "spans.v1",
        "prompt_digest": "0" * 64,
        "model": "scripted",
        "system": "Find the bridge.",
        "schema": Bridge.model_json_schema(),
        "parameters": {"temperature": 0, "max_tokens": 300},
    }
    return Call(user=user, **{**values, **changes})


def client(endpoint: Endpoint, **changes: Any) -> EndpointLLM:
    values: dict[str, Any] = {"base_url": endpoint.url, "api_key": KEY, "sleep": Waits()}
    values |= changes
    if isinstance(values["sleep"], Waits):
        values.setdefault("clock", values["sleep"].now)
    return EndpointLLM(**values)


def ask(endpoint: Endpoint, question: Call | None = None, **changes: Any) -> Reply[Bridge]:
    return client(endpoint, **changes).complete(question or call(), Bridge)
