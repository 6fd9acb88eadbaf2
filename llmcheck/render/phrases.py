"""Safe text, quotes, counts and shares, as every page and format writes them."""

from __future__ import annotations

from llmcheck.language.text import HOSTILE as HOSTILE
from llmcheck.language.text import clean as clean
from llmcheck.language.text import shorten as shorten

QUOTE_LENGTH = 600


def clean_lines(text: str) -> str:
    """The text with its line breaks and tabs, and everything else as ``clean`` shows it."""
    return HOSTILE.sub(
        lambda match: match[0] if match[0] in "\n\t" else ascii(match[0])[1:-1], text
    )


def quotation(text: str, length: int = QUOTE_LENGTH) -> str:
    """A source's exact words in quotation marks, cleaned, and shortened if very long."""
    return f"“{shorten(clean(text), length)}”"


def kind_name(kind: str) -> str:
    """A kind as a person writes it.

    >>> kind_name("different_referent")
    'different referent'
    """
    return kind.replace("_", " ")


def percent(share: float) -> str:
    """A share between 0 and 1 as a whole percentage; ``<1%`` rather than a false zero.

    >>> [percent(share) for share in (0, 0.001, 0.256)]
    ['0%', '<1%', '26%']
    """
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def pluralize(number: int, noun: str) -> str:
    """The number with its noun, which has an s where it is not one.

    >>> [pluralize(number, "dispute") for number in (1, 1200)]
    ['1 dispute', '1,200 disputes']
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
