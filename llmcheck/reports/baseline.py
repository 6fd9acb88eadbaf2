"""What a baseline leaves of a report: the disputes that it has are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from llmcheck.models import Report
from llmcheck.reports.comparison import matched, without
from llmcheck.reports.saved import checked

IN_BASELINE = "known from the baseline"
"""The reason why a dispute that a baseline has is set aside."""


class Beside(NamedTuple):
    """A report beside a baseline."""

    new: Report
    """Without the disputes that the baseline has, changed or not."""
    marked: Report
    """With those set aside as known."""


def beside(report: Report, baseline: Report) -> Beside:
    """The report as it stands beside the baseline."""
    known = [match.new for match in matched(baseline, report)]
    marked = tuple(
        dispute.model_copy(update={"silenced": dispute.silenced or IN_BASELINE})
        if dispute in known
        else dispute
        for dispute in report.disputes
    )
    return Beside(
        report.model_copy(update={"disputes": without(report.disputes, known)}),
        report.model_copy(update={"disputes": marked}),
    )


def since(baseline: Path) -> Callable[[Report], Beside]:
    """What shows a report beside the baseline.

    Raises ConfigError at once, rather than after the run, for a file that is no report.
    """
    old = checked(baseline)
    return lambda report: beside(report, old)
