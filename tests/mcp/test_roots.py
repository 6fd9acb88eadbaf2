"""Documents read for a caller who may see some folders only."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmcheck.errors import ConfigError
from llmcheck.mcp.roots import read_within


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "{outside}/secret.txt",
        "{outside}",
        "link.txt",
        "folder",
        "folder/*",
        "*.txt",
        "{outside}/*.txt",
        "{outside}/sec*",
        "**/../../secret.txt",
        "-",
        "file:///etc/hostname",
        "http://127.0.0.1:9/",
        "a\0b",
    ],
)
def test_nothing_outside_the_root_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("The vault code is 4417.")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "plain.txt").write_text("The pier opened in May.")
    (root / "folder" / "to-secret.txt").symlink_to(tmp_path / "secret.txt")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(ConfigError, match="may not read: name files or folders below"):
        read_within([path.format(outside=tmp_path)], {}, [root.resolve()])


def test_what_lies_inside_is_read_however_it_is_named(tmp_path: Path) -> None:
    first, second = tmp_path.resolve() / "first", tmp_path.resolve() / "second"
    (first / "deep").mkdir(parents=True)
    second.mkdir()
    (first / "deep" / "a.txt").write_text("The pier opened in May.")
    (second / "b.txt").write_text("The pier opened in June.")
    (first / "link.txt").symlink_to(second / "b.txt")

    def ids(*paths: str) -> list[str]:
        documents = read_within(paths, {}, [first, second]).documents
        return [document.id for document in documents]

    assert ids("deep") == ids("deep/*.txt") == ids(str(first / "deep")) == ["deep/a.txt"]
    assert ids("deep/../deep/a.txt") == ["deep/../deep/a.txt"]
    assert ids("b.txt") == [str(second / "b.txt")]
    assert ids("link.txt") == ["link.txt"]


def test_a_refusal_does_not_tell_whether_the_file_exists(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "root"
    root.mkdir()
    (tmp_path / "there.txt").write_text("x")

    def refusal(name: str) -> str:
        with pytest.raises(ConfigError) as caught:
            read_within([f"../{name}"], {}, [root])
        return str(caught.value).replace(name, "")

    assert refusal("there.txt") == refusal("absent.txt")


def test_files_and_texts_are_one_corpus_and_copies_are_marked_across_both(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The pier opened in May.")
    (tmp_path / "blank.txt").write_text(" ")
    corpus = read_within(
        ["a.txt", "blank.txt"], {"mine": "The pier opened in May."}, [tmp_path.resolve()]
    )
    assert [(d.id, d.copy_of) for d in corpus.documents] == [("a.txt", None), ("mine", "a.txt")]
    assert [failure.subject for failure in corpus.failures] == ["blank.txt"]
    with pytest.raises(ConfigError, match="two texts have the id"):
        read_within(["a.txt"], {"a.txt": "Another."}, [tmp_path.resolve()])
