"""Workflow commands of GitHub Actions: disputes as annotations of the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable

from llmcheck.models import Document, Report
from llmcheck.render.locations import locate_positions, locator
from llmcheck.render.phrases import clean, kind_name, pluralize, shorten
from llmcheck.rules import CODES, rank_disputes

SHOWN = 10
"""GitHub shows so many annotations of a level in a step, and drops the rest silently."""

_LENGTH = 400


def github_commands(report: Report, documents: Iterable[Document]) -> str:
    """``::error file=...::message`` a position, and ``::warning::`` for what failed.

    No level has more than GitHub shows: where the positions do not fit, each dispute has one
    annotation, and a notice counts the disputes, or the failures, that are left out.
    """
    locate = locator(documents)
    disputes = [
        (d, locate_positions(report, d, locate)) for d in rank_disputes(report.open_disputes)
    ]
    if sum(len(positions) for _, positions in disputes) <= SHOWN:
        annotations = [(d, own, positions) for d, positions in disputes for own in positions]
    else:
        annotations = [(d, positions[0], positions) for d, positions in disputes if positions]
    lines = []
    for dispute, own, positions in annotations[:SHOWN]:
        place = own.place
        where: dict[str, str | int] = {"file": clean(place.path)}
        if not place.shares_file:
            where |= {"line": place.line, "endLine": place.end_line}
        if not place.shares_file and place.line == place.end_line:
            # Columns of more than one line are refused by the runner.
            where |= {"col": place.column, "endColumn": place.end_column}
        here = f"Here ({place})" if place.shares_file else "Here"
        others = [
            f"{_short(other.position.answer)} ({other.place})"
            for other in positions
            if other is not own
        ]
        lines.append(
            workflow_command(
                "error",
                f"{clean(dispute.question)} {here}: {_short(own.position.answer)}; "
                f"elsewhere: {', '.join(others)} [{clean(dispute.id)}]",
                **where,
                title=f"{CODES[dispute.kind]} {kind_name(dispute.kind)}",
            )
        )
    lines += [
        workflow_command(
            "warning",
            _short(str(failure)),
            title="llmcheck could not do everything",
        )
        for failure in report.failures[:SHOWN]
    ]
    for found, noun in ((annotations, "more dispute"), (report.failures, "more failure")):
        if (left := len(found) - SHOWN) > 0:
            message = f"{pluralize(left, noun)}; GitHub shows {SHOWN} annotations of a kind a step"
            lines.append(workflow_command("notice", message, title="llmcheck"))
    return "".join(lines)


def workflow_command(name: str, message: str, **properties: str | int) -> str:
    """One workflow command, as a line.

    >>> workflow_command("error", "Two dates: 4 May, 5 May", file="a.txt", line=3)
    '::error file=a.txt,line=3::Two dates: 4 May, 5 May\\n'
    """
    fields = ",".join(f"{key}={_escape_property(str(value))}" for key, value in properties.items())
    return f"::{name} {fields}::{_escape_data(message)}\n"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _short(text: str) -> str:
    return shorten(clean(text), _LENGTH)
