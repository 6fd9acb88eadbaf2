"""Workflow commands of GitHub Actions: disputes as annotations of the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable

from llmcheck.models import Document, Report
from llmcheck.render.codes import CODES, ranked
from llmcheck.render.locations import locator, stated
from llmcheck.render.phrases import clean, counted, shorten, words

SHOWN = 10
"""GitHub shows so many annotations of a level in a step, and drops the rest silently."""

_LENGTH = 400


def github_commands(report: Report, documents: Iterable[Document]) -> str:
    """``::error file=...::message`` a position, and ``::warning::`` for what failed.

    No level has more than GitHub shows: where the positions do not fit, each dispute has one
    annotation, and a notice counts the disputes, or the failures, that are left out.
    """
    locate = locator(documents)
    told = [(d, stated(report, d, locate)) for d in ranked(report.open_disputes)]
    if sum(len(positions) for _, positions in told) <= SHOWN:
        placed = [(d, own, positions) for d, positions in told for own in positions]
    else:
        placed = [(d, positions[0], positions) for d, positions in told if positions]
    lines = []
    for dispute, own, positions in placed[:SHOWN]:
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
            command(
                "error",
                f"{clean(dispute.question)} {here}: {_short(own.position.answer)}; "
                f"elsewhere: {', '.join(others)} [{clean(dispute.id)}]",
                **where,
                title=f"{CODES[dispute.kind]} {words(dispute.kind)}",
            )
        )
    lines += [
        command(
            "warning",
            _short(f"{failure.stage} of {failure.subject}: {failure.error}"),
            title="llmcheck could not do everything",
        )
        for failure in report.failures[:SHOWN]
    ]
    for found, noun in ((placed, "more dispute"), (report.failures, "more failure")):
        if (left := len(found) - SHOWN) > 0:
            message = f"{counted(left, noun)}; GitHub shows {SHOWN} annotations of a kind a step"
            lines.append(command("notice", message, title="llmcheck"))
    return "".join(lines)


def command(name: str, message: str, **properties: str | int) -> str:
    """One workflow command, as a line."""
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _short(text: str) -> str:
    return shorten(clean(text), _LENGTH)
