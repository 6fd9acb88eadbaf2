"""The reply store and the caching port over it."""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from calls import Answer, echo, make_call
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from repository import ROOT

from llmcheck.errors import (
    ConfigError,
    CorruptRecord,
    InvalidReply,
    LLMError,
    ProviderError,
    TooLong,
)
from llmcheck.llm import cache as cache_module
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call, Reply, T
from llmcheck.llm.rows import StoredReply
from llmcheck.llm.store import ReplyStore
from llmcheck.tokens import Tokens


class CountingTokens:
    """A model that reports tokens."""

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        reply = echo().complete(call, schema)
        return Reply(reply.value, reply.raw, Tokens(120, 7), "model")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReplyStore]:
    made = ReplyStore(tmp_path / "cache")
    yield made
    made.close()


def execute(store: ReplyStore, statement: str, *values: object) -> None:
    """Change the database behind the store's back."""
    connection = sqlite3.connect(store.directory / "cache.db")
    with connection:
        assert connection.execute(statement, values).rowcount > 0
    connection.close()


def test_an_answer_is_asked_for_once_and_then_comes_from_the_cache(store: ReplyStore) -> None:
    inner = echo()
    llm = CachedLLM(inner, store)
    first = llm.complete(make_call(), Answer)
    second = llm.complete(make_call(), Answer)
    assert (first.origin, second.origin) == ("model", "cache")
    assert (second.value, second.raw) == (first.value, first.raw)
    assert len(inner.calls) == 1


@pytest.mark.parametrize(
    "change",
    [{"model": "other"}, {"parameters": {"temperature": 0.5}}, {"prompt_digest": "1" * 64}],
    ids=["model", "parameters", "prompt"],
)
def test_a_different_call_is_another_answer(store: ReplyStore, change: dict[str, Any]) -> None:
    inner = echo()
    llm = CachedLLM(inner, store)
    llm.complete(make_call(), Answer)
    assert llm.complete(make_call(**change), Answer).origin == "model"


def test_a_hit_carries_the_tokens_that_the_answer_took(store: ReplyStore) -> None:
    llm = CachedLLM(CountingTokens(), store)
    llm.complete(make_call(), Answer)
    assert llm.complete(make_call(), Answer).tokens == Tokens(120, 7)


def test_answers_outlive_the_store_object(store: ReplyStore) -> None:
    CachedLLM(echo(), store).complete(make_call(), Answer)
    again = ReplyStore(store.directory)
    assert CachedLLM(echo(), again).complete(make_call(), Answer).origin == "cache"
    again.close()


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplyStore]:
    made = ReplyStore(tmp_path_factory.mktemp("any-text") / "cache")
    yield made
    made.close()


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(shared_store: ReplyStore, text: str) -> None:
    raw = Answer(text=text).model_dump_json()
    stored = StoredReply(raw, Tokens(1, 2), {"colour": {"red": 0.25, "blue": 0.75}})
    shared_store.write(make_call(text), stored)
    assert shared_store.read(make_call(text)) == stored
    assert CachedLLM(echo(), shared_store).complete(make_call(text), Answer).value.text == text
    failed = StoredReply("", Tokens(), failed=text)
    shared_store.write(make_call(text), failed)
    assert shared_store.read(make_call(text)) == failed


def cut_off_once(error: type[LLMError] = InvalidReply) -> FakeLLM:
    def answer(call: Call) -> Answer:
        if len(inner.calls) == 1:
            raise error("cut off", call_key=call.key, prompt=call.prompt)
        return Answer(text="94 m")

    inner = FakeLLM(answer)
    return inner


@pytest.mark.parametrize("error", [InvalidReply, TooLong])
def test_that_no_whole_answer_came_is_kept_for_a_caller_who_asks_in_parts_then(
    store: ReplyStore, error: type[LLMError]
) -> None:
    inner = cut_off_once(error)
    llm = CachedLLM(inner, store)
    for _ in range(2):
        with pytest.raises(LLMError, match="cut off") as caught:
            llm.complete(make_call(splittable=True), Answer)
        assert (caught.value.call_key, caught.value.prompt) == (make_call().key, "ask.v1")
    assert len(inner.calls) == 1
    assert store.info().replies == 1


