"""Files, folders, globs, standard input and texts become a corpus; errors become data."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import llmcheck
from llmcheck.documents.corpus import Corpus
from llmcheck.errors import ConfigError, DocumentError, LLMCheckError
from llmcheck.models import Document

NEWS = "Orchard wins the pear prize\n\nThe orchard at Linden won on Friday.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, content: str | bytes = NEWS) -> str:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_one(path: str, content: str | bytes) -> Document:
    return Corpus.read(write(path, content)).documents[0]


def ids(corpus: Corpus) -> list[str]:
    return [document.id for document in corpus.documents]


def failures(corpus: Corpus) -> dict[str, str]:
    assert all(failure.stage == "documents" for failure in corpus.failures)
    return {failure.subject: failure.error for failure in corpus.failures}


# --- which files are read ---


def test_a_file_is_named_by_its_path_as_given(folder: Path) -> None:
    write("b/pears.txt")
    for given_path in (
        "b/pears.txt",
        "./b/pears.txt",
        Path("b/pears.txt"),
        folder / "b/pears.txt",
    ):
        document = Corpus.read(given_path).documents[0]
        assert document.id == document.path == str(given_path)
        assert document.text == NEWS


def test_a_folder_gives_its_known_files_sorted_and_without_hidden_ones() -> None:
    for name in ("z.txt", "a/b.MD", "a/c.html", "a.text", ".git/x.txt", "a/.d.txt", "e.log"):
        write(f"news/{name}", f"<html>{name} here")
    assert ids(Corpus.read("news/")) == [
        "news/a.text",
        "news/a/b.MD",
        "news/a/c.html",
        "news/z.txt",
    ]
    assert ids(Corpus.read("news"))[0] == "news/a.text"


def test_a_hidden_folder_that_is_named_is_read() -> None:
    write(".kept/a.txt")
    assert ids(Corpus.read(".kept")) == [".kept/a.txt"]


def test_globs_reach_into_folders_and_take_any_suffix() -> None:
    for name in ("a/one.rst", "a/b/two.rst", "a/b/three.txt"):
        write(name, name)
    (Path("a") / "folder.rst").mkdir()
    assert ids(Corpus.read("a/**/*.rst")) == ["a/b/two.rst", "a/one.rst"]
    assert ids(Corpus.read("a/*.rst")) == ["a/one.rst"]


def test_a_path_that_exists_is_no_glob() -> None:
    write("report[1].txt", "the bracketed one")
    write("report1.txt", "the plain one")
    assert ids(Corpus.read("report[1].txt")) == ["report[1].txt"]


def test_a_file_named_twice_is_read_once_under_its_first_name() -> None:
    write("b/a.txt")
    os.symlink("a.txt", "b/link.txt")
    corpus = Corpus.read("b/a.txt", "./b/a.txt", "b", "b/*.txt", "b/link.txt")
    assert ids(corpus) == ["b/a.txt"]
    assert corpus.failures == ()


def test_links_in_circles_end(folder: Path) -> None:
    write("b/a.txt")
    os.symlink(folder / "b", "b/again")
    assert ids(Corpus.read("b")) == ["b/a.txt"]


def test_a_pipe_in_a_folder_is_passed_over() -> None:
    write("b/a.txt")
    os.mkfifo("b/endless.txt")
    assert ids(Corpus.read("b", "b/*")) == ["b/a.txt"]


@pytest.mark.parametrize("stream", [io.BytesIO(NEWS.encode()), io.StringIO(NEWS)])
def test_standard_input_is_read_once(stream: io.BytesIO | io.StringIO) -> None:
    corpus = Corpus.read("-", "-", stdin=stream)
    assert [(d.id, d.path, d.text) for d in corpus.documents] == [("-", "-", NEWS)]


def test_standard_input_that_is_html_is_read_as_html() -> None:
    page = io.BytesIO(b"\xef\xbb\xbf<!doctype html><title>Pears</title><p>Linden won.</p>")
    document = Corpus.read("-", stdin=page).documents[0]
    assert (document.title, document.text) == ("Pears", "Linden won.")


def test_standard_input_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xc3\xa9"), "ascii"))
    assert Corpus.read("-").documents[0].text == "café"
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DocumentError, match="-: standard input is closed"):
        Corpus.read("-")


# --- what cannot be read ---


def test_what_cannot_be_read_is_a_failure_and_the_rest_is_read() -> None:
    write("good.txt")
    write("empty.txt", b"")
    write("blank.txt", " \n\t\r\n")
    write("paper.txt", b"\xd0\xcf\x11\xe0")
    write("picture", b"\x89PNG\r\n\x1a\n\0")
    write("bad.txt", "façade, “naïve” ".encode() * 9 + b"\xff end")
    write("app.html", "<html><body><div id=root></div></body></html>")
    Path("folder").mkdir()
    os.symlink("nowhere", "dangling.txt")
    write("loose/a.log")
    corpus = Corpus.read(
        "empty.txt", "blank.txt", "paper.txt", "picture", "bad.txt", "app.html", "missing.txt",
        "missing.txt", "folder", "*.rst", "dangling.txt", "loose", "a\0b", "\ud800", "good.txt",
    )  # fmt: skip
    assert ids(corpus) == ["good.txt"]
    reasons = failures(corpus)
    expected = {
        "empty.txt": "is empty",
        "blank.txt": "is empty",
        "paper.txt": "is an old Word file",
        "picture": "is a PNG image",
        "bad.txt": "invalid UTF-8 at byte 198",
        "app.html": "shows no text",
        "missing.txt": "no such file",
        "folder": "holds no file to read (.txt, ",
        "*.rst": "matches no file",
        "dangling.txt": "no such file",
        "loose": "holds no file to read",
        "a\\0b": "no file can have this name",
        "\\ud800": "no file can have this name",
    }
    assert reasons.keys() == expected.keys()
    assert len(corpus.failures) == len(expected)
    for subject, reason in expected.items():
        assert reasons[subject].startswith(reason)
        assert ":" in reasons[subject] or "(" in reasons[subject]


def test_a_file_without_permission_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt")
    write("b/c.txt")

    def refuse(path: str, *_: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", refuse)
        with pytest.raises(DocumentError, match="may not be read: check its permissions"):
            Corpus.read("a.txt")
    monkeypatch.setattr("os.scandir", refuse)
    assert failures(Corpus.read("a.txt", "b")) == {"b": "may not be read: check its permissions"}


def test_a_file_that_is_too_large_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmcheck.documents.sources.MAX_BYTES", len(NEWS))
    write("fits.txt", NEWS)
    write("large.txt", NEWS + "!")
    corpus = Corpus.read("fits.txt", "large.txt")
    assert ids(corpus) == ["fits.txt"]
    assert "larger than" in failures(corpus)["large.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_unicode_can_be_printed() -> None:
    Path(os.fsdecode(b"caf\xe9.txt")).write_text(NEWS)
    assert ids(Corpus.read(".")) == ["./caf\\xe9.txt"]


def test_when_nothing_can_be_read_the_error_names_everything() -> None:
    write("empty.txt", "")
    with pytest.raises(DocumentError, match=r"^empty.txt: is empty") as one:
        Corpus.read("empty.txt")
    assert one.value.path == "empty.txt"
    with pytest.raises(ConfigError, match=r"(?s)empty.txt: is empty.*\n  gone.md: no such file"):
        Corpus.read("empty.txt", "gone.md")
    with pytest.raises(ConfigError, match="name a file, a folder, a glob, a URL or -"):
        Corpus.read()


# --- formats ---


def test_a_format_is_forced_on_what_is_named_and_not_on_what_a_folder_holds() -> None:
    write("notes/a.txt", '{"id": "north", "text": "Pears won."}')
    given_page = io.BytesIO(b'{"id": "south", "text": "Apples lost."}')
    corpus = Corpus.read("notes", "-", stdin=given_page, input_format="jsonl")
    assert ids(corpus) == ["notes/a.txt", "-#south"]
    assert ids(Corpus.read("notes/a.txt", input_format="jsonl")) == ["notes/a.txt#north"]
    page = write("page.html", "<p>Linden won.</p>")
    assert Corpus.read(page, input_format="text").documents[0].text == "<p>Linden won.</p>"
    with pytest.raises(ConfigError, match="'odt' is none of the formats text, markdown, "):
        Corpus.read("notes", input_format="odt")


def test_what_a_file_holds_beside_its_broken_lines_is_read() -> None:
    write("a.jsonl", '{"text": "Pears won."}\nnonsense\n')
    write("b.txt")
    corpus = Corpus.read("a.jsonl", "b.txt")
    assert ids(corpus) == ["a.jsonl#1", "b.txt"]
    assert [document.path for document in corpus.documents] == ["a.jsonl", "b.txt"]
    assert failures(corpus)["a.jsonl:2"].startswith("is not valid JSON")


def test_two_files_never_share_an_id() -> None:
    write("a.jsonl", '{"id": "1", "text": "Pears won."}')
    write("a.jsonl#1", "Apples lost.")
    corpus = Corpus.read("a.jsonl", "a.jsonl#1")
    assert ids(corpus) == ["a.jsonl#1"]
    assert "has the id of another document" in failures(corpus)["a.jsonl#1"]


# --- text and titles ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_what_open_gives(encoding: str) -> None:
    text = "Pears — “first prize”\r\n\r\nLinden won.\rAt last.\n \x0b\x07\u2028 fin"
    path = Path("a.txt")
    path.write_bytes(text.encode(encoding.replace("cp1252", "utf-8")))
    with path.open(encoding=encoding.replace("cp1252", "utf-8"), newline=None) as file:
        assert Corpus.read("a.txt").documents[0].text == file.read()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (NEWS, "Orchard wins the pear prize"),
        ("\n×\n \nOrchard wins\nThe orchard won.", "Orchard wins"),
        ("Does it win?\n\nYes.", "Does it win?"),
        ("The orchard won on Friday.\n\nIt had lost before.", None),
        ("Orchard wins", None),
        ("Orchard wins\n\n \n", None),
        ("The orchard at Linden won the prize for the\nbest pear of the year", None),
        ("long " * 31 + "\n\ntext", None),
    ],
)
def test_title_of_a_text(text: str, title: str | None) -> None:
    assert read_one("a.txt", text).title == title


@pytest.mark.parametrize(
    ("text", "title", "front_end"),
    [
        ("intro\n\n# Pears *win*  ##\n\ntext", "Pears *win*", None),
        ("# About C#\ntext", "About C#", None),
        ("```\n# a comment\n```\n# Pears\n", "Pears", None),
        ("## Only a part\n#hashtag\n", None, None),
        (
            "---\ntitle: 'Pears: a year'\ntags:\n  - fruit\n---\n# Other\n",
            "Pears: a year",
            "  - fruit\n---",
        ),
        ("---\ndate: 2020-01-01\n---\n# Pears\n", "Pears", "2020-01-01\n---"),
        ("---\ntitle: >-\n  Pears\n---\n# Apples\n", "Apples", "  Pears\n---"),
        ('+++\ntitle = "Pears"\n+++\ntext', "Pears", '"Pears"\n+++'),
        ("---\nA paragraph between two rules.\n---\n# Pears\n", "Pears", None),
        ("---\ntitle: [a,\n  b]\n---\n# Pears\n", "Pears", "  b]\n---"),
        ("+++\nno toml\n+++\n# Pears\n", "Pears", None),
        (f"+++\na = {'[' * 5000}\n+++\n# Pears\n", "Pears", None),
        ("---\ntitle: never closed\n# Pears\n", "Pears", None),
    ],
)
def test_title_and_front_matter_of_markdown(
    text: str, title: str | None, front_end: str | None
) -> None:
    document = read_one("a.md", text)
    assert document.text == text
    assert document.title == title
    if front_end is None:
        assert document.chrome == ()
    else:
        (front,) = document.chrome
        assert front.start == 0
        assert text[: front.end].endswith(front_end)


def test_html_is_known_by_suffix_or_by_content_but_markdown_stays_markdown() -> None:
    page = "<!DOCTYPE html><title>Pears</title><p>Linden won.</p>"
    for name in ("a.html", "a.XHTML", "a.txt", "page"):
        document = read_one(name, page)
        assert (document.title, document.text) == ("Pears", "Linden won.")
    assert read_one("b.htm", "<p>Linden won.").text == "Linden won."
    assert read_one("b.txt", "<p>Linden won.").text == "<p>Linden won."
    assert read_one("a.md", page).text == page


def test_html_is_decoded_by_its_meta_and_by_its_mark() -> None:
    page = "<html><meta charset=windows-1251><p>Груша</p></html>"
    assert read_one("a.html", page.encode("cp1251")).text == "Груша"
    assert read_one("b.html", page.encode("utf-16")).text == "Груша"


# --- texts from memory, copies ---


def test_texts_are_numbered_or_named() -> None:
    assert ids(Corpus.from_texts(["Pears won.", "Apples lost."])) == ["text-1", "text-2"]
    corpus = Corpus.from_texts({"north": NEWS.replace("\n", "\r\n"), "south": "Apples lost."})
    assert ids(corpus) == ["north", "south"]
    north = corpus.documents[0]
    assert (north.text, north.title, north.path) == (NEWS, "Orchard wins the pear prize", None)


def test_documents_pass_through_from_texts() -> None:
    document = Document(id="mine", text="Pears won.\r\n", title="Pears")
    corpus = Corpus.from_texts([document, "Apples lost."])
    assert corpus.documents[0] == document
    assert ids(corpus) == ["mine", "text-2"]


def test_texts_need_ids_of_their_own() -> None:
    with pytest.raises(ConfigError, match="'text-2'"):
        Corpus.from_texts([Document(id="text-2", text="Pears won."), "Apples lost."])


def test_texts_that_are_no_text_are_failures() -> None:
    corpus = Corpus.from_texts(["Pears won.", " \n", "cut \ud83d off", "bell \x07\0 is kept"])
    assert ids(corpus) == ["text-1", "text-4"]
    reasons = failures(corpus)
    assert reasons["text-2"].startswith("is empty")
    assert reasons["text-3"].startswith("holds a lone surrogate at character 4")
    with pytest.raises(DocumentError, match="text-1: is empty"):
        Corpus.from_texts([""])
    with pytest.raises(ConfigError, match="nothing to read"):
        Corpus.from_texts([])
    with pytest.raises(ConfigError, match="put a single one in a list"):
        Corpus.from_texts("Pears won.")


def test_a_copy_names_the_first_document_with_its_text() -> None:
    write("a.txt")
    write("b.txt", NEWS.replace("\n", "\r\n"))
    write("c.txt", "Apples lost.")
    write("d.txt")
    corpus = Corpus.read("a.txt", "b.txt", "c.txt", "d.txt")
    assert [d.copy_of for d in corpus.documents] == [None, "a.txt", None, "a.txt"]
    again = Corpus.from_texts([corpus.documents[1], corpus.documents[3]])
    assert [d.copy_of for d in again.documents] == [None, "b.txt"]


# --- anything at all ---


def test_plain_text_is_read_without_the_slow_libraries() -> None:
    code = (
        "import sys; from llmcheck.documents.corpus import Corpus; "
        "Corpus.from_texts(['Pears won.']); "
        "print({'lxml', 'trafilatura', 'charset_normalizer', 'pypdf', 'mammoth', 'feedparser', "
        "'email.parser'} & sys.modules.keys())"
    )
    root = Path(llmcheck.__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert ran.stdout == "set()\n"


@given(
    st.one_of(
        st.binary(),
        st.binary().map(lambda tail: b"<html><meta charset=cp437>" + tail),
        st.text().map(lambda text: f"---\n{text}\n---\n# {text}".encode("utf-8", "replace")),
    ),
    st.sampled_from(["a.txt", "a.md", "a.html", "a", "a.csv", "a.jsonl", "a.eml", "a.xml"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        document = read_one(name, data)
    except LLMCheckError:
        return
    assert document.text.strip()
    document.model_dump_json()
    for span in document.chrome:
        assert 0 <= span.start < span.end <= len(document.text)


@given(st.one_of(st.text(), st.text(alphabet="a./*?[]!-~\0\ud800\udc80")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_is_read_or_refused(path: str) -> None:
    if path.startswith(("/", "..")):  # not this test's to read
        return
    try:
        Corpus.read(path, stdin=io.BytesIO(b""))
    except LLMCheckError as error:
        str(error).encode()
