"""SARIF, JUnit XML and workflow commands: right where they point, and safe from any text."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import builders
import jsonschema  # type: ignore[import-untyped]
import pytest
from builders import claim, dispute, failure, info, position
from hostile import TEXTS
from hypothesis import given
from hypothesis import strategies as st
from repository import TESTS
from test_render import DOCUMENTS, FERRY, HOSTILE_TEXT, TIDES, hostile_report, report

from llmcheck.models import Document, Report
from llmcheck.render.github import SHOWN, github_commands, workflow_command
from llmcheck.render.junit import junit_xml, xml_text
from llmcheck.render.sarif import artifact_location, disputes_sarif, padding_sarif
from llmcheck.rules import CODES, PADDING_CODES, RULES

SCHEMA = json.loads((TESTS / "data" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
SILENCED = report().disputes[0].model_copy(update={"silenced": "The port was asked: 320 m."})


def sarif(found: Report | None = None, documents: tuple[Document, ...] = DOCUMENTS) -> Any:
    log = json.loads(disputes_sarif(found or report(), documents))
    VALIDATOR.validate(log)
    return log["runs"][0]


def many_disputes(number: int, positions: int = 2) -> Report:
    dispute = report().disputes[0]
    taken = dispute.positions * (positions // 2)
    return report(
        disputes=tuple(
            dispute.model_copy(update={"id": f"d{n}", "positions": taken}) for n in range(number)
        ),
        failures=(),
    )


# --- SARIF ---


def test_a_position_is_a_result_whose_region_leads_back_to_its_words() -> None:
    first, second = sarif()["results"]

    place = second["locations"][0]["physicalLocation"]
    region = place["region"]
    assert place["artifactLocation"] == {"uri": "ferry.txt", "uriBaseId": "%SRCROOT%"}
    lines = FERRY.text.split("\n")
    assert region["startLine"] == region["endLine"] == 2
    assert (
        lines[1][region["startColumn"] - 1 : region["endColumn"] - 1]
        == "At 340 metres, the main span is a record."
        == FERRY.text[region["charOffset"] :][: region["charLength"]]
        == region["snippet"]["text"]
    )
    assert first["ruleId"] == second["ruleId"] == "LC102"
    assert first["message"]["text"] == (
        "How long is the main span? Here: 320 m; elsewhere: [340 m](1). One span has one length."
    )


def test_every_document_that_takes_a_position_is_a_location_and_the_others_are_related() -> None:
    first, second = sarif()["results"]

    def uris(locations: list[Any]) -> list[str]:
        return [one["physicalLocation"]["artifactLocation"]["uri"] for one in locations]

    assert uris(first["locations"]) == ["press/tides.txt", "memory"]
    assert uris(first["relatedLocations"]) == ["ferry.txt"]
    assert uris(second["relatedLocations"]) == ["press/tides.txt"]
    assert first["relatedLocations"][0]["id"] == 1


def test_every_kind_of_finding_has_a_documented_rule() -> None:
    padding = json.loads(padding_sarif(report(), DOCUMENTS))
    VALIDATOR.validate(padding)
    for run, codes, level in (
        (sarif(), CODES, "error"),
        (padding["runs"][0], PADDING_CODES, "note"),
    ):
        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == list(codes.values())
        for rule in rules:
            told = RULES[rule["id"]]
            assert rule["shortDescription"]["text"] == told.meaning
            assert all(part in rule["help"]["text"] for part in (*told.example, told.advice))
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] == level


def test_padding_is_a_note_at_its_words() -> None:
    (flag,) = json.loads(padding_sarif(report(), DOCUMENTS))["runs"][0]["results"]
    assert flag["ruleId"] == "LC203"
    region = flag["locations"][0]["physicalLocation"]["region"]
    assert region["snippet"]["text"] == "Subscribe to the Tide Letter today!"
    assert (region["startLine"], region["startColumn"]) == (4, 1)


def test_failures_are_notifications_and_the_run_was_no_success() -> None:
    (invocation,) = sarif()["invocations"]
    assert not invocation["executionSuccessful"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "What opened?: timed out"
    assert notification["descriptor"]["id"] == "judging"
    assert sarif(report(failures=()))["invocations"][0]["executionSuccessful"]


def test_a_silenced_dispute_is_suppressed_with_its_reason() -> None:
    (suppression,) = sarif(report(disputes=(SILENCED,)))["results"][0]["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "The port was asked: 320 m."
    assert "suppressions" not in sarif()["results"][0]


def fingerprints(found: Report, documents: tuple[Document, ...]) -> list[str]:
    return [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for result in sarif(found, documents)["results"]
    ]


def test_fingerprints_survive_moved_files_other_lines_and_another_rationale() -> None:
    before = fingerprints(report(), DOCUMENTS)
    text = report().model_dump_json()
    lead = "A new first line.\n"
    moved = tuple(
        Document(id=f"new/{d.id}", path=d.path and f"new/{d.path}", text=lead + d.text)
        for d in DOCUMENTS
    )
    for document in DOCUMENTS:
        text = text.replace(f'"{document.id}"', f'"new/{document.id}"')
    data = json.loads(text.replace("One span has one length.", "A span cannot have two lengths."))
    for found in data["claims"] + data["padding"]:
        found["start"] += len(lead)
        found["end"] += len(lead)

    after = fingerprints(Report.model_validate(data), moved)

    assert before == after
    assert len(set(before)) == 2
    assert all(re.fullmatch("[0-9a-f]{12}:1", one) for one in before)


def test_two_disputes_over_the_same_words_have_fingerprints_of_their_own() -> None:
    found = fingerprints(many_disputes(2), DOCUMENTS)
    assert len(set(found)) == len(found) == 4


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#1?.txt", "a%20b/%C3%BC%231%3F.txt"),
        ("./north/../tides.txt", "tides.txt"),
        ("c:d.txt", "c%3Ad.txt"),
        ("/srv/a b.txt", "file:///srv/a%20b.txt"),
        ("C:/docs/a.txt", "file:///C%3A/docs/a.txt"),
        ("https://port.example/a b?x=1", "https://port.example/a%20b?x=1"),
    ],
)
def test_a_path_is_a_percent_encoded_uri_relative_where_the_path_is(path: str, uri: str) -> None:
    location = artifact_location(path)
    assert location["uri"] == uri
    assert ("uriBaseId" in location) == (not urlsplit(uri).scheme)


@given(st.text(st.characters(exclude_characters="/.\\", exclude_categories=["Cs"]), min_size=1))
def test_a_file_name_comes_back_from_its_uri(name: str) -> None:
    uri = artifact_location(name)["uri"]
    assert unquote(uri) == name
    assert uri.isascii()
    assert not urlsplit(uri).scheme


def test_a_message_has_no_link_but_its_own() -> None:
    position = report().disputes[0].positions[0]
    sly = position.model_copy(update={"answer": "see [here](https://evil.example) \\"})
    dispute = (
        report()
        .disputes[0]
        .model_copy(update={"positions": (report().disputes[0].positions[1], sly)})
    )
    text = sarif(report(disputes=(dispute,)))["results"][0]["message"]["text"]
    assert r"[see \[here\](https://evil.example) \\](1)" in text


# --- any text ---


def report_of(text: str) -> tuple[Report, Document]:
    """A report in which one text stands wherever a document or a model has its say."""
    words = text if text.strip() else "x"
    document = Document(id=words, path=words, text=words)
    side = position(text, "c", words)
    found = dispute(side, side, id=text, question=text, confidence=0.5, rationale=text)
    return (
        builders.report(
            found,
            found.model_copy(update={"silenced": text}),
            documents=(info(document, title=text),),
            claims=(claim("c", words, document, text=text),),
            failures=(failure(text, text),),
        ),
        document,
    )


UNICODE = TEXTS.filter(lambda text: not re.search("[\ud800-\udfff]", text))


@given(UNICODE)
def test_no_text_breaks_the_sarif_log(text: str) -> None:
    found, document = report_of(text)
    raw = disputes_sarif(found, [document])
    assert re.fullmatch("[\n\x20-\x7e]*", raw)
    snippet = json.loads(raw)["runs"][0]["results"][0]["locations"][0]["physicalLocation"][
        "region"
    ]["snippet"]["text"]
    assert snippet == document.text


def test_hostile_texts_satisfy_the_schema() -> None:
    document = Document(id=HOSTILE_TEXT, path=f"{HOSTILE_TEXT}.txt", text=HOSTILE_TEXT)
    sarif(hostile_report(), (document,))


@given(UNICODE)
def test_no_text_breaks_the_xml(text: str) -> None:
    found, document = report_of(text)
    root = ElementTree.fromstring(junit_xml(found, [document]))  # noqa: S314
    error = root.find(".//error")
    assert error is not None
    assert error.get("message") == xml_text(text)
    assert [suite.get("name") for suite in root] == ["documents", "disputes", "failures"]


def unescaped(value: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")):
        value = value.replace(code, character)
    return value.replace("%25", "%")


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it."""
    head, _, data = line.removeprefix("::").partition("::")
    name, _, properties = head.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(","))
    return name, {key: unescaped(value) for key, _, value in pairs}, unescaped(data)


