"""Reads documents: files, folders, globs, URLs and standard input into a ``Corpus``.

What cannot be read is a ``Failure`` that says what to do about it; the rest is read all the
same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO, TypeGuard

from llmcheck.documents.adapters import Item, items_of, type_name
from llmcheck.documents.copies import originals
from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats import FORMATS
from llmcheck.documents.formats.reading import told_format
from llmcheck.documents.formats.text import headline
from llmcheck.documents.paths import expand, is_url, shown_path
from llmcheck.documents.sources import bytes_of, standard_input
from llmcheck.documents.worker import Worker
from llmcheck.errors import ConfigError, DocumentError
from llmcheck.models import Document, Failure, Frozen

if TYPE_CHECKING:
    from llmcheck.documents.web.fetch import Fetcher


class File(NamedTuple):
    """A file to read, and its format where that is known beforehand."""

    path: str
    format_name: str | None = None


Content = Document | DocumentError
"""What a file holds, or what of it cannot be read."""
ReadFiles = Callable[[Sequence[File]], Iterable[Iterable[Content]]]
"""Reads each of the files, in their order."""


def read_file(file: File, worker: Worker) -> list[Content]:
    """The documents of a file, and what of it cannot be read."""
    try:
        data = bytes_of(file.path)
    except DocumentError as error:
        return [error]
    return worker.read(data, shown_path(file.path), file.format_name)


class Corpus(Frozen):
    """The documents of one run, and what could not be read."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...] = ()

    @classmethod
    def read(
        cls,
        *paths: str | Path,
        stdin: BinaryIO | TextIO | None = None,
        input_format: str | None = None,
        allow_private_urls: bool = False,
        read_files: ReadFiles | None = None,
    ) -> Corpus:
        """Read files, folders (recursively), globs (``**`` too), URLs and ``-``, standard input.

        In folders those files are read that are not hidden and have the suffix of a format
        (``documents.formats``); a file named by itself or by a glob is read whatever its suffix,
        as text where nothing tells another format. ``input_format`` is the format of what is
        named and of standard input, whatever suffix or content say. A file named twice is read
        once. ``stdin`` stands in for ``sys.stdin``. A document's id is its path or URL as
        given, for a folder or a glob joined to it; where a file holds several, ``PATH#ID``.
        URLs lead to public addresses only, unless ``allow_private_urls`` (``fetch``).
        ``read_files`` takes the place of how files are read, one after the other.

        What cannot be read is in ``failures``. When nothing could be read, raises
        DocumentError for a single document and ConfigError, naming all, for several; also
        ConfigError when no path is given, or ``input_format`` is no format's name.
        """
        if input_format is not None and input_format not in FORMATS:
            raise ConfigError(f"{input_format!r} is none of the formats {', '.join(FORMATS)}")
        for given in paths:
            if not isinstance(given, str | os.PathLike):
                raise ConfigError(
                    f"read takes paths one by one, strings or Paths, not {type_name(given)}: "
                    "Corpus.read(*paths) for several, and from_texts for texts"
                )
        documents: list[Document] = []
        failures: list[Failure] = []
        ids: set[str] = set()
        fetcher = None
        if any(map(is_url, paths)):  # else not to be loaded
            from llmcheck.documents.web.fetch import Fetcher

            fetcher = Fetcher(allow_private=allow_private_urls)
        with Worker() as worker:
            each_of = read_files or (lambda files: (read_file(file, worker) for file in files))
            wanted = list(_wanted(paths, input_format))
            of_files = iter(each_of([each for each in wanted if _is_local(each)]))
            for each in wanted:
                read: Iterable[Content]
                if isinstance(each, DocumentError):
                    read = [each]
                elif _is_local(each):
                    read = next(of_files)
                elif fetcher is not None and is_url(each.path):
                    read = _fetched(each, fetcher, worker)
                else:
                    read = _read_stream(each, stdin, worker)
                for item in read:
                    try:
                        documents.append(_usable(item, ids))
                    except DocumentError as error:
                        failures.append(_failure(error))
        return cls._of(documents, failures)

    @classmethod
    def from_texts(cls, texts: Mapping[str, object] | Iterable[object]) -> Corpus:
        """Take texts from memory, by id; without ids they are ``text-1``, ``text-2``, ...

        Besides strings: mappings (``text``, ``id``, ``title``, ``date``, ``url``, ``author``,
        ``site``, ``language``), data frames
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
                check_text(document.id, document.text)
                documents.append(document)
            except DocumentError as error:
                failures.append(_failure(error))
        return cls._of(documents, failures)

    @classmethod
    def _of(cls, documents: list[Document], failures: list[Failure]) -> Corpus:
        if not documents:
            if not failures:
                raise ConfigError(
                    "nothing to read: name a file, a folder, a glob, a URL or -, or give texts"
                )
            if len(failures) == 1:
                raise DocumentError(failures[0].subject, failures[0].error)
            reasons = "".join(f"\n  {failed.subject}: {failed.error}" for failed in failures)
            raise ConfigError(f"none of the documents can be read:{reasons}")
        original = originals(documents)
        marked = (d.model_copy(update={"copy_of": original.get(d.id)}) for d in documents)
        return cls(documents=tuple(marked), failures=tuple(failures))


def as_corpus(given: object) -> Corpus:
    """What is given, if it is a corpus. Raises ConfigError, which says how to make one, if not.

    >>> as_corpus("articles/")
    Traceback (most recent call last):
    ...
    llmcheck.errors.ConfigError: a Corpus is needed, not str: Corpus.read("articles/") reads \
    files and folders, Corpus.from_texts([...]) takes texts and Documents
    """
    if isinstance(given, Corpus):
        return given
    raise ConfigError(
        f'a Corpus is needed, not {type_name(given)}: Corpus.read("articles/") reads files and '
        "folders, Corpus.from_texts([...]) takes texts and Documents"
    )


def _failure(error: DocumentError) -> Failure:
    return Failure(stage="documents", subject=error.path, error=error.reason)


def _wanted(
    paths: Iterable[str | Path], input_format: str | None
) -> Iterator[File | DocumentError]:
    """What the paths stand for, each once."""
    seen: set[str] = set()
    for found in (found for given in paths for found in expand(os.fspath(given))):
        if isinstance(found, DocumentError):
            yield found
            continue
        file = File(found.path, input_format if found.named else None)
        place = os.path.realpath(file.path) if _is_local(file) else file.path
        if place not in seen:
            seen.add(place)
            yield file


def _is_local(wanted: File | DocumentError) -> TypeGuard[File]:
    return isinstance(wanted, File) and wanted.path != "-" and not is_url(wanted.path)


def _read_stream(file: File, stdin: BinaryIO | TextIO | None, worker: Worker) -> list[Content]:
    try:
        data = standard_input(stdin)
    except DocumentError as error:
        return [error]
    return worker.read(data, shown_path(file.path), file.format_name)


def _fetched(file: File, fetcher: Fetcher, worker: Worker) -> Iterator[Content]:
    """The documents of a page on the web, and what of it cannot be read."""
    url, format_name = file
    try:
        page = fetcher.fetch(url, any_type=format_name is not None)
    except DocumentError as error:
        yield error
        return
    name, data = shown_path(url), page.data
    format_name = format_name or told_format(data, page.format_name)
    content = FORMATS[format_name].content
    if page.charset and content != "bytes":
        try:
            # What the header knows the bytes themselves may not say.
            text = decode(data, html=content == "markup", charset=page.charset)
        except ValueError as error:
            yield DocumentError(name, str(error))
            return
        data = text.encode("utf-8", "surrogatepass")
    for item in worker.read(data, name, format_name):
        if isinstance(item, Document) and item.id == name:
            item = item.model_copy(update={"url": page.url})
        yield item


def _usable(item: Content, ids: set[str]) -> Document:
    """The document, its id noted. Raises DocumentError when it is none that can be used."""
    if isinstance(item, DocumentError):
        raise item
    check_text(item.id, item.text)
    if item.id in ids:
        raise DocumentError(item.id, "has the id of another document: rename one of the files")
    ids.add(item.id)
    return item


def _of_item(item: Item) -> Document:
    text = unix_lines(item.text)
    document = Document(id=item.id, text=text, title=headline(text))
    return document.model_copy(update=item.stated)


def check_text(name: str, text: str) -> None:
    """Raises DocumentError for a text that is none that can be read or told of."""
    if not text.strip():
        raise DocumentError(name, "is empty: there is nothing to read in it")
    if lone := re.search("[\ud800-\udfff]", text):
        # No output format can hold it, so it must not get as far as a report.
        raise DocumentError(
            name,
            f"holds a lone surrogate at character {lone.start()}, which is no Unicode text: "
            "decode its bytes with the right encoding",
        )
