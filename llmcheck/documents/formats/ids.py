"""Ids for the documents of a file that holds several."""

from __future__ import annotations

from llmcheck.documents.metadata import one_of

_LONGEST = 200


class Ids:
    """Gives each document of the file ``name`` its id: ``name#id``, or ``name#3`` by its place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._own: set[str] = set()
        self._taken: set[str] = set()

    def take(self, own: str | None, number: int) -> str | None:
        """The id for a document with ``own`` id, or else the ``number``th; None when taken.

        An id of its own that is empty or too long to be read counts as none.
        """
        line = one_of(own) or ""
        if not 0 < len(line) <= _LONGEST:
            return self.numbered(number)
        if line in self._own:
            return None
        self._own.add(line)
        return self._free(line)

    def numbered(self, number: int) -> str:
        """The id for the ``number``th document, whatever ids others have."""
        return self._free(str(number))

    def _free(self, shown: str) -> str:
        while shown in self._taken:  # one's number may be another's own id
            shown += "+"
        self._taken.add(shown)
        return f"{self.name}#{shown}"
