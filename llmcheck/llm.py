"""The port through which every model call goes, and the one function that fans calls out.

An ``LLM`` answers a ``Call`` with a ``Reply``. Caching, recording, replaying, counting and
faking are wrappers or stand-ins with the same method, so no stage knows which one it talks to.
(The shape is that of httpx's transports, with ``FakeLLM`` in the place of ``MockTransport``.)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from llmcheck.errors import BudgetExceeded, InvalidReply, LLMError
from llmcheck.models import Failure, Stage
from llmcheck.prompts import Prompt

T = TypeVar("T", bound=BaseModel)

Origin = Literal["model", "cache", "replay"]

Probabilities = Mapping[str, Mapping[str, float]]
"""For a field of an answer that is a choice: the probability of each option, sum 1."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """sha256 of the text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Call:
    """One question to a model, wholly described: what decides the answer, and nothing else.

    Keys, endpoints, time-outs, retries and concurrency are no part of it, nor is where the
    documents lie: the same texts make the same call.
    """

    prompt: str
    """Name of the prompt file, version included (``judge.v1``)."""
    prompt_digest: str
    """sha256 of the prompt file."""
    model: str
    system: str
    user: str
    schema: Mapping[str, Any]
    """JSON Schema that the answer must satisfy."""
    parameters: Mapping[str, Any]
    """Sampling parameters (temperature, max_tokens, seed, ...)."""

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What the key is made of; long fixed parts stand in it by their sha256."""
        return {
            "prompt": self.prompt,
            "prompt_digest": self.prompt_digest,
            "model": self.model,
            "parameters": dict(self.parameters),
            "system_digest": digest(self.system),
            "schema_digest": digest(canonical_json(self.schema)),
            "user": self.user,
        }

    @cached_property
    def key(self) -> str:
        """sha256 of the canonical JSON of ``identity``, in hex."""
        return digest(canonical_json(self.identity))


class Tokens(NamedTuple):
    """Tokens of one call, as the endpoint counted them; zero where it did not say."""

    input: int = 0
    output: int = 0


@dataclass(frozen=True)
class Reply(Generic[T]):
    """An answer that satisfies its schema."""

    value: T
    raw: str
    """The answer as JSON text, as received; what is stored, and validated on every read."""
    tokens: Tokens
    origin: Origin
    probabilities: Probabilities = field(default_factory=dict)
    """How sure the model was of its choices; empty where the endpoint does not tell."""


class LLM(Protocol):
    """Anything that answers calls. Must be safe to call from several threads."""

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer ``call`` with an instance of ``schema``.

        Raises LLMError when this call failed and BudgetExceeded when it may not be made.
        """
        ...


def parse_reply(raw: str, call: Call, schema: type[T]) -> T:
    """Validate the raw JSON of an answer. Raises InvalidReply with pydantic's reasons."""
    try:
        return schema.model_validate_json(raw)
    except ValidationError as error:
        reasons = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in error.errors()[:3]
        )
        raise InvalidReply(
            f"the answer to {call.prompt} does not fit its schema ({reasons})",
            call_key=call.key,
            prompt=call.prompt,
        ) from error


class FakeLLM:
    """A stand-in for tests: ``handler`` gets the call and returns the answer.

    The answer may be a model instance, a JSON-able value or raw JSON text; it is validated
    like any other. Errors that the handler raises pass through. ``calls`` lists what was asked.
    """

    def __init__(self, handler: Callable[[Call], Any]) -> None:
        self._handler = handler
        self.calls: list[Call] = []

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer with what the handler returns. Raises InvalidReply when it does not fit."""
        self.calls.append(call)
        answer = self._handler(call)
        if isinstance(answer, BaseModel):
            raw = answer.model_dump_json()
        elif isinstance(answer, str):
            raw = answer
        else:
            raw = json.dumps(answer)
        return Reply(parse_reply(raw, call, schema), raw, Tokens(), "model")


Outcome = Reply[T] | LLMError | BudgetExceeded


def failure(stage: Stage, subject: str, error: LLMError | BudgetExceeded) -> Failure:
    """A failed call as the report tells it."""
    cause: Literal["error", "budget"] = "budget" if isinstance(error, BudgetExceeded) else "error"
    return Failure(stage=stage, subject=subject, error=str(error), cause=cause)


def complete_all(
    llm: LLM,
    calls: Sequence[Call],
    schema: type[T],
    *,
    concurrency: int = 4,
    on_outcome: Callable[[Outcome[T]], None] | None = None,
) -> list[Outcome[T]]:
    """Answer all calls over threads: one outcome per call, in the order of the calls.

    Calls with equal keys are made once. A call that fails gives its error in its place and
    stops no other. ``on_outcome`` is told of every distinct call, in this thread, as it ends.
    """

    def attempt(call: Call) -> Outcome[T]:
        try:
            return llm.complete(call, schema)
        except (LLMError, BudgetExceeded) as error:
            return error

    outcomes: dict[str, Outcome[T]] = {}
    pool = ThreadPoolExecutor(max_workers=max(1, concurrency), thread_name_prefix="llmcheck")
    try:
        running: dict[Future[Outcome[T]], str] = {
            pool.submit(attempt, call): key
            for key, call in {call.key: call for call in calls}.items()
        }
        for future in as_completed(running):
            outcome = outcomes[running[future]] = future.result()
            if on_outcome is not None:
                on_outcome(outcome)
    finally:
        # After Ctrl-C or a bug, what has not begun must not begin.
        pool.shutdown(wait=True, cancel_futures=True)
    return [outcomes[call.key] for call in calls]


class Progress(NamedTuple):
    """How far one stage is, in calls."""

    stage: Stage
    total: int
    made: int
    cached: int
    replayed: int
    failed: int

    @property
    def left(self) -> int:
        """Calls of the stage not yet answered."""
        return self.total - self.made - self.cached - self.replayed - self.failed


@dataclass(frozen=True)
class Runner:
    """What a stage needs to put a prompt to a model: the port, the model's name, the manners."""

    llm: LLM
    model: str
    concurrency: int = 4
    on_progress: Callable[[Progress], None] = field(default=lambda _: None)

    def run(
        self,
        stage: Stage,
        prompt: Prompt,
        inputs: Sequence[Mapping[str, Any]],
        schema: type[T],
    ) -> list[Outcome[T]]:
        """Render ``prompt`` with each of ``inputs`` and answer all, in order.

        Raises PromptError when the inputs do not fit the prompt; failed calls are outcomes.
        """
        json_schema = schema.model_json_schema()
        calls = [
            Call(
                prompt=prompt.name,
                prompt_digest=prompt.digest,
                model=self.model,
                system=prompt.system,
                user=prompt.render(**variables),
                schema=json_schema,
                parameters=prompt.parameters,
            )
            for variables in inputs
        ]
        counts = {"model": 0, "cache": 0, "replay": 0, "failed": 0}
        total = len({call.key for call in calls})

        def report() -> None:
            self.on_progress(
                Progress(
                    stage, total, counts["model"], counts["cache"], counts["replay"],
                    counts["failed"],
                )
            )  # fmt: skip

        def count(outcome: Outcome[T]) -> None:
            counts[outcome.origin if isinstance(outcome, Reply) else "failed"] += 1
            report()

        report()
        return complete_all(
            self.llm, calls, schema, concurrency=self.concurrency, on_outcome=count
        )
