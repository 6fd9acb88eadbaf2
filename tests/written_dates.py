"""Dates as English writes them."""

from __future__ import annotations

from llmcheck.language.dates import Date
from llmcheck.language.figures import dates

PHRASES = [
    "15 April 2026", "April 15", "16 April", "15-18 April", "April 2026", "May", "Q2 2026",
    "the third quarter", "H1 2026", "the second half of 2026", "Tuesday", "Wednesday, 15 April",
    "2026-04-15", "by June", "before the end of June", "after June 2025", "31 February 2026",
    "fiscal Q3 2026", "Q3 of fiscal 2026",
]  # fmt: skip


def only(text: str) -> Date:
    """The one date of an English text."""
    (date,) = dates(text, "en")
    return date
