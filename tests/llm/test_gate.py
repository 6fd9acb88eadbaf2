"""What all threads share of an endpoint: how many at once, how often, and when it is gone."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server, socket
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, Bridge, Waits, call, client
from faulty_endpoint import KINDS, FaultyEndpoint, Trouble, recorded_answers
from hypothesis import given
from hypothesis import strategies as st
from wire import Answer, Endpoint, Request, completion, failure

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.errors import ProviderError
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.endpoint.complaints import Complaint, Refusal, Unreachable
from llmcheck.llm.endpoint.gate import Gate
from llmcheck.llm.endpoint.quota import MINUTE, Minute, Rates, seconds_until
from llmcheck.settings import Settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

USAGE = {"prompt_tokens": 80, "completion_tokens": 20}


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def quick(url: str, **options: Any) -> EndpointLLM:
    """A client that waits a tenth of what it should."""
    begun = time.monotonic()
    return EndpointLLM(
        base_url=url,
        api_key=None,
        sleep=lambda seconds: time.sleep(seconds / 10),
        clock=lambda: (time.monotonic() - begun) * 10,
        **options,
    )


def outcomes(llm: EndpointLLM, calls: int, threads: int = 16) -> list[Bridge | str]:
    def one(number: int) -> Bridge | str:
        try:
            return llm.complete(call(str(number)), Bridge).value
        except ProviderError as error:
            return str(error)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(calls)))


# --- busy ---


def test_with_a_limit_on_requests_at_once_few_are_turned_away_and_none_is_lost() -> None:
    def trouble(under_way: int) -> Trouble | None:
        return Trouble("busy") if under_way > 4 else None

    with FaultyEndpoint(lambda _: GOOD, trouble) as e:
        assert outcomes(quick(e.url), 120) == [BRIDGE] * 120
    assert e.counts["busy"] < 40


def test_with_a_limit_in_a_time_all_wait_as_long_as_one_is_told() -> None:
    window: list[float] = []

    def trouble(_: int) -> Trouble | None:
        now = time.monotonic()
        window[:] = [at for at in window if now - at < 0.2]
        if len(window) >= 10:
            return Trouble("busy", {"Retry-After": "2"})
        window.append(now)
        return None

    with FaultyEndpoint(lambda _: GOOD, trouble, latency=0.01) as e:
        assert outcomes(quick(e.url), 80) == [BRIDGE] * 80
    assert e.counts["busy"] < 60


@contextmanager
def under_way(gate: Gate, number: int) -> Iterator[None]:
    """So many requests under way, in threads of their own."""
    inside, leave = threading.Semaphore(0), threading.Event()

    def one() -> None:
        with gate.passage(1):
            inside.release()
            leave.wait()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
        inside.acquire()
    try:
        yield
    finally:
        leave.set()
        for thread in threads:
            thread.join()


def refuse(gate: Gate, wait: float | None = None) -> None:
    with pytest.raises(Refusal), gate.passage(1):
        raise Refusal(Complaint(429, "slow down", wait=wait), {})


def most_at_once(gate: Gate, of: int) -> int:
    """How many requests the gate lets through beside each other."""
    inside: list[int] = []
    lock, leave = threading.Lock(), threading.Event()

    def one() -> None:
        with gate.passage(1):
            with lock:
                inside.append(1)
            leave.wait()

    threads = [threading.Thread(target=one) for _ in range(of)]
    for thread in threads:
        thread.start()
    before = -1
    while before != len(inside):
        before = len(inside)
        time.sleep(0.05)
    leave.set()
    for thread in threads:
        thread.join()
    return before


def test_a_refusal_halves_what_is_under_way_and_answers_widen_it_again() -> None:
    waits = Waits()
    gate = Gate(Rates(), 5, sleep=waits, clock=waits.now)
    assert most_at_once(gate, 9) == 9
    with under_way(gate, 7):
        refuse(gate)
    assert most_at_once(gate, 9) == 4
    for _ in range(200):
        with gate.passage(1):
            pass
    assert most_at_once(gate, 9) == 9


def test_a_wait_that_one_request_is_told_holds_for_the_next() -> None:
    waits = Waits()
    gate = Gate(Rates(), 5, sleep=waits, clock=waits.now)
    refuse(gate, wait=30.0)
    with gate.passage(1):
        assert waits == [30.0]


@pytest.mark.parametrize(("others_answered", "requests"), [(True, 7), (False, 2)])
def test_being_turned_away_costs_an_attempt_only_while_nobody_is_answered(
    others_answered: bool, requests: int
) -> None:
    def behaviour(_: Request) -> Answer:
        llm._sender.gate.answers += others_answered
        if len(e.requests) == 7:
            return completion(GOOD)
        return failure(429, headers={"Retry-After": "1"})

    with Endpoint(behaviour) as e:
        llm = client(e, max_attempts=2)
        if others_answered:
            assert llm.complete(call(), Bridge).value == BRIDGE
        else:
            with pytest.raises(ProviderError, match="gave up after 2"):
                llm.complete(call(), Bridge)
        assert len(e.requests) == requests


# --- away ---


def test_a_server_that_goes_away_stops_all_calls_after_a_few_attempts_in_all() -> None:
    def trouble(_: int) -> Trouble | None:
        if e.requests == 20:
            threading.Thread(target=e.go_away).start()
        return None

    with FaultyEndpoint(lambda _: GOOD, trouble) as e:
        begun = time.monotonic()
        found = outcomes(quick(e.url), 200)
        assert time.monotonic() - begun < 10, "a tenth of what it takes one call alone to fail"
    answered = [each for each in found if each == BRIDGE]
    causes = {each for each in found if isinstance(each, str)}
    assert 0 < len(answered) < 60
    assert len(causes) <= 2
    assert all("cannot connect" in cause for cause in causes)


@contextmanager
def silent(answers_first: int = 0) -> Iterator[tuple[str, list[float]]]:
    """An endpoint that answers so many requests, and then takes them and says nothing; when
    each came."""
    asked: list[float] = []
    body = json.dumps(completion(GOOD).body)

    def serve(connection: socket) -> None:
        connection.recv(100_000)
        asked.append(time.monotonic())
        if len(asked) <= answers_first:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall(f"{head}{body}".encode())
            connection.close()
        else:
            kept.append(connection)

    kept: list[socket] = []
    with create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with suppress(OSError):
                while True:
                    serve(listening.accept()[0])

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1", asked
    for connection in kept:
        connection.close()


def test_a_server_that_never_answers_is_given_up_when_one_request_alone_had_its_time() -> None:
    with silent() as (url, asked):
        begun = time.monotonic()
        said = outcomes(quick(url, timeout=0.5), 40, threads=8)
        taken = time.monotonic() - begun
    assert len(asked) <= 8 + 1
    assert taken < 0.5 * 2 + 1.5
    assert set(said) == {said[0]}
    assert "did not answer within 0.5 s, nor when asked again" in str(said[0])


def test_a_server_that_answers_no_more_is_given_up_after_three_times_its_time() -> None:
    with silent(answers_first=10) as (url, asked):
        begun = time.monotonic()
        said = outcomes(quick(url, timeout=0.5), 40, threads=8)
        taken = time.monotonic() - begun
    assert said.count(BRIDGE) == 10
    assert len(asked) <= 10 + 8 + 4 + 2
    assert taken < 0.5 * 3 + 2


def test_a_text_that_takes_too_long_costs_its_own_call_and_no_other() -> None:
    asked: list[str] = []

    def answer(body: Any) -> str:
        asked.append(body["messages"][-1]["content"])
        time.sleep(1.0 if asked[-1] == "long" else 0.0)
        return GOOD

    with FaultyEndpoint(answer) as e, ThreadPoolExecutor(2) as pool:
        llm = quick(e.url, timeout=0.4)
        assert llm.complete(call("short"), Bridge).value == BRIDGE
        slow = pool.submit(llm.complete, call("long"), Bridge)
        while not slow.done():
            assert llm.complete(call("short"), Bridge).value == BRIDGE
        with pytest.raises(ProviderError, match=r"did not answer within 0\.4 s"):
            slow.result()
        assert asked.count("long") == 3
        assert llm.complete(call("short"), Bridge).value == BRIDGE


def test_after_a_time_out_of_all_one_alone_tries_and_its_answer_lets_half_as_many_in() -> None:
    waits = Waits()
    gate = Gate(Rates(), 5, sleep=waits, clock=waits.now)
    inside = threading.Barrier(8)

    def one() -> None:
        with suppress(Unreachable), gate.passage(1):
            inside.wait()
            raise Unreachable(TimeoutError(), timed_out=True)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not gate.gone
    assert most_at_once(gate, 9) == 1
    assert most_at_once(gate, 9) in (4, 5)


def test_a_server_that_comes_back_meanwhile_loses_no_call() -> None:
    gone: list[float] = []

    def trouble(_: int) -> Trouble | None:
        if e.requests == 20:
            gone.append(time.monotonic())
        away = bool(gone) and time.monotonic() < gone[0] + 0.3
        return Trouble("reset") if away else None

    with FaultyEndpoint(lambda _: GOOD, trouble) as e:
        assert outcomes(quick(e.url), 100) == [BRIDGE] * 100


# --- so much a minute ---


def test_no_more_requests_than_set_are_sent_in_a_minute() -> None:
    waits = Waits()
    with Endpoint([completion(GOOD)] * 5) as e:
        llm = client(e, sleep=waits, rates=Rates(requests=2))
        for number in range(5):
            llm.complete(call(str(number)), Bridge)
    assert waits == [MINUTE, MINUTE]


def test_no_more_tokens_than_set_are_used_in_a_minute_counted_as_answered() -> None:
    waits = Waits()
    with Endpoint([completion(GOOD, usage=USAGE)] * 9) as e:
        llm = client(e, sleep=waits, rates=Rates(tokens=1_000))
        for number in range(9):
            llm.complete(call(str(number)), Bridge)
    assert waits == [MINUTE], "what was sent is estimated, what was answered is counted"


def test_a_request_larger_than_the_limit_goes_alone() -> None:
    waits = Waits()
    with Endpoint([completion(GOOD, usage=USAGE)] * 2) as e:
        llm = client(e, sleep=waits, rates=Rates(tokens=10))
        for number in range(2):
            llm.complete(call(str(number)), Bridge)
    assert waits == [MINUTE]


@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.floats(0, 90), st.integers(1, 60)), min_size=1, max_size=40),
)
def test_in_no_minute_is_more_let_through_than_set_but_what_is_more_alone(
    most: int, asked: list[tuple[float, int]]
) -> None:
    quota, now, sent = Minute(most), 0.0, []
    for pause, amount in asked:
        now += pause
        now += quota.delay(amount, now)
        assert quota.delay(amount, now) <= 1e-6
        quota.enter(amount, now)
        sent.append((now, amount))
    for end, last in sent:
        within = [amount for at, amount in sent if end - 60 < at <= end]
        assert sum(within) <= most or within == [last]


# --- as the endpoint tells ---


IN_40_S = "in 40 s"
"""In the place of a date, which is no later when the test begins."""


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 90),
        (
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "60s",
            },
            1,
        ),
        ({"x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "20s"}, 20),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": IN_40_S,
            },
            40,
        ),
        (
            {
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": IN_40_S,
            },
            40,
        ),
    ],
)
def test_a_quota_that_headers_call_used_up_is_waited_for(
    headers: dict[str, str], wait: float
) -> None:
    waits = Waits()
    date = (datetime.now(UTC) + timedelta(seconds=40)).isoformat()
    sent = {name: date if value == IN_40_S else value for name, value in headers.items()}
    with Endpoint([Answer(completion(GOOD).body, 200, sent), completion(GOOD)]) as e:
        llm = client(e, sleep=waits)
        for number in range(2):
            llm.complete(call(str(number)), Bridge)
    (waited,) = waits
    assert waited == pytest.approx(wait, abs=5 if wait == 40 else 0.01)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "60s"},
        {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "5h"},
        {"x-ratelimit-remaining-requests": "0"},
        {"x-ratelimit-remaining-requests": "none", "x-ratelimit-reset-requests": "soon"},
    ],
    ids=["some left", "longer than a run waits", "no time", "no numbers"],
)
def test_headers_that_tell_of_no_short_wait_hold_nobody(headers: dict[str, str]) -> None:
    waits = Waits()
    with Endpoint([Answer(completion(GOOD).body, 200, headers), completion(GOOD)]) as e:
        llm = client(e, sleep=waits)
        for number in range(2):
            llm.complete(call(str(number)), Bridge)
    assert waits == []


@given(st.text())
def test_any_time_of_reset_gives_seconds_or_nothing(text: str) -> None:
    seconds = seconds_until(text)
    assert seconds is None or isinstance(seconds, float)


# --- a whole report ---


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_faults_in_three_of_ten_requests_leave_a_report_as_it_is(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret

    def trouble(_: int) -> Trouble | None:
        return Trouble(chance.choice(KINDS)) if chance.random() < 0.3 else None

    monkeypatch.setattr("llmcheck.llm.endpoint.client.EndpointLLM", _quick_from_settings)
    seeds = Path(__file__).parents[2] / "seeds"
    fixtures = seeds.parent / "fixtures" / "seeds"
    corpus = Corpus.read(seeds)
    wanted = Checker(settings=Settings(replay=fixtures)).summarize(corpus)
    with FaultyEndpoint(recorded_answers(fixtures), trouble, stall=0.1) as e:
        settings = Settings(model=wanted.model, base_url=e.url, cache=None)
        report = Checker(settings=settings).summarize(corpus)
    assert report.model_copy(update={"usage": wanted.usage}) == wanted


def _quick_from_settings(**options: Any) -> EndpointLLM:
    make: Callable[..., EndpointLLM] = EndpointLLM
    return make(**options, sleep=lambda seconds: time.sleep(seconds / 50))
