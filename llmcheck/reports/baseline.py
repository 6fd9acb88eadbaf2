"""What a baseline leaves of a report: the disputes that it has are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from llmcheck.models import Report
from llmcheck.reports.comparison import match_disputes, remove_disputes
from llmcheck.reports.saved import read_check_report

IN_BASELINE = "known from the baseline"
"""The reason why a dispute that a baseline has is set aside."""


class BaselineReports(NamedTuple):
    """A report beside a baseline."""

    new: Report
    """Without the disputes that the baseline has, changed or not."""
    marked: Report
    """With those set aside as known."""


def hold_against_baseline(report: Report, baseline: Report) -> BaselineReports:
    """The report as it stands beside the baseline."""
    known = frozenset(match.new for match in match_disputes(baseline, report))
    marked = tuple(
        dispute.model_copy(update={"silenced": dispute.silenced or IN_BASELINE})
        if dispute in known
        else dispute
        for dispute in report.disputes
    )
    return BaselineReports(
        report.model_copy(update={"disputes": remove_disputes(report.disputes, known)}),
        report.model_copy(update={"disputes": marked}),
    )


def load_baseline(baseline: Path) -> Callable[[Report], BaselineReports]:
    """What shows a report beside the baseline.

    Raises ConfigError at once, rather than after the run, for a file that is no report.
    """
    old = read_check_report(baseline)
    return lambda report: hold_against_baseline(report, old)
