"""What of a statement its source does not bear out: numbers and names, checked in code."""

from __future__ import annotations

from functools import lru_cache

from llmcheck.quantities import Quantity, agree, quantities
from llmcheck.text import names, squeeze, words


def missing_numbers(statement: str, source: str) -> list[str]:
    """Numbers of the statement that the source does not have, however it writes them.

    A statement may round what the source says, or bound it; it may not be more precise.
    """
    there = quantities(source)
    values = {quantity.value for quantity in there}
    return [
        f"{quantity.value:.10g}{quantity.unit if quantity.unit == '%' else ''}"
        for quantity in quantities(statement)
        if quantity.value not in values and not any(_bears_out(other, quantity) for other in there)
    ]


def missing_names(statement: str, source: str) -> list[str]:
    """Names of the statement that occur nowhere in the source, in any case or possessive."""
    there = _vocabulary(source)
    return [name for name in names(statement) if _bare(name) not in there]


def _bears_out(source: Quantity, statement: Quantity) -> bool:
    # "Over 50" in the source is no ground for 62, nor "2 million" for 1.96 million.
    return statement.digits <= source.digits and agree(statement, source._replace(bound=0))


@lru_cache(maxsize=1 << 12)
def _vocabulary(source: str) -> frozenset[str]:
    """The words of a source, bare. A name may be one word here and have a hyphen there."""
    there = {_bare(word) for word in words(source)}
    return frozenset(there | {part for word in there for part in word.split("-")})


def _bare(word: str) -> str:
    return squeeze(word).removesuffix("'s").removesuffix("'").replace(".", "")
