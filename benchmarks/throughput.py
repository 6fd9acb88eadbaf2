"""How many calls a second go through llmcheck, as a share of what openai's bare client does.

    python benchmarks/throughput.py            # 1,000 calls; --calls 10000 for more

A server of its own process answers every request after a fixed time. The same calls are made in
turn by openai's client on as many threads and by llmcheck: runner, cache and endpoint. Only the
ratio of two runs that follow each other counts, since others may use the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmcheck.llm.wire import Wire

WORDS = "The bridge at Orvasund was opened in 1931 and carries two lanes. " * 40
"""Shown in every call: about 600 tokens."""
ANSWER = json.dumps({"claims": [{"sentences": [1], "claim": "It opened in 1931.", "source": ""}]})
COMPLETION = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 600, "completion_tokens": 30, "total_tokens": 630},
    }
).encode()
RESPONSE = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
    + str(len(COMPLETION)).encode()
    + b"\r\n\r\n"
    + COMPLETION
)


class Claim(Wire):
    """A claim, as reading asks for it."""

    sentences: list[int]
    claim: str
    source: str


class Claims(Wire):
    """An answer of the sort that reading asks for."""

    claims: list[Claim]


async def serve() -> None:
    """Answer every request after as many milliseconds as its path says; print the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                await asyncio.sleep(int(head.split(b"/")[1]) / 1000)
                writer.write(RESPONSE)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server() -> Iterator[int]:
    """The port of a server in a process of its own."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def bare(url: str, calls: int, concurrency: int) -> float:
    """Calls a second of openai's client on as many threads as are to be in flight."""
    import openai

    client: Any = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
    schema = {"name": "Answer", "schema": Claims.model_json_schema()}

    def ask(number: int) -> None:
        client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": f"{number} {WORDS}"}],
            response_format={"type": "json_schema", "json_schema": schema},
        )

    def work() -> None:
        with ThreadPoolExecutor(concurrency) as pool:
            for _ in pool.map(ask, range(calls)):
                pass

    return _rate(calls, work)


def ours(url: str, calls: int, concurrency: int) -> float:
    """Calls a second of llmcheck, with a cache that is empty."""
    from llmcheck.llm.cache import CachedLLM
    from llmcheck.llm.endpoint.client import EndpointLLM
    from llmcheck.llm.meter import MeteredLLM
    from llmcheck.llm.port import Reply
    from llmcheck.llm.prompts import Prompt
    from llmcheck.llm.runner import Runner
    from llmcheck.llm.store import ReplyStore

    with tempfile.TemporaryDirectory() as folder:
        store = ReplyStore(Path(folder) / "cache", url)
        llm = CachedLLM(EndpointLLM(base_url=url, api_key=None), store)
        runner = Runner(MeteredLLM(llm, "m"), "m", concurrency)
        prompt = Prompt("count.v1", "0" * 64, "", {}, "", "{{ number }} {{ words }}")
        inputs = [{"number": number, "words": WORDS} for number in range(calls)]

        def work() -> None:
            outcomes = runner.run("reading", prompt, inputs, Claims)
            wrong = [outcome for outcome in outcomes if not isinstance(outcome, Reply)]
            assert not wrong, wrong[0]

        return _rate(calls, work)


def alone(url: str, calls: int, concurrency: int) -> float:
    """Calls a second of llmcheck without the runner: calls and answers are kept by nobody."""
    from llmcheck.llm.cache import CachedLLM
    from llmcheck.llm.endpoint.client import EndpointLLM
    from llmcheck.llm.meter import MeteredLLM
    from llmcheck.llm.port import Call
    from llmcheck.llm.store import ReplyStore

    schema, numbers = Claims.model_json_schema(), iter(range(calls))
    with tempfile.TemporaryDirectory() as folder:
        store = ReplyStore(Path(folder) / "cache", url)
        llm = MeteredLLM(CachedLLM(EndpointLLM(base_url=url, api_key=None), store), "m")

        def ask(_: int) -> None:
            for number in numbers:
                call = Call("count.v1", "0" * 64, "m", "", f"{number} {WORDS}", schema, {})
                llm.complete(call, Claims)

        def work() -> None:
            with ThreadPoolExecutor(concurrency) as pool:
                list(pool.map(ask, range(concurrency)))

        return _rate(calls, work)


def _rate(calls: int, work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return calls / (time.perf_counter() - begun)


def measured(way: str, url: str, calls: int, concurrency: int) -> tuple[float, float]:
    """Calls a second and the most memory in MB, in a process of its own."""
    command = [sys.executable, __file__, "--measure", way, url, str(calls), str(concurrency)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    rate, memory = map(float, done.stdout.split())
    return rate, memory


def measure(way: str, url: str, calls: str, concurrency: str) -> None:
    """Print what ``measured`` returns."""
    ask = {"bare": bare, "ours": ours, "alone": alone}[way]
    ask(url, 32, 8)  # Imports, and what is compiled at the first use.
    rate = ask(url, int(calls), int(concurrency))
    print(rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=int, nargs="*", default=[50, 500], help="milliseconds")
    parser.add_argument("--in-flight", type=int, nargs="*", default=[16, 64, 256])
    parser.add_argument("--alone", action="store_true", help="without the runner, for its memory")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.measure:
        measure(*options.measure)
    else:
        compare(options)


def compare(options: argparse.Namespace) -> None:
    """Measure both ways in turn and print medians."""
    os.environ.pop("LLMCHECK_REFUSE_CALLS", None)
    print(f"{options.calls} calls, {options.rounds} rounds, medians")
    print("latency  in flight  bare/s  llmcheck/s  ratio  MB bare  MB llmcheck")
    ways = ("bare", "alone" if options.alone else "ours")
    with server() as port:
        for latency in options.latency:
            url = f"http://127.0.0.1:{port}/{latency}/v1"
            for concurrency in options.in_flight:
                pairs = [
                    [measured(way, url, options.calls, concurrency) for way in ways]
                    for _ in range(options.rounds)
                ]
                ratio = statistics.median(b[0] / a[0] for a, b in pairs)
                columns = [[pair[way][at] for pair in pairs] for at in (0, 1) for way in (0, 1)]
                rates = [statistics.median(column) for column in columns[:2]]
                most = [max(column) for column in columns[2:]]
                print(
                    f"{latency:4} ms  {concurrency:9}  {rates[0]:6.1f}  {rates[1]:10.1f}  "
                    f"{ratio:5.2f}  {most[0]:7.0f}  {most[1]:11.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
