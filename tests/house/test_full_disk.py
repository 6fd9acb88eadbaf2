"""A disk with no room left: nothing is asked in vain, and nothing that was paid for is lost.

The disk is real where this process may mount one, and else a file system that says it is full.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import pytest
from calls import Answer as Text
from calls import echo, make_call
from wire import Answer, Endpoint, Request, completion

from llmcheck.cli.main import main
from llmcheck.errors import ConfigError
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.recording.replay import ReplayLLM
from llmcheck.llm.store import ReplyStore

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

NOTHING = json.dumps({"padding": [], "claims": []})
TEXTS = ("The gate weighs 90 tonnes.", "The lock was built in 1931.", "The crane was sold.")


class Disk(NamedTuple):
    """A small disk of its own."""

    folder: Path

    def fill(self) -> None:
        with (self.folder / "ballast").open("ab", buffering=0) as file:
            for size in (65_536, 4096, 1):
                while _fits(file, size):
                    pass

    def empty(self) -> None:
        (self.folder / "ballast").unlink()


def _fits(file: FileIO, size: int) -> bool:
    try:
        return bool(file.write(bytes(size)))
    except OSError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no disk can be mounted here")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    requests: int


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLMCHECK_MODEL", "tiny")
    (tmp_path / "texts").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "texts" / f"{number}.txt").write_text(text)

    def run(*arguments: str, meanwhile: Callable[[], None] = lambda: None) -> Ran:
        def answer(request: Request) -> Answer:
            meanwhile()
            return completion(NOTHING)

        with Endpoint(answer) as e:
            # The endpoint may be part of what a stored answer is found by.
            monkeypatch.setenv("LLMCHECK_BASE_URL", e.url)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
            assert isinstance(ended.value.code, int)
            return Ran(ended.value.code, *capsys.readouterr(), len(e.requests))

    return run


# --- before the first call


@pytest.mark.parametrize("option", ["--output", "--record", "--cache"])
def test_what_cannot_be_written_stops_before_the_first_call(
    run: Callable[..., Ran], disk: Disk, option: str
) -> None:
    disk.fill()
    ran = run("claims", "texts", option, str(disk.folder / "out"))
    assert (ran.code, ran.requests, ran.out) == (2, 0, "")
    assert "Traceback" not in ran.err
    assert str(disk.folder / "out") in ran.err
    assert os.listdir(disk.folder) in (["ballast"], ["ballast", "out"], ["out", "ballast"])


def test_an_evaluation_finds_out_for_all_its_parts_before_the_first_call(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "claims").write_text("in the way of a folder")
    pair = {"premise": "It is wet.", "hypothesis": "It is dry.", "label": "contradiction"}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(pair))
    sentence = {"document": "It is wet.", "sentence": "It is wet."}
    (tmp_path / "claims.jsonl").write_text(json.dumps(sentence))
    ran = run("eval", "--pairs", "pairs.jsonl", "--claims", "claims.jsonl", "--record", "recorded")
    assert (ran.code, ran.requests) == (2, 0)
    assert "cannot record into recorded/claims" in ran.err


@pytest.mark.parametrize("kind", ["read-only", "folder", "no folder", "file as folder", "circle"])
def test_an_output_that_cannot_be_is_refused_before_the_first_call(
    run: Callable[..., Ran], tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "out"
    if kind == "read-only":
        target.write_text("kept")
        target.chmod(0o444)
    elif kind == "folder":
        target.mkdir()
    elif kind == "circle":
        target.symlink_to(target)
    elif kind == "file as folder":
        target.write_text("")
        target /= "report"
    else:
        target = tmp_path / "none" / "report"
    ran = run("claims", "texts", "--output", str(target))
    assert (ran.code, ran.requests, ran.out) == (2, 0, "")
    assert str(target) in ran.err
    assert "Traceback" not in ran.err


def test_trying_leaves_nothing_behind_and_an_old_report_as_it_was(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report").write_text("old")
    ran = run("claims", "texts", "--output", "out/report", "--model", "tiny", "--max-cost", "1")
    assert ran.code == 2, "the price of the model is unknown"
    assert {path.name: path.read_text() for path in out.iterdir()} == {"report": "old"}


# --- filled meanwhile


def test_a_disk_that_fills_during_the_run_loses_neither_report_nor_run(
    run: Callable[..., Ran], disk: Disk
) -> None:
    ran = run(
        "claims", "texts", "--format", "json", "--concurrency", "1",
        "--output", str(disk.folder / "report.json"),
        "--record", str(disk.folder / "recorded"),
        "--cache", str(disk.folder / "cache"),
        meanwhile=disk.fill,
    )  # fmt: skip
    assert ran.requests == len(TEXTS)
    assert ran.code == 2
    assert len(json.loads(ran.out)["documents"]) == len(TEXTS)
    assert json.loads(ran.out)["failures"] == []
    assert ran.err.count("cannot record into") == 1
    assert ran.err.count("are not being cached") == 1
    assert "went to standard output" in ran.err
    assert "Traceback" not in ran.err
    assert not (disk.folder / "report.json").exists()


def test_a_recording_with_gaps_keeps_what_it_has(run: Callable[..., Ran], disk: Disk) -> None:
    recorded = disk.folder / "recorded"
    llm = RecordingLLM(echo(), recorded)
    llm.complete(make_call("first"), Text)
    disk.fill()
    assert llm.complete(make_call("second"), Text).value.text == "second"
    disk.empty()
    llm.complete(make_call("third"), Text)
    replay = ReplayLLM(recorded)
    for question in ("first", "third"):
        assert replay.complete(make_call(question), Text).value.text == question
    assert list(recorded.glob("**/.*")) == []


# --- the cache on a full disk


@pytest.mark.parametrize("left", ["whole", "without its log"])
def test_stored_answers_are_read_from_a_full_disk_and_removed_there(
    run: Callable[..., Ran], disk: Disk, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ("--cache", str(disk.folder / "cache"))
    with Endpoint(lambda request: completion(NOTHING)) as e:
        asked = ("claims", "texts", *cache, "--base-url", e.url)
        assert run(*asked, "--quiet").code == 0
        if left == "without its log":
            database = sqlite3.connect(disk.folder / "cache" / "cache.db")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.close()
            for path in (disk.folder / "cache").glob("cache.db-*"):
                path.unlink()
        before = len(e.requests)
        disk.fill()
        again = run(*asked)
        assert (again.code, len(e.requests)) == (0, before)
        assert again.err.count("only read") == 1
        info = run("cache", "info", *cache)
        assert info.code == 0
        assert f"{len(TEXTS)} stored answers" in info.out
        cleared = run("cache", "clear", *cache)
        assert (cleared.code, f"{len(TEXTS)} stored" in cleared.out) == (0, True)
        assert [path.name for path in (disk.folder / "cache").glob("cache.db*")] == []
        disk.empty()
        assert run(*asked).code == 0
        assert len(e.requests) == 2 * before


class Full:
    """Stands where diskcache's cache would, on a disk without room."""

    def __init__(self, *_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error


def test_a_cache_that_cannot_be_opened_for_writing_is_read_and_warned_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = CachedLLM(echo(), ReplyStore(tmp_path / "cache"))
    first.complete(make_call("stored"), Text)
    monkeypatch.setattr("diskcache.Cache", Full)

    store = ReplyStore(tmp_path / "cache")
    llm = CachedLLM(echo(), store)
    assert llm.complete(make_call("stored"), Text).origin == "cache"
    for _ in range(2):
        assert llm.complete(make_call("new"), Text).origin == "model"
    assert store.info().replies == 1
    assert len(caplog.records) == 1
    assert "database or disk is full" in caplog.text
    assert store.clear() == 1
    assert list((tmp_path / "cache").glob("cache.db*")) == []


def test_a_database_that_cannot_even_be_read_there_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ReplyStore(tmp_path / "cache")
    store.directory.mkdir()
    (store.directory / "cache.db").touch()  # As it is left where its tables found no room.
    monkeypatch.setattr("diskcache.Cache", Full)
    assert store.clear() == 0
    assert list(store.directory.iterdir()) == []


def test_a_damaged_row_that_cannot_be_dropped_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CachedLLM(echo(), ReplyStore(tmp_path / "cache")).complete(make_call(), Text)
    connection = sqlite3.connect(tmp_path / "cache" / "cache.db")
    with connection:
        connection.execute("UPDATE Cache SET value = 'damaged'")
    connection.close()
    monkeypatch.setattr("diskcache.Cache", Full)
    llm = CachedLLM(echo(), ReplyStore(tmp_path / "cache"))
    assert llm.complete(make_call(), Text).origin == "model"


def test_where_nothing_is_stored_and_nothing_can_be_there_is_no_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diskcache.Cache", Full)
    with pytest.raises(ConfigError, match=r"full.*--no-cache"):
        CachedLLM(echo(), ReplyStore(tmp_path / "cache"))
