"""What a reading becomes: claims and padding with the document's own words, or a failure."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Script, document, runner

from llmcheck.errors import InvalidReply
from llmcheck.llm.port import Call
from llmcheck.models import Document
from llmcheck.numbering import NumberedSet
from llmcheck.reading.read import Reading, read_documents

TEXT = (
    "Ferry sails again\n\n"
    "The ferry Ida sailed on 4 May. It carried 40 cars, said captain Bo Lind.\n\n"
    "Subscribe now.\n\nFollow us."
)


def read(answer: Any, *documents: Document, **more: Any) -> Reading:
    texts = documents or (document(TEXT, language="en"),)
    return read_documents(NumberedSet(texts), runner(Script(reading=answer), **more))


def answer(*claims: dict[str, Any], padding: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "padding": padding or [],
        "claims": [{"claim": "", "source": "", **claim} for claim in claims],
    }


def test_a_claim_without_words_of_its_own_has_those_of_its_sentence() -> None:
    (claim,) = read(answer({"sentences": [2]})).claims
    assert claim.text == claim.quote == "The ferry Ida sailed on 4 May."
    assert TEXT[claim.start : claim.end] == claim.quote
    assert claim.speaker is None


def test_a_claim_has_the_words_that_make_it_understood_and_who_says_it() -> None:
    given = {"sentences": [3], "claim": "The ferry Ida carried 40 cars.", "source": "Bo Lind"}
    (claim,) = read(answer(given)).claims
    assert claim.text == "The ferry Ida carried 40 cars."
    assert claim.quote == "It carried 40 cars, said captain Bo Lind."
    assert claim.speaker == "Bo Lind"


@pytest.mark.parametrize(
    ("claim", "missing"),
    [("The ferry carried 400 cars.", "400"), ("The ferry sailed for Oslo Lines.", "Oslo, Lines")],
)
def test_wording_with_a_figure_or_name_that_the_document_lacks_gives_way_to_the_sentence(
    claim: str, missing: str
) -> None:
    reading = read(answer({"sentences": [3], "claim": claim}))
    assert [each.text for each in reading.claims] == ["It carried 40 cars, said captain Bo Lind."]
    (rejected,) = reading.ungrounded
    assert rejected.text == claim
    assert missing in rejected.reason


def test_a_claim_that_points_at_no_sentence_is_counted_and_left_out() -> None:
    claims = [{"sentences": [2]}] * 20 + [{"sentences": [99], "claim": "The ferry sank."}]
    reading = read(answer(*claims))
    assert len(reading.claims) == 1
    assert [each.text for each in reading.ungrounded] == ["The ferry sank."]


def test_a_run_of_padding_is_one_flag_over_the_documents_words() -> None:
    runs = [
        {"first": 4, "last": 4, "kind": "promotion"},
        {"first": 5, "last": 5, "kind": "promotion"},
    ]
    (flag,) = read(answer(padding=runs)).padding
    assert flag.quote == "Subscribe now.\n\nFollow us."
    assert TEXT[flag.start : flag.end] == flag.quote
    assert flag.kind == "promotion"
    assert flag.rationale


def test_neighbours_of_different_kinds_are_flags_of_their_own() -> None:
    runs = [
        {"first": 4, "last": 4, "kind": "promotion"},
        {"first": 4, "last": 5, "kind": "site_chrome"},
    ]
    flags = read(answer(padding=runs)).padding
    assert [(flag.kind, flag.quote) for flag in flags] == [
        ("promotion", "Subscribe now."),
        ("site_chrome", "Follow us."),
    ]


def test_of_a_copy_only_what_it_adds_is_claimed_and_all_its_padding_flagged() -> None:
    copy = document(TEXT.replace("40 cars", "50 cars"), "b", copy_of="a", language="en")
    original = document(TEXT, "a", language="en")
    given = answer(
        {"sentences": [2]},
        {"sentences": [3]},
        padding=[{"first": 4, "last": 5, "kind": "promotion"}],
    )
    reading = read(given, original, copy)
    assert sorted((claim.doc_id, claim.text[:16]) for claim in reading.claims) == [
        ("a", "It carried 40 ca"),
        ("a", "The ferry Ida sa"),
        ("b", "It carried 50 ca"),
    ]
    assert [flag.doc_id for flag in reading.padding] in (["a", "b"], ["b", "a"])


def test_an_answer_that_points_mostly_outside_its_window_is_asked_for_in_halves() -> None:
    def first_sentence(call: Call) -> dict[str, Any]:
        shown = call.user.count("\n") > 6
        return answer({"sentences": [77 if shown else 2]})

    reading = read(first_sentence)
    assert [claim.text for claim in reading.claims] == ["The ferry Ida sailed on 4 May."]


def test_a_document_that_cannot_be_read_is_a_failure_with_its_place() -> None:
    def refuse(call: Call) -> Any:
        raise InvalidReply("cut off", call_key=call.key, prompt=call.prompt)

    reading = read(refuse)
    assert len(reading.failures) == 5
    assert {failure.stage for failure in reading.failures} == {"reading"}
    assert reading.failures[1].subject == "a.txt:3"
    assert reading.failures[1].doc_ids == ("a.txt",)
    assert "cut off" in reading.failures[0].error
