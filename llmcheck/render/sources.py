"""What a reader calls a document: its title, or outlet and date, or else the end of its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from llmcheck.render.phrases import clean, shorten

_NAME_LENGTH = 60
_LONGEST_NAME = 300
_PATH_LENGTH = 40
_ID_LENGTH = 200


class Described(Protocol):
    """What is known about a document."""

    @property
    def id(self) -> str: ...
    @property
    def path(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...
    @property
    def date(self) -> str | None: ...
    @property
    def author(self) -> str | None: ...
    @property
    def site(self) -> str | None: ...


def publication_line(document: Described) -> str:
    """Who published the document and on which day, as far as it says so; may be empty."""
    day = (document.date or "")[:10]
    return ", ".join(clean(told) for told in (document.author, document.site, day) if told)


def name_documents(documents: Sequence[Described], longest: int = _LONGEST_NAME) -> list[str]:
    """A name for each, no two alike: of those that share one, more is told.

    Titles are cut to ``longest`` characters.

    >>> from llmcheck.models import Document
    >>> name_documents(
    ...     [
    ...         Document(id="a.txt", path="a.txt", text="", title="Spring tide"),
    ...         Document(id="b.txt", path="b.txt", text="", title="Spring tide", site="The Pier"),
    ...         Document(id="c.txt", path="c.txt", text="", site="The Pier", date="2031-05-04"),
    ...         Document(id="d.txt", path="d.txt", text=""),
    ...     ]
    ... )
    ['Spring tide (a.txt)', 'Spring tide (The Pier)', 'The Pier, 2031-05-04', 'd.txt']
    """
    paths = _short_paths(documents)
    choices = [
        _choices(document, path, longest) for document, path in zip(documents, paths, strict=True)
    ]
    chosen = [0] * len(documents)
    while True:
        names = [of[at] for of, at in zip(choices, chosen, strict=True)]
        count = Counter(map(str.casefold, names))
        vague = [
            index
            for index, name in enumerate(names)
            if count[name.casefold()] > 1 and chosen[index] + 1 < len(choices[index])
        ]
        if not vague:
            return names
        for index in vague:
            chosen[index] += 1


def _choices(document: Described, path: str, longest: int) -> list[str]:
    """Names for a document, each telling more than the one before."""
    published = _abridge(publication_line(document), longest)
    title = _abridge(clean(document.title or ""), longest)
    if not title and (document.author or document.site):
        title, published = published, ""
    last = shorten(clean(document.id), _ID_LENGTH)
    if not title:
        return list(dict.fromkeys([path, last]))
    further = dict.fromkeys(told for told in (published, path, last) if told)
    return [title, *(f"{title} ({told})" for told in further)]


def _abridge(title: str, longest: int) -> str:
    """A title that is too long, cut between words where there are some."""
    if len(title) <= longest:
        return title
    head = title[: longest - 1]
    end = head.rfind(" ")
    return f"{head[: end if end > longest // 2 else None].rstrip(' ,;:–—-')}…"


def _short_paths(documents: Sequence[Described]) -> list[str]:
    """The ends of the paths that no other document shares, or else the ids."""
    paths = [(document.path or "").replace("\\", "/").rstrip("/") for document in documents]
    on_path = Counter(paths)
    names = [
        # Of a file that holds several documents, only the id tells which.
        document.id if not path or on_path[path] > 1 else path
        for path, document in zip(paths, documents, strict=True)
    ]
    pieces = [path.split("/") for path in paths]
    unnamed = {index for index, path in enumerate(paths) if path}
    for depth in range(1, max(map(len, pieces), default=0) + 1):
        endings = ["/".join(piece[-depth:]) for piece in pieces]
        count = Counter(endings)
        for index in [index for index in unnamed if count[endings[index]] == 1]:
            names[index] = endings[index]
            unnamed.remove(index)
    return [shorten(clean(name), _PATH_LENGTH) for name in names]


class Sources:
    """The documents of a report, numbered from 1 and named for a reader."""

    def __init__(self, documents: Sequence[Described]) -> None:
        self._numbers = {document.id: n for n, document in enumerate(documents, 1)}
        ids = [document.id for document in documents]
        self._names = dict(zip(ids, name_documents(documents, _NAME_LENGTH), strict=True))
        self._full_names = dict(zip(ids, name_documents(documents), strict=True))
        self._paths = dict(zip(ids, _short_paths(documents), strict=True))

    def name(self, doc_id: str) -> str:
        """What the document is called; of one that the report does not list, its id."""
        return self._names.get(doc_id) or shorten(clean(doc_id), _PATH_LENGTH)

    def full_name(self, doc_id: str) -> str:
        """The same, its title uncut, where there is room for it: in the list of sources."""
        return self._full_names.get(doc_id) or self.name(doc_id)

    def details(self, document: Described) -> str:
        """What the list of sources tells beside the full name: the publication, and the file."""
        file = self._paths[document.id] if document.path else ""
        told = publication_line(document), file
        return "; ".join(each for each in told if each and each not in self.full_name(document.id))

    def number(self, doc_id: str) -> int | None:
        """Its number; None for a source the report does not list."""
        return self._numbers.get(doc_id)

    def cite(self, doc_ids: Iterable[str]) -> str:
        """Numbers in brackets: ``[1, 3]``; sources the report does not list have none."""
        numbers = sorted({self._numbers[id_] for id_ in doc_ids if id_ in self._numbers})
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""

    def listed(self, doc_ids: Iterable[str]) -> str:
        """Names with numbers: ``Spring tide [1], No more ferries [3]``."""
        return ", ".join(f"{self.name(id_)} {self.cite([id_])}".rstrip() for id_ in doc_ids)
