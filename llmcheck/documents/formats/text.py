"""Plain text: its headline is looked for in its opening lines."""

from __future__ import annotations

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.models import Document

_TITLE_LENGTH = 150
_TITLE_WORDS = 4
_OPENING_LINES = 6
_NO_HEADLINE_END = (".", ",", ";", ":", "。", "…")


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a text file."""
    text = unix_lines(decode(data))
    return [Document(id=name, path=name, text=text, title=headline(text))]


def headline(text: str) -> str | None:
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
