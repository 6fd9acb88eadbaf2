"""What of a mail's text is not its own: the mail that it answers, signatures, footers of lists.

No program's wording is looked for, since programs speak their users' languages. Quoted mail is
told by its marks (``>``, the elements that programs put it in), and a header block above it by
its shape: lines with labels, one of which has the mail's own subject, for instance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from llmcheck.models import Span

_QUOTED_LINE = re.compile(r"[ \t]{0,3}>")
# "On Tue, 7 Oct 2031 at 09:30, Ottilie Brask <o.brask@log.example> wrote:"
_INTRODUCES = re.compile(r"[:：][ \t]*$")
_WHEN_OR_WHO = re.compile(r"\d{1,2}[:.h]\d{2}|\S@\S|\bwrote\b")
_LABEL = re.compile(r"[ \t*_]{0,6}([^\W\d_][^:：\n]{0,30}?)[ \t*_]{0,4}[:：](?!//)[ \t*_]*(.*)$")
_MOMENT = re.compile(r"\d{4}.*\d{1,2}[:.h]\d{2}|\d{1,2}[:.h]\d{2}.*\d{4}")
_RULE = re.compile(r"[ \t]*(?:_{10,}|-{2,}[^\n-]{0,60}-{2,})[ \t]*$")
_ORIGINAL = re.compile(r"-{3,} ?Original Message ?-{3,}$", re.I)
_SIGNATURE = re.compile(r"-- ?$")
_REPLY = re.compile(r"(?:\s*[^\W\d_]{1,12}(?:\[\d+\])?\s*[:：])+\s*")
_FORWARD = re.compile(
    r"\s*(?:fwd?|fw|wg|tr|rv|enc|vb|vs|pd|i|doorst|转发|轉寄|転送)\s*[:：]", re.IGNORECASE
)
_LONGEST_LABELS, _FEWEST_LABELS = 12, 3
_FOOTER_LINES = 6
# Longer lines are none of what is looked for, and hostile ones would take the patterns long.
_LONGEST_RULE, _LONGEST_VALUE = 120, 300
_INTRODUCTION_LINES = 3
LONGEST_INTRODUCTION = 400
"""Characters that a block has fewer of which says whose mail is quoted."""

_QUOTING_CLASSES = frozenset({
    "gmail_attr", "gmail_signature", "moz-cite-prefix", "moz-signature", "yahoo_quoted",
    "protonmail_quote", "tutanota_quote", "zmail_extra", "outlookmessageheader",
})  # fmt: skip
# Outlook, and what took over its marks: all that follows is the mail that is answered.
_QUOTING_IDS = frozenset({
    "divrplyfwdmsg", "appendonsend", "olk_src_body_section", "reply-intro", "stopspelling",
    "mail-editor-reference-message-container",
})  # fmt: skip
_HEADER_STYLE = re.compile(
    r"border:\s?none;\s*border-top:\s?solid #[0-9a-f]{6} 1\.0pt;\s*padding:\s?3\.0pt 0", re.I
)


def forwards(subject: str) -> bool:
    """Whether a subject says that a mail is passed on: then what it holds is what it says."""
    return _FORWARD.match(subject) is not None


def quoting_elements(root: Any, *, forwarded: bool) -> list[Any]:
    """The elements of a mail's HTML that hold quoted mail or a signature."""
    found: list[Any] = []
    for element in root.iter("*"):
        classes = {name.lower() for name in element.get("class", "").split()}
        name = (element.get("id") or "").lower().removeprefix("x_")
        follows = name in _QUOTING_IDS or _HEADER_STYLE.search(element.get("style", ""))
        if follows and not forwarded:
            found += [element, *_all_after(element)]
            break  # nothing is left
        if _QUOTING_CLASSES & {name.removeprefix("x_") for name in classes}:
            if not (forwarded and "yahoo_quoted" in classes):
                found.append(element)
        elif element.tag == "blockquote" and (
            "gmail_quote" in classes or (element.get("type") or "").lower() == "cite"
        ):
            outermost = not any(parent.tag == "blockquote" for parent in element.iterancestors())
            if not (forwarded and outermost):
                found.append(element)
    return found


