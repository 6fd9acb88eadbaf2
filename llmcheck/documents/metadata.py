"""What a format states of a document beside its text; nothing here is guessed from the text."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from llmcheck.language.figures import dates

_LONGEST = 80
_EARLIEST = 1400
"""Years before are what programs write for "no date"."""
_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_MAIL = re.compile(r"(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\s+\d\d?:\d\d")

# What programs and new computers write where a name belongs.
_NOBODY = re.compile(
    r"(?:python-docx|docx4j|apache poi|poi|phpword|un-?named|aspose\b.*|docxtemplater|openpyxl"
    r"|libreoffice|openoffice(?:\.org)?|pandoc|google docs|wps office"
    r"|microsoft(?: corporation| word| office)?"
    r"|(?:(?:microsoft |ms )?(?:office|windows|default) )?user|admin(?:istrator)?"
    r"|unknown|\(?(?:anonymous|unspecified)\)?|author|root|none|[-.\s]*)",
    re.I,
)


class Metadata(NamedTuple):
    """The fields of a Document that a format may state."""

    title: str | None = None
    date: str | None = None
    author: str | None = None
    site: str | None = None
    language: str | None = None
    url: str | None = None


def iso_date(stated: str, language: str | None = None) -> str | None:
    """A date that a field states, as ISO 8601 text: a day, a day with its time, a month, a year.

    Read are ISO 8601, the dates of mail and feeds, and dates written out with their year in
    English or in ``language`` (a code or tag); of anything else, ``04/05/2031`` for instance, the
    order would be a guess, and None is given.
    """
    stated = " ".join(stated.split())
    if not stated or len(stated) > _LONGEST:
        return None
    if stated.isdecimal() and len(stated) not in (4, 8):  # a count of milliseconds, for instance
        return None
    if _PARTIAL.fullmatch(stated):
        return stated if int(stated[:4]) >= _EARLIEST else None
    try:
        if _MAIL.match(stated):
            import email.utils

            moment = email.utils.parsedate_to_datetime(stated)
        else:
            moment = datetime.datetime.fromisoformat(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _written_out(stated, "en") or _written_out(stated, language or "en")
    if moment.year < _EARLIEST:
        return None
    has_time = ":" in stated or "T" in stated
    return moment.isoformat(timespec="seconds") if has_time else moment.date().isoformat()


def one_of(*values: object) -> str | None:
    """The first value that is text with something in it, on one line, and fit for any output."""
    for value in values:
        if isinstance(value, str) and (line := " ".join(value.split())):
            return line.encode("utf-8", "replace").decode()  # without lone surrogates
    return None


def person(*values: object) -> str | None:
    """The first value that may name somebody: not a program, nor an account without a name."""
    line = one_of(*values)
    return None if line is None or _NOBODY.fullmatch(line) else line


def web_address(value: object) -> str | None:
    """The value, when it is an absolute address of the web."""
    address = one_of(value)
    return address if address and re.match(r"https?://", address, re.IGNORECASE) else None


def _written_out(stated: str, language: str) -> str | None:
    found = dates(stated, language)
    if len(found) != 1:
        return None
    (date,) = found
    if date.year is None or date.days is None or date.days[0] != date.days[1] or date.bound:
        return None
    try:
        return datetime.date(date.year, *date.days[0]).isoformat()
    except ValueError:
        return None
