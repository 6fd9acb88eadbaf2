"""Where in a quote the words stand that set one answer apart from the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llmcheck.language.figures import quantities
from llmcheck.language.pack import pack
from llmcheck.language.quantities import agree

_TOKEN = re.compile(r"[$€£¥]?[^\W_]+(?:['’.,-][^\W_]+)*%?")
# What also matches a letter of ASCII where case is ignored, or changes its length in lower case.
_LIKE_ASCII = re.compile("[\u017f\u0131\u0130\u212a]")
_ENDS_BEFORE = re.compile(r"(?<!\w)(?<!\d[.,])")
_BEGINS_AFTER = re.compile(r"(?!\w|[.,]\d)")
_JOINED = re.compile(r"[\s,.'’“”\"()-]*")


class Range(NamedTuple):
    """A half-open range of characters of the quote."""

    start: int
    end: int


def contrast(quote: str, answer: str, others: Sequence[str], language: str) -> list[Range]:
    """The answer where it stands in the quote word for word, else its words that differ.

    Those are the words and figures of ``answer`` that not all ``others`` share, as the language
    (a code) of the quote has them. The ranges are in order and do not touch; there are none when
    nothing of the answer stands in the quote.

    >>> quote = "The dam is 4 metres high."
    >>> [quote[start:end] for start, end in contrast(quote, "4 m", ["5 m"], "en")]
    ['4 metres']
    """
    return _verbatim_ranges(quote, answer) or _merge_ranges(
        quote,
        [
            *_figure_ranges(quote, answer, others, language),
            *_word_ranges(quote, answer, others, language),
        ],
    )


def _verbatim_ranges(quote: str, answer: str) -> list[Range]:
    return list(_standing_alone(answer.rstrip(" .").split(), quote))


def _standing_alone(phrase: Sequence[str], quote: str) -> Iterator[Range]:
    """Where these words stand as words of their own: "5" is neither in "52" nor in "5.200"."""
    if not phrase:
        return
    words = " ".join(phrase)
    if not words.isascii() or _LIKE_ASCII.search(quote) or quote.split(" ") != quote.split():
        expression = r"\s+".join(map(re.escape, phrase))
        for match in re.finditer(
            rf"(?<!\w)(?<!\d[.,]){expression}(?!\w|[.,]\d)", quote, re.IGNORECASE
        ):
            yield Range(*match.span())
        return
    # The same; to compile an expression takes a hundred times what it takes to look.
    words, lower = words.lower(), quote.lower()
    start = lower.find(words)
    while start >= 0:
        end = start + len(words)
        if _ENDS_BEFORE.match(quote, start) and _BEGINS_AFTER.match(quote, end):
            yield Range(start, end)
        else:
            end = start + 1
        start = lower.find(words, end)


def _figure_ranges(
    quote: str, answer: str, others: Sequence[str], language: str
) -> Iterable[Range]:
    theirs = [quantity for other in others for quantity in quantities(other, language)]
    own = [one for one in quantities(answer, language) if not any(agree(one, it) for it in theirs)]
    if not own:
        return
    for quantity in quantities(quote, language):
        if not any(agree(one, quantity) for one in own):
            continue
        written = quantity.words.removesuffix(" of")
        if found := next(_standing_alone([written], quote), None):
            yield found
            continue
        # "Twelve gates" is read as "12 gates", which does not stand there.
        for word in _TOKEN.finditer(quote):
            if any(agree(quantity, number) for number in quantities(word.group(), language)):
                yield Range(*word.span())


def _word_ranges(quote: str, answer: str, others: Sequence[str], language: str) -> Iterable[Range]:
    stems = pack(language).stems
    own = stems(answer)
    shared = own.intersection(*map(stems, others)) if others else frozenset[str]()
    telling = own - shared or own
    for match in _TOKEN.finditer(quote):
        if stems(match.group()) & telling:
            yield Range(*match.span())


def _merge_ranges(quote: str, ranges: Iterable[Range]) -> list[Range]:
    """The ranges in order, those that touch or have only marks between them as one."""
    found: list[Range] = []
    for one in sorted(ranges):
        if found and (
            one.start <= found[-1].end or _JOINED.fullmatch(quote, found[-1].end, one.start)
        ):
            found[-1] = Range(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found
