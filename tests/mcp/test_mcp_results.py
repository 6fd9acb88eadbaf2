"""What the MCP tools answer: exact words, bounded size, and no silence about what failed."""

from __future__ import annotations

from typing import Any

from llmcheck.mcp.results import (
    MOST_CHARACTERS,
    MOST_PASSAGES,
    check_result,
    claims_result,
    padding_result,
)
from llmcheck.models import Claim, Dispute, DocumentInfo, Failure, PaddingFlag, Position, Report
from llmcheck.render.phrases import QUOTE_LENGTH

LONG = "The pier cost " + "9" * QUOTE_LENGTH + " euros."


def claim(number: int, quote: str = "The pier opened in May.", start: int = 0) -> Claim:
    end = start + len(quote)
    return Claim(id=f"c{number}", text=quote[:50], doc_id="a", start=start, end=end, quote=quote)


def report(**found: Any) -> Report:
    info = DocumentInfo(id="a", path=None, title="Pier " * 100, words=9, padding_share=0.25)
    return Report(model="m", documents=(info,), **found)


def test_a_small_report_is_answered_whole() -> None:
    share = PaddingFlag(doc_id="a", start=2, end=7, quote="share", kind="promotion", rationale="r")
    found = padding_result(report(padding=(share,)))
    assert (found.complete, found.failures, found.cut) == (True, (), None)
    (flag,) = found.padding
    assert (flag.passage.start, flag.passage.end, flag.passage.quote) == (2, 7, "share")
    assert not flag.passage.quote_cut
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
    positions = tuple(
        Position(answer=answer, claim_ids=(f"c{n}",), doc_ids=("a",))
        for n, answer in enumerate(("May", "June"))
    )
    dispute = Dispute(
        id="d", question="When?", kind="temporal", confidence=1.0, rationale="",
        positions=positions, silenced="asked the port",
    )  # fmt: skip
    found = check_result(report(claims=(claim(0), claim(1)), disputes=(dispute,)))
    assert [each.silenced for each in found.disputes] == ["asked the port"]


def test_a_position_shows_few_passages_and_each_once() -> None:
    claims = (claim(1), claim(2), *(claim(n, f"Pier {n} opened.", n) for n in range(3, 30)))
    ids = tuple(c.id for c in claims)
    dispute = Dispute(
        id="d", question="When?", kind="temporal", confidence=1, rationale="r",
        positions=(
            Position(answer="May", claim_ids=ids, doc_ids=("a",)),
            Position(answer="June", claim_ids=ids[-1:], doc_ids=("a",)),
        ),
    )  # fmt: skip
    (found,) = check_result(report(claims=claims, disputes=(dispute,))).disputes
    assert [p.start for p in found.positions[0].passages] == [0, 3, 4, 5]
    assert len(found.positions[0].passages) <= MOST_PASSAGES


def test_failures_make_the_answer_incomplete_and_are_named_up_to_a_few() -> None:
    failures = tuple(Failure(stage="judging", subject=f"p{n}", error="x" * 5000) for n in range(9))
    found = check_result(report(failures=failures))
    assert not found.complete
    assert len(found.failures) == 6
    assert found.failures[-1] == "4 more"
    assert max(map(len, found.failures)) <= QUOTE_LENGTH
