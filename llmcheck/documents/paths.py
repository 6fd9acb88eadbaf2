"""What arguments stand for: files, the files of folders and globs, addresses on the web."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from llmcheck.documents.formats import FORMATS, format_of
from llmcheck.errors import DocumentError

_URL = re.compile(r"https?://", re.I)
_SLASH = f"[{re.escape(os.sep + (os.altsep or ''))}]"
_ANY_DEPTH = re.compile(rf"(^|{_SLASH})\*\*(?:{_SLASH}+|$)")


class Found(NamedTuple):
    """A file to read."""

    path: str
    named: bool
    """Whether it was named, by itself or by a glob, rather than found in a folder."""


def expand(given: str) -> Iterator[Found | DocumentError]:
    """The files that an argument stands for, sorted, and what is wrong with it.

    ``-``, a URL and a path that does not exist stand for themselves. Of a folder, those of its
    files and its folders' files that are not hidden and have the suffix of a format.
    """
    try:
        possible = b"\0" not in os.fsencode(given)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        shown = given.replace("\0", "\\0").encode("ascii", "backslashreplace").decode()
        yield DocumentError(shown, "no file can have this name: check the path")
    elif is_url(given):
        yield Found(given, named=True)
    elif os.path.isdir(given):
        yield from _expand_folder(given)
    elif given == "-" or os.path.lexists(given) or not re.search(r"[*?[]", given):
        yield Found(given, named=True)
    elif matches := sorted(filter(_is_file, glob_matches(given))):
        yield from (Found(path, named=True) for path in matches)
    else:
        yield DocumentError(shown_path(given), "matches no file: check the pattern")


def glob_matches(pattern: str) -> list[str]:
    """What a pattern matches, ``**`` any depth of folders; it follows no link to a folder.

    Two links to the folder that they stand in would else be followed in every order.
    """
    parted = _ANY_DEPTH.search(pattern)
    if parted is None:
        return glob.glob(pattern)
    head, tail = pattern[: parted.end(1)], pattern[parted.end() :]
    found: dict[str, None] = {}
    for top in glob.glob(head) if head else [""]:
        for place, folders, files in os.walk(top or os.curdir):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = place if top else os.path.relpath(place).removeprefix(os.curdir)
            if tail:
                matches = glob_matches(os.path.join(glob.escape(below), tail))
            else:
                matches = [os.path.join(below, name) for name in files if name[0] != "."]
            found.update(dict.fromkeys(matches))
    return list(found)


def is_url(given: str | os.PathLike[str]) -> bool:
    """Whether it is to be fetched, rather than the path of a file."""
    return _URL.match(os.fspath(given)) is not None


def shown_path(path: str) -> str:
    """The path as ids and messages show it; bytes that are no Unicode stay printable."""
    raw = path.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace").replace(os.sep, "/")


def refused(path: str, error: OSError) -> DocumentError:
    """What to tell of a path that the system does not let one read."""
    if isinstance(error, FileNotFoundError):
        return DocumentError(shown_path(path), "no such file or folder: check the path")
    if isinstance(error, PermissionError):
        return DocumentError(shown_path(path), "may not be read: check its permissions")
    return DocumentError(shown_path(path), f"cannot be read ({error.strerror or error})")


def _expand_folder(folder: str) -> Iterator[Found | DocumentError]:
    found: list[str] = []
    closed: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (os.path.join(place, name) for name in files if not name.startswith("."))
        found += (path for path in paths if format_of(path) and _is_file(path))
    yield from (Found(path, named=False) for path in sorted(found))
    for error in closed:
        yield refused(str(error.filename), error)
    if not found and not closed:
        kinds = ", ".join(suffix for row in FORMATS.values() for suffix in row.suffixes)
        yield DocumentError(shown_path(folder), f"holds no file to read ({kinds})")


def _is_file(path: str) -> bool:
    # No pipe or device, which could be read for ever; a dangling link, so that it is reported.
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))
