"""What a user may hand to another process, and what comes back from one."""

from __future__ import annotations

import pickle
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from builders import document, failure, report
from calls import Answer, echo, make_call
from repository import ROOT

from llmcheck import Checker, Corpus, RecordingLLM, ReplayLLM, Runner, Settings, errors
from llmcheck.errors import ConfigError, DocumentError, LLMCheckError, LLMError
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.endpoint.client import REFUSE_CALLS
from llmcheck.llm.store import ReplyStore
from llmcheck.models import DisputesFound, IncompleteRun

SEEDS = ROOT / "fixtures" / "seeds"


def copied(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.read(ROOT / "seeds")


def test_settings_corpus_report_and_trace_come_back_equal(corpus: Corpus) -> None:
    trace = Checker(replay=SEEDS).trace(corpus)
    settings = Settings(model="tiny", api_key="k", cache=Path("c"))
    for thing in (settings, corpus, trace.report, trace):
        assert copied(thing) == thing
    assert copied(trace.report).claim(trace.report.claims[0].id) == trace.report.claims[0]


def test_a_checker_that_replays_does_so_as_a_copy(corpus: Corpus) -> None:
    for checker in (Checker(replay=SEEDS), Checker(llm=ReplayLLM(SEEDS))):
        expected = checker.check(corpus)
        assert copied(checker).check(corpus) == expected


def test_a_checker_with_endpoint_cache_budget_and_recording_connects_anew_by_its_settings(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The budget refuses the calls, behind what refuses all of them in tests.
    monkeypatch.delenv(REFUSE_CALLS)
    checker = Checker(
        "tiny",
        base_url="http://127.0.0.1:9/v1",
        cache=tmp_path / "cache",
        record=tmp_path / "recorded",
        max_calls=0,
    )
    report = copied(checker).check(corpus)
    # It got as far as its own budget.
    assert {failure.cause for failure in report.failures} == {"budget"}


def test_a_copy_of_a_cache_finds_what_the_original_stored(tmp_path: Path) -> None:
    llm = CachedLLM(echo(), ReplyStore(tmp_path / "cache"))
    llm.complete(make_call(), Answer)
    assert copied(llm).complete(make_call(), Answer).origin == "cache"


def test_a_copy_of_a_recording_port_records_into_the_same_folder(tmp_path: Path) -> None:
    copied(RecordingLLM(echo(), tmp_path, synthetic=True)).complete(make_call(), Answer)
    reply = copied(ReplayLLM(tmp_path)).complete(make_call(), Answer)
    assert (reply.origin, reply.value) == ("replay", Answer(text=make_call().user))


def test_a_runner_can_be_handed_over() -> None:
    runner = copied(Runner(echo(), "tiny"))
    assert (runner.model, runner.concurrency) == ("tiny", 4)


def of_every_kind() -> list[LLMCheckError]:
    found: list[LLMCheckError] = [
        DocumentError("a.txt", "is empty"),
        IncompleteRun([failure()]),
        DisputesFound(report()),
    ]
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, LLMError):
            found.append(kind("it failed", call_key="k", prompt="judge.v4"))
        elif isinstance(kind, type) and issubclass(kind, LLMCheckError) and kind != DocumentError:
            found.append(kind("it failed"))
    return found


@pytest.mark.parametrize("error", of_every_kind(), ids=lambda error: type(error).__name__)
def test_an_error_comes_back_as_it_was_raised(error: LLMCheckError) -> None:
    back = copied(error)
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_a_check_runs_in_the_worker_of_a_pool_and_its_errors_come_back(
    corpus: Corpus, tmp_path: Path
) -> None:
    recording = tmp_path / "recording"
    shutil.copytree(SEEDS, recording)
    kept, lost = Checker(replay=SEEDS), Checker(replay=recording)
    shutil.rmtree(recording)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(kept.check, corpus).result() == kept.check(corpus)
        with pytest.raises(ConfigError, match="there is no recording to replay"):
            pool.submit(lost.check, corpus).result()
        # The worker has outlived the error.
        empty = Corpus(documents=(document("Nothing is known."),))
        assert pool.submit(kept.check, empty).result().failures
