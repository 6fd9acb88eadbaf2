"""Bombs and floods, scaled down, through the readers themselves; and paths that never end."""

from __future__ import annotations

import os
import stat
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hostile import cpu_limit
from hostile_samples import SAMPLES, Sample, docx_lying, epub, mail
from samples import items, read, reasons

from llmcheck import Corpus
from llmcheck.documents import sources
from llmcheck.documents.formats import archive, reading
from llmcheck.errors import DocumentError

PAGE = "<html><body><p>The lock is shut.</p></body></html>"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.about)
def test_a_hostile_file_is_read_or_refused_and_ends(sample: Sample) -> None:
    for module in {"pdf": "pypdf", "docx": "mammoth"}.items():
        if sample.name.endswith(module[0]):
            pytest.importorskip(module[1], reason="an extra")
    data = sample.make(sample.small)
    with cpu_limit(10):
        found = list(items(data, sample.name))
    assert 0 < len(found) <= reading.MAX_ITEMS + 1
    for item in found:
        if isinstance(item, DocumentError):
            assert item.path.startswith(sample.name)
        else:
            assert len(item.text) <= reading.MAX_CHARACTERS


def test_a_page_that_a_book_names_again_and_again_is_read_once() -> None:
    (document,) = read(epub(500, PAGE), "a.epub")
    assert document.text == "The lock is shut."


def test_no_more_of_a_member_is_unpacked_than_it_is_said_to_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpacked = []
    read1: Callable[..., bytes] = zipfile.ZipExtFile._read1  # type: ignore[attr-defined]

    def counting(self: zipfile.ZipExtFile, size: int) -> bytes:
        unpacked.append(size)
        return read1(self, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "_read1", counting)
    opened = archive.Archive(docx_lying(2))
    with pytest.raises(ValueError, match=r"word/document\.xml"):
        opened.bytes_of("word/document.xml")
    assert max(unpacked) <= 1001


def test_a_member_that_is_packed_in_a_rare_way_is_refused() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("word/document.xml", "<a/>")
    (reason,) = reasons(target.getvalue(), "a.docx").values()
    assert "packs its part 'word/document.xml' in a rare way: save it again" in reason


def test_of_a_file_with_too_many_documents_the_first_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_ITEMS", 2)
    *found, last = items('{"text": "a"}\n' * 5, "a.jsonl")
    assert len(found) == 2
    assert str(last) == "a.jsonl: holds more than 2 documents: split it"


def test_of_a_file_with_too_much_text_the_first_documents_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 10)
    *found, last = items('{"text": "abcd"}\n' * 5, "a.jsonl")
    assert len(found) == 2
    assert str(last) == "a.jsonl: shows more than 10 characters: split it"


def test_a_footer_is_found_below_many_rules() -> None:
    (document,) = read(
        mail("Shut.\n" + "_" * 20 + "\n" + "a\n" * 9 + "_" * 20 + "\nlist\n"), "a.eml"
    )
    (span,) = document.chrome
    assert document.text[span.start : span.end] == "_" * 20 + "\nlist"


def test_what_a_part_is_stands_in_the_beginning_of_a_long_header() -> None:
    data = mail("<p>Shut.</p>", kind="text/html; charset=utf-8; x=" + "y" * 50_000)
    assert read(data, "a.eml")[0].text == "Shut."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a document and links that lead back into it."""
    (tmp_path / "a.txt").write_text("The lock is shut.")
    for name in ("one", "two", "three"):
        (tmp_path / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("given", [".", "**/*.txt", "**/**/*.txt", "*/**/*.txt", "**"])
def test_links_that_lead_back_are_not_followed(folder: Path, given: str) -> None:
    with cpu_limit():
        corpus = Corpus.read("a.txt", given)
    assert [document.id for document in corpus.documents] == ["a.txt"]
    assert all("symbolic links" in failure.error for failure in corpus.failures)


def test_a_device_is_refused_before_it_is_opened(folder: Path) -> None:
    corpus = Corpus.read("a.txt", os.devnull)
    assert [f.error for f in corpus.failures] == ["is no file but a device: name a file"]


pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


@pipes
def test_a_pipe_in_a_folder_is_no_file_of_it(folder: Path) -> None:
    os.mkfifo("pipe.txt")
    assert [document.id for document in Corpus.read(".").documents] == ["./a.txt"]


@pipes
def test_a_pipe_that_nobody_writes_into_is_a_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_SILENCE", 0.01)
    os.mkfifo("pipe.txt")
    (failure,) = Corpus.read("a.txt", "pipe.txt").failures
    assert failure.error.startswith("is a pipe into which nothing was written for 0.01 s")


@pipes
def test_a_pipe_is_read_until_who_writes_closes_it(folder: Path) -> None:
    os.mkfifo("pipe")
    text = "The lock is open. " * 10_000
    writer = threading.Thread(target=Path("pipe").write_text, args=(text,))
    writer.start()
    assert Corpus.read("pipe").documents[0].text == text
    writer.join()
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


@pipes
def test_a_pipe_is_read_no_further_than_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 100_000)
    os.mkfifo("pipe.txt")

    def write() -> None:
        with open("pipe.txt", "wb", buffering=0) as pipe, suppress(BrokenPipeError):
            while True:
                pipe.write(b"a" * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    (failure,) = Corpus.read("a.txt", "pipe.txt").failures
    writer.join()
    assert failure.error.startswith("is larger than")
