"""Files whose parsers may not stop, read in a process that is ended where they do not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT
from samples import DATA

from llmcheck import Corpus
from llmcheck.documents import worker
from llmcheck.documents.formats import FORMATS
from llmcheck.documents.worker import Worker
from llmcheck.errors import DocumentError
from llmcheck.models import Document

PAGE = b"<html><body><p>The lock at Vell was closed on Tuesday.</p></body></html>"


@pytest.fixture
def reader() -> Iterator[Worker]:
    with Worker() as made:
        yield made


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started, as where none waits for work."""
    worker._end_spare()
    found: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*args: Any, **more: Any) -> subprocess.Popen[bytes]:
        found.append(popen(*args, **more))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return found


def text_of(items: list[Document | DocumentError]) -> str:
    (document,) = items
    assert isinstance(document, Document)
    return document.text


def reason_of(items: list[Document | DocumentError]) -> str:
    (error,) = items
    assert isinstance(error, DocumentError)
    return error.reason


def test_one_process_reads_all_pages_of_one_corpus_after_the_other(
    started: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    for name in ("a.html", "b.html", "c.xhtml"):
        (tmp_path / name).write_bytes(PAGE)
    assert len(Corpus.read(tmp_path).documents) == 3
    assert len(Corpus.read(tmp_path).documents) == 3
    assert len(started) == 1


def test_two_corpora_at_once_have_a_process_each_and_one_of_them_is_kept(
    started: list[subprocess.Popen[bytes]],
) -> None:
    with Worker() as one, Worker() as other:
        assert text_of(one.read(PAGE, "a.html")) == text_of(other.read(PAGE, "a.html"))
    assert sorted(process.poll() is None for process in started) == [False, True]


def test_a_process_that_died_while_it_waited_is_replaced(
    started: list[subprocess.Popen[bytes]],
) -> None:
    for _ in range(2):
        with Worker() as reader:
            assert text_of(reader.read(PAGE, "a.html")).startswith("The lock")
        started[-1].kill()
        started[-1].wait()
    assert len(started) == 2


def test_no_process_outlives_the_program() -> None:
    script = (
        "from llmcheck.documents import worker\n"
        "with worker.Worker() as reader: reader.read(b'<p>It is shut.</p>', 'a.html')\n"
        "print(worker._spare._process.pid)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(ran.stdout), 0)


def test_texts_need_no_process(started: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lock is closed.")
    (tmp_path / "b.md").write_text("# Lock\n\nIt is closed.")
    (tmp_path / "c.jsonl").write_text('{"text": "The lock is shut."}\n')
    assert len(Corpus.read(tmp_path).documents) == 3
    assert started == []


def test_a_file_is_read_there_as_it_is_here(reader: Worker) -> None:
    for path in sorted(DATA.glob("ferry.e*")):
        data = path.read_bytes()
        chosen = FORMATS[path.suffix[1:]]
        assert reader.read(data, path.name) == list(chosen.load()(data, path.name))


def test_what_takes_too_long_is_named_and_the_next_file_is_read(
    reader: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # Not even the process starts in this time.
        patch.setitem(FORMATS, "html", FORMATS["html"]._replace(seconds=0.001))
        assert "took longer to read than 0.001 s: split it" in reason_of(
            reader.read(PAGE, "slow.html")
        )
    assert text_of(reader.read(PAGE, "a.html")).startswith("The lock")


def test_when_files_that_came_to_nothing_took_long_the_next_ones_have_little_time(
    reader: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = b"<p " + b" ".join(b"a%d" % at for at in range(300_000)) + b">a</p>"
    monkeypatch.setitem(FORMATS, "html", FORMATS["html"]._replace(seconds=1.0))
    monkeypatch.setattr(worker, "MAX_LOST", 1.5)
    monkeypatch.setattr(worker, "LITTLE", 0.2)
    for number in range(2):
        assert "longer to read than 1 s: split it" in reason_of(reader.read(bad, f"{number}.html"))
    begun = time.monotonic()
    reasons = [reason_of(reader.read(bad, f"late-{number}.html")) for number in range(5)]
    assert time.monotonic() - begun < 5 * 0.8
    assert set(reasons) == {
        "took longer to read than 0.2 s, which is all that a file has after others took 1.5 s and "
        "came to nothing: read it without them"
    }
    monkeypatch.setattr(worker, "LITTLE", 30.0)
    monkeypatch.setitem(FORMATS, "html", FORMATS["html"]._replace(seconds=60.0))
    assert text_of(reader.read(PAGE, "a.html")).startswith("The lock")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="not every system limits memory")
def test_what_takes_too_much_memory_is_named_and_the_next_file_is_read(
    reader: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker, "MAX_MEMORY", 200_000_000)
        page = b"<html>" + b"<p>a</p>" * 1_000_000
        assert "GB of memory to read: split it" in reason_of(reader.read(page, "large.html"))
    assert text_of(reader.read(PAGE, "a.html")).startswith("The lock")


def test_what_ends_its_process_is_named_and_the_next_file_is_read(
    reader: Worker, started: list[subprocess.Popen[bytes]]
) -> None:
    reader.read(PAGE, "a.html")
    started[0].kill()
    assert "ended the process that read it" in reason_of(reader.read(PAGE, "crash.html"))
    assert text_of(reader.read(PAGE, "a.html")).startswith("The lock")


def test_a_file_that_no_process_can_be_started_for_is_named(
    reader: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker._end_spare()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "none starts (No such file or directory)" in reason_of(reader.read(PAGE, "a.html"))


def test_an_interrupted_reading_leaves_no_process(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "_answer", interrupt)
    with pytest.raises(KeyboardInterrupt), Worker() as reader:
        reader.read(PAGE, "a.html")
    assert started[0].poll() is not None


def test_modules_in_the_folder_that_it_is_started_in_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lxml", "llmcheck", "pickle", "json"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()")
    (tmp_path / "a.html").write_bytes(PAGE)
    monkeypatch.chdir(tmp_path)
    assert Corpus.read("a.html").documents
    assert not Path("ran").exists()


def test_a_script_that_reads_pages_needs_no_guard_round_its_main_part(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    script = tmp_path / "script.py"
    script.write_text("from llmcheck import Corpus\nprint(len(Corpus.read('a.html').documents))\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("1\n", "")
