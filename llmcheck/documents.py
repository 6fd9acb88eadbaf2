"""Reads documents: files, folders, globs, URLs and standard input into a ``Corpus``.

What cannot be read is a ``Failure`` that says what to do about it; the rest is read all the
same.
"""

from __future__ import annotations

import glob
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from llmcheck.adapters import Item, items_of
from llmcheck.copies import originals
from llmcheck.decoding import decode
from llmcheck.errors import ConfigError, DocumentError
from llmcheck.html import looks_like_html, read_page
from llmcheck.models import Document, Failure, Frozen, Span

if TYPE_CHECKING:
    from llmcheck.fetch import Fetcher

_MAX_BYTES = 20_000_000
_MARKDOWN = frozenset({".md", ".markdown"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_SUFFIXES = frozenset({".txt", ".text"}) | _MARKDOWN | _HTML

_URL = re.compile(r"https?://", re.I)
_TITLE_LENGTH = 150
_TITLE_WORDS = 4
_OPENING_LINES = 6
_NO_HEADLINE_END = (".", ",", ";", ":", "。", "…")
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*$", re.S | re.M)
_YAML_LINE = re.compile(r"[\w.-]+\s*:(?:\s|$)|[-\s#]|$")
_YAML_TITLE = re.compile(r"^title[ \t]*:(.*)$", re.M | re.I)
_FENCE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.S | re.M)
_HEADING = re.compile(r"^#[ \t]+(\S.*)$", re.M)


class Corpus(Frozen):
    """The documents of one run, and what could not be read."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...] = ()

    @classmethod
    def read(
        cls,
        *paths: str | Path,
        stdin: BinaryIO | TextIO | None = None,
        allow_private_urls: bool = False,
    ) -> Corpus:
        """Read files, folders (recursively), globs (``**`` too), URLs and ``-``, standard input.

        In folders only ``.txt``, ``.text``, ``.md``, ``.markdown``, ``.html``, ``.htm`` and
        ``.xhtml`` files that are not hidden are read; a file named by itself or by a glob is
        read whatever its suffix. A file named twice is read once. ``stdin`` stands in for
        ``sys.stdin``. A document's id is its path or URL as given, for a folder or a glob joined
        to it. URLs lead to public addresses only, unless ``allow_private_urls`` (``fetch``).

        What cannot be read is in ``failures``. When nothing could be read, raises
        DocumentError for a single document and ConfigError, naming all, for several; also
        ConfigError when no path is given.
        """
        documents: list[Document] = []
        failures: list[Failure] = []
        seen: set[str] = set()
        fetcher = None
        if any(map(is_url, paths)):  # else not to be loaded
            from llmcheck.fetch import Fetcher

            fetcher = Fetcher(allow_private=allow_private_urls)
        for given in paths:
            for found in _expand(os.fspath(given)):
                if isinstance(found, DocumentError):
                    failures.append(_failure(found))
                    continue
                place = found if found == "-" or is_url(found) else os.path.realpath(found)
                if place in seen:
                    continue
                seen.add(place)
                try:
                    documents.append(_read(found, stdin, fetcher))
                except DocumentError as error:
                    failures.append(_failure(error))
        return cls._of(documents, failures)

    @classmethod
    def from_texts(cls, texts: Mapping[str, object] | Iterable[object]) -> Corpus:
        """Take texts from memory, by id; without ids they are ``text-1``, ``text-2``, ...

        Besides strings: mappings (``id``, ``text``, ``title``, ``url``, ``date``), data frames
        of pandas or polars with such columns or their rows, and documents of LangChain or
        LlamaIndex. A Document is taken as it is, but for ``copy_of``. Raises ConfigError when
        two have the same id or something is none of these, and as ``read`` does when there is
        nothing to use.
        """
        documents: list[Document] = []
        failures: list[Failure] = []
        seen: set[str] = set()
        for item in items_of(texts):
            document = item if isinstance(item, Document) else _of_item(item)
            if document.id in seen:
                raise ConfigError(f"two texts have the id {document.id!r}: give each its own")
            seen.add(document.id)
            try:
                _check(document.id, document.text)
                documents.append(document)
            except DocumentError as error:
                failures.append(_failure(error))
        return cls._of(documents, failures)

    @classmethod
    def _of(cls, documents: list[Document], failures: list[Failure]) -> Corpus:
        if not documents:
            if not failures:
                raise ConfigError("nothing to read: name a file, a folder, a glob or -")
            if len(failures) == 1:
                raise DocumentError(failures[0].subject, failures[0].error)
            reasons = "".join(f"\n  {failed.subject}: {failed.error}" for failed in failures)
            raise ConfigError(f"none of the documents can be read:{reasons}")
        original = originals(documents)
        marked = (d.model_copy(update={"copy_of": original.get(d.id)}) for d in documents)
        return cls(documents=tuple(marked), failures=tuple(failures))


def is_url(given: str | Path) -> bool:
    """Whether it is to be fetched, rather than the path of a file."""
    return _URL.match(str(given)) is not None


def _failure(error: DocumentError) -> Failure:
    return Failure(stage="documents", subject=error.path, error=error.reason)


def _name(path: str) -> str:
    """The path as ids and messages show it; bytes that are no Unicode stay printable."""
    raw = path.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace").replace(os.sep, "/")


def _expand(given: str) -> Iterator[str | DocumentError]:
    """The files that an argument stands for, and what is wrong with it."""
    try:
        possible = b"\0" not in os.fsencode(given)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        shown = given.replace("\0", "\\0").encode("ascii", "backslashreplace").decode()
        yield DocumentError(shown, "no file can have this name: check the path")
    elif given == "-" or is_url(given):
        yield given
    elif os.path.isdir(given):
        yield from _expand_folder(given)
    elif os.path.lexists(given) or not re.search(r"[*?[]", given):
        yield given
    elif matches := sorted(filter(_is_file, glob.glob(given, recursive=True))):
        yield from matches
    else:
        yield DocumentError(_name(given), "matches no file: check the pattern")


def _expand_folder(folder: str) -> Iterator[str | DocumentError]:
    found: list[str] = []
    closed: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (os.path.join(place, name) for name in files if not name.startswith("."))
        found += (path for path in paths if _suffix(path) in _SUFFIXES and _is_file(path))
    yield from sorted(found)
    for error in closed:
        yield _refused(str(error.filename), error)
    if not found and not closed:
        kinds = ", ".join(sorted(_SUFFIXES))
        yield DocumentError(_name(folder), f"holds no file to read ({kinds})")


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _is_file(path: str) -> bool:
    # No pipe or device, which could be read for ever; a dangling link, so that it is reported.
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def _read(found: str, stdin: BinaryIO | TextIO | None, fetcher: Fetcher | None) -> Document:
    if fetcher is not None and is_url(found):
        page = fetcher.fetch(found)
        document = _document(_name(found), page.data, suffix=page.suffix, charset=page.charset)
        return document.model_copy(update={"url": page.url})
    return _document(_name(found), _standard_input(stdin) if found == "-" else _bytes_of(found))


def _refused(path: str, error: OSError) -> DocumentError:
    if isinstance(error, FileNotFoundError):
        return DocumentError(_name(path), "no such file or folder: check the path")
    if isinstance(error, PermissionError):
        return DocumentError(_name(path), "may not be read: check its permissions")
    return DocumentError(_name(path), f"cannot be read ({error.strerror or error})")


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _refused(path, error) from error


def _standard_input(stream: BinaryIO | TextIO | None) -> bytes:
    stream = stream or sys.stdin
    if stream is None or stream.closed:
        raise DocumentError("-", "standard input is closed: pipe a document into it")
    try:
        data: bytes | str = getattr(stream, "buffer", stream).read(_MAX_BYTES + 1)
    except OSError as error:
        raise _refused("-", error) from error
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _document(
    name: str, data: bytes, *, suffix: str | None = None, charset: str | None = None
) -> Document:
    """The document that a file's bytes hold. Raises DocumentError when they hold none.

    ``suffix`` and ``charset`` are what is known of it beside its name.
    """
    if len(data) > _MAX_BYTES:
        raise DocumentError(name, f"is larger than {_MAX_BYTES // 1_000_000} MB: split it")
    suffix = _suffix(name) if suffix is None else suffix
    page = None
    try:
        html = suffix in _HTML or looks_like_html(data[:4096].decode("latin-1"))
        text = _lines(decode(data, html=html, charset=charset))
        _check(name, text)
        # Markdown may begin with tags, and is read as it stands.
        if suffix in _HTML or (suffix not in _MARKDOWN and looks_like_html(text)):
            page = read_page(text)
    except ValueError as error:
        raise DocumentError(name, str(error)) from error
    if page is not None:
        return Document(id=name, path=name, text=page.text, title=page.title, chrome=page.chrome)
    if suffix in _MARKDOWN:
        title, chrome = _markdown(text)
        return Document(id=name, path=name, text=text, title=title, chrome=chrome)
    return _plain(name, text, name)


def _plain(name: str, text: str, path: str | None) -> Document:
    return Document(id=name, path=path, text=text, title=_headline(text))


def _of_item(item: Item) -> Document:
    return _plain(item.id, _lines(item.text), None).model_copy(update=item.stated)


def _lines(text: str) -> str:
    """The text with universal newlines, as ``open`` gives it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(name: str, text: str) -> None:
    if not text.strip():
        raise DocumentError(name, "is empty: there is nothing to read in it")
    if lone := re.search("[\ud800-\udfff]", text):
        # No output format can hold it, so it must not get as far as a report.
        raise DocumentError(
            name,
            f"holds a lone surrogate at character {lone.start()}, which is no Unicode text: "
            "decode its bytes with the right encoding",
        )


def _headline(text: str) -> str | None:
    """The opening line that looks most like a headline with something following it.

    A copied page leaves buttons and labels above the headline: symbols, a word or two, or one
    very long line.
    """
    lines = [line.strip() for line in text.split("\n")]
    filled = [at for at, line in enumerate(lines) if len(line) > 1]
    candidates = []
    for at in filled[:-1][:_OPENING_LINES]:
        if lines[at].endswith(_NO_HEADLINE_END):
            break
        wrapped = lines[at + 1][:1].islower()  # then it is the first line of a paragraph
        if len(lines[at]) <= _TITLE_LENGTH and not wrapped:
            candidates.append(lines[at])
    full = (line for line in candidates if len(line.split()) >= _TITLE_WORDS)
    return next(full, candidates[0] if candidates else None)


def _markdown(text: str) -> tuple[str | None, tuple[Span, ...]]:
    """The title, and the front matter as chrome."""
    title: object = None
    chrome: tuple[Span, ...] = ()
    front = _FRONT_MATTER.match(text)
    if front is not None and (fields := _front_fields(front[1], front[2])) is not None:
        title = fields.get("title")
        chrome = (Span(start=0, end=front.end()),)
        text = text[front.end() :]
    if isinstance(title, str) and title.strip():
        return title.strip(), chrome
    heading = _HEADING.search(_FENCE.sub("", text))
    if heading is None:
        return None, chrome
    line = heading[1].strip()
    words, _, closing = line.rpartition(" ")
    return (words.rstrip() if words and not closing.strip("#") else line), chrome


def _front_fields(fence: str, block: str) -> Mapping[str, object] | None:
    """Its title, if any; None when the lines are no front matter but text between two rules."""
    if fence == "+++":
        try:
            return tomllib.loads(block)
        except (ValueError, RecursionError):  # the latter for brackets nested by the thousand
            return None
    if not block.strip() or not all(map(_YAML_LINE.match, block.split("\n"))):
        return None
    line = _YAML_TITLE.search(block)
    value = line[1].strip() if line else ""
    if value[:1] in (">", "|"):
        return {}
    if value[:1] in ("'", '"') and value[-1:] == value[:1]:
        value = value[1:-1]
    return {"title": value}
