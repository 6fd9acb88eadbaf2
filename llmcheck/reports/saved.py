"""Reads a report that ``--format json`` wrote, or says what is wrong with the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from llmcheck.errors import ConfigError
from llmcheck.models import SCHEMA_VERSION, Claim, Report

_Object = dict[str, Any]

_STAGES = {
    "extract": "reading",
    "padding": "reading",
    "question": "survey",
    "judge": "judging",
    "group": "judging",
    "summarize": "summary",
}
"""What the stages of earlier versions are today."""
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
        report = Report.model_validate(_upgrade_report(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{path}: is no report that this llmcheck can read ({place}: {first['msg'].lower()}); "
            "make it again"
        ) from error
    claims = {claim.id for claim in report.claims}
    cited = [(f"dispute {d.id}", p.claim_ids) for d in report.disputes for p in d.positions]
    cited += [(f"agreement {a.id}", a.claim_ids) for a in report.agreements]
    for finding, claim_ids in cited:
        if missing := set(claim_ids) - claims:
            raise ConfigError(
                f"{path}: the {finding} names a claim that the report does not hold "
                f"({min(missing)}): make it again"
            )
    return report


def read_check_report(path: Path) -> Report:
    """The report of a run that looked for disputes. Raises ConfigError for any other file."""
    report = read_report(path)
    # What the survey finds undisputed, no judge is asked about; earlier versions had no survey.
    if not any(name.startswith(("survey.", "judge.")) for name in report.prompts):
        raise ConfigError(f"{path}: is of a run that looked for no disputes: save one of check")
    return report


def _upgrade_report(data: _Object) -> _Object:
    """A report of any version in today's form: what has gone left out, stages by their names."""
    data = _map_objects(data, "claims", _upgrade_claim)
    return _map_objects(data, "failures", _upgrade_failure)


def _upgrade_claim(claim: _Object) -> _Object:
    return {name: value for name, value in claim.items() if name in Claim.model_fields}


def _upgrade_failure(failure: _Object) -> _Object:
    stage = str(failure.get("stage"))
    return {**failure, "stage": _STAGES[stage]} if stage in _STAGES else failure


def _map_objects(data: _Object, field: str, upgrade: Callable[[_Object], _Object]) -> _Object:
    """The data with every object of a list changed; what is no such list is left to be refused."""
    items = data.get(field)
    if not isinstance(items, list):
        return data
    return {**data, field: [upgrade(i) if isinstance(i, dict) else i for i in items]}
