"""Which disputes are no findings: by id, by code, by confidence, as the settings say."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from llmcheck.models import Dispute, Report
from llmcheck.rules import CODES, longest_prefix
from llmcheck.settings import Settings

_log = logging.getLogger("llmcheck")


def silence_disputes(disputes: Sequence[Dispute], settings: Settings) -> tuple[Dispute, ...]:
    """The disputes, marked with the reason where the settings silence or do not select them.

    Warns of a silence that applies to none.
    """
    reasons = {silence.id: silence.reason for silence in settings.silence}
    for unused in sorted(reasons.keys() - {dispute.id for dispute in disputes}):
        _log.warning(
            "the silence of %s applies to nothing: no dispute of this run has that id, which "
            "changes with the wording of its sentences and claims",
            unused,
        )
    return tuple(
        dispute.model_copy(
            update={"silenced": reasons.get(dispute.id) or _why_not_selected(dispute, settings)}
        )
        for dispute in disputes
    )


def select_disputes(report: Report, settings: Settings) -> Report:
    """The report without the disputes that the settings do not select."""
    chosen = tuple(d for d in report.disputes if _why_not_selected(d, settings) is None)
    return report.model_copy(update={"disputes": chosen})


def _why_not_selected(dispute: Dispute, settings: Settings) -> str | None:
    code = CODES[dispute.kind]
    if longest_prefix(settings.select, code) <= longest_prefix(settings.ignore, code):
        return f"{code} is not selected"
    if dispute.confidence < settings.min_confidence:
        return f"its confidence, {dispute.confidence:g}, is below {settings.min_confidence:g}"
    return None
