"""Sentences by number: how a document is shown to a model, so that an answer can point at it.

A model that points copies nothing: whatever it answers, the words shown are the document's.
Numbers count the sentences of a document from 1, whichever part of it is shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter

from llmcheck.language.detection import language_of
from llmcheck.language.sentences import Sentence, sentences
from llmcheck.language.support import missing_numbers
from llmcheck.language.text import one_line, squeeze, words
from llmcheck.models import Claim, Document, Passage, SentenceRef, content_id

LONGEST_NAME = 300
"""Characters of a title, outlet or author that are shown: a head stands in every call."""
_UNDATED = "~"
"""Sorts behind every date."""


def tokens_of(text: str) -> int:
    """Tokens that a text takes, roughly and for every script alike: a quarter of its UTF-8 bytes.

    English and German come to 4 bytes a token, Cyrillic and Chinese to 3-4 with the tokenizers
    of current models.

    >>> tokens_of("The dam held.")
    4
    """
    return -(-len(text.encode("utf-8", "replace")) // 4)


def spoken_in(document: Document) -> str:
    """The language (a code) that a document is in, as far as it shows or states it."""
    return language_of(document.text, stated=document.language)


@dataclass(frozen=True)
class NumberedDocument:
    """A document and its sentences; ``repeats`` are the numbers of those that its original has."""

    document: Document
    language: str
    sentences: tuple[Sentence, ...]
    repeats: frozenset[int] = frozenset()

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The sentences, each on one line."""
        text = self.document.text
        return tuple(one_line(text[s.start : s.end]) for s in self.sentences)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Tokens of each line with its number."""
        return tuple(tokens_of(line) + 3 for line in self.lines)

    @property
    def numbers(self) -> range:
        """The numbers of all sentences."""
        return range(1, len(self.sentences) + 1)

    @cached_property
    def own(self) -> tuple[int, ...]:
        """The numbers of the sentences that no original has: those worth a second reading."""
        return tuple(n for n in self.numbers if n not in self.repeats)

    def line(self, number: int) -> str:
        """The sentence with this number, on one line."""
        return self.lines[number - 1]

    def text(self, numbers: Iterable[int]) -> str:
        """The sentences with these numbers, on one line."""
        return " ".join(self.line(number) for number in numbers)

    def near(self, number: int, reach: int) -> range:
        """The numbers of a sentence and of up to ``reach`` on either side."""
        return range(max(1, number - reach), min(len(self.sentences), number + reach) + 1)

    def numbers_in(self, start: int, end: int) -> list[int]:
        """The numbers of the sentences that share a character with ``text[start:end]``."""
        first = bisect_right(self.sentences, start, key=attrgetter("end"))
        after = bisect_left(self.sentences, end, key=attrgetter("start"))
        return list(range(first + 1, after + 1))

    def ref(self, number: int) -> SentenceRef:
        """A reference to the sentence with this number."""
        return SentenceRef(self.document.id, number)

    @cached_property
    def head(self) -> str:
        """Title, outlet and date, as far as the document states them; nothing of its path."""
        document = self.document
        about = [_name(name) for name in (document.site, document.author) if name]
        about.append(f"published {one_line(document.date[:10])}" if document.date else "undated")
        return f"{_name(document.title or 'untitled')} ({', '.join(about)})"

    @cached_property
    def whole(self) -> str:
        """All that it says, its head included: what names and figures are looked for in."""
        return f"{self.document.text} {self.head}"


def _name(stated: str) -> str:
    name = one_line(stated)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


class NumberedSet:
    """The documents of a set, numbered, in an order that only their content decides.

    >>> from llmcheck import Document
    >>> numbered = NumberedSet([Document(id="log", text="It rained all night. The dam held.")])
    >>> numbered["log"].lines
    ('It rained all night.', 'The dam held.')
    >>> numbered.line(numbered["log"].ref(2))
    'The dam held.'
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        """By date, then by content: the order of arguments, or a file's name, changes no call."""
        numbered = {document.id: _numbered(document) for document in documents}
        self.documents = tuple(
            _with_repeats(numbered[document.id], numbered.get(document.copy_of or ""))
            for document in sorted(documents, key=lambda d: (d.date or _UNDATED, d.digest, d.id))
        )
        self._by_id = {numbered.document.id: numbered for numbered in self.documents}

    def __getitem__(self, doc_id: str) -> NumberedDocument:
        return self._by_id[doc_id]

    @cached_property
    def language(self) -> str:
        """The language of most sentences: a code such as ``en``."""
        counts: dict[str, int] = {}
        for numbered in self.documents:
            counts[numbered.language] = counts.get(numbered.language, 0) + len(numbered.own)
        return max(sorted(counts), key=counts.__getitem__, default="en")

    def line(self, ref: SentenceRef) -> str:
        """The sentence, on one line."""
        return self[ref.doc_id].line(ref.number)

    def best_first(self, answer: str, refs: Iterable[SentenceRef]) -> list[SentenceRef]:
        """The sentences, those first that hold most of an answer's figures and words."""
        named = list(refs)
        if len(named) == 1:
            return named
        wanted = set(words(squeeze(answer)))

        def lacking(ref: SentenceRef) -> tuple[int, int]:
            line = self.line(ref)
            missing = missing_numbers(answer, line, self[ref.doc_id].language, self.language)
            return len(missing), len(wanted - _words_of(line))

        # Stable: of equals the one that was named first.
        return sorted(named, key=lacking)


@lru_cache(maxsize=1 << 12)
def _words_of(line: str) -> frozenset[str]:
    return frozenset(words(squeeze(line)))


def _numbered(document: Document) -> NumberedDocument:
    language = spoken_in(document)
    return NumberedDocument(document, language, tuple(sentences(document.text, language)))


def _with_repeats(copy: NumberedDocument, original: NumberedDocument | None) -> NumberedDocument:
    if original is None:
        return copy
    known = set(map(squeeze, original.lines))
    repeats = (n for n in copy.numbers if squeeze(copy.line(n)) in known)
    return NumberedDocument(copy.document, copy.language, copy.sentences, frozenset(repeats))


def claim_of(
    numbered: NumberedDocument,
    numbers: Sequence[int],
    text: str | None = None,
    *,
    speaker: str = "",
) -> Claim:
    """The claim that the sentences with these numbers (ascending, at least one) make together.

    ``text`` None takes the sentences' own words. Its span is the first run of neighbours among
    them; the other runs are ``further``.

    >>> numbered = NumberedSet([Document(id="log", text="It rained. Nobody came. The dam held.")])
    >>> claim = claim_of(numbered["log"], [1, 3])
    >>> (claim.quote, [passage.quote for passage in claim.further])
    ('It rained.', ['The dam held.'])
    """
    document = numbered.document
    first, *further = [_passage(numbered, run) for run in _runs(numbers)]
    text = text or _without_marks(numbered.text(numbers))
    return Claim(
        id=content_id("c", document.digest, *numbers, text),
        text=text,
        doc_id=document.id,
        start=first.start,
        end=first.end,
        quote=first.quote,
        further=tuple(further),
        speaker=speaker or None,
        published=document.date,
    )


def _passage(numbered: NumberedDocument, run: Sequence[int]) -> Passage:
    start, end = numbered.sentences[run[0] - 1].start, numbered.sentences[run[-1] - 1].end
    return Passage(start=start, end=end, quote=numbered.document.text[start:end])


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Neighbouring numbers together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _without_marks(text: str) -> str:
    """Without the heading or list mark it may begin with."""
    return text.lstrip("#*>-•– ") or text
