"""Runs that are stopped while calls are under way, at an endpoint that never answers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bridges import Bridge, call, client
from calls import Answer as Text
from calls import echo, make_call
from repository import ROOT
from wire import Answer, Endpoint, failure

from llmcheck import Checker, Corpus
from llmcheck.errors import Interrupted
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.endpoint.client import REFUSE_CALLS
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.interruption import Interruption
from llmcheck.llm.port import Call
from llmcheck.llm.runner import complete_all
from llmcheck.llm.store import ReplyStore

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TEXTS = {f"t{n}": f"Pier {n} at Orvasund was built in {1800 + n}." for n in range(40)}


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint that answers nothing before the test is over."""
    monkeypatch.delenv(REFUSE_CALLS)
    with Endpoint(lambda request: Answer("", hang=True)) as endpoint:
        yield endpoint


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to be")


def callers() -> list[threading.Thread]:
    """The threads that make calls."""
    return [t for t in threading.enumerate() if t.name.startswith("llmcheck-")]


def checker(endpoint: Endpoint) -> Checker:
    return Checker("m", base_url=endpoint.url, cache=False, concurrency=32)


def when_under_way(endpoint: Endpoint, act: Callable[[], None]) -> threading.Thread:
    """Does something as soon as the endpoint holds 32 requests."""

    def wait() -> None:
        eventually(lambda: len(endpoint.requests) == 32)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_in_the_library_leaves_no_thread_that_asks(hanging: Endpoint) -> None:
    main = threading.main_thread().ident
    assert main is not None
    waiting = when_under_way(hanging, lambda: signal.pthread_kill(main, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        checker(hanging).claims(Corpus.from_texts(TEXTS))
    waiting.join()
    # The endpoint holds the answers back still: no thread ended by itself.
    eventually(lambda: not callers())
    assert len(hanging.requests) == 32


def test_a_task_that_is_cancelled_leaves_no_thread_that_asks(hanging: Endpoint) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(checker(hanging).acheck(Corpus.from_texts(TEXTS)))
        while not hanging.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    # It waits for the threads of the loop before it returns.
    asyncio.run(cancelled())
    eventually(lambda: not callers())
    assert len(hanging.requests) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("verb", ["summarize", "check", "claims", "eval"])
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_verb_whose_calls_hang(
    hanging: Endpoint, tmp_path: Path, verb: str, sent: int, code: int
) -> None:
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.txt").write_text(text)
    read = ROOT / "benchmarks" / "corpora" / "seeds" if verb == "eval" else tmp_path
    command = [sys.executable, "-m", "llmcheck", verb, str(read), "--model", "m"]
    with subprocess.Popen(
        [*command, "--base-url", hanging.url, "--concurrency", "32"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        eventually(lambda: bool(hanging.requests) or process.poll() is not None)
        process.send_signal(sent)
        # While the endpoint hangs, nothing but the signal can end it.
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert err == (
        "llmcheck: interrupted; finished calls are cached, so the same command goes on from here\n"
    )


def test_what_fails_in_one_call_ends_the_run_and_no_other_call_begins() -> None:
    begun = threading.Event()

    def answer(call: Call) -> Text:
        if call.user == "0":
            begun.wait(30)
            raise ZeroDivisionError
        begun.set()
        eventually(lambda: run.stopped)
        return Text(text="late")

    run, llm = Interruption(), FakeLLM(answer)
    with run.applies(), pytest.raises(ZeroDivisionError):
        complete_all(llm, [make_call(str(n)) for n in range(20)], Text, concurrency=2)
    assert len(llm.calls) == 2


def test_a_run_that_was_stopped_waits_for_no_busy_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(REFUSE_CALLS)
    run = Interruption()

    def busy(request: object) -> Answer:
        run.stop()
        return failure(503, headers={"Retry-After": "3600"})

    # A sleep that is not cut short would keep the test.
    with Endpoint(busy) as endpoint, run.applies(), pytest.raises(Interrupted):
        client(endpoint, sleep=run.sleep).complete(call(), Bridge)
    assert len(endpoint.requests) == 1


def test_who_waits_for_the_call_of_a_run_that_is_stopped_makes_it(tmp_path: Path) -> None:
    asked, stopped = threading.Event(), threading.Event()

    def answer(call: Call) -> Text:
        if not asked.is_set():
            asked.set()
            stopped.wait(30)
            raise Interrupted("stopped", call_key=call.key, prompt=call.prompt)
        return Text(text="94 m")

    llm = CachedLLM(FakeLLM(answer), ReplyStore(tmp_path / "cache"))

    def first() -> None:
        with pytest.raises(Interrupted):
            llm.complete(make_call(), Text)

    one = threading.Thread(target=first)
    one.start()
    asked.wait(30)
    threading.Timer(0.05, stopped.set).start()
    assert llm.complete(make_call(), Text).value == Text(text="94 m")
    one.join()


def test_a_run_that_was_stopped_asks_nothing_more(tmp_path: Path) -> None:
    run, llm = Interruption(), echo()
    run.stop()
    with run.applies(), pytest.raises(Interrupted):
        complete_all(llm, [make_call()], Text)
    assert llm.calls == []
