"""JUnit XML: a test case for each document, each dispute and each part that failed.

A document that was read passes, a dispute fails, a silenced one is skipped, and what could not
be done is an error, so that a CI system shows what was checked as well as what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from llmcheck.models import Dispute, Document, Failure, Report
from llmcheck.render.locations import Locator, locate_positions, locator
from llmcheck.render.phrases import clean, kind_name, pluralize, quotation, shorten
from llmcheck.rules import CODES, rank_disputes

_NAME_LENGTH = 200
# XML 1.0 has no way to write these; the other characters that it lacks ``clean`` has escaped.
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def junit_xml(report: Report, documents: Iterable[Document]) -> str:
    """The report as JUnit XML. ``documents`` are those that the report was made from."""
    locate = locator(documents)
    root = ElementTree.Element("testsuites", name="llmcheck")
    _add_suite(
        root,
        "documents",
        [
            _test_case(document.id, "llmcheck.documents", document.path)
            for document in report.documents
        ]
        + [_failure_case(f, "documents") for f in report.failures if f.stage == "documents"],
    )
    _add_suite(
        root,
        "disputes",
        [_dispute_case(report, d, locate) for d in rank_disputes(report.disputes)],
    )
    _add_suite(
        root,
        "failures",
        [_failure_case(f, "failures") for f in report.failures if f.stage != "documents"],
    )
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + (
        ElementTree.tostring(root, encoding="unicode") + "\n"
    )


def xml_text(text: str) -> str:
    """The text on one line, with what no XML 1.0 document can hold shown as an escape."""
    return _NOT_IN_XML.sub(lambda match: ascii(match[0])[1:-1], clean(text))


def _add_suite(root: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    if not cases:
        return
    found = [child.tag for case in cases for child in case]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(found.count("failure")),
        errors=str(found.count("error")),
        skipped=str(found.count("skipped")),
    )
    suite.extend(cases)


def _test_case(name: str, classname: str, path: str | None = None) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        name=shorten(xml_text(name), _NAME_LENGTH),
        classname=classname,
        time="0",
    )
    if path is not None:
        case.set("file", xml_text(path))
    return case


def _dispute_case(report: Report, dispute: Dispute, locate: Locator) -> ElementTree.Element:
    positions = locate_positions(report, dispute, locate)
    case = _test_case(
        f"{dispute.question} [{dispute.id}]",
        f"llmcheck.disputes.{dispute.kind}",
        positions[0].place.path if positions else None,
    )
    if positions and not positions[0].place.shares_file:
        case.set("line", str(positions[0].place.line))
    if dispute.silenced is not None:
        ElementTree.SubElement(case, "skipped", message=xml_text(dispute.silenced))
        return case
    answers = " / ".join(shorten(xml_text(p.answer), _NAME_LENGTH) for p in dispute.positions)
    failure = ElementTree.SubElement(
        case,
        "failure",
        message=f"{kind_name(dispute.kind)}: {answers}",
        type=CODES[dispute.kind],
    )
    lines = [xml_text(dispute.rationale)]
    for own in positions:
        others = len(own.position.doc_ids) - 1
        more = f" (and {pluralize(others, 'other document')})" if others > 0 else ""
        lines.append(f"{xml_text(own.position.answer)}{more}")
        lines.append(f"  {xml_text(str(own.place))}: {xml_text(quotation(own.claim.quote))}")
    failure.text = "\n".join(lines)
    return case


def _failure_case(failure: Failure, suite: str) -> ElementTree.Element:
    case = _test_case(f"{failure.stage} of {failure.subject}", f"llmcheck.{suite}")
    ElementTree.SubElement(case, "error", message=xml_text(failure.error), type=failure.cause)
    return case
