"""Safe text, quotes, counts and shares, as every page and format writes them."""

from __future__ import annotations

import re

# What a terminal obeys, or what makes text read as something that it is not: C0 and C1 controls
# (ANSI escapes begin with one), bidirectional overrides, invisible tags, stray surrogates.
HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f"
    "\ud800-\udfff]"
)
# Not ``\s``: a no-break space in "1 200 t" is there to keep the number together.
_BREAKS = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")

QUOTE_LENGTH = 600


def clean(text: str) -> str:
    r"""The text on one line, with what a terminal would obey shown as an escape.

    >>> print(clean("red:\x1b[31m\n  all clear"))
    red:\x1b[31m all clear
    """
    line = _BREAKS.sub(" ", text).strip()
    return HOSTILE.sub(lambda match: ascii(match[0])[1:-1], line)


def clean_lines(text: str) -> str:
    """The text with its line breaks and tabs, and everything else as ``clean`` shows it."""
    return HOSTILE.sub(
        lambda match: match[0] if match[0] in "\n\t" else ascii(match[0])[1:-1], text
    )


def shorten(text: str, length: int) -> str:
    """The text, or its beginning and end with ``…`` between, at most ``length`` characters.

    >>> shorten("The harbour was closed on Friday.", 16)
    'The harbou…iday.'
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 3
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


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
