"""The score of a report on a labelled set, with figures counted by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from builders import document, failure, info, question, stance, verdict
from gold import (
    ARCHES,
    CLAIMS,
    CORPUS,
    COST,
    COST_QUESTION,
    DESIGN,
    DESIGN_QUESTION,
    LABELS,
    LIGHTS,
    TEXTS,
    agreement,
    claim,
    dispute,
    flag,
    gold,
    quote,
    report,
    sentence,
    table,
    trace,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck import Agreement, Claim, Corpus, Report, Verdict
from llmcheck.evaluation import SetScore, evaluate, pool_figures, score_report
from llmcheck.evaluation.agreements import REACH, AgreementFigures
from llmcheck.evaluation.counts import Ratio, Scores, add_figures
from llmcheck.models import PromptUsage, Question, Ungrounded, Usage
from llmcheck.numbering import NumberedSet, claim_of
from llmcheck.survey.shapes import Table


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


def test_quotes_count_where_a_dispute_that_matches_their_own_lies_on_them() -> None:
    across = dispute(COST[0], DESIGN[1])
    assert counts(score(report(across)).figures.disputes.quotes) == (0, 5), "it matches none"
    two, whole = dispute(COST[0], COST[2]), dispute(*COST)
    assert counts(score(report(two)).figures.disputes.quotes) == (2, 5)
    assert counts(score(report(two, whole, across)).figures.disputes.quotes) == (3, 5)


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


def test_every_station_of_the_funnel_counts_on_its_own() -> None:
    tables = [
        table("paper.txt.1", "blog.txt.1", "paper.txt.2", "blog.txt.2"),
        table("guide.txt.1"),
    ]
    verdicts = [
        verdict(0, 1),
        verdict(0, 2, "lookalike"),
        verdict(0, 1, "agreement", question=1),
    ]
    found = trace(report(dispute(*COST)), tables, [COST_QUESTION, DESIGN_QUESTION], verdicts)
    scored = evaluate(gold(), CORPUS, found)

    cost, design = scored.funnel
    assert (cost.pairs, cost.tables, cost.survey, cost.judging, cost.findings) == (3, 1, 3, 1, 3)
    assert cost.lost_in is None
    assert (design.pairs, design.tables, design.survey, design.judging) == (1, 1, 1, 0)
    assert (design.findings, design.lost_in) == (0, "judging")
    figures = scored.figures.funnel
    assert counts(figures.tables) == (2, 4)
    assert counts(figures.survey) == (4, 4)
    assert counts(figures.judging) == (1, 4)
    assert counts(figures.findings) == (3, 4)


@pytest.mark.parametrize(
    ("tables", "questions", "verdicts", "lost"),
    [
        ([table("paper.txt.2", "blog.txt.1"), table("blog.txt.2")], [], [], "tables"),
        ([table()], [COST_QUESTION], [verdict(0, 1)], "survey"),
        ([table()], [DESIGN_QUESTION], [], "judging"),
        ([table()], [DESIGN_QUESTION], [verdict(0, 1, "unrelated")], "judging"),
        ([table()], [DESIGN_QUESTION], [verdict(0, 1)], "findings"),
    ],
)
def test_a_dispute_is_lost_in_the_first_station_that_has_none_of_its_pairs(
    tables: list[Table], questions: list[Question], verdicts: list[Verdict], lost: str
) -> None:
    scored = evaluate(gold(), CORPUS, trace(report(), tables, questions, verdicts))
    assert scored.funnel[1].lost_in == lost


def test_a_question_counts_only_where_it_holds_positions_apart() -> None:
    merged = question(
        "Who designed it?",
        stance("Moe and Lie", "paper.txt.2", "blog.txt.2"),
        stance("three arches", "guide.txt.2"),
    )
    found = trace(report(), questions=[merged], verdicts=[verdict(0, 1)])
    design = evaluate(gold(), CORPUS, found).funnel[1]
    assert (design.tables, design.survey, design.judging) == (1, 0, 0)


def test_a_contradiction_counts_whichever_position_it_names_first() -> None:
    turned = question("?", stance("Lie", "blog.txt.2"), stance("Moe", "paper.txt.2"))
    found = trace(
        report(), questions=[COST_QUESTION, turned], verdicts=[verdict(1, 0, question=1)]
    )
    cost, design = evaluate(gold(), CORPUS, found).funnel
    assert (design.survey, design.judging) == (1, 1)
    assert (cost.survey, cost.judging) == (3, 0)


def test_without_a_trace_only_the_findings_are_known() -> None:
    scored = score(report())
    row = scored.funnel[0]
    assert (row.tables, row.survey, row.judging, row.findings, row.lost_in) == (
        None, None, None, 0, "later",
    )  # fmt: skip
    figures = scored.figures.funnel
    assert (figures.tables, figures.survey, figures.judging) == (None, None, None)
    assert counts(figures.findings) == (0, 4)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(CLAIMS), min_size=2, max_size=4), max_size=4))
def test_a_dispute_is_found_exactly_when_the_funnel_keeps_a_pair(sides: list[list[Claim]]) -> None:
    scored = score(report(*(dispute(*claims) for claims in sides)))
    assert {found.id for found in scored.found} == {
        row.dispute for row in scored.funnel if row.findings
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
        "reading.v1": PromptUsage(calls=9, input_tokens=900, output_tokens=120),
        "judge.v4": PromptUsage(calls=4, output_tokens=40),
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


def agreed(*agreements: Agreement) -> AgreementFigures:
    return score(report(agreements=agreements)).figures.agreements


def test_an_agreement_is_found_by_two_of_its_quotes() -> None:
    assert score(report()).agreements_missed == ("A1",)
    assert counts(agreed(agreement(LIGHTS[0], COST[1])).found) == (0, 1)
    halves = agreement(LIGHTS[0], COST[1]), agreement(COST[0], LIGHTS[1])
    assert counts(agreed(*halves).found) == (0, 1), "one must hold both"
    whole = score(report(agreements=(agreement(*LIGHTS),)))
    assert (counts(whole.figures.agreements.found), whole.agreements_missed) == ((1, 1), ())


def test_an_agreement_is_contested_that_states_one_position_and_cites_another() -> None:
    says_40 = "The bridge cost 40 million crowns."
    figures = agreed(
        agreement(*COST[:2], statement=says_40),
        agreement(COST[0], LIGHTS[1], statement=says_40),
        agreement(*COST, statement="The bridge cost the town a fortune."),
        agreement(*DESIGN, statement="Ida Moe designed it."),
    )
    assert counts(figures.contested) == (2, 4), "the first and the last"


def test_a_citation_is_unsupported_that_has_a_figure_of_the_statement_nowhere_near() -> None:
    figures = agreed(
        agreement(*COST, statement="The bridge cost 40 million crowns."),
        agreement(LIGHTS[0], DESIGN[0], statement="9 ships a day pass below."),
        agreement(*ARCHES, statement="It has some arches."),
    )
    assert counts(figures.unsupported) == (2, 7), "what the blog and the guide say it cost"


@pytest.mark.parametrize(("between", "unsupported"), [(REACH - 50, 0), (2 * REACH, 1)])
def test_a_figure_counts_as_near_only_as_far_as_a_reader_would_look(
    between: int, unsupported: int
) -> None:
    far = document(f"The toll is 7 crowns.\n\n{'It rained. ' * (between // 11)}\n\nAll pay it.")
    numbered = NumberedSet([far])["a.txt"]
    last = claim_of(numbered, [len(numbered.sentences)])
    found = report(
        claims=(last,), agreements=(agreement(last, last, statement="It is 7 crowns."),)
    )
    scored = score_report(gold(), Corpus.from_texts([far]), found).figures.agreements
    assert counts(scored.unsupported) == (2 * unsupported, 2)


def test_figures_are_looked_for_as_the_language_of_the_document_writes_them() -> None:
    german = document(
        "Die Brücke kostete 1.200 Kronen, und das ist nicht viel für eine Brücke.", "de.txt"
    )
    (sentence,) = NumberedSet([german]).documents
    cited = claim_of(sentence, [1])
    agreements = [
        agreement(cited, cited, statement=f"The bridge cost the town {cost} crowns.")
        for cost in ("1,200", "1,300")
    ]
    found = report(claims=(cited,), agreements=tuple(agreements))
    scored = score_report(gold(), Corpus.from_texts([german]), found).figures.agreements
    assert counts(scored.unsupported) == (2, 4)


def test_the_summary_is_checked_against_what_it_cites() -> None:
    figures = score(
        report(
            sentences=[
                sentence("It cost 40 million crowns, or 52 million.", *COST[:2]),
                sentence("Lights burn on it.", LIGHTS[0]),
                sentence("It cost 99 million.", COST[0]),
                sentence("It was designed by Gro Vik.", DESIGN[0]),
                sentence("Per Lie designed it.", DESIGN[1]),
            ]
        )
    ).figures.summary
    assert counts(figures.supported) == (3, 5)
    assert counts(figures.disputes) == (1, 2), "of D2 no sentence cites both"


def test_a_sentence_of_the_summary_may_say_whose_word_it_is() -> None:
    paper = info(document("", "paper.txt", title="Gullet spanned", site="Vellmar"))
    sentences = [
        sentence(f"It cost 40 million, says {name}.", COST[0])
        for name in ("Vellmar", "Gullet Spanned", "Lindby")
    ]
    figures = score(report(sentences=sentences, documents=(paper,))).figures.summary
    assert counts(figures.supported) == (2, 3)


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
    together = pool_figures([one, other])
    assert together is not None
    assert counts(together.disputes.disputes.recall) == (2, 4)
    assert counts(together.disputes.by_kind["entity"].recall) == (1, 2)
    assert counts(together.disputes.by_kind["entity"].precision) == (1, 1)
    assert together.funnel.tables is None
    assert counts(together.funnel.findings) == (4, 8)
    assert pool_figures([one]) is None


def test_what_failed_stands_in_the_score() -> None:
    failed = failure()
    assert score(report(failures=(failed,))).failures == (failed,)


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
    total = add_figures(scores)
    assert total == add_figures(scores[::-1])
    recall, precision = total.recall.value, total.precision.value
    if recall is not None and precision is not None and total.f1 is not None:
        assert min(recall, precision) - 0.001 <= total.f1 <= max(recall, precision) + 0.001


def test_a_claim_of_another_document_covers_nothing() -> None:
    moved = claim("guide", "three").model_copy(update={"start": 0, "end": 400})
    figures = score(report(claims=(moved,))).figures.claims
    assert counts(figures.disputed_quotes) == (1, 5), "only the guide's own"
