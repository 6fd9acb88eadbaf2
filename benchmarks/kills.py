"""What killing a run costs: `llmcheck summarize` killed again and again, then run to its end.

    python benchmarks/kills.py                      # seeds/, from its recording
    python benchmarks/kills.py --rounds 20 --kills 8 --concurrency 8

A server on loopback gives the recorded answers, each after a while, and counts who asks what. In
every round a run with a new cache is killed with SIGKILL at random times and at last left alone.
Each kill may repeat what was under way, one call a thread, and nothing else; the report is to be
that of a run which nobody killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from llmcheck.llm.recording.files import call_files, read_fixture, read_manifest

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class RecordedServer:
    """Answers as a recording does, each call after ``delay`` seconds, and counts the requests."""

    recording: Path
    delay: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by the user message of their call."""
    url: str = ""

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve on a port of 127.0.0.1, at ``url``."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answers = {}
        for path in call_files(self.recording):
            fixture, call = read_fixture(path)
            answers[call["user"]] = fixture.raw or json.dumps(fixture.reply)
        asked, delay, lock = self.asked, self.delay, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                user = next(m["content"] for m in body["messages"] if m["role"] == "user")
                with lock:
                    asked[user] += 1
                time.sleep(delay)
                if user in answers:
                    self._send(200, _completion(answers[user]))
                else:
                    self._send(404, {"error": {"message": "this call is not recorded"}})

            def _send(self, status: int, content: Any) -> None:
                payload = json.dumps(content).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except ConnectionError:
                    pass  # it was killed

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def _completion(content: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {
        "id": "1", "object": "chat.completion", "created": 0, "model": "recorded",
        "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    }  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A command line that can be started again and again, with one cache."""

    documents: Path
    server: RecordedServer
    model: str
    cache: Path
    concurrency: int

    def start(self) -> subprocess.Popen[str]:
        """Start it."""
        return subprocess.Popen(
            [
                sys.executable, "-m", "llmcheck", "summarize", str(self.documents),
                "--format", "json", "--quiet", "--base-url", self.server.url,
                "--model", self.model, "--cache", str(self.cache),
                "--concurrency", str(self.concurrency),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def finish(self) -> dict[str, Any]:
        """Run to the end: the report, without what it took."""
        process = self.start()
        out, err = process.communicate()
        assert process.returncode == 0, err
        # A row or a database that is damaged would be warned of.
        assert "warning" not in err, err
        report: dict[str, Any] = json.loads(out)
        del report["usage"]
        return report

    def kill_after(self, seconds: float) -> bool:
        """Start it and kill it; whether it had not ended before."""
        process = self.start()
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        return False

    def check_cache(self) -> None:
        """Raises AssertionError when the database is damaged, or was moved aside for that."""
        assert not list(self.cache.parent.glob(f"{self.cache.name}.corrupt-*"))
        with closing(sqlite3.connect(self.cache / "cache.db")) as database:
            assert database.execute("pragma integrity_check").fetchall() == [("ok",)]


def main() -> None:
    """Print a line a round, and what holds of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, default=ROOT / "seeds")
    parser.add_argument("--recording", type=Path, default=ROOT / "fixtures" / "seeds")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds an answer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    at_random = random.Random(options.seed)  # noqa: S311 - no secret
    model = read_manifest(options.recording).model
    server = RecordedServer(options.recording, options.delay)
    with server.serving(), tempfile.TemporaryDirectory() as folder:

        def run(name: str) -> Run:
            cache = Path(folder) / name
            return Run(options.documents, server, model, cache, options.concurrency)

        begun = time.perf_counter()
        expected = run("whole").finish()
        whole, needed = time.perf_counter() - begun, server.asked.total()
        print(f"a run that nobody kills: {needed} calls, {whole:.1f} s")
        total_kills = total_repeats = 0
        for number in range(options.rounds):
            server.asked.clear()
            this = run(f"round-{number}")
            kills = sum(this.kill_after(at_random.uniform(0, whole)) for _ in range(options.kills))
            report = this.finish()
            this.check_cache()
            assert len(server.asked) == needed, "a run asks the same, killed or not"
            repeats, most = server.asked.total() - needed, kills * options.concurrency
            total_kills, total_repeats = total_kills + kills, total_repeats + repeats
            print(
                f"round {number + 1}: {kills} kills, {repeats} calls repeated (at most {most}), "
                f"report {'equal' if report == expected else 'DIFFERENT'}"
            )
            assert report == expected
            assert repeats <= most
        print(f"{total_kills} kills repeated {total_repeats} calls")


if __name__ == "__main__":
    main()
