"""Calls in the hands of workers: each connects by the settings, and asks through its own cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic

from llmcheck import errors
from llmcheck.engine.stages import Stage
from llmcheck.engine.work import Row, require_engine, run_workers, stages_of
from llmcheck.errors import BudgetExceeded, ConfigError, InvalidReply, LLMError, TooLong
from llmcheck.llm.connect import Connection, connect, recording_of, wishes_of
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.port import (
    LLM,
    Call,
    Outcome,
    Probabilities,
    Reply,
    T,
    canonical_json,
    digest,
    parse_reply,
)
from llmcheck.llm.side_by_side import Ask, Ended, answer_all
from llmcheck.providers import endpoint_name, place_of
from llmcheck.settings import Settings
from llmcheck.tokens import Tokens

if TYPE_CHECKING:
    import pyarrow

CHUNK = 1_000
"""Calls that are handed out, and kept, at once: the most that an interruption can cost."""


def connect_engine(settings: Settings, workers: int) -> Connection:
    """A connection whose calls are made by ``workers`` processes, for a ``Checker``.

    Raises ConfigError as ``connect`` does, for a recording, and where the extra is missing.
    """
    require_engine()
    if settings.record is not None:
        raise ConfigError("an engine does not record: leave --engine or --record away")
    here = connect(settings)
    answered = _AnsweredLLM()
    calls = EngineCalls(settings, workers, here, answered)
    return Connection(answered, here.model, here.prices, calls, here.tables)


@dataclass
class _AnsweredLLM:
    """A port that gives the answers that workers have brought."""

    rows: dict[str, Row] = field(default_factory=dict)

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """The answer, or the error, of the call. Raises KeyError where none was brought."""
        row = self.rows[call.key]
        tokens = Tokens(row["input_tokens"], row["output_tokens"], row["estimated"])
        if row["error"]:
            raise _error_of(row, call, tokens)
        value = parse_reply(row["raw"], call, schema)
        shares = json.loads(row["probabilities"])
        return Reply(value, row["raw"], tokens, row["origin"], shares, row["put_key"])


@dataclass
class _Spent:
    """What the workers have taken of the limits."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass
