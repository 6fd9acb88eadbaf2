"""A report where Python is typed: a few lines, a notebook, a data frame, an exception."""

from __future__ import annotations

import pickle
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from builders import claim, dispute, failure, flag, info, position, report
from builders import document as make
from hypothesis import given
from hypothesis import strategies as st

from llmcheck import Checker, ConfigError, Corpus, DisputesFound, Document, FakeLLM
from llmcheck.models import Agreement, Report, Usage

GATE = make("The gate weighs 90 tonnes. Subscribe!", "gate.txt", title="The gate")
LOCK = make("The gate weighs 70 tonnes.", "lock.txt", date="2026-01-02")
COPY = make("The gate weighs 70 tonnes.", "copy.txt", copy_of="lock.txt")
ASKED = dispute(
    position("90 t", "c1", "gate.txt"),
    position("70 t", ["c2", "c3"], "lock.txt"),
    id="d-1",
    question="What does the gate weigh?",
)
FOUND = report(
    ASKED,
    documents=(info(GATE, padding_share=0.25), info(LOCK), info(COPY)),
    claims=(
        claim("c1", "The gate weighs 90 tonnes.", GATE),
        claim("c2", LOCK.text, LOCK),
        claim("c3", COPY.text, COPY),
    ),
    agreements=(
        Agreement(
            id="a-1",
            statement="There is a gate.",
            claim_ids=("c1", "c2"),
            doc_ids=("gate.txt", "lock.txt"),
        ),
    ),
    padding=(flag("Subscribe!", GATE),),
    failures=(failure("What opened?"),),
    usage=Usage(calls=3, cost_usd=0.0123),
)


def test_at_a_prompt_a_report_tells_what_it_found_what_failed_and_what_it_took() -> None:
    lines = repr(FOUND).splitlines()
    assert len(lines) == 4
    assert "documents 3, disputes 1" in lines[0]
    assert "What does the gate weigh? [numeric] 90 t | 70 t" in lines[1]
    assert "What opened?" in lines[2]
    assert "$0.0123" in lines[3]
    assert str(FOUND) == repr(FOUND)


def test_many_disputes_are_counted_and_a_silenced_one_is_marked() -> None:
    quiet = ASKED.model_copy(update={"silenced": "known"})
    told = repr(report(quiet, *[ASKED] * 14))
    assert "[numeric, silenced]" in told
    assert "and 5 more" in told
    assert len(told.splitlines()) < 15


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@given(st.text())
def test_a_notebook_gets_no_markup_of_a_text_and_no_script_or_style(text: str) -> None:
    odd = dispute(position(text, "c", text), position("<script>", "c", text), question=text)
    tags = Tags(report(odd, model=text, failures=(failure(text),))._repr_html_())
    assert tags.tags <= {"div", "p", "ul", "li", "b", "code", "br"}
    assert tags.attributes == []


@given(st.text())
def test_a_terminal_gets_no_control_of_a_text(text: str) -> None:
    odd = dispute(position(text, "c", text), position(text, "c", text), question=text)
    assert len(repr(report(odd, model=text)).splitlines()) == 3
    with pytest.raises(DisputesFound) as caught:
        report(odd).raise_for_disputes()
    assert "\x1b" not in repr(report(odd)) + str(caught.value)


def test_a_frame_has_a_row_for_each_claim() -> None:
    frame = FOUND.to_dataframe()
    assert list(frame.columns) == [
        "claim_id", "claim", "speaker", "doc_id", "title", "date", "quote", "start", "end",
    ]  # fmt: skip
    assert list(frame["claim_id"]) == ["c1", "c2", "c3"]
    assert frame["title"][0] == "The gate"


def test_a_frame_of_disputes_has_a_row_for_each_source_of_a_position_copies_left_out() -> None:
    frame = FOUND.to_dataframe("disputes")
    assert frame[["answer", "doc_id", "quote"]].values.tolist() == [
        ["90 t", "gate.txt", "The gate weighs 90 tonnes."],
        ["70 t", "lock.txt", "The gate weighs 70 tonnes."],
    ]
    wide = frame.pivot_table(index="question", columns="doc_id", values="answer", aggfunc="first")
    assert wide.loc["What does the gate weigh?", "lock.txt"] == "70 t"


def test_frames_of_agreements_padding_and_documents() -> None:
    assert list(FOUND.to_dataframe("agreements")["doc_id"]) == ["gate.txt", "lock.txt"]
    padding = FOUND.to_dataframe("padding")
    start, end = padding[["start", "end"]].values.tolist()[0]
    assert GATE.text[start:end] == padding["quote"][0]
    assert FOUND.to_dataframe("documents")["padding_share"].max() == 0.25


@pytest.mark.parametrize("rows", ["claims", "disputes", "agreements", "padding", "documents"])
def test_a_frame_without_rows_has_its_columns_all_the_same(rows: Any) -> None:
    empty = Report(model="m").to_dataframe(rows)
    assert list(empty.columns) == list(FOUND.to_dataframe(rows).columns)
    assert len(empty) == 0


def test_other_rows_and_a_missing_pandas_are_errors_that_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigError, match="claims, disputes"):
        FOUND.to_dataframe("verdicts")  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match=r"pip install 'llmcheck\[pandas\]'"):
        FOUND.to_dataframe()


def test_pandas_is_loaded_for_a_frame_alone() -> None:
    code = "import llmcheck.models, sys; sys.exit('pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_raised_has_questions_answers_and_quotes_as_data_and_in_words() -> None:
    with pytest.raises(DisputesFound) as caught:
        FOUND.raise_for_disputes()
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    (found,) = error.disputes
    assert (found.id, found.question) == ("d-1", "What does the gate weigh?")
    assert [(a.answer, a.quotes[0]) for a in found.answers] == [
        ("90 t", ("gate.txt", "The gate weighs 90 tonnes.")),
        ("70 t", ("lock.txt", "The gate weighs 70 tonnes.")),
    ]
    assert "90 t: “The gate weighs 90 tonnes.” (gate.txt)" in str(error)
    assert error.report == FOUND


def test_a_message_stays_short_however_much_is_in_dispute() -> None:
    long = dispute(*[position("x" * 900, "c", "d.txt")] * 30, question="y" * 900)
    with pytest.raises(DisputesFound) as caught:
        report(*[long] * 50).raise_for_disputes()
    assert len(str(caught.value)) < 10_000
    assert len(caught.value.disputes) == 50


NOT_A_CORPUS = [["a"], "folder/", [Document(id="a", text="It rang.")], None]


@pytest.mark.parametrize("given_", NOT_A_CORPUS, ids=["list", "str", "documents", "none"])
@pytest.mark.parametrize("verb", ["check", "summarize", "claims", "padding"])
def test_what_is_no_corpus_is_refused_with_how_to_make_one(verb: str, given_: Any) -> None:
    checker = Checker("m", llm=FakeLLM(lambda call: {}))
    with pytest.raises(ConfigError, match=r"Corpus.read.*Corpus.from_texts"):
        getattr(checker, verb)(given_)


@pytest.mark.parametrize("given_", [[], ["a.txt", "b.txt"], None, 3])
def test_paths_that_are_none_are_refused_with_how_to_give_them(given_: Any) -> None:
    with pytest.raises(ConfigError, match=r"Corpus.read\(\*paths\).*from_texts"):
        Corpus.read(given_)


def test_one_text_alone_is_to_be_put_in_a_list() -> None:
    with pytest.raises(ConfigError, match="put a single one in a list"):
        Corpus.from_texts("It rang.")
