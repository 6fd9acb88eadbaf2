"""SARIF 2.1.0: disputes or padding for code scanning and the viewers of editors.

There is one result for each position of a dispute, as in a linter's lines; the other positions
are related locations that its message links to.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args
from urllib.parse import quote

from llmcheck.language.text import squeeze
from llmcheck.models import Claim, Dispute, Document, Failure, Report, Stage, content_id
from llmcheck.render.locations import LocatedPosition, Locator, Place, locate_positions, locator
from llmcheck.render.phrases import QUOTE_LENGTH, clean, kind_name, quotation, shorten
from llmcheck.rules import CODES, PADDING_CODES, RULES, Rule, rank_disputes

Json = dict[str, Any]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"[A-Za-z]:/")
_LINK = re.compile(r"[\\\[\]]")


def disputes_sarif(report: Report, documents: Iterable[Document]) -> str:
    """The disputes as a SARIF log. ``documents`` are those that the report was made from."""
    locate = locator(documents)
    results = [
        result
        for dispute in rank_disputes(report.disputes)
        for result in _dispute_results(report, dispute, locate)
    ]
    return _log(report, results, CODES, "error")


def padding_sarif(report: Report, documents: Iterable[Document]) -> str:
    """The padding as a SARIF log, every flag a note."""
    locate = locator(documents)
    results = [
        {
            "ruleId": PADDING_CODES[flag.kind],
            "level": "note",
            "message": {"text": f"{kind_name(flag.kind)}: {clean(flag.rationale)}"},
            "locations": [_location(locate(flag), flag.start, flag.quote)],
            "partialFingerprints": {"primaryLocationLineHash": _hash(flag.kind, flag.quote)},
        }
        for flag in report.padding
    ]
    return _log(report, results, PADDING_CODES, "note")


def _log(report: Report, results: list[Json], codes: Mapping[str, str], level: str) -> str:
    rules = list(codes.values())
    seen: Counter[tuple[str, str]] = Counter()
    for result in results:
        result["ruleIndex"] = rules.index(result["ruleId"])
        # Equal hashes under one rule are told apart by their order, as GitHub's own are.
        prints = result["partialFingerprints"]
        key = result["ruleId"], prints["primaryLocationLineHash"]
        seen[key] += 1
        prints["primaryLocationLineHash"] += f":{seen[key]}"
    run = {
        "tool": {"driver": _driver(codes, level)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder that llmcheck was run in."}}
        },
        "invocations": [
            {
                "executionSuccessful": not report.failures,
                "toolExecutionNotifications": [_notification(f) for f in report.failures],
            }
        ],
        "results": results,
    }
    # In ASCII no control character or bidirectional override of a document is left as it is.
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(codes: Mapping[str, str], level: str) -> Json:
    driver: Json = {
        "name": "llmcheck",
        "rules": [_rule(RULES[code], level) for code in codes.values()],
        "notifications": [
            {"id": stage, "shortDescription": {"text": f"A part of the stage {stage} failed."}}
            for stage in get_args(Stage)
        ],
    }
    try:
        driver["semanticVersion"] = version("llmcheck")
    except PackageNotFoundError:
        return driver
    return driver


def _rule(rule: Rule, level: str) -> Json:
    example = " / ".join(map(quotation, rule.example))
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": f"{rule.meaning} Example: {example}. {rule.advice}"},
        "defaultConfiguration": {"level": level},
    }


def _notification(failure: Failure) -> Json:
    return {
        "level": "error",
        "descriptor": {"id": failure.stage},
        "message": {"text": f"{clean(failure.subject)}: {clean(failure.error)}"},
    }


def _dispute_results(report: Report, dispute: Dispute, locate: Locator) -> Iterable[Json]:
    positions = locate_positions(report, dispute, locate)
    for own in positions:
        others = [other for other in positions if other is not own]
        related = [
            {**_related_location(other), "id": number} for number, other in enumerate(others, 1)
        ]
        elsewhere = ", ".join(
            f"[{_plain_text(other.position.answer)}]({number})"
            for number, other in enumerate(others, 1)
        )
        result: Json = {
            "ruleId": CODES[dispute.kind],
            "level": "error",
            "rank": round(100 * dispute.confidence, 1),
            "message": {
                "text": (
                    f"{_plain_text(dispute.question)} "
                    f"Here: {_plain_text(own.position.answer)}; "
                    f"elsewhere: {elsewhere}. {_plain_text(dispute.rationale)}"
                ).rstrip()
            },
            "locations": _position_locations(report, own, locate),
            "relatedLocations": related,
            "partialFingerprints": {
                "primaryLocationLineHash": _hash(dispute.kind, own.claim.quote),
                "dispute/v1": dispute.id,
            },
            "properties": {"disputeId": dispute.id, "answer": own.position.answer},
        }
        if dispute.silenced is not None:
            result["suppressions"] = [
                {"kind": "external", "status": "accepted", "justification": dispute.silenced}
            ]
        yield result


def _position_locations(report: Report, located: LocatedPosition, locate: Locator) -> list[Json]:
    """A location in every document that takes the position, that of its first claim first."""
    first_in: dict[str, Claim] = {}
    for claim_id in located.position.claim_ids:
        claim = report.claim(claim_id)
        first_in.setdefault(claim.doc_id, claim)
    return [_location(locate(c), c.start, c.quote) for c in first_in.values()]


def _related_location(located: LocatedPosition) -> Json:
    location = _location(located.place, located.claim.start, located.claim.quote)
    answer = shorten(clean(located.position.answer), QUOTE_LENGTH)
    return {**location, "message": {"text": answer}}


def _location(place: Place, start: int, words_there: str) -> Json:
    if place.shares_file:
        # Lines and offsets would be those of another document in the file.
        return {
            "physicalLocation": {"artifactLocation": artifact_location(place.path)},
            "logicalLocations": [{"fullyQualifiedName": place.name}],
        }
    return {
        "physicalLocation": {
            "artifactLocation": artifact_location(place.path),
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
                "charOffset": start,
                "charLength": len(words_there),
                "snippet": {"text": words_there},
            },
        }
    }


def artifact_location(path: str) -> Json:
    """A document's path, or id, as a SARIF artifactLocation: relative where the path is.

    >>> artifact_location("press/the tides.txt")
    {'uri': 'press/the%20tides.txt', 'uriBaseId': '%SRCROOT%'}
    """
    if _ABSOLUTE.match(path):
        return {"uri": quote(path, safe="/:?#[]@!$&'()*+,;=%~", errors="replace")}
    if path.startswith("/") or _DRIVE.match(path):
        return {"uri": "file:///" + _encoded(path.lstrip("/"))}
    return {"uri": _encoded(posixpath.normpath(path)), "uriBaseId": _ROOT}


def _encoded(path: str) -> str:
    return quote(path, safe="/", errors="replace")


def _plain_text(text: str) -> str:
    """Text in which SARIF sees no link."""
    return _LINK.sub(r"\\\g<0>", shorten(clean(text), QUOTE_LENGTH))


def _hash(*parts: str) -> str:
    """What a result is known by in another run: its kind and the source's words, not the place."""
    return content_id("q", *map(squeeze, parts)).removeprefix("q-")