def test_who_cannot_ask_in_parts_is_answered_anew_and_then_so_is_everybody(
    store: ReplyStore,
) -> None:
    llm = CachedLLM(cut_off_once(), store)
    with pytest.raises(InvalidReply):
        llm.complete(make_call(splittable=True), Answer)
    assert llm.complete(make_call(), Answer).origin == "model"
    assert llm.complete(make_call(splittable=True), Answer).origin == "cache"


@pytest.mark.parametrize(
    ("error", "splittable"), [(InvalidReply, False), (TooLong, False), (ProviderError, True)]
)
def test_a_failure_that_asking_in_parts_does_not_mend_is_not_kept(
    store: ReplyStore, error: type[LLMError], splittable: bool
) -> None:
    llm = CachedLLM(cut_off_once(error), store)
    call = make_call(splittable=splittable)
    with pytest.raises(error):
        llm.complete(call, Answer)
    assert llm.complete(call, Answer).origin == "model"


def test_a_replayed_answer_is_not_stored_as_the_models(store: ReplyStore) -> None:
    class Replaying:
        def complete(self, call: Call, schema: type[T]) -> Reply[T]:
            reply = echo().complete(call, schema)
            return Reply(reply.value, reply.raw, Tokens(), "replay")

    CachedLLM(Replaying(), store).complete(make_call(), Answer)
    assert store.read(make_call()) is None


# --- single flight


