"""What the MCP tools answer: exact words, bounded size, and no silence about what failed."""

from __future__ import annotations

from typing import Any

import builders
from builders import dispute, document, failure, flag, info, position

from llmcheck.mcp.results import (
    MOST_CHARACTERS,
    MOST_PASSAGES,
    check_result,
    claims_result,
    padding_result,
)
from llmcheck.models import Claim, Dispute, Report
from llmcheck.render.phrases import QUOTE_LENGTH

LONG = "The pier cost " + "9" * QUOTE_LENGTH + " euros."


def claim(number: int, quote: str = "The pier opened in May.", start: int = 0) -> Claim:
    return builders.claim(f"c{number}", quote, "a", start, text=quote[:50])


def report(*disputes: Dispute, **found: Any) -> Report:
    pier = info(document("", "a", title="Pier " * 100), padding_share=0.25)
    return builders.report(*disputes, documents=(pier,), **found)


def test_a_small_report_is_answered_whole() -> None:
    found = padding_result(report(padding=(flag("share", "a", 2),)))
    assert (found.complete, found.failures, found.cut) == (True, (), None)
    (padding,) = found.padding
    assert (padding.passage.start, padding.passage.end, padding.passage.quote) == (2, 7, "share")
    assert not padding.passage.quote_cut
    assert found.documents[0].padding_share == 0.25
    assert len(found.documents[0].title or "") == 200


def test_what_does_not_fit_is_left_out_and_named() -> None:
    claims = tuple(claim(n, f"The pier {n} opened in May.", n) for n in range(2000))
    found = claims_result(report(claims=claims))
    kept = len(found.claims)
    assert 100 < kept < 2000
    assert [c.passage.start for c in found.claims] == list(range(kept))
    assert len(found.model_dump_json()) < MOST_CHARACTERS + 2000
    assert found.cut == (
        f"left out to keep the answer short: {2000 - kept:,} of 2,000 claims; "
        "ask about fewer documents at a time"
    )


def test_a_long_quote_keeps_its_beginning_and_says_so() -> None:
    (found,) = claims_result(report(claims=(claim(1, LONG),))).claims
    assert found.passage.quote == LONG[:QUOTE_LENGTH]
    assert found.passage.quote_cut
    assert found.passage.end == len(LONG)


def test_a_silenced_dispute_says_why() -> None:
    silenced = dispute(
        position("May", "c0", "a"), position("June", "c1", "a"), silenced="asked the port"
    )
    found = check_result(report(silenced, claims=(claim(0), claim(1))))
    assert [each.silenced for each in found.disputes] == ["asked the port"]


def test_a_position_shows_few_passages_and_each_once() -> None:
    claims = (claim(1), claim(2), *(claim(n, f"Pier {n} opened.", n) for n in range(3, 30)))
    ids = tuple(c.id for c in claims)
    wide = dispute(position("May", ids, "a"), position("June", ids[-1:], "a"))
    (found,) = check_result(report(wide, claims=claims)).disputes
    assert [p.start for p in found.positions[0].passages] == [0, 3, 4, 5]
    assert len(found.positions[0].passages) <= MOST_PASSAGES


def test_failures_make_the_answer_incomplete_and_are_named_up_to_a_few() -> None:
    failures = tuple(failure(f"p{n}", "x" * 5000) for n in range(9))
    found = check_result(report(failures=failures))
    assert not found.complete
    assert len(found.failures) == 6
    assert found.failures[-1] == "4 more"
    assert max(map(len, found.failures)) <= QUOTE_LENGTH
