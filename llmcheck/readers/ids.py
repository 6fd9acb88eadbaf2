"""Ids for the documents of a file that holds several."""

from __future__ import annotations

from llmcheck.metadata import one_of

_LONGEST = 200


class Ids:
    """Gives each document of the file ``name`` its id: ``name#id``, or ``name#3`` by its place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._taken: set[str] = set()

    def take(self, own: str | None, number: int) -> str | None:
        """The id for a document with ``own`` id, or else the ``number``th; None when taken.

        An id of its own that is empty or too long to be read counts as none.
        """
        line = one_of(own) or ""
        shown = line if 0 < len(line) <= _LONGEST else str(number)
        if shown in self._taken:
            return None
        self._taken.add(shown)
        return f"{self.name}#{shown}"