@pytest.fixture
def followers(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released whenever a call begins to wait for an equal one."""
    waiting = threading.Semaphore(0)

    class Watched(Future[T]):
        def result(self, timeout: float | None = None) -> T:
            waiting.release()
            return super().result(timeout)

    monkeypatch.setattr(cache_module, "Future", Watched)
    return waiting


def test_equal_calls_at_the_same_time_reach_the_model_once(
    store: ReplyStore, followers: threading.Semaphore
) -> None:
    def answer_when_the_others_wait(call: Call) -> Answer:
        for _ in range(7):
            assert followers.acquire(timeout=5)
        return Answer(text=call.user)

    inner = FakeLLM(answer_when_the_others_wait)
    llm = CachedLLM(inner, store)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(llm.complete, make_call(), Answer) for _ in range(8)]
        origins = sorted(future.result().origin for future in futures)
    assert len(inner.calls) == 1
    assert origins == ["cache"] * 7 + ["model"]


def test_equal_calls_at_the_same_time_share_the_error(
    store: ReplyStore, followers: threading.Semaphore
) -> None:
    def refuse_when_the_other_waits(call: Call) -> Answer:
        assert followers.acquire(timeout=5)
        raise ProviderError("refused", call_key=call.key, prompt=call.prompt)

    inner = FakeLLM(refuse_when_the_other_waits)
    llm = CachedLLM(inner, store)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(llm.complete, make_call(), Answer) for _ in range(2)]
        errors = [future.exception() for future in futures]
    assert isinstance(errors[0], ProviderError)
    assert errors[0] is errors[1]
    assert len(inner.calls) == 1


# --- damage


def edit_row(change: Callable[[dict[str, Any]], None]) -> Callable[[ReplyStore], None]:
    def edit(store: ReplyStore) -> None:
        connection = sqlite3.connect(store.directory / "cache.db")
        ((blob,),) = connection.execute("SELECT value FROM Cache").fetchall()
        connection.close()
        envelope = json.loads(blob)
        change(envelope)
        execute(store, "UPDATE Cache SET value = ?", json.dumps(envelope).encode())

    return edit


def cut_short(store: ReplyStore) -> None:
    execute(store, "UPDATE Cache SET value = substr(value, 1, length(value) - 30)")


def as_text(store: ReplyStore) -> None:
    execute(store, "UPDATE Cache SET value = 'text'")


def of_another_call(store: ReplyStore) -> None:
    other = make_call("Who built it?")
    CachedLLM(echo(), store).complete(other, Answer)
    execute(store, "DELETE FROM Cache WHERE key = ?", make_call().key)
    execute(store, "UPDATE Cache SET key = ? WHERE key = ?", make_call().key, other.key)


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        as_text,
        of_another_call,
        edit_row(lambda envelope: envelope["row"].update(raw='{"text": "altered"}')),
        edit_row(lambda envelope: envelope["row"].update(output_tokens=99)),
        edit_row(lambda envelope: envelope["row"].update(failed="cut off")),
        edit_row(lambda envelope: envelope.pop("checksum")),
        edit_row(lambda envelope: envelope.update(row="nothing")),
    ],
    ids=["cut", "text", "other-key", "altered", "tokens", "failed", "no-checksum", "no-row"],
)
def test_a_damaged_row_is_named_dropped_and_asked_again(
    store: ReplyStore, damage: Callable[[ReplyStore], None], caplog: pytest.LogCaptureFixture
) -> None:
    CachedLLM(echo(), store).complete(make_call(), Answer)
    damage(store)
    with pytest.raises(CorruptRecord, match=r"ask\.v1") as caught:
        store.read(make_call())
    assert str(store.directory) in str(caught.value)

    llm = CachedLLM(echo(), store)
    with caplog.at_level(logging.WARNING, logger="llmcheck"):
        reply = llm.complete(make_call(), Answer)
    assert (reply.origin, reply.value.text) == ("model", make_call().user)
    assert [record.name for record in caplog.records] == ["llmcheck"]
    assert str(store.directory) in caplog.text
    assert llm.complete(make_call(), Answer).origin == "cache"


def test_a_damaged_row_is_gone_even_when_asking_again_fails(store: ReplyStore) -> None:
    CachedLLM(echo(), store).complete(make_call(), Answer)
    cut_short(store)

    def fail(call: Call) -> Answer:
        raise ProviderError("down", call_key=call.key, prompt=call.prompt)

    with pytest.raises(ProviderError, match="down"):
        CachedLLM(FakeLLM(fail), store).complete(make_call(), Answer)
    assert store.info().replies == 0


def test_a_row_that_no_longer_fits_its_schema_is_asked_again(
    store: ReplyStore, caplog: pytest.LogCaptureFixture
) -> None:
    class LongAnswer(BaseModel):
        text: str = Field(min_length=5)

    CachedLLM(FakeLLM(lambda call: Answer(text="94")), store).complete(make_call(), Answer)
    reply = CachedLLM(FakeLLM(lambda call: '{"text": "94 metres"}'), store).complete(
        make_call(), LongAnswer
    )
    assert (reply.origin, reply.value.text) == ("model", "94 metres")
    assert "schema" in caplog.text


class Bomb:
    """Pickles to a command that leaves a file behind when loaded."""

    def __init__(self, evidence: Path) -> None:
        self.evidence = evidence

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.evidence,)


@pytest.mark.parametrize("place", ["database", "file"])
def test_a_pickled_value_is_never_loaded(store: ReplyStore, tmp_path: Path, place: str) -> None:
    evidence = tmp_path / "loaded"
    CachedLLM(echo(), store).complete(make_call(), Answer)
    blob = pickle.dumps(Bomb(evidence))
    if place == "database":
        execute(store, "UPDATE Cache SET mode = 4, value = ?", blob)
    else:
        (store.directory / "planted.val").write_bytes(blob)
        execute(store, "UPDATE Cache SET mode = 4, value = NULL, filename = 'planted.val'")
    assert CachedLLM(echo(), store).complete(make_call(), Answer).origin == "model"
    assert not evidence.exists()


def test_a_pickled_key_is_refused(store: ReplyStore, tmp_path: Path) -> None:
    evidence = tmp_path / "loaded"
    store.open()
    disk = store._open_cache().disk
    with pytest.raises(ValueError, match="key"):
        disk.get(pickle.dumps(Bomb(evidence)), False)
    with pytest.raises(TypeError):
        disk.put(("a", "tuple"))
    with pytest.raises(TypeError):
        disk.store({"not": "bytes"}, False)
    assert not evidence.exists()


def test_a_file_name_planted_in_a_row_is_neither_read_nor_deleted(
    store: ReplyStore, tmp_path: Path
) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("keep me")
    CachedLLM(echo(), store).complete(make_call(), Answer)
    execute(store, "UPDATE Cache SET mode = 3, value = NULL, filename = '../precious.txt'")
    assert CachedLLM(echo(), store).complete(make_call(), Answer).origin == "model"
    execute(store, "UPDATE Cache SET filename = '../precious.txt'")
    store.clear()
    assert precious.read_text() == "keep me"


@pytest.mark.parametrize("when", ["before", "during"])
@pytest.mark.parametrize("how", ["garbage", "cut"])
def test_a_damaged_database_is_moved_aside_and_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, when: str, how: str
) -> None:
    store = ReplyStore(tmp_path / "cache")
    llm = CachedLLM(echo(), store)
    for number in range(100):
        llm.complete(make_call(f"question {number}"), Answer)
    store._open_cache()._sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store.close()
    database = tmp_path / "cache" / "cache.db"
    with database.open("r+b") as file:
        if how == "garbage":
            file.write(b"not a database " * 100)
        else:
            file.truncate(database.stat().st_size // 3)
    if when == "before":
        store = ReplyStore(tmp_path / "cache")
        llm = CachedLLM(echo(), store)
    replies = [llm.complete(make_call(f"question {number}"), Answer) for number in range(100)]
    assert all(reply.value.text == f"question {n}" for n, reply in enumerate(replies))
    assert (tmp_path / "cache.corrupt-1" / "cache.db").exists()
    assert not (tmp_path / "cache.corrupt-2").exists()
    assert str(tmp_path / "cache.corrupt-1") in caplog.text
    assert llm.complete(make_call("question 99"), Answer).origin == "cache"
    store.close()


def test_threads_that_meet_a_damaged_database_together_move_it_once(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "cache.db").write_bytes(b"not a database " * 100)
    store = ReplyStore(tmp_path / "cache")
    calls = [make_call(f"question {number}") for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda call: store.write(call, StoredReply(call.user, Tokens())), calls))
    assert store.info().replies == 16
    assert sorted(os.listdir(tmp_path)) == ["cache", "cache.corrupt-1"]
    store.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CANTOPEN])
def test_a_database_that_another_process_replaced_is_not_moved_again(
    tmp_path: Path, store: ReplyStore, code: int
) -> None:
    store.open()
    other = ReplyStore(store.directory)

    def replaced_meanwhile(cache: Any) -> int:
        if not (tmp_path / "moved").exists():
            store.directory.rename(tmp_path / "moved")
            other.write(make_call(), StoredReply("{}", Tokens()))
            error = sqlite3.DatabaseError("failed")
            error.sqlite_errorcode = code
            raise error
        return len(cache)

    assert store._with_cache(replaced_meanwhile) == 1
    assert sorted(os.listdir(tmp_path)) == ["cache", "moved"]
    other.close()


def test_a_second_damaged_database_gets_the_next_number(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "cache").mkdir(exist_ok=True)
        (tmp_path / "cache" / "cache.db").write_bytes(b"not a database " * 100)
        store = ReplyStore(tmp_path / "cache")
        store.open()
        store.close()
        assert (tmp_path / f"cache.corrupt-{number}").is_dir()


@pytest.mark.parametrize("whole", [True, False])
def test_a_database_deleted_during_the_run_is_begun_anew(store: ReplyStore, whole: bool) -> None:
    llm = CachedLLM(echo(), store)
    llm.complete(make_call("before"), Answer)
    if whole:
        shutil.rmtree(store.directory)
    else:
        for path in store.directory.glob("cache.db*"):
            path.unlink()
    llm.complete(make_call("after"), Answer)
    other = ReplyStore(store.directory)
    assert other.read(make_call("after")) is not None
    other.close()


# --- the directory


def test_the_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    for directory in (loose, tmp_path / "new" / "cache"):
        store = ReplyStore(directory)
        store.open()
        store.close()
        assert directory.stat().st_mode & 0o777 == 0o700


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="other files"):
        ReplyStore(tmp_path).open()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ConfigError, match="symbolic link"):
        ReplyStore(tmp_path / "link").open()


def test_a_directory_of_someone_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(ConfigError, match="another user"):
        ReplyStore(tmp_path / "cache").open()


def test_a_directory_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--no-cache") as caught:
        CachedLLM(echo(), ReplyStore(tmp_path / "file" / "cache"))
    assert str(tmp_path / "file" / "cache") in str(caught.value)


def test_a_name_that_diskcache_would_expand_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELSEWHERE", "other")
    with pytest.raises(ConfigError, match="variable"):
        ReplyStore(tmp_path / "$ELSEWHERE").open()


def test_an_answer_that_cannot_be_stored_is_still_given_and_warned_of_once(
    store: ReplyStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    llm = CachedLLM(echo(), store)
    monkeypatch.setattr(store._open_cache(), "_timeout", 0)
    store.close()  # The next connection has the short time-out.
    blocker = sqlite3.connect(store.directory / "cache.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    for question in ("one", "two"):
        assert llm.complete(make_call(question), Answer).value.text == question
    blocker.close()
    assert len(caplog.records) == 1
    assert "locked" in caplog.text
    assert str(store.directory) in caplog.text


def test_nothing_is_ever_culled(store: ReplyStore) -> None:
    store.open()
    cache = store._open_cache()
    assert (cache.eviction_policy, cache.cull_limit) == ("none", 0)


# --- info and clear


def test_info_counts_and_clear_empties(store: ReplyStore) -> None:
    llm = CachedLLM(echo(), store)
    for number in range(3):
        llm.complete(make_call(f"question {number}"), Answer)
    info = store.info()
    assert (info.directory, info.replies) == (store.directory, 3)
    assert info.bytes > 0
    assert store.clear() == 3
    assert store.info().replies == 0
    assert llm.complete(make_call("question 0"), Answer).origin == "model"


def test_info_and_clear_of_a_store_never_used_create_nothing(store: ReplyStore) -> None:
    assert store.info() == (store.directory, 0, 0)
    assert store.clear() == 0
    assert not store.directory.exists()


# --- processes


SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.rows import StoredReply
from llmcheck.llm.store import ReplyStore
from pydantic import BaseModel

class Answer(BaseModel):
    text: str

directory, log, first, last, die_at = sys.argv[1:]

def answer(call):
    if call.user == die_at:
        os.kill(os.getpid(), signal.SIGKILL)
    with open(log, "a") as file:
        file.write(call.user + "\\n")
    time.sleep(0.01)
    return Answer(text=call.user)

llm = CachedLLM(FakeLLM(answer), ReplyStore(Path(directory)))
for number in range(int(first), int(last)):
    llm.complete(Call("ask.v1", "0", "tiny", "s", str(number), {}, {}), Answer)
"""


def start(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )


def test_a_killed_run_loses_no_finished_call(tmp_path: Path) -> None:
    log = tmp_path / "log"
    killed = start(tmp_path / "cache", log, 0, 20, 15)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    resumed = start(tmp_path / "cache", log, 0, 20, "never")
    _, errors = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, errors
    assert log.read_text().split() == [str(number) for number in range(20)]


def test_processes_share_a_directory_and_lose_nothing(tmp_path: Path) -> None:
    workers = [
        start(tmp_path / "cache", tmp_path / f"log{n}", n * 30, n * 30 + 30, "never")
        for n in range(3)
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
    store = ReplyStore(tmp_path / "cache")
    assert store.info().replies == 90
    store.close()


def test_processes_that_make_the_same_calls_make_each_once(tmp_path: Path) -> None:
    directory, log = tmp_path / "cache", tmp_path / "log"
    killed = start(directory, log, 10, 11, 10)
    killed.communicate(timeout=60)
    workers = [start(directory, log, 0, 40, "never") for _ in range(3)]
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
    assert sorted(log.read_text().split(), key=int) == [str(number) for number in range(40)]
    assert list((directory / "asking").iterdir()) == []


def test_a_call_is_made_where_files_cannot_be_locked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = ReplyStore(tmp_path / "cache")
    store.open()
    (tmp_path / "cache" / "asking").write_text("no folder")
    with caplog.at_level(logging.DEBUG, "llmcheck"):
        assert CachedLLM(echo(), store).complete(make_call(), Answer).origin == "model"
    assert "no lock for" in caplog.text
    store.close()


def test_importing_the_module_does_not_import_diskcache() -> None:
    code = "import sys, llmcheck.llm.cache; sys.exit('diskcache' in sys.modules)"
    assert cache_module.__file__ is not None
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert finished.returncode == 0
