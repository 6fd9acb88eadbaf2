"""A run that is killed repeats what was under way and no more: benchmarks/kills.py in small."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from kills import RecordedServer, Run
from repository import ROOT

from llmcheck import Checker, Corpus
from llmcheck.llm.endpoint.client import REFUSE_CALLS

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL"),
]

SEEDS = ROOT / "fixtures" / "seeds"
CONCURRENCY = 2


def kill_once_asked(run: Run, requests: int) -> None:
    """Kill a run when the server has been asked so often, in the midst of a call."""
    process = run.start()
    for _ in range(6_000):
        if run.server.asked.total() >= requests or process.poll() is not None:
            break
        time.sleep(0.005)
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_a_killed_run_repeats_at_most_a_call_a_thread_and_ends_in_the_same_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(REFUSE_CALLS)
    recorded = Checker(replay=SEEDS).summarize(Corpus.read(ROOT / "seeds"))
    server = RecordedServer(SEEDS, delay=0.1)
    with server.serving():
        run = Run(ROOT / "seeds", server, recorded.model, tmp_path / "cache", CONCURRENCY)
        kill_once_asked(run, 3)
        kill_once_asked(run, server.asked.total() + 3)
        report = run.finish()
        run.check_cache()
    assert [dispute["id"] for dispute in report["disputes"]] == [d.id for d in recorded.disputes]
    assert len(server.asked) == recorded.usage.replayed
    assert server.asked.total() <= recorded.usage.replayed + 2 * CONCURRENCY
