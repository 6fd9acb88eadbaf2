"""Rendering: what a reader sees, and that no text of a document or model can act on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import builders
import jsonschema  # type: ignore[import-untyped]
import pytest
from builders import claim, dispute, failure, flag, info, position
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from llmcheck.models import (
    Agreement,
    Claim,
    Document,
    Lookalike,
    Passage,
    Report,
    Summary,
    SummarySentence,
    Ungrounded,
    Usage,
)
from llmcheck.render.data import claims_jsonl, report_schema, to_json
from llmcheck.render.lint import lint_lines
from llmcheck.render.markdown import escape, markdown_page
from llmcheck.render.phrases import HOSTILE, clean, percent, quotation, shorten
from llmcheck.render.sources import Sources
from llmcheck.render.terminal import claims_page, padding_page, summary_page
from llmcheck.render.view import usage_line
from llmcheck.render.web import html_page

SCHEMA = ROOT / "docs" / "report.schema.json"

TIDES = Document(
    id="press/tides.txt",
    path="press/tides.txt",
    title="Sill Harbour bridge opens",
    text=(
        "Sill Harbour bridge opens\n\n"
        "The main span measures 320 metres. It opened on 4 May.\n"
        "Subscribe to the Tide Letter today!"
    ),
)
FERRY = Document(
    id="ferry.txt",
    path="ferry.txt",
    title="No more ferries",
    text="No more ferries\nAt 340 metres, the main span is a record. The bridge opened on 4 May.",
)
PIER = Document(id="memory", text="The span is 320 m long, the port authority said.")
DOCUMENTS = (TIDES, FERRY, PIER)
SILENT = Document(id="toll.txt", path="toll.txt", title="The toll", text="The toll is three.")


CLAIMS = (
    claim("c1", "The main span measures 320 metres.", TIDES, text="The main span is 320 m long."),
    claim(
        "c2", "At 340 metres, the main span is a record.", FERRY, text="The main span is 340 m."
    ),
    claim("c3", PIER.text, PIER, text="The span is 320 m long.", speaker="the port authority"),
    claim("c4", "It opened on 4 May.", TIDES, text="The bridge opened on 4 May."),
    claim("c5", "The bridge opened on 4 May.", FERRY),
)


def report(**more: Any) -> Report:
    advert = "Subscribe to the Tide Letter today!"
    fields: dict[str, Any] = {
        "model": "test-model",
        "documents": (info(TIDES, padding_share=0.3), info(FERRY), info(PIER)),
        "claims": CLAIMS,
        "disputes": (
            dispute(
                position("320 m", ["c1", "c3"], [TIDES.id, PIER.id]),
                position("340 m", "c2", FERRY.id),
                id="d1",
                question="How long is the main span?",
                rationale="One span has one length.",
            ),
        ),
        "agreements": (
            Agreement(
                id="a1",
                statement="The bridge opened on 4 May.",
                claim_ids=("c4", "c5"),
                doc_ids=(TIDES.id, FERRY.id),
            ),
        ),
        "lookalikes": (
            Lookalike(
                kind="different_referent",
                question="What is known of the bridge?",
                claim_ids=("c1", "c3", "c5"),
                rationale="A length is no opening day.",
                positions=(
                    position("its span", ["c1", "c3"], [TIDES.id, PIER.id]),
                    position("its opening", "c5", FERRY.id),
                ),
            ),
        ),
        "padding": (flag(advert, TIDES, rationale="Asks for a subscription."),),
        "summary": Summary(
            sentences=(
                SummarySentence(text="The bridge opened on 4 May.", claim_ids=("c4", "c5")),
                SummarySentence(text="Its length is disputed.", claim_ids=("c1", "c2")),
            )
        ),
        "ungrounded": (
            Ungrounded(doc_id=PIER.id, text="The toll is 3.", reason="no 3 in the document"),
        ),
        "failures": (failure("What opened?"),),
        "usage": Usage(calls=3, cached=12, input_tokens=4100, output_tokens=250, cost_usd=0.0123),
    }
    return builders.report(**{**fields, **more})


def squeezed(text: str) -> str:
    """Wrapping undone, so that a test need not know where lines break."""
    return " ".join(text.split())


def plain(html: str) -> str:
    """What a reader sees of a page, spaced alike."""
    return squeezed(re.sub("<(style|script)>.*?</\\1>|<[^>]*>", "", html, flags=re.DOTALL))


PAGES: dict[str, Callable[[Report], str]] = {
    "text": lambda found: squeezed(summary_page(found, width=200)),
    "markdown": lambda found: markdown_page(found).replace("\\", ""),
    "html": lambda found: plain(html_page(found, (*DOCUMENTS, SILENT))),
}
"""Each page for people, as a reader sees it, by its format."""
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


HOSTILE_TEXT = (
    "\x1b[31mred\x1b[0m \x9b2J [bold]x[/bold] | # <script>alert(1)</script> @port \u202e"
)


def hostile_report() -> Report:
    document = Document(id=HOSTILE_TEXT, path=f"{HOSTILE_TEXT}.txt", text=HOSTILE_TEXT)
    made = claim(
        "h", HOSTILE_TEXT, document, end=9, speaker=HOSTILE_TEXT,
        further=(Passage(start=10, end=19, quote=HOSTILE_TEXT),),
    )  # fmt: skip
    side = position(HOSTILE_TEXT, "h", HOSTILE_TEXT)
    injection = flag(HOSTILE_TEXT, document, end=9, kind="injection", rationale=HOSTILE_TEXT)
    return Report(
        model="m",
        documents=(info(document, padding_share=1.0, title=HOSTILE_TEXT),),
        claims=(made,),
        disputes=(
            dispute(
                side, side, question=HOSTILE_TEXT, kind="implicit", confidence=0.5,
                rationale=HOSTILE_TEXT,
            ),
        ),
        agreements=(
            Agreement(id="a", statement=HOSTILE_TEXT, claim_ids=("h",), doc_ids=("p", "q")),
        ),
        lookalikes=(
            Lookalike(kind="scope", claim_ids=("h",), rationale=HOSTILE_TEXT),
            Lookalike(
                kind="scope", claim_ids=("h",), rationale=HOSTILE_TEXT, question=HOSTILE_TEXT,
                positions=(side,),
            ),
        ),
        padding=(injection,),
        summary=Summary(sentences=(SummarySentence(text=HOSTILE_TEXT, claim_ids=("h",)),)),
        ungrounded=(Ungrounded(doc_id="p", text=HOSTILE_TEXT, reason=HOSTILE_TEXT),),
        failures=(failure(HOSTILE_TEXT, HOSTILE_TEXT),),
    )  # fmt: skip


# --- the terminal ---


def test_a_dispute_shows_every_position_with_its_sources_and_exact_words() -> None:
    page = summary_page(report(), width=200)

    assert "How long is the main span?" in page
    assert "320 m — Sill Harbour bridge opens [1], memory [3]" in page
    assert "“The main span measures 320 metres.” [1]" in page
    assert "340 m — No more ferries [2]" in page
    assert "“At 340 metres, the main span is a record.” [2]" in page


def test_the_summary_cites_its_sources_by_number_and_lists_them() -> None:
    page = squeezed(summary_page(report()))

    assert "The bridge opened on 4 May. [1, 2] Its length is disputed. [1, 2]" in page
    assert "[2] No more ferries (ferry.txt; 18 words)" in page


def test_the_page_holds_agreements_lookalikes_padding_failures_and_usage() -> None:
    page = squeezed(summary_page(report()))

    assert "• The bridge opened on 4 May. [1, 2]" in page
    assert "A length is no opening day." in page
    assert "Sill Harbour bridge opens [1] ██████░░░░░░░░░░░░░░ 30% promotion 30%" in page
    assert "• judging of What opened?: timed out" in page
    assert page.endswith(
        "3 model calls, 12 cached, 0 replayed · 4,100 tokens in, 250 out · $0.0123"
    )


def test_no_dispute_is_claimed_only_of_a_complete_run() -> None:
    assert "None found, but not everything" in summary_page(report(disputes=()))
    complete = summary_page(report(disputes=(), failures=()))
    assert "None found." in complete
    assert "Could not be done" not in complete


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_page_or_ends_in_spaces(width: int) -> None:
    for page in (summary_page, claims_page, padding_page):
        for line in page(report(), width=width).splitlines():
            assert len(line) <= width
            assert line == line.rstrip()


def test_a_word_longer_than_its_column_is_folded_not_cut() -> None:
    word = "q" * 70
    long = report().disputes[0].model_copy(update={"question": word, "rationale": word})
    page = summary_page(report(disputes=(long,)))
    assert page.count("q") == 2 * 70


def test_colour_is_used_only_when_asked_for() -> None:
    assert "\x1b" not in summary_page(report())
    assert "\x1b[1m" in summary_page(report(), colour=True)


def test_an_environment_that_forces_colour_does_not_colour_a_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    assert "\x1b" not in summary_page(report())


def test_claims_stand_under_their_document_with_their_speaker() -> None:
    page = squeezed(claims_page(report()))

    assert "opens [1] • The main span is 320 m long. “The main span measures 320 metres.”" in page
    assert "The span is 320 m long. (the port authority)" in page


def test_padding_is_shown_in_its_own_words() -> None:
    page = squeezed(padding_page(report()))

    assert "promotion: Asks for a subscription. “Subscribe to the Tide Letter today!”" in page


def test_every_page_of_an_empty_report_renders() -> None:
    empty = builders.report()
    for page in (summary_page, claims_page, padding_page):
        assert page(empty).endswith("0 model calls, 0 cached, 0 replayed\n")
    assert "None found." in markdown_page(empty)
    assert claims_jsonl(empty) == lint_lines(empty, []) == ""


# --- every page for people ---


@pytest.mark.parametrize(
    ("format_name", "told"),
    [
        (
            "text",
            "• What is known of the bridge? its span [1, 3] its opening [2] "
            "A length is no opening day. (different referent)",
        ),
        (
            "markdown",
            "| What is known of the bridge? | **its span** [1, 3]<br>**its opening** [2] "
            "| A length is no opening day. (different referent) |",
        ),
        (
            "html",
            "L1 What is known of the bridge? different referent its span 1 3 its opening 2 "
            "A length is no opening day.",
        ),
    ],
)
def test_a_lookalike_is_a_question_its_answers_with_sources_and_why_all_can_hold(
    format_name: str, told: str
) -> None:
    assert told in PAGES[format_name](report())


@pytest.mark.parametrize(
    ("format_name", "told"),
    [
        ("text", "• The span is 320 m long. [3] The main span is 340 m. [2] Two spans. (scope)"),
        (
            "markdown",
            "|  | **The span is 320 m long.** [3]<br>**The main span is 340 m.** [2] "
            "| Two spans. (scope) |",
        ),
        ("html", "L1 scope The span is 320 m long. 3 The main span is 340 m. 2 Two spans."),
    ],
)
def test_a_lookalike_of_an_older_report_shows_its_claims_in_place_of_answers(
    format_name: str, told: str
) -> None:
    old = Lookalike(kind="scope", claim_ids=("c3", "c2"), rationale="Two spans.")
    assert told in PAGES[format_name](report(lookalikes=(old,)))


@pytest.mark.parametrize("page", [PAGES["text"], PAGES["markdown"]], ids=["text", "markdown"])
def test_of_what_the_model_made_up_a_page_without_folds_tells_the_number_alone(
    page: Callable[[Report], str],
) -> None:
    (made_up,) = report().ungrounded
    shown = page(report(ungrounded=(made_up,) * 3))
    assert "3 claims of the model were not borne out and left out: --verbose lists them" in shown
    assert made_up.text not in shown
    assert made_up.reason not in shown
    assert "1 claim of the model was not borne out and left out" in page(report())
    assert "borne out" not in page(report(ungrounded=()))


def test_json_lists_what_the_model_made_up() -> None:
    assert json.loads(to_json(report()))["ungrounded"] == [
        {"doc_id": PIER.id, "text": "The toll is 3.", "reason": "no 3 in the document"}
    ]


def in_two_passages() -> Report:
    """The report, its first claim resting on two passages that stand apart."""
    headline = "Sill Harbour bridge opens"
    also = Passage(start=0, end=len(headline), quote=headline)
    split = CLAIMS[0].model_copy(update={"further": (also,)})
    return report(claims=(split, *CLAIMS[1:]))


@pytest.mark.parametrize(
    "page",
    [
        PAGES["text"],
        PAGES["markdown"],
        lambda found: squeezed(claims_page(found)),
    ],
    ids=["text", "markdown", "claims"],
)
def test_every_passage_that_a_claim_rests_on_is_quoted(page: Callable[[Report], str]) -> None:
    told = "“The main span measures 320 metres.” … “Sill Harbour bridge opens”"
    assert told in page(in_two_passages())


@each_page
def test_of_padding_that_nobody_looked_for_nothing_is_said(
    page: Callable[[Report], str],
) -> None:
    unread = {"padding": (), "documents": tuple(map(info, DOCUMENTS))}
    checked = page(report(**unread, prompts={"survey.v1": "0", "judge.v4": "0"}))
    assert "padding" not in checked.lower()
    assert not re.search(r"\b0%", checked)
    read = page(report(**unread, prompts={"reading.v1": "0"}))
    assert "Padding" in read
    assert re.search(r"\b0%", read)


def test_what_could_not_be_done_names_documents_as_the_page_does() -> None:
    survey = failure("press/tides.txt, ferry.txt", stage="survey", doc_ids=(TIDES.id, FERRY.id))
    window = failure("press/tides.txt:3", stage="reading", doc_ids=(TIDES.id,))
    unread = failure("gone.txt", stage="documents")
    shown = failure("How long is the main span?", doc_ids=(TIDES.id, FERRY.id))
    page = summary_page(report(failures=(survey, window, unread, shown)), width=200)

    assert "survey of Sill Harbour bridge opens [1], No more ferries [2]: timed out" in page
    assert "reading of Sill Harbour bridge opens [1], from line 3: timed out" in page
    assert "documents of gone.txt: timed out" in page
    assert "judging of How long is the main span?: timed out" in page


def test_a_failure_of_many_documents_names_the_first_and_counts_the_rest() -> None:
    many = [Document(id=f"log{n}.txt", path=f"log{n}.txt", text="") for n in range(9)]
    broken = failure("all", stage="survey", doc_ids=tuple(each.id for each in many))
    found = builders.report(documents=tuple(map(info, many)), failures=(broken,))
    page = squeezed(summary_page(found))
    assert "log4.txt [5] and 4 more: timed out" in page
    assert "log4.txt [5], log5.txt" not in page


# --- documents without a position ---


def with_silent(*, silent: Any = None, failures: tuple[Any, ...] = (), **more: Any) -> Report:
    """The report, one of its documents taking no position in the dispute."""
    found = report().disputes[0].model_copy(update=more)
    return report(
        documents=(*report().documents, silent or info(SILENT)), disputes=(found,),
        failures=failures,
    )  # fmt: skip


SHOWN = (TIDES.id, FERRY.id, PIER.id, SILENT.id)
UNSURVEYED = failure("the table", stage="survey", doc_ids=(SILENT.id,))
UNJUDGED = failure("How long is the main span?", doc_ids=(SILENT.id, TIDES.id))


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (with_silent(shown_doc_ids=SHOWN), "nothing found"),
        (with_silent(), "nothing found"),
        (with_silent(shown_doc_ids=SHOWN[:3]), "not shown together"),
        (
            with_silent(shown_doc_ids=SHOWN[:3], failures=(UNSURVEYED,)),
            "could not be compared",
        ),
        (with_silent(shown_doc_ids=SHOWN, failures=(UNSURVEYED,)), "not fully compared"),
        (with_silent(shown_doc_ids=SHOWN, failures=(UNJUDGED,)), "could not be compared"),
        (
            with_silent(shown_doc_ids=SHOWN, compatible_doc_ids=(SILENT.id,)),
            "contradicts no position",
        ),
        (
            with_silent(shown_doc_ids=SHOWN[:3], silent=info(SILENT, copy_of=TIDES.id)),
            "copy",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("format_name", PAGES)
def test_of_a_document_without_a_position_it_is_told_what_is_known(
    format_name: str, found: Report, state: str
) -> None:
    page = PAGES[format_name](found)
    cited = "4" if format_name == "html" else "[4]"
    assert f"Others: {state} {cited}" in page
    assert "says nothing" not in re.sub("says nothing about the topic", "", page)


def test_a_failed_judging_of_another_question_says_nothing_of_this_one() -> None:
    other = UNJUDGED.model_copy(update={"subject": "Who built it?"})
    page = summary_page(with_silent(shown_doc_ids=SHOWN, failures=(other,)))
    assert "Others: nothing found [4]" in page


def test_many_documents_without_a_position_are_counted() -> None:
    more = [Document(id=f"log{n}", text="") for n in range(40)]
    found = report(documents=(*report().documents, *map(info, more)))
    html = plain(html_page(found, (*DOCUMENTS, *more)))
    for page in (PAGES["text"](found), PAGES["markdown"](found), html):
        assert "Others: nothing found in 40 documents" in page


# --- hostile texts ---


@pytest.mark.parametrize("page", [summary_page, claims_page, padding_page])
def test_control_characters_never_reach_a_terminal_and_markup_is_text(page: Any) -> None:
    text = page(hostile_report(), width=200)

    assert set(HOSTILE.findall(text)) <= {"\n"}
    assert r"\x1b[31mred\x1b[0m \x9b2J [bold]x[/bold]" in text


def test_markdown_of_hostile_texts_has_no_html_no_mention_and_no_control_characters() -> None:
    text = markdown_page(hostile_report())

    assert "<script" not in text
    assert not re.search(r"@\w", text)
    assert set(HOSTILE.findall(text)) <= {"\n"}


def test_lint_lines_of_hostile_texts_stay_one_line_a_position() -> None:
    report = hostile_report()
    document = Document(id=HOSTILE_TEXT, text="one line\nanother")

    lines = lint_lines(report, [document])

    assert lines.count("\n") == 2
    assert set(HOSTILE.findall(lines)) == {"\n"}


def test_json_keeps_hostile_texts_exactly_but_escaped() -> None:
    text = to_json(hostile_report())

    assert set(HOSTILE.findall(text)) == {"\n"}
    assert Report.model_validate_json(text) == hostile_report()


@given(st.text())
def test_clean_text_is_one_line_without_hostile_characters(text: str) -> None:
    cleaned = clean(text)
    assert not HOSTILE.search(cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), max_size=40))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    expected = re.sub(" +", " ", text).strip()
    assert clean(text) == expected


@given(st.text(), st.integers(min_value=5, max_value=50))
def test_a_shortened_text_fits_and_keeps_both_ends(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert short[:1] == text[:1]
    assert short[-1:] == text[-1:]


def test_a_very_long_quote_is_shortened_visibly() -> None:
    shown = quotation("a" * 5000)
    assert len(shown) < 700
    assert "…" in shown


# --- markdown ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("12. no number", r"12\. no number"),
        ("a-b + c", "a-b + c"),
        ("![x](https://evil.example)", r"!\[x\](https:<!-- -->//evil.example)"),
        ("a | b ~~c~~ `d` $e$", r"a \| b \~\~c\~\~ \`d\` \$e\$"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("ask @port", "ask @<!-- -->port"),
        ("see #12, a/b#3 and GH-4", "see #<!-- -->12, a/b#<!-- -->3 and GH<!-- -->-4"),
        ("back\\slash", r"back\\slash"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_escapes(text: str, expected: str) -> None:
    assert escape(text) == expected


def test_markdown_shows_a_dispute_as_a_table_row_for_each_position() -> None:
    page = markdown_page(report())

    assert "### How long is the main span?" in page
    assert (
        "| **320 m** | Sill Harbour bridge opens \\[1\\], memory \\[3\\] "
        "| “The main span measures 320 metres.” \\[1\\] |"
    ) in page
    assert "2. No more ferries (ferry.txt; 18 words)" in page
    assert r"\$0.0123" in page


def test_markdown_has_a_table_of_questions_with_all_answers() -> None:
    page = markdown_page(report())
    assert (
        "| How long is the main span? | **320 m** — Sill Harbour bridge opens \\[1\\], "
        "memory \\[3\\]<br>**340 m** — No more ferries \\[2\\] |"
    ) in page


def test_markdown_quotes_link_to_their_lines() -> None:
    documents = (TIDES, FERRY.model_copy(update={"path": "docs/fer ry).md"}), PIER)
    page = markdown_page(report(), documents)
    assert "[\\[1\\]](press/tides.txt#L3) |" in page
    assert "[\\[2\\]](docs/fer%20ry%29.md#L2) |" in page
    on_github = markdown_page(
        report(),
        documents,
        {
            "GITHUB_SERVER_URL": "https://forge.example",
            "GITHUB_REPOSITORY": "port/press",
            "GITHUB_SHA": "f00",
        },
    )
    root = "https://forge.example/port/press/blob/f00"
    assert f"({root}/press/tides.txt#L3) |" in on_github
    assert f"({root}/docs/fer%20ry%29.md?plain=1#L2) |" in on_github


@pytest.mark.parametrize("path", ["/srv/a.txt", "../a.txt", "https://port.example/a", None])
def test_what_lies_outside_the_folder_is_not_linked(path: str | None) -> None:
    documents = [d.model_copy(update={"path": path}) for d in DOCUMENTS]
    assert "](" not in markdown_page(report(), documents)


def test_a_long_list_is_folded() -> None:
    agreement = report().agreements[0]
    assert "<summary>All 9</summary>" in markdown_page(report(agreements=(agreement,) * 9))
    assert "<summary>All" not in markdown_page(report(agreements=(agreement,) * 8))


# --- names, shares, usage ---


def sources(*paths: str | None) -> Sources:
    return Sources(
        [info(Document(id=path or f"id{n}", path=path, text="")) for n, path in enumerate(paths)]
    )


def called(*stated: dict[str, str]) -> list[str]:
    """What documents are called that state this."""
    infos = [
        info(Document.model_validate({"id": f"d/{n}.txt", "path": f"d/{n}.txt", "text": "", **it}))
        for n, it in enumerate(stated)
    ]
    named = Sources(infos)
    return [named.name(each.id) for each in infos]


def test_a_document_is_called_by_its_title_and_by_its_file_only_when_it_states_nothing() -> None:
    outlet = {"site": "The Ferry Post", "date": "2031-05-04T10:00:00"}
    assert called({"title": "Spring tide", **outlet}, outlet, {"date": "2031-05-04"}, {}) == [
        "Spring tide", "The Ferry Post, 2031-05-04", "2.txt", "3.txt",
    ]  # fmt: skip


def test_documents_of_one_name_are_told_apart_by_outlet_and_day_then_by_path() -> None:
    tide = {"title": "Spring tide"}
    post, pier = {**tide, "site": "The Ferry Post"}, {**tide, "site": "The Pier"}
    assert called(post, pier) == ["Spring tide (The Ferry Post)", "Spring tide (The Pier)"]
    assert called(tide, post) == ["Spring tide (0.txt)", "Spring tide (The Ferry Post)"]
    assert called(post, {**post, "title": "SPRING TIDE"}) == [
        "Spring tide (0.txt)", "SPRING TIDE (1.txt)",
    ]  # fmt: skip


def test_a_long_title_ends_at_a_word_and_is_still_told_from_another() -> None:
    title = "The Sill Harbour bridge opens after nine years of building works"
    one, other = called({"title": f"{title} to walkers"}, {"title": f"{title} to carts"})
    assert one == "The Sill Harbour bridge opens after nine years of building… (0.txt)"
    assert other == "The Sill Harbour bridge opens after nine years of building… (1.txt)"
    (unbroken,) = called({"title": "潮" * 90})
    assert unbroken == "潮" * 59 + "…"
    document = info(FERRY, title=title)
    assert Sources([document]).full_name(document.id) == title


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(["Tide", "tide", "Tide (0.txt)", "The Pier", "x" * 90, "\x1b[31m"])
        for name in ("title", "site", "author", "date")
    },
)


@given(st.lists(FIELDS, max_size=6))
def test_no_two_documents_have_one_name_and_none_has_a_hostile_one(
    stated: list[dict[str, str]],
) -> None:
    names = called(*stated)
    assert len(set(map(str.casefold, names))) == len(names)
    assert not any(HOSTILE.search(name) for name in names)


def test_names_of_files_are_the_shortest_path_that_tells_them_apart() -> None:
    paths = (
        "north/a/log.txt",
        "south/a/log.txt",
        "log.txt",
        "b\\tide.txt",
        "https://x.example/p/",
    )
    named = sources(*paths)
    assert [named.name(path) for path in paths] == [
        "north/a/log.txt", "south/a/log.txt", "log.txt", "tide.txt", "p",
    ]  # fmt: skip


def test_documents_of_one_file_are_told_apart_by_their_ids() -> None:
    shared = {"path": "a/log.jsonl"}
    one, other = ({"id": f"a/log.jsonl#{n}", **shared} for n in (1, 2))
    assert called(one, other) == ["a/log.jsonl#1", "a/log.jsonl#2"]
    assert called({**one, "title": "Tide"}, {**other, "title": "Tide"}) == [
        "Tide (a/log.jsonl#1)", "Tide (a/log.jsonl#2)",
    ]  # fmt: skip


def test_output_for_programs_names_documents_by_path_or_id() -> None:
    share = {"path": "log.jsonl"}
    lines = lint_lines(report(), [d.model_copy(update=share) for d in DOCUMENTS])
    assert all(line.startswith((TIDES.id, FERRY.id, PIER.id)) for line in lines.splitlines())
    assert "Sill Harbour bridge opens" not in lint_lines(report(), DOCUMENTS)


def test_the_list_of_sources_says_who_published_them_and_when() -> None:
    told = info(FERRY, author="Ida\x1b[0m Moe", site="The Ferry Post", date="2031-05-04T10:00:00")
    found = report(documents=(told, info(PIER), info(TIDES, date="2031")))
    for made in (summary_page(found, width=100), markdown_page(found)):
        assert "Moe, The Ferry Post, 2031-05-04; " in made.replace("\\", "")
        assert "(2031; " in made
        assert "\x1b" not in made


def test_a_document_that_states_nothing_and_has_no_path_is_named_by_its_id() -> None:
    assert sources(None).name("id0") == "id0"


def test_citations_are_sorted_and_each_source_is_cited_once() -> None:
    assert sources("a", "b", "c").cite(["c", "a", "c", "unknown"]) == "[1, 3]"
    assert sources("a").cite([]) == ""


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, "0%"), (0.001, "<1%"), (0.124, "12%"), (1.0, "100%")]
)
def test_percentages(share: float, expected: str) -> None:
    assert percent(share) == expected


def test_an_unknown_price_is_not_shown_as_nothing() -> None:
    assert usage_line(Usage(calls=1, cost_usd=None)).endswith("price unknown")
    assert "$" not in usage_line(Usage(cached=2))


# --- output for programs ---


def test_lint_lines_name_place_code_kind_question_and_both_answers() -> None:
    assert lint_lines(report(), DOCUMENTS).splitlines() == [
        "press/tides.txt:3:1: LC102 numeric: How long is the main span? 320 m; "
        "elsewhere: 340 m (ferry.txt:2:1) [d1]",
        "ferry.txt:2:1: LC102 numeric: How long is the main span? 340 m; "
        "elsewhere: 320 m (press/tides.txt:3:1) [d1]",
    ]


def test_lint_lines_come_most_severe_first() -> None:
    numeric = report().disputes[0]
    ranked = (
        numeric.model_copy(update={"kind": "implicit", "question": "third"}),
        numeric.model_copy(update={"confidence": 0.5, "question": "second"}),
        numeric.model_copy(update={"question": "first"}),
    )
    lines = lint_lines(report(disputes=ranked), DOCUMENTS).splitlines()
    assert [re.findall("first|second|third", line)[0] for line in lines[::2]] == [
        "first", "second", "third",
    ]  # fmt: skip


@given(st.text(st.sampled_from("ab\n é😀"), min_size=1, max_size=60), st.data())
def test_line_and_column_lead_back_to_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    document = Document(id="d", text=text)
    made = claim("c", text[start], document, start)
    side = position("x", "c", "d")

    lines = lint_lines(builders.report(dispute(side, side), claims=(made,)), [document])

    _, line, column, _ = lines.split(":", 3)
    assert (text + "\n").split("\n")[int(line) - 1][: int(column) - 1] == (
        text[:start].split("\n")[-1]
    )
    assert int(line) == text[:start].count("\n") + 1


def test_claims_as_jsonl_are_one_claim_a_line() -> None:
    lines = claims_jsonl(report()).splitlines()
    assert [Claim.model_validate_json(line) for line in lines] == list(CLAIMS)


def test_json_satisfies_the_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(to_json(report())), schema)
    broken = json.loads(to_json(report()))
    del broken["claims"][0]["quote"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_the_published_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == report_schema(), (
        "write it anew: python -c 'from llmcheck.render.data import report_schema as s; "
        'print(s(), end="")\' > docs/report.schema.json'
    )
