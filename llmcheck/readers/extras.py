"""What to say where a format needs a library that is not installed."""

from __future__ import annotations


def missing_extra(what: str, extra: str) -> ValueError:
    """The error for a file that is ``what`` where the ``extra`` is missing."""
    return ValueError(f"is {what}, which needs an extra: pip install 'llmcheck[{extra}]'")
