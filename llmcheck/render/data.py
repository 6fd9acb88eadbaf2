"""Output for programs: the report as JSON, claims as JSON lines."""

from __future__ import annotations

import json

from llmcheck.models import Frozen, Report
from llmcheck.render.phrases import HOSTILE


def to_json(found: Frozen) -> str:
    """A report (the contract of ``docs/report.schema.json``) or a comparison as JSON."""
    return _escape_hostile(found.model_dump_json(indent=2)) + "\n"


def claims_jsonl(report: Report) -> str:
    """One claim a line, as JSON."""
    return "".join(_escape_hostile(claim.model_dump_json()) + "\n" for claim in report.claims)


def _escape_hostile(text: str) -> str:
    """JSON allows raw C1 controls and bidirectional overrides; a terminal obeys them."""
    return HOSTILE.sub(
        lambda match: match[0] if match[0] == "\n" else json.dumps(match[0])[1:-1], text
    )


def report_schema() -> str:
    """JSON Schema of ``to_json``'s output for a report."""
    return schema_of(Report)


def schema_of(model: type[Frozen]) -> str:
    """JSON Schema of ``to_json``'s output for what is an instance of ``model``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"
