"""How calls fare at an endpoint that is busy, away, endless or lying, on loopback.

    python benchmarks/endpoint_faults.py

Nothing is asked of a model: an answer is made up, or is a recorded one. Waits are as short as the
endpoint asks for, so the figures to compare are counts and what a row says beside the ideal.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faulty_endpoint import KINDS, FaultyEndpoint, Trouble, recorded_answers
from pydantic import BaseModel

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.errors import LLMError
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.port import Call
from llmcheck.models import Report
from llmcheck.settings import Settings

THREADS = 32
CALLS = 300


class Bridge(BaseModel):
    """An answer."""

    metres: int


def main() -> None:
    """Print a line for each sort of trouble, or for those that are named."""
    sorts: list[Callable[[], None]] = [
        busy_by_rate, busy_by_number, busy_for_a_while, gone_midway, silent, dripping, endless,
        faults_in_a_report,
    ]  # fmt: skip
    for sort in sorts:
        if not sys.argv[1:] or sort.__name__ in sys.argv:
            sort()


def a_call(number: int) -> Call:
    """One that is like no other."""
    return Call(
        prompt="spans.v1",
        prompt_digest="0" * 64,
        model="m",
        system="",
        user=f"How long is bridge {number}?",
        schema=Bridge.model_json_schema(),
        parameters={},
    )


def ask(url: str, calls: int, **options: Any) -> tuple[float, list[str]]:
    """Seconds that so many calls took, and what those say that failed."""
    llm = EndpointLLM(base_url=url, api_key=None, **options)
    failed: list[str] = []

    def one(number: int) -> None:
        try:
            llm.complete(a_call(number), Bridge)
        except LLMError as error:
            failed.append(str(error))

    begun = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(calls)))
    return time.monotonic() - begun, failed


def busy_by_rate() -> None:
    """So many requests in each second, and 429 with Retry-After for the others."""
    most = 20
    window: list[float] = []

    def trouble(_: int) -> Trouble | None:
        now = time.monotonic()
        window[:] = [at for at in window if now - at < 1]
        if len(window) >= most:
            return Trouble("busy", {"Retry-After": "1"})
        window.append(now)
        return None

    with FaultyEndpoint(lambda _: '{"metres": 1}', trouble) as e:
        seconds, failed = ask(e.url, CALLS)
    show(f"{most} requests a second", e, failed, f"{seconds * most / CALLS:.2f} of the ideal time")


def busy_by_number() -> None:
    """So many requests at once, and 429 without a wait for the others."""
    most, latency = 8, 0.1

    def trouble(under_way: int) -> Trouble | None:
        return Trouble("busy") if under_way > most else None

    with FaultyEndpoint(lambda _: '{"metres": 1}', trouble, latency=latency) as e:
        seconds, failed = ask(e.url, CALLS)
    ideal = CALLS / most * latency
    show(f"{most} requests at once", e, failed, f"{seconds / ideal:.2f} of the ideal time")


def busy_for_a_while() -> None:
    """Two requests at once for a while, then as many as come."""
    begun, busy, latency = time.monotonic(), 4.0, 0.1

    def trouble(under_way: int) -> Trouble | None:
        crowded = under_way > 2 and time.monotonic() < begun + busy
        return Trouble("busy") if crowded else None

    with FaultyEndpoint(lambda _: '{"metres": 1}', trouble, latency=latency) as e:
        _, failed = ask(e.url, 1000)
    ends = [at for at in e.answered if at > begun + busy + 3]
    rate = len(ends) / max(0.1, ends[-1] - begun - busy - 3) if ends else 0.0
    after = rate * latency
    show("2 at once, for 4 s", e, failed, f"{after:.0f} of {THREADS} at once 3 s after that")


def gone_midway() -> None:
    """A server that goes away for good after a third of 200 calls."""
    gone: list[float] = []

    def trouble(_: int) -> Trouble | None:
        if e.requests == 66 and not gone:
            gone.append(time.monotonic())
            threading.Thread(target=e.go_away).start()
        return None

    with FaultyEndpoint(lambda _: '{"metres": 1}', trouble) as e:
        _, failed = ask(e.url, 200)
        ended = time.monotonic()
    show(
        "gone after 66 of 200 calls", e, failed,
        f"{ended - gone[0]:.0f} s until the end, {len(set(failed))} cause(s) told",
    )  # fmt: skip


def silent() -> None:
    """A server that takes requests and says nothing, from the first on or from the 67th."""
    for first in (0, 66):
        came = 0

        def answer(_: Any, first: int = first) -> str:
            nonlocal came
            came += 1
            if came > first:
                time.sleep(60)
            return '{"metres": 1}'

        with FaultyEndpoint(answer) as e:
            seconds, failed = ask(e.url, 200, timeout=2.0)
        show(
            f"silent after {first} of 200 calls, time-out 2 s", e, failed,
            f"{seconds:.1f} s until the end, {len(set(failed))} cause(s) told",
        )  # fmt: skip


def dripping() -> None:
    """A byte of the answer, or of its head, every tenth of a second, with a time-out of 1 s."""
    text = '{"choices": [], "x": "' + "x" * 300 + '"}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    for name, at_once in (("body", f"{head}\r\n"), ("head", "")):
        rest = text if at_once else f"{head}X: {'x' * 300}\r\n\r\n{text}"

        def serve(connection: socket.socket, at_once: str = at_once, rest: str = rest) -> None:
            connection.sendall(at_once.encode())
            for character in rest:
                connection.sendall(character.encode())
                time.sleep(0.1)

        with raw_server(serve) as url:
            seconds, failed = ask(url, 1, timeout=1.0, max_attempts=1)
        print(f"a byte of the {name} each 0.1 s, time-out 1 s: {seconds:.1f} s, {failed}")


def endless() -> None:
    """A body without end."""
    sent = []

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            sent.append(connection.send(b" " * 65536))

    with raw_server(serve) as url:
        _, failed = ask(url, 1, max_attempts=1)
    print(f"a body without end: {sum(sent) / 1e6:.0f} MB sent, {failed}")


def faults_in_a_report() -> None:
    """The articles in seeds/ with faults in three of ten requests, beside none."""
    answers = recorded_answers(Path("fixtures/seeds"))
    corpus = Corpus.read("seeds/")
    wanted = Checker(settings=Settings(replay=Path("fixtures/seeds"))).summarize(corpus)
    for seed in (1, 2, 3):
        chance = random.Random(seed)  # noqa: S311 - no secret

        def trouble(_: int, chance: random.Random = chance) -> Trouble | None:
            if chance.random() >= 0.3:
                return None
            return Trouble(chance.choice(KINDS), {"Retry-After": "1"})

        with FaultyEndpoint(answers, trouble) as e:
            settings = Settings(model=wanted.model, base_url=e.url, cache=None)
            report = Checker(settings=settings).summarize(corpus)
        same = contents(report) == contents(wanted)
        show(
            f"seeds/ at 30% faults, seed {seed}", e, [each.error for each in report.failures],
            "the same report" if same else "ANOTHER report",
        )  # fmt: skip


def contents(report: Report) -> Any:
    """A report without what it took."""
    return json.loads(report.model_dump_json(exclude={"usage"}))


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads one request and then does as ``serve`` does, on bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            try:
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(1_000_000)
                        serve(connection)
            except OSError:
                pass

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def show(what: str, endpoint: FaultyEndpoint, failed: list[str], more: str) -> None:
    """Print a line."""
    counts = endpoint.counts
    print(
        f"{what}: {endpoint.requests} requests, {counts['busy']} of them 429, "
        f"{len(failed)} lost, {more}",
        flush=True,
    )


if __name__ == "__main__":
    main()