@given(st.text(), st.text())
def test_a_workflow_command_is_one_line_that_reads_back_as_it_was(
    title: str, message: str
) -> None:
    line = workflow_command("error", message, title=title, line=3)
    assert re.fullmatch("[^\r\n]*\n", line)
    name, properties, data = parsed(line[:-1])
    assert (name, data) == ("error", message)
    assert properties == {"title": title, "line": "3"}


@given(UNICODE)
def test_no_text_adds_a_workflow_command(text: str) -> None:
    found, document = report_of(text)
    lines = github_commands(found, [document]).removesuffix("\n").split("\n")
    assert [parsed(line)[0] for line in lines] == ["error", "error", "warning"]


# --- JUnit ---


def test_documents_pass_disputes_fail_and_what_failed_is_an_error() -> None:
    unread = failure("lost.txt", "no such file", stage="documents")
    found = report(failures=(*report().failures, unread))
    root = ElementTree.fromstring(junit_xml(found, DOCUMENTS))  # noqa: S314

    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6", "failures": "1", "errors": "2", "skipped": "0",
    }  # fmt: skip
    documents, disputes, failed = root
    assert [case.get("name") for case in documents][:2] == ["press/tides.txt", "ferry.txt"]
    assert documents[3].get("name") == "documents of lost.txt"
    case = disputes[0]
    assert (case.get("file"), case.get("line")) == ("press/tides.txt", "3")
    assert case[0].tag == "failure"
    assert case[0].get("message") == "numeric: 320 m / 340 m"
    assert "ferry.txt:2:1: “At 340 metres, the main span is a record.”" in (case[0].text or "")
    assert failed[0][0].get("message") == "timed out"


