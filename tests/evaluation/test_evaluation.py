"""The score of a report on a labelled set, with figures counted by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from gold import (
    ARCHES,
    CLAIMS,
    CORPUS,
    COST,
    DESIGN,
    LABELS,
    LIGHTS,
    TEXTS,
    agreement,
    claim,
    dispute,
    flag,
    gold,
    pair,
    quote,
    report,
    told,
    trace,
    verdict,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck import Claim, Corpus, Failure, Report
from llmcheck.evaluation import SetScore, evaluate, pooled, score_report
from llmcheck.evaluation.counts import Ratio, Scores, added
from llmcheck.models import PromptUsage, Ungrounded, Usage


def score(found: Report) -> SetScore:
    return score_report(gold(), CORPUS, found)


def counts(ratio: Ratio | None) -> tuple[int, int]:
    assert ratio is not None
    return ratio.part, ratio.whole


# Disputes


def test_a_dispute_is_found_by_two_of_its_positions() -> None:
    scored = score(report(dispute(COST[0], COST[2])))

    assert [found.id for found in scored.found] == ["D1"]
    assert scored.missed == ("D2",)
    assert scored.false == ()
    assert counts(scored.figures.disputes.disputes.recall) == (1, 2)
    assert counts(scored.figures.disputes.disputes.precision) == (1, 1)
    assert scored.figures.disputes.disputes.f1 == pytest.approx(0.6667)


def test_one_position_twice_is_not_enough_and_the_report_is_false() -> None:
    scored = score(report(dispute(COST[0], LIGHTS[1])))

    assert scored.found == ()
    assert [false.question for false in scored.false] == ["Which is it?"]
    assert counts(scored.figures.disputes.disputes.precision) == (0, 1)
    assert scored.figures.disputes.disputes.f1 == 0


def test_an_optional_dispute_counts_neither_way() -> None:
    scored = score(report(dispute(*COST), dispute(*ARCHES)))

    assert scored.false == ()
    assert counts(scored.figures.disputes.disputes.precision) == (1, 1)


def test_several_reports_of_one_dispute_are_found_once_and_match_each() -> None:
    whole, part = dispute(*COST), dispute(COST[0], COST[1], kind="temporal")
    scored = score(report(part, whole))

    (found,) = scored.found
    assert found.reported == (whole.id, part.id), "the one on most positions comes first"
    assert counts(scored.figures.disputes.disputes.recall) == (1, 2)
    assert counts(scored.figures.disputes.disputes.precision) == (2, 2)


def test_kinds_are_counted_by_the_label_for_recall_and_by_the_report_for_precision() -> None:
    figures = score(
        report(dispute(*COST), dispute(*DESIGN, kind="attribution"), dispute(*LIGHTS))
    ).figures.disputes

    by_kind = {
        kind: (counts(scores.recall), counts(scores.precision))
        for kind, scores in figures.by_kind.items()
    }
    assert by_kind == {
        "numeric": ((1, 1), (1, 2)),
        "entity": ((1, 1), (0, 0)),
        "attribution": ((0, 0), (1, 1)),
    }
    assert counts(figures.kind_accuracy) == (1, 2)


def test_nothing_reported_has_no_precision() -> None:
    figures = score(report()).figures.disputes
    assert (figures.disputes.precision.value, figures.disputes.f1) == (None, 0)
    assert figures.kind_accuracy.value is None


# Look-alikes


def test_an_alarm_in_sentences_of_a_true_dispute_is_told_apart() -> None:
    scored = score(report(dispute(COST[0], COST[1])))

    (alarm,) = scored.alarms
    assert (alarm.lookalike, alarm.opposed, alarm.matched) == ("L1", True, ("D1",))
    figures = scored.figures.disputes
    assert counts(figures.alarms) == counts(figures.alarms_matched) == (1, 2)


def test_a_false_dispute_over_a_lookalike_is_an_alarm_of_its_own() -> None:
    scored = score(report(dispute(DESIGN[0], LIGHTS[0])))

    assert [(alarm.lookalike, alarm.matched) for alarm in scored.alarms] == [("L2", ())]
    assert len(scored.false) == 1
    figures = scored.figures.disputes
    assert (counts(figures.alarms), counts(figures.alarms_matched)) == ((1, 2), (0, 2))


def test_quotes_beside_each_other_in_one_position_are_an_alarm_but_not_opposed() -> None:
    scored = score(report(dispute([COST[0], COST[1]], COST[2])))

    (alarm,) = scored.alarms
    assert not alarm.opposed
    figures = scored.figures.disputes
    assert (counts(figures.alarms), counts(figures.alarms_opposed)) == ((1, 2), (0, 2))


def test_a_lookalike_alarmed_twice_is_one_alarm_and_matched_only_if_both_match() -> None:
    labels = gold(disputes=[LABELS["disputes"][1]])
    again = dispute(COST[0], COST[1], DESIGN[0], DESIGN[1])
    figures = score_report(labels, CORPUS, report(dispute(*COST), again)).figures.disputes
    assert (counts(figures.alarms), counts(figures.alarms_matched)) == ((1, 2), (0, 2))


# The funnel


def test_every_stage_of_the_funnel_counts_on_its_own() -> None:
    pairs = [pair(COST[0], COST[1]), pair(COST[2], COST[0]), pair(*DESIGN)]
    verdicts = [verdict(COST[1], COST[0]), verdict(DESIGN[0], DESIGN[1], "agreement")]
    found = report(dispute(*COST))
    scored = evaluate(gold(), CORPUS, trace(found, pairs, verdicts))

    cost, design = scored.funnel
    assert (cost.pairs, cost.claims, cost.blocking, cost.judging, cost.grouping) == (3, 3, 2, 1, 3)
    assert cost.lost_in is None
    assert (design.pairs, design.claims, design.blocking, design.judging) == (1, 1, 1, 0)
    assert design.lost_in == "judging"
    figures = scored.figures
    assert counts(figures.funnel.blocking) == (3, 4)
    assert counts(figures.funnel.judging) == (1, 4)
    assert counts(figures.funnel.grouping) == (3, 4)
    assert counts(figures.pairs) == (3, 36)


@pytest.mark.parametrize(
    ("claims", "pairs", "verdicts", "lost"),
    [
        ([DESIGN[0]], [], [], "claims"),
        (DESIGN, [], [], "blocking"),
        (DESIGN, [pair(*DESIGN)], [], "judging"),
        (DESIGN, [pair(*DESIGN)], [verdict(*DESIGN)], "grouping"),
    ],
)
def test_a_dispute_is_lost_in_the_first_stage_that_has_none_of_its_pairs(
    claims: list[Claim], pairs: list[object], verdicts: list[object], lost: str
) -> None:
    found = report(claims=tuple(claims))
    scored = evaluate(gold(), CORPUS, trace(found, pairs, verdicts))  # type: ignore[arg-type]
    assert scored.funnel[1].lost_in == lost


def test_without_a_trace_blocking_and_judging_stay_open() -> None:
    scored = score(report())
    row = scored.funnel[0]
    assert (row.claims, row.blocking, row.judging, row.lost_in) == (3, None, None, "later")
    assert (scored.figures.funnel.blocking, scored.figures.pairs) == (None, None)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(CLAIMS), min_size=2, max_size=4), max_size=4))
def test_a_dispute_is_found_exactly_when_the_funnel_keeps_a_pair(sides: list[list[Claim]]) -> None:
    scored = score(report(*(dispute(*claims) for claims in sides)))
    assert {found.id for found in scored.found} == {
        row.dispute for row in scored.funnel if row.grouping
    }
    assert {*scored.missed} == {row.dispute for row in scored.funnel if row.lost_in}


def test_the_score_does_not_depend_on_the_order_of_the_documents() -> None:
    found = report(dispute(*COST), agreements=(agreement(*LIGHTS),))
    scores = {
        score_report(
            gold(), Corpus.from_texts({name: TEXTS[name] for name in order}), found
        ).model_dump_json()
        for order in permutations(TEXTS)
    }
    assert len(scores) == 1


# Claims, agreements, summary


def test_claims_are_scored_by_the_quotes_they_cover_and_what_they_cost() -> None:
    lost = (Ungrounded(doc_id="paper.txt", text="It cost 7.", reason="not in the sentence: 7"),)
    used = {
        "extract.v1": PromptUsage(calls=9, input_tokens=900, output_tokens=120),
        "judge.v1": PromptUsage(calls=4, output_tokens=40),
    }
    claims = (*COST[:2], DESIGN[0])
    figures = score(report(claims=claims, ungrounded=lost, usage=Usage(prompts=used))).figures
    assert counts(figures.claims.disputed_quotes) == (3, 5)
    assert counts(figures.claims.quotes) == (6, 13)
    assert counts(figures.claims.ungrounded) == (1, 4)
    assert counts(figures.claims.verbatim) == (3, 3)
    assert counts(figures.claims.output_tokens) == (120, 3)
    assert figures.prompts == used


def test_a_span_that_is_not_the_documents_words_is_seen() -> None:
    odd = COST[0].model_copy(update={"quote": "The bridge was cheap."})
    assert counts(score(report(claims=(odd, COST[1]))).figures.claims.verbatim) == (1, 2)


def test_an_agreement_is_found_by_two_of_its_quotes() -> None:
    assert score(report()).agreements_missed == ("A1",)
    halfway = score(report(agreements=(agreement(LIGHTS[0], COST[1]),)))
    assert counts(halfway.figures.agreements) == (0, 1)
    whole = score(report(agreements=(agreement(*LIGHTS),)))
    assert (counts(whole.figures.agreements), whole.agreements_missed) == ((1, 1), ())


def test_the_summary_is_checked_against_what_it_cites() -> None:
    figures = score(
        report(
            sentences=[
                told(
                    "The sources disagree: What did it cost? 40 million or 52 million.", *COST[:2]
                ),
                told("Lights burn on it.", LIGHTS[0]),
                told("It cost 99 million.", COST[0]),
                told("It was designed by Gro Vik.", DESIGN[0]),
                told("Ida Moe and Per Lie designed it.", *DESIGN),
            ]
        )
    ).figures.summary
    assert counts(figures.supported) == (3, 5)
    assert counts(figures.disputes) == (1, 2), "D2 is cited, but not told as disputed"


# Padding


def test_padding_is_scored_over_characters_without_white_space() -> None:
    figures = score(
        report(
            padding=(
                flag("paper", "Subscribe to our letter", "promotion"),
                flag("blog", "Bridges have always", "promotion"),
                flag("guide", "Four arches", "seo_filler"),
            )
        )
    ).figures.padding
    labelled = 26 + 44
    assert counts(figures.padding.recall) == (20 + 17, labelled)
    assert counts(figures.padding.precision) == (20 + 17, 20 + 17 + 10)
    assert counts(figures.by_kind["promotion"].recall) == (20, 26)
    assert counts(figures.by_kind["promotion"].precision) == (20, 20 + 17)
    assert counts(figures.by_kind["seo_filler"].recall) == (0, 44)
    assert counts(figures.by_kind["seo_filler"].precision) == (0, 10)
    assert counts(figures.facts_flagged) == (1, 1)


def test_a_byline_that_nobody_labelled_counts_neither_way() -> None:
    figures = score(report(padding=(flag("paper", "By Ola Sund", "site_chrome"),))).figures
    assert counts(figures.padding.padding.precision) == (0, 0)


def test_of_a_repeated_block_the_first_time_is_no_padding() -> None:
    text = "The bridge opened.\n\nThe toll is 2 crowns.\n\nThe bridge opened.\n"
    label = {"kind": "repeated", "doc": "x.txt", "quote": "The bridge opened."}
    found = Report(model="tiny")
    scored = score_report(
        gold(padding=[label]), Corpus.from_texts({"x.txt": text}), found
    ).figures.padding
    assert counts(scored.padding.recall) == (0, len("Thebridgeopened."))


# Labels that do not fit


def test_a_quote_that_is_not_found_is_named_and_lowers_nothing() -> None:
    positions = [
        {"answer": "a", "quotes": [quote("paper", "three towers")]},
        {"answer": "b", "quotes": [quote("blog", "designer is Per Lie")]},
    ]
    labels = gold(
        disputes=[
            LABELS["disputes"][0],
            {"id": "D9", "question": "?", "kind": "entity", "positions": positions},
        ],
        lookalikes=[
            {"id": "L9", "reason": "scope", "quotes": [quote("nowhere", "x"), quote("blog", "11")]}
        ],
        padding=[{"kind": "promotion", **quote("paper", "Buy now.")}],
    )
    scored = score_report(labels, CORPUS, report(dispute(*COST)))

    assert [(e.label, e.doc, e.reason) for e in scored.label_errors] == [
        ("D9", "paper.txt", "the document does not have these words"),
        ("L9", "nowhere.txt", "no document has this name"),
        ("padding", "paper.txt", "the document does not have these words"),
    ]
    assert counts(scored.figures.disputes.disputes.recall) == (1, 1)
    assert counts(scored.figures.disputes.alarms) == (0, 0)
    assert scored.figures.padding.padding.recall.value is None


def test_a_position_that_keeps_a_quote_is_still_scored() -> None:
    positions = [
        {"answer": "a", "quotes": [quote("paper", "no such"), quote("paper", "Ida Moe")]},
        {"answer": "b", "quotes": [quote("blog", "Per Lie")]},
    ]
    labels = gold(disputes=[{"id": "D", "question": "", "kind": "entity", "positions": positions}])
    scored = score_report(labels, CORPUS, report(dispute(*DESIGN)))
    assert [found.id for found in scored.found] == ["D"]
    assert len(scored.label_errors) == 1


def test_a_name_that_two_documents_end_in_is_an_error_of_the_label() -> None:
    corpus = Corpus.from_texts({f"{x}/paper.txt": f"{x}: {TEXTS['paper.txt']}" for x in "ab"})
    errors = score_report(gold(), corpus, Report(model="tiny")).label_errors
    assert errors[0].reason == "several documents have this name"


@settings(max_examples=40)
@given(st.lists(st.sampled_from([" ", "\n", "\t", "\n\n  "]), min_size=9, max_size=9))
def test_white_space_does_not_matter_to_a_quote(spaces: list[str]) -> None:
    words = "the bridge cost forty and not fifty million crowns altogether".split()
    text = "Oddly " + "".join(
        word + space for word, space in zip(words, [*spaces, ""], strict=True)
    )
    label = {"kind": "promotion", "doc": "x.txt", "quote": " ".join(words)}
    corpus = Corpus.from_texts({"x.txt": text})
    scored = score_report(gold(padding=[label]), corpus, Report(model="tiny"))
    assert counts(scored.figures.padding.padding.recall) == (0, len("".join(words)))


# Several sets


def test_the_figures_of_several_sets_are_added_up() -> None:
    one, other = score(report(dispute(*COST))), score(report(dispute(*DESIGN, kind="entity")))
    together = pooled([one, other])
    assert together is not None
    assert counts(together.disputes.disputes.recall) == (2, 4)
    assert counts(together.disputes.by_kind["entity"].recall) == (1, 2)
    assert counts(together.disputes.by_kind["entity"].precision) == (1, 1)
    assert together.funnel.blocking is None
    assert pooled([one]) is None


def test_what_failed_stands_in_the_score() -> None:
    failure = Failure(stage="judge", subject="a pair", error="timed out")
    assert score(report(failures=(failure,))).failures == (failure,)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1))
def test_sums_do_not_depend_on_the_order_and_f1_lies_between(rows: list[tuple[int, ...]]) -> None:
    scores = [
        Scores(
            recall=Ratio(part=min(a, b), whole=max(a, b)),
            precision=Ratio(part=min(c, d), whole=max(c, d)),
        )
        for a, b, c, d in rows
    ]
    total = added(scores)
    assert total == added(scores[::-1])
    recall, precision = total.recall.value, total.precision.value
    if recall is not None and precision is not None and total.f1 is not None:
        assert min(recall, precision) - 0.001 <= total.f1 <= max(recall, precision) + 0.001


def test_a_claim_of_another_document_covers_nothing() -> None:
    moved = claim("guide", "three").model_copy(update={"start": 0, "end": 400})
    figures = score(report(claims=(moved,))).figures.claims
    assert counts(figures.disputed_quotes) == (1, 5), "only the guide's own"