def quoted_spans(text: str, subject: str) -> Iterator[Span]:
    """The stretches of a mail's text that are quoted mail, with what introduces it, or no text.

    ``subject`` is that of the mail; when it says that the mail is passed on, what stands below a
    header block is text.
    """
    lines = _lines(text)
    last = _last_filled(lines)
    answers = not forwards(subject)
    at = 0
    while at < len(lines):
        start, line = lines[at]
        if _QUOTED_LINE.match(line):
            first = _introduction(lines, at)
            while at < len(lines) and _QUOTED_LINE.match(lines[at][1]):
                at += 1
            yield _trimmed(text, lines[first][0], _end(lines, at, text))
            continue
        ends = _SIGNATURE.match(line) or (
            answers and (_ORIGINAL.match(line) or _is_header(lines, at, subject))
        )
        if ends or _is_footer(lines, at, last):
            yield _trimmed(text, start, len(text))
            return
        at += 1


def introduces(block: str) -> bool:
    """Whether a block says whose mail is quoted below it."""
    return (
        block.count("\n") < _INTRODUCTION_LINES
        and len(block) < LONGEST_INTRODUCTION
        and _INTRODUCES.search(block) is not None
        and _WHEN_OR_WHO.search(block) is not None
    )


def _all_after(element: Any) -> Iterator[Any]:
    """Every element behind this one, with what is in them left to them."""
    for place in [element, *element.iterancestors()]:
        yield from place.itersiblings()


def _lines(text: str) -> list[tuple[int, str]]:
    found = []
    start = 0
    for line in text.split("\n"):
        found.append((start, line))
        start += len(line) + 1
    return found


def _end(lines: list[tuple[int, str]], at: int, text: str) -> int:
    return lines[at][0] if at < len(lines) else len(text)


def _trimmed(text: str, start: int, end: int) -> Span:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    return Span(start=start, end=start + len(body.strip()))


def _introduction(lines: list[tuple[int, str]], at: int) -> int:
    """Where the lines begin that say whose mail is quoted from line ``at`` on."""
    end = at - 1 if at and not lines[at - 1][1].strip() else at
    for begin in range(end - 1, max(-1, end - 1 - _INTRODUCTION_LINES), -1):
        if not lines[begin][1].strip():
            break
        starts_block = begin == 0 or not lines[begin - 1][1].strip()
        if starts_block and introduces("\n".join(line for _, line in lines[begin:end])):
            return begin
    return at


def _is_header(lines: list[tuple[int, str]], at: int, subject: str) -> bool:
    """Whether a header block begins here: labels, a moment, and what no other list has.

    That is a rule above it, the mail's own subject, or an address in its first line and one label
    more.
    """
    ruled = _is_rule(lines[at][1])
    at += ruled
    values: list[str] = []
    blank = 0
    for _, line in lines[at : at + _LONGEST_LABELS]:
        if not line.strip():
            blank += 1
            if blank > 1 or not values:  # one empty line: each stands in a block of its own
                break
            continue
        label = _LABEL.match(line)
        if label is None:
            break
        blank = 0
        values.append(label[2].strip()[:_LONGEST_VALUE])
    if len(values) < _FEWEST_LABELS or not any(map(_MOMENT.search, values)):
        return False
    own = _bare(subject)
    if ruled or (own and any(_bare(value) == own for value in values[1:])):
        return True
    return "@" in values[0] and len(values) > _FEWEST_LABELS  # under another subject


def _bare(subject: str) -> str:
    """A subject without the marks of answers, for comparing."""
    subject = subject[:_LONGEST_VALUE]
    marks = _REPLY.match(subject)
    return " ".join(subject[marks.end() if marks else 0 :].casefold().split())


def _is_rule(line: str) -> bool:
    return len(line) <= _LONGEST_RULE and _RULE.match(line) is not None


def _last_filled(lines: list[tuple[int, str]]) -> list[int]:
    """The last lines with text in them, one more than a footer may have."""
    backwards = (at for at in reversed(range(len(lines))) if lines[at][1].strip())
    return list(islice(backwards, _FOOTER_LINES + 1))


def _is_footer(lines: list[tuple[int, str]], at: int, last: list[int]) -> bool:
    """Whether no more than a few lines stand below a rule of underscores, as lists add them."""
    if "__" not in lines[at][1] or not _is_rule(lines[at][1]):
        return False
    return 0 < sum(filled > at for filled in last) <= _FOOTER_LINES
