"""Reads documents for someone who is not trusted with the whole machine: below given folders.

Every path is resolved, ``..`` and links included, before anything of it is read. A link that
somebody turns elsewhere between that and the reading is not guarded against.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llmcheck.documents.corpus import Corpus
from llmcheck.documents.paths import glob_matches
from llmcheck.errors import ConfigError

_WILDCARD = re.compile(r"[*?[]")


def read_within(paths: Sequence[str], texts: Mapping[str, str], roots: Sequence[Path]) -> Corpus:
    """Read ``paths`` as ``Corpus.read`` does, and take ``texts`` by their ids.

    ``roots`` are folders, resolved. A relative path counts from the first of them that has it;
    documents below the first are named from there. Raises ConfigError for a path that leads
    out of all of them, for standard input and for an address, else as ``Corpus`` does.
    """
    if not (paths or texts):
        raise ConfigError("nothing to read: give paths, or texts by name")
    parts = []
    if paths:
        parts.append(
            _name_from_root(roots[0], Corpus.read(*[_allowed_path(p, roots) for p in paths]))
        )
    if texts:
        parts.append(Corpus.from_texts(texts))
    together = Corpus.from_texts([document for part in parts for document in part.documents])
    failures = tuple(failure for part in parts for failure in part.failures)
    return Corpus(documents=together.documents, failures=failures)


def _name_from_root(root: Path, corpus: Corpus) -> Corpus:
    prefix = f"{root.as_posix().rstrip('/')}/"
    return Corpus(
        documents=tuple(
            document.model_copy(update={"id": document.id.removeprefix(prefix)})
            for document in corpus.documents
        ),
        failures=tuple(
            failure.model_copy(update={"subject": failure.subject.removeprefix(prefix)})
            for failure in corpus.failures
        ),
    )


def _allowed_path(given: str, roots: Sequence[Path]) -> str:
    """The path to read. Raises ConfigError when something that it names lies elsewhere."""
    if given == "-" or "\0" in given or "://" in given:
        raise _refusal(given, given, roots)
    places = [os.path.join(root, given) for root in roots]
    place = next(filter(os.path.lexists, places), places[0])
    for reached in _reachable_paths(place):
        real = Path(os.path.realpath(reached))
        if not any(real.is_relative_to(root) for root in roots):
            raise _refusal(given, reached, roots)
    return place


def _reachable_paths(place: str) -> Iterator[str]:
    """What reading ``place`` may open, or where it would look; each before it looks there."""
    wildcard = None if os.path.lexists(place) else _WILDCARD.search(place)
    if wildcard is not None:
        yield os.path.dirname(place[: wildcard.start()])
        yield from glob_matches(place)
        return
    yield place
    for folder, folders, files in os.walk(place):
        paths = (os.path.join(folder, name) for name in (*folders, *files))
        yield from filter(os.path.islink, paths)


def _refusal(given: str, reached: str, roots: Sequence[Path]) -> ConfigError:
    through = (
        "" if reached in (given, "") or not os.path.islink(reached) else f" through {reached}"
    )
    allowed = ", ".join(map(str, roots))
    return ConfigError(
        f"{given} leads{through} to something that this server may not read: name files or "
        f"folders below {allowed}, hand the text over, or start it with another --root"
    )