def test_a_silenced_dispute_is_skipped_with_its_reason() -> None:
    root = ElementTree.fromstring(  # noqa: S314
        junit_xml(report(disputes=(SILENCED,)), DOCUMENTS)
    )
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert skipped.get("message") == "The port was asked: 320 m."
    assert root.get("failures") == "0"


# --- GitHub ---


def test_of_a_file_with_several_documents_no_line_is_given_but_the_document() -> None:
    of_one_file = tuple(
        d.model_copy(update={"path": "press.jsonl", "id": d.id}) for d in DOCUMENTS
    )
    for line in github_commands(report(), of_one_file).splitlines()[:2]:
        _, properties, _ = re.split(r" |::", line.removeprefix("::"), maxsplit=2)
        assert properties.startswith("file=press.jsonl,title=")
    assert f"Here ({TIDES.id}:3:1)" in github_commands(report(), of_one_file)
    location = sarif(documents=of_one_file)["results"][1]["locations"][0]
    assert location["logicalLocations"] == [{"fullyQualifiedName": FERRY.id}]
    assert "region" not in location["physicalLocation"]
    suites = ElementTree.fromstring(junit_xml(report(), of_one_file))  # noqa: S314
    assert [case.get("line") for case in suites.iter("testcase")] == [None] * 5


def test_every_position_is_annotated_on_its_line() -> None:
    first, second, warning = github_commands(report(), DOCUMENTS).splitlines()
    assert first == (
        "::error file=press/tides.txt,line=3,endLine=3,col=1,endColumn=35,title=LC102 numeric::"
        "How long is the main span? Here: 320 m; elsewhere: 340 m (ferry.txt:2:1) [d1]"
    )
    assert "file=ferry.txt,line=2," in second
    assert warning.endswith("::judging of What opened?: timed out")


def test_positions_give_way_before_disputes_do_and_what_is_left_out_is_counted() -> None:
    def names(found: Report) -> list[str]:
        return [parsed(line)[0] for line in github_commands(found, DOCUMENTS).splitlines()]

    assert names(many_disputes(SHOWN // 2)) == ["error"] * SHOWN
    assert names(many_disputes(SHOWN // 2 + 1)) == ["error"] * (SHOWN // 2 + 1)
    lines = github_commands(many_disputes(SHOWN + 3), DOCUMENTS).splitlines()
    assert len(lines) == SHOWN + 1
    assert parsed(lines[-1])[2].startswith("3 more disputes; GitHub shows 10")


def test_a_silenced_dispute_is_not_annotated() -> None:
    assert "::error" not in github_commands(report(disputes=(SILENCED,)), DOCUMENTS)


@pytest.mark.parametrize("render", [disputes_sarif, padding_sarif, junit_xml, github_commands])
def test_an_empty_report_renders(render: Any) -> None:
    assert "error " not in render(builders.report(), [])
