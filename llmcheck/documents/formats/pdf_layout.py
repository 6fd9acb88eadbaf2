"""From the lines of a PDF's pages to paragraphs, with what runs along the pages set apart.

A PDF knows where ink lies, not what belongs together. Paragraphs are told by the distance of
lines, their indent and their size; running heads by standing at the same place on several
pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from llmcheck.documents.formats.pdf_capitals import with_drop_caps
from llmcheck.documents.formats.pdf_lines import Line
from llmcheck.documents.formats.pdf_rows import with_rows
from llmcheck.language.detection import language_of
from llmcheck.language.pack import pack
from llmcheck.models import Span


class _Block(NamedTuple):
    lines: list[str]
    chrome: bool
    is_table: bool = False


_EDGE = 3
"""Lines at the top and at the bottom of a page that may be running heads."""
_DRIFT = 6.0
"""Points by which a running head may wander."""
_WIDE_GAP = 1.25
"""Lines further apart than usual by this factor belong to two paragraphs."""
_ROW_GAP = 4.0
"""Rows further apart, in heights of a letter, belong to two tables."""
_OTHER_SIZE = 0.08
_INDENT = 0.8
_SHORT_LINE = 0.8
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(r"(?:[•▪◦‣·●○■–—*]|\(?\d{1,2}[.)])\s")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
_GOES_ON = re.compile(r"([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


def laid_out(
    pages: Sequence[Sequence[Line]], stated: str | None = None
) -> tuple[str, tuple[Span, ...]]:
    """The text of the pages, paragraphs parted by an empty line, and its running heads.

    The rows of a table are parted by a line end, their cells by a tab. Where a paragraph goes on
    over the end of a page, the heads between stand behind it. A word parted at a line's end is
    joined when it is a month or day, or when the text has it, in some form, whole elsewhere.
    ``stated`` is the language that the PDF states (a tag), if it does.
    """
    pages = [with_rows(page) for page in with_drop_caps(pages)]
    is_word = _words_of(" ".join(line.text for page in pages for line in page), stated)
    pieces: list[str] = []
    chrome: list[Span] = []
    length = 0
    for block in _blocks(pages):
        text = "\n".join(block.lines) if block.is_table else _joined(block.lines, is_word)
        if pieces:
            pieces.append("\n\n")
            length += 2
        if block.chrome:
            start = chrome.pop().start if chrome and chrome[-1].end == length - 2 else length
            chrome.append(Span(start=start, end=length + len(text)))
        pieces.append(text)
        length += len(text)
    return "".join(pieces), tuple(chrome)


def _blocks(pages: Sequence[Sequence[Line]]) -> Iterator[_Block]:
    running = _running(pages)
    usual = _usual_gap(pages)
    paragraph: list[str] = []
    heads: list[str] = []
    last: Line | None = None
    for number, page in enumerate(pages):
        width = max((len(line.text) for line in page), default=0)
        first = True
        for at, line in enumerate(page):
            if (number, at) in running:
                heads.append(line.text)
                continue
            if last is not None and _parted(last, line, usual, width, over_page=first):
                yield _Block(paragraph, False, "\t" in paragraph[0])
                yield from (_Block([head], True) for head in heads)
                paragraph, heads = [], []
            if not paragraph:
                yield from (_Block([head], True) for head in heads)
                heads = []
            paragraph.append(line.text)
            last, first = line, False
    if paragraph:
        yield _Block(paragraph, False, "\t" in paragraph[0])
    yield from (_Block([head], True) for head in heads)


def _parted(before: Line, line: Line, usual: float, width: int, *, over_page: bool) -> bool:
    """Whether a new paragraph begins with ``line``."""
    if "\t" in before.text and "\t" in line.text and not over_page:
        return not 0 < before.y - line.y <= _ROW_GAP * line.size
    if "\t" in before.text or "\t" in line.text or _ITEM.match(line.text):
        return True
    if abs(before.size - line.size) > _OTHER_SIZE * max(before.size, line.size):
        return True
    if not any(map(_LETTER.search, (before.text, line.text))):
        return True  # a column of figures
    ended = bool(_SENTENCE_END.search(before.text))
    gap = before.y - line.y
    if over_page or gap < 0:  # on the next page, or at the top of the next column
        return ended or not (line.text[:1].islower() or before.text.endswith(("-", ",")))
    if gap > _WIDE_GAP * usual * line.size:
        return True
    if line.x - before.x > _INDENT * line.size:
        return True
    if before.text.endswith(("-", "\u00ad")):
        return False
    # The next line's first word would have had room: the line was ended on purpose.
    room = len(before.text) + 1 + len(line.text.split()[0])
    return room < _SHORT_LINE * width and (ended or line.text[:1].isupper())


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    """How far apart lines of a paragraph stand, in heights of a letter."""
    gaps = [
        (above.y - below.y) / below.size
        for page in pages
        for above, below in pairwise(page)
        if below.size and 0 < above.y - below.y < 4 * below.size
    ]
    return median(gaps) if gaps else 1.2


def _running(pages: Sequence[Sequence[Line]]) -> set[tuple[int, int]]:
    """The lines, by page and place in it, that stand at the edge of several pages alike."""
    places: defaultdict[str, list[tuple[int, int, Line]]] = defaultdict(list)
    for number, page in enumerate(pages):
        by_height = sorted(range(len(page)), key=lambda at: -page[at].y)
        for at in {*by_height[:_EDGE], *by_height[-_EDGE:]}:
            line = page[at]
            places[_DIGITS.sub("#", line.text.lower())].append((number, at, line))
    found: set[tuple[int, int]] = set()
    for key, alike in places.items():
        height = median(line.y for _, _, line in alike)
        level = [place for place in alike if abs(place[2].y - height) <= _DRIFT]
        if not re.search(r"[^\W\d_]", key):
            level = _page_numbers(level)
        on_pages = {number for number, _, _ in level}
        if len(on_pages) >= 3 or len(on_pages) == len(pages) == 2:
            found |= {(number, at) for number, at, _ in level}
    return found


def _page_numbers(places: list[tuple[int, int, Line]]) -> list[tuple[int, int, Line]]:
    """Of lines of figures, those that count the pages."""

    def offset(place: tuple[int, int, Line]) -> int:
        number, _, line = place
        figure = _DIGITS.search(line.text)
        # A longer one is none, and converting it may be refused.
        return int(figure[0]) - number if figure and len(figure[0]) < 7 else -1

    (usual, _), *_ = Counter(map(offset, places)).most_common(1) or [(0, 0)]
    return [place for place in places if offset(place) == usual]


def _words_of(text: str, stated: str | None) -> Callable[[str], bool]:
    """Whether the text has a word, in some form, or its language for a month or a day."""
    own = pack(language_of(text, stated=stated))
    known = {own.stem(word.lower()) for word in [*_WORD.findall(text), *own.calendar_names]}
    return lambda word: own.stem(word.lower()) in known


def _joined(lines: Sequence[str], is_word: Callable[[str], bool]) -> str:
    """The lines of a paragraph as one, parted words put together where that is safe."""
    text = ""
    for line in lines:
        broken, goes_on = _BROKEN.search(text), _GOES_ON.match(line)
        if not broken or not goes_on or not line[:1].islower():
            text = f"{text} {line}" if text else line
            continue
        safe = text.endswith("\u00ad") or is_word(f"{broken[1]}{goes_on[1]}")
        text = (text[:-1] if safe else text) + line
    return text.replace("\u00ad", "")
