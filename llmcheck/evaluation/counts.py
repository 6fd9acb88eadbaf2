"""Counts from which figures come: kept as counts, so that those of several sets can be added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import computed_field

from llmcheck.models import Frozen

F = TypeVar("F", bound=Frozen)


class Ratio(Frozen):
    """A part of a whole, both counted; or so many for each, as tokens for a claim.

    >>> Ratio(part=3, whole=4).value
    0.75
    """

    part: int = 0
    whole: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> float | None:
        """The part for each of the whole; None when there is nothing to count."""
        return round(self.part / self.whole, 4) if self.whole else None


class Scores(Frozen):
    """Recall over what is labelled, precision over what was reported."""

    recall: Ratio = Ratio()
    precision: Ratio = Ratio()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None when nothing is labelled."""
        if not self.recall.whole:
            return None
        return round(f1(self.precision.value or 0, self.recall.value or 0), 4)


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of precision and recall; 0 when both are.

    >>> f1(precision=0.5, recall=1.0)
    0.6666666666666666
    """
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def add_figures(figures: Sequence[F]) -> F:
    """The sum of figures of one class: counts added, by key where there are several.

    >>> add_figures([Ratio(part=1, whole=2), Ratio(part=3, whole=4)])
    Ratio(part=4, whole=6, value=0.6667)
    """
    kind = type(figures[0])
    sums = {name: _sum([getattr(each, name) for each in figures]) for name in kind.model_fields}
    return kind(**sums)


def _sum(values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    if not present:
        return None
    if isinstance(present[0], int):
        return sum(present)
    if isinstance(present[0], dict):
        keys = sorted({key for value in present for key in value})
        return {key: _sum([value.get(key) for value in present]) for key in keys}
    return add_figures(present)
