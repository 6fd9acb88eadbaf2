"""Where the words of a report stand: paths, lines and columns, for output that points at them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple

from llmcheck.models import Claim, Dispute, Document, PaddingFlag, Position, Report
from llmcheck.render.phrases import clean


class Place(NamedTuple):
    """A stretch of a document's text; lines and columns count from 1, columns in characters.

    They count the text as it was read: for a format whose text is taken out of it, such as
    HTML, they are not lines of the file.
    """

    path: str
    """The document's path, or its id when it has none, as it stands: not cleaned."""
    name: str
    """The same; of a file that holds several documents the id, which tells them apart."""
    line: int
    column: int
    end_line: int
    """The line of the last character."""
    end_column: int
    """The column after the last character."""

    @property
    def shares_file(self) -> bool:
        """Whether the file holds other documents, so that the lines are not those of the file."""
        return self.name != self.path

    def __str__(self) -> str:
        return f"{clean(self.name)}:{self.line}:{self.column}"


Locator = Callable[[Claim | PaddingFlag], Place]


def locator(documents: Iterable[Document]) -> Locator:
    """A function that tells where a claim or a flag stands, in one of these documents.

    It raises KeyError for a document that is not among them.

    >>> log = Document(id="log.txt", text="It rained.\\nThe dam held.")
    >>> held = Claim(id="c", text="It held.", doc_id="log.txt", start=15, end=18, quote="dam")
    >>> print(locator([log])(held))
    log.txt:2:5
    """
    by_id = {document.id: document for document in documents}
    on_path = Counter(document.path for document in by_id.values())
    line_starts: dict[str, list[int]] = {}

    def locate(found: Claim | PaddingFlag) -> Place:
        document = by_id[found.doc_id]
        if document.id not in line_starts:
            lengths = (len(line) + 1 for line in document.text.split("\n"))
            line_starts[document.id] = list(accumulate(lengths, initial=0))
        starts = line_starts[document.id]
        line = bisect_right(starts, found.start)
        end_line = bisect_right(starts, max(found.start, found.end - 1))
        path = document.path or document.id
        return Place(
            path,
            document.id if on_path[document.path] > 1 else path,
            line,
            found.start - starts[line - 1] + 1,
            end_line,
            found.end - starts[end_line - 1] + 1,
        )

    return locate


class LocatedPosition(NamedTuple):
    """A position of a dispute, and the first claim that takes it."""

    position: Position
    claim: Claim
    place: Place


def locate_positions(report: Report, dispute: Dispute, locate: Locator) -> list[LocatedPosition]:
    """Where every position of the dispute is taken; those that cite no claim are left out."""
    found = []
    for position in dispute.positions:
        if position.claim_ids:
            claim = report.claim(position.claim_ids[0])
            found.append(LocatedPosition(position, claim, locate(claim)))
    return found
