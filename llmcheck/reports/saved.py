"""Reads a report that ``--format json`` wrote, or says what is wrong with the file."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from llmcheck.errors import ConfigError
from llmcheck.models import SCHEMA_VERSION, Report

_HOW = "save one with `llmcheck check PATHS --format json --output FILE`"


def read_report(path: Path) -> Report:
    """The report in a file. Raises ConfigError, which names the file, when it holds none."""
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; {_HOW}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no report, for it is not UTF-8; {_HOW}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        data = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is no report, for it is no JSON ({error}); {_HOW}") from error
    if not isinstance(data, dict) or "schema_version" not in data:
        raise ConfigError(f"{path}: is no report of llmcheck; {_HOW}")
    if data["schema_version"] != SCHEMA_VERSION:
        raise ConfigError(
            f"{path}: has schema_version {data['schema_version']!r}, and this llmcheck reads "
            f"{SCHEMA_VERSION}: make the report again"
        )
    try:
        report = Report.model_validate_json(source)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{path}: is no report that this llmcheck can read ({place}: {first['msg'].lower()}); "
            "make it again"
        ) from error
    claims = {claim.id for claim in report.claims}
    for dispute in report.disputes:
        for position in dispute.positions:
            if missing := set(position.claim_ids) - claims:
                raise ConfigError(
                    f"{path}: the dispute {dispute.id} names a claim that the report does not "
                    f"hold ({min(missing)}): make it again"
                )
    return report


def checked(path: Path) -> Report:
    """The report of a run that looked for disputes. Raises ConfigError for any other file."""
    report = read_report(path)
    if not any(name.startswith("judge.") for name in report.prompts):
        raise ConfigError(f"{path}: is of a run that looked for no disputes: save one of check")
    return report
