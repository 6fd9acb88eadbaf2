"""What is learnt about an endpoint outlives the run, and is learnt anew when it holds no more."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, Bridge, ask, call, client
from wire import Answer, Endpoint, Request, completion, failure, tool_call

from llmcheck.llm.connect import connect
from llmcheck.llm.endpoint.memory import LASTS
from llmcheck.llm.store import ReplyStore
from llmcheck.settings import Settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


class Particular:
    """An endpoint that refuses some fields of a request, at first those of a newer model."""

    def __init__(self) -> None:
        self.refused = {"response_format", "temperature", "max_tokens", "seed"}
        self.silent = False
        """Whether it does not say which."""
        self.refusals = 0

    def __call__(self, request: Request) -> Answer:
        wrong = next((name for name in sorted(self.refused) if name in request.body), None)
        if wrong is None:
            return completion(GOOD) if "tools" not in request.body else failure(400, "no tools")
        self.refusals += 1
        said = "bad request" if self.silent else f"{wrong} is not supported with this model"
        return failure(400, said)


def refusals_in(particular: Particular, run: Callable[[], object]) -> int:
    before = particular.refusals
    run()
    return particular.refusals - before


WANTED = {"temperature": 0.0, "max_tokens": 300, "seed": 1}


def asked(endpoint: Endpoint, folder: Path | None, **changes: Any) -> None:
    """One run: a client of its own and one call."""
    reply = ask(endpoint, call(parameters=WANTED), lessons=folder, **changes)
    assert reply.value == BRIDGE


@pytest.mark.parametrize("silent", [False, True])
def test_the_next_run_is_refused_nothing_again(tmp_path: Path, silent: bool) -> None:
    particular = Particular()
    if silent:
        particular.silent, particular.refused = True, {"temperature"}
    with Endpoint(particular) as endpoint:
        first = refusals_in(particular, lambda: asked(endpoint, tmp_path / "lessons"))
        second = refusals_in(particular, lambda: asked(endpoint, tmp_path / "lessons"))
    assert first >= 2
    assert second == 0


def test_the_next_run_gives_the_room_that_thinking_needed(tmp_path: Path) -> None:
    def thinker(request: Request) -> Answer:
        if request.body["max_tokens"] > 2_000:
            return completion(GOOD)
        return completion("", finish_reason="length", usage={"completion_tokens": 300})

    with Endpoint(thinker) as endpoint:
        for _ in range(2):
            ask(endpoint, lessons=tmp_path)
    assert len(endpoint.requests) == 3


def test_a_run_without_a_folder_and_one_with_another_model_or_endpoint_learn_for_themselves(
    tmp_path: Path,
) -> None:
    particular = Particular()
    other = call(model="other", parameters=WANTED)
    with Endpoint(particular) as endpoint, Endpoint(particular) as elsewhere:
        first = refusals_in(particular, lambda: asked(endpoint, None))
        assert list(tmp_path.iterdir()) == []
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == first
        assert refusals_in(particular, lambda: asked(elsewhere, tmp_path)) == first
        assert refusals_in(particular, lambda: ask(endpoint, other, lessons=tmp_path)) == first


def test_an_endpoint_that_changed_is_learnt_anew_and_by_all_threads(tmp_path: Path) -> None:
    particular = Particular()
    with Endpoint(particular) as endpoint:
        asked(endpoint, tmp_path)
        # An older model is served now: what was sent in the place of a limit is refused.
        particular.refused = {"max_completion_tokens"}
        llm = client(endpoint, lessons=tmp_path)
        calls = [call(str(n), parameters=WANTED) for n in range(24)]
        with ThreadPoolExecutor(12) as pool:
            values = [r.value for r in pool.map(lambda one: llm.complete(one, Bridge), calls)]
        assert values == [BRIDGE] * 24
        before = len(endpoint.requests)
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == 0
    (last,) = endpoint.requests[before:]
    assert last.body["temperature"] == 0.0
    assert last.body["max_tokens"] == 300
    assert "response_format" in last.body


@pytest.mark.parametrize("silent", [False, True])
def test_a_way_of_asking_that_is_refused_since_is_left(tmp_path: Path, silent: bool) -> None:
    def no_schemas(request: Request) -> Answer:
        if "response_format" in request.body:
            return failure(400, "response_format is not supported")
        return tool_call(GOOD)

    def no_tools(request: Request) -> Answer:
        if "tools" in request.body:
            return failure(400, "no" if silent else "tools is not supported")
        return completion(GOOD)

    behaviours = [no_schemas, no_tools]
    with Endpoint(lambda request: behaviours[0](request)) as endpoint:
        ask(endpoint, lessons=tmp_path)
        assert "tools" in endpoint.requests[-1].body
        behaviours.pop(0)
        ask(endpoint, lessons=tmp_path)
        assert "response_format" in endpoint.requests[-1].body


def test_lessons_are_held_for_true_for_some_days_only(tmp_path: Path) -> None:
    particular = Particular()
    with Endpoint(particular) as endpoint:
        first = refusals_in(particular, lambda: asked(endpoint, tmp_path))
        (file,) = tmp_path.iterdir()
        kept = json.loads(file.read_text())
        kept["learnt"] = (datetime.now(UTC) - LASTS - timedelta(minutes=1)).isoformat()
        file.write_text(json.dumps(kept))
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == first
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == 0


def test_lessons_that_are_used_grow_old_all_the_same(tmp_path: Path) -> None:
    particular = Particular()
    with Endpoint(particular) as endpoint:
        asked(endpoint, tmp_path)
        (file,) = tmp_path.iterdir()
        learnt = json.loads(file.read_text())["learnt"]
        more = call(parameters={**WANTED, "top_p": 0.5})
        particular.refused.add("top_p")
        llm = client(endpoint, lessons=tmp_path)
        llm.complete(call(parameters=WANTED), Bridge)
        llm.complete(more, Bridge)
    kept = json.loads(file.read_text())
    assert "top_p" in kept["refused"]
    assert kept["learnt"] == learnt


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff not JSON",
        b"{}",
        b'{"learnt": "2026-01-01T00:00:00Z", "mode": 9, "thinking": 0}',
        b'{"learnt": "2026-01-01T00:00:00Z", "mode": 0, "thinking": 0, "most": {"n": -4}}',
        b'{"learnt": "2026-01-01", "mode": 0, "thinking": 0, "refused": "seed"}',
    ],
)
def test_damaged_lessons_are_warned_of_and_learnt_anew(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    particular = Particular()
    with Endpoint(particular) as endpoint, caplog.at_level(logging.WARNING, "llmcheck"):
        first = refusals_in(particular, lambda: asked(endpoint, tmp_path))
        (file,) = tmp_path.iterdir()
        file.write_bytes(damage)
        assert [r for r in caplog.records if r.name == "llmcheck"] == []
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == first
        (warning,) = [r.getMessage() for r in caplog.records if r.name == "llmcheck"]
        assert str(file) in warning
        assert "learnt anew" in warning
        assert refusals_in(particular, lambda: asked(endpoint, tmp_path)) == 0


def test_what_the_user_asks_for_is_sent_whatever_was_learnt(tmp_path: Path) -> None:
    particular = Particular()
    with Endpoint(particular) as endpoint:
        asked(endpoint, tmp_path)
        particular.refused.remove("seed")
        asked(endpoint, tmp_path, kept=frozenset({"seed"}))
    assert endpoint.requests[-1].body["seed"] == 1


def test_lessons_lie_beside_the_cache_and_go_with_it(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    particular = Particular()
    with Endpoint(particular) as endpoint:

        def run(user: str, folder: Path | None) -> None:
            settings = Settings(model="scripted", base_url=endpoint.url, cache=folder)
            connect(settings).llm.complete(call(user, parameters=WANTED), Bridge)

        first = refusals_in(particular, lambda: run("a", cache))
        assert first >= 4
        assert refusals_in(particular, lambda: run("b", cache)) == 0
        assert refusals_in(particular, lambda: run("c", None)) == first
        store = ReplyStore(cache)
        assert store.info().replies == 2
        store.clear()
        assert not store.beside("lessons").exists()
        store.close()
        assert refusals_in(particular, lambda: run("d", cache)) == first