class EngineCalls:
    """The fan-out (``FanOut``) over workers; serves one run at a time."""

    settings: Settings
    workers: int
    here: Connection
    """How this process would connect: for prices."""
    answered: _AnsweredLLM
    spent: _Spent = field(default_factory=_Spent)
    lock: FreshLock = field(default_factory=FreshLock)

    def __call__(
        self,
        llm: LLM,
        asks: Iterable[Ask[Any]],
        concurrency: int,
        then: Callable[[Ended[Any]], Sequence[Ask[Any]]],
    ) -> None:
        """As ``answer_all``: answers of earlier runs from the stage, the others by workers."""
        waiting = {ask.call.key: ask for ask in asks}
        known = set(waiting)
        with self.lock:
            while waiting:
                chunk = _chunk(waiting.values())
                self.answered.rows = self._answer(chunk, concurrency)
                ended: list[Ended[Any]] = []
                answer_all(llm, chunk, 1, _into(ended))
                for each in ended:
                    del waiting[each.ask.call.key]
                    more = {ask.call.key: ask for ask in then(each)}
                    waiting |= {key: ask for key, ask in more.items() if key not in known}
                    known |= more.keys()

    def _answer(self, asks: Sequence[Ask[Any]], concurrency: int) -> dict[str, Row]:
        """A row for each call, by its key; all are of one prompt."""
        calls = [ask.call for ask in asks]
        stage = Stage(stages_of(self.settings) / calls[0].prompt, reply_schema())
        wishes = {} if self.settings.replay else wishes_of(self.settings)
        # An answer of another endpoint, or one given with other wishes, is none.
        place = endpoint_name(place_of(self.settings.model, self.settings.base_url))
        keys = {call.key: digest(f"{place} {_wished(call, wishes).key}") for call in calls}
        kept = {} if self.settings.replay else stage.rows(keys.values())
        rows = {
            key: {**kept[put][0], "origin": "cache"} for key, put in keys.items() if put in kept
        }
        asked = [ask for ask in asks if ask.call.key not in rows]
        if asked:
            workers = min(self.workers, len(asked), concurrency)
            if self.settings.max_calls is not None:
                workers = max(1, min(workers, self.settings.max_calls - self.spent.calls))
            answers = run_workers(
                [_row_of(ask) for ask in asked],
                call_schema(),
                Caller(_everywhere(self._share(workers)), asks[0].schema, concurrency // workers),
                reply_schema(),
                workers=workers,
                batch=max(1, -(-len(asked) // (4 * workers))),
            )
            self._note(answers)
            made = {row["key"]: row for row in answers}
            stage.add([
                {**made[call.key], "key": keys[call.key]}
                for call in (ask.call for ask in asked)
                if _is_kept(made[call.key], call)
            ])  # fmt: skip
            rows |= made
        return rows

    def _share(self, workers: int) -> Settings:
        """The settings with what is left of each limit, shared out evenly."""
        most, share = self.settings, dict[str, Any]()
        if most.max_calls is not None:
            share["max_calls"] = max(0, most.max_calls - self.spent.calls) // workers
        if most.max_tokens is not None:
            share["max_tokens"] = max(0, most.max_tokens - self.spent.tokens) // workers
        if most.max_cost is not None:
            share["max_cost"] = max(0.0, most.max_cost - self.spent.cost) / workers
        if most.requests_per_minute is not None:
            share["requests_per_minute"] = max(1, most.requests_per_minute // workers)
        if most.tokens_per_minute is not None:
            share["tokens_per_minute"] = max(1, most.tokens_per_minute // workers)
        return most.model_copy(update=share)

    def _note(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row["origin"] == "model":
                tokens = Tokens(row["input_tokens"], row["output_tokens"])
                cost = self.here.prices.cost(tokens) if self.here.prices else None
                self.spent.calls += 1
                self.spent.tokens += tokens.total
                self.spent.cost += float(cost or 0)


@dataclass
class Caller(Generic[T]):
    """What a worker does with the calls that it is handed."""

    settings: Settings
    schema: type[T]
    concurrency: int
    _llm: LLM | None = None

    def __call__(self, rows: list[Row]) -> list[list[Row]]:
        """The outcome of each call."""
        if self._llm is None:
            self._llm = connect(self.settings).llm
        asks = [_ask_of(row, self.schema) for row in rows]
        ended: list[Ended[Any]] = []
        answer_all(self._llm, asks, self.concurrency, _into(ended))
        made = {each.ask.call.key: _row_of_outcome(*each[:2]) for each in ended}
        return [[made[ask.call.key]] for ask in asks]


def _chunk(asks: Iterable[Ask[Any]]) -> list[Ask[Any]]:
    """As many as are handed out at once, all of the first one's prompt."""
    listed = list(asks)
    alike = (ask for ask in listed if ask.call.prompt == listed[0].call.prompt)
    return list(islice(alike, CHUNK))


def _into(ended: list[Ended[Any]]) -> Callable[[Ended[Any]], Sequence[Ask[Any]]]:
    def note(each: Ended[Any]) -> Sequence[Ask[Any]]:
        ended.append(each)
        return ()

    return note


def call_schema() -> pyarrow.Schema:
    """The columns of a call."""
    import pyarrow as pa

    names = ("stage", "prompt", "prompt_digest", "model", "system", "user", "parameters")
    return pa.schema([*((name, pa.string()) for name in names), ("splittable", pa.bool_())])


def reply_schema() -> pyarrow.Schema:
    """The columns of an outcome: of the call's key, and what came, or went wrong."""
    import pyarrow as pa

    return pa.schema([
        ("key", pa.string()), ("put_key", pa.string()), ("raw", pa.string()),
        ("input_tokens", pa.int64()), ("output_tokens", pa.int64()), ("estimated", pa.bool_()),
        ("origin", pa.string()), ("probabilities", pa.string()),
        ("error", pa.string()), ("message", pa.string()),
    ])  # fmt: skip


def _row_of(ask: Ask[Any]) -> Row:
    parameters = canonical_json(dict(ask.call.parameters))
    return {**vars(ask.call), "stage": ask.stage, "parameters": parameters}


def _ask_of(row: Row, schema: type[T]) -> Ask[T]:
    fields = {**row, "parameters": json.loads(row["parameters"])}
    stage = fields.pop("stage")
    return Ask(stage, Call(**fields, schema=schema.model_json_schema()), schema)


def _everywhere(settings: Settings) -> Settings:
    """The settings with paths that lead to the same place from another working folder."""
    paths = {"cache": settings.cache, "replay": settings.replay and recording_of(settings.replay)}
    absolute = {name: path.expanduser().absolute() for name, path in paths.items() if path}
    return settings.model_copy(update=absolute)


def _wished(call: Call, wishes: dict[str, Any]) -> Call:
    return replace(call, parameters={**call.parameters, **wishes}) if wishes else call


def _row_of_outcome(ask: Ask[T], outcome: Outcome[T]) -> Row:
    key = ask.call.key
    row: Row = {"key": key, "put_key": key, "raw": "", "probabilities": "{}"}
    if isinstance(outcome, Reply):
        row |= {
            "put_key": outcome.key,
            "raw": outcome.raw,
            "probabilities": canonical_json(_plain(outcome.probabilities)),
            "origin": outcome.origin,
            "error": "",
            "message": "",
        }
        tokens = outcome.tokens
    else:
        tokens = outcome.tokens or Tokens()
        paid = "model" if tokens.total else ""
        row |= {"origin": paid, "error": type(outcome).__name__, "message": str(outcome)}
    return row | {
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "estimated": tokens.estimated,
    }


def _plain(shares: Probabilities) -> dict[str, dict[str, float]]:
    return {field: dict(of) for field, of in shares.items()}


def _error_of(row: Row, call: Call, tokens: Tokens) -> LLMError | BudgetExceeded:
    kind = getattr(errors, row["error"], LLMError)
    error: LLMError | BudgetExceeded
    if kind is BudgetExceeded:
        error = BudgetExceeded(row["message"])
    else:
        kind = kind if issubclass(kind, LLMError) else LLMError
        error = kind(row["message"], call_key=row["put_key"], prompt=call.prompt)
    error.tokens = tokens if row["origin"] == "model" else None
    return error


def _is_kept(row: Row, call: Call) -> bool:
    """Whether it is the same another time: an answer, or that it does not come whole."""
    not_whole = row["error"] in (InvalidReply.__name__, TooLong.__name__)
    return row["origin"] != "replay" and (not row["error"] or (call.splittable and not_whole))
