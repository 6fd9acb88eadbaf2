"""The report page: every text escaped, every link with a target, the sources word for word."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import builders
import pytest
from builders import claim, failure, flag, info
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given, settings
from hypothesis import strategies as st
from test_render import (
    DOCUMENTS,
    FERRY,
    HOSTILE_TEXT,
    PIER,
    SILENT,
    TIDES,
    hostile_report,
    in_two_passages,
    report,
)

from llmcheck.models import Document, Report
from llmcheck.render.phrases import HOSTILE, clean_lines
from llmcheck.render.web import html_page

EMPTY = frozenset({"meta", "link", "rect", "br", "img", "input"})


class Page(HTMLParser):
    """What a parser makes of a page: its elements, ids, links and the texts of its sources."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs))
        self.elements.append(element)
        if element[1].get("class") == "text":
            self.texts.append("")
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        classes = {attrs.get("class") for _, attrs in self.open}
        tags = {tag for tag, _ in self.open}
        if "text" in classes and "back" not in classes and "summary" not in tags:
            self.texts[-1] += data

    @property
    def ids(self) -> list[str]:
        return [id_ for _, attrs in self.elements if (id_ := attrs.get("id")) is not None]

    @property
    def targets(self) -> set[str]:
        return {attrs["href"] or "" for tag, attrs in self.elements if tag == "a"}


def page(found: Report, *documents: Document) -> Page:
    return Page(html_page(found, documents))


def of_text(text: str, claims: list[tuple[int, int]], flags: list[tuple[int, int]]) -> Report:
    document = Document(id="d", text=text)
    return builders.report(
        documents=(info(document),),
        claims=tuple(claim(f"c{n}", text[a:b], document, a) for n, (a, b) in enumerate(claims)),
        padding=tuple(flag(text[a:b], document, a) for a, b in flags),
    )


def test_every_link_leads_to_one_element_of_the_page() -> None:
    made = page(report(), *DOCUMENTS)

    assert len(made.ids) == len(set(made.ids))
    assert made.targets <= {f"#{id_}" for id_ in made.ids}


def test_everything_found_is_on_the_page() -> None:
    html = html_page(report(), DOCUMENTS)
    for text in (
        "1 dispute in 3 documents",
        "Its length is disputed.",
        "How long is the main span?",
        "One span has one length.",
        "A length is no opening day.",
        "different referent",
        "Asks for a subscription.",
        "timed out",
        "What the model said and no document bears out",
        "The toll is 3.",
        "no 3 in the document",
        "test-model",
        "$0.0123",
    ):
        assert text in html


def test_the_quote_marks_what_differs_and_leads_to_its_source() -> None:
    html = html_page(report(), DOCUMENTS)

    assert 'main span measures <mark class="differs">320 metres</mark>' in html
    assert 'At <mark class="differs">340 metres</mark>' in html


def test_a_passage_leads_back_to_everything_that_cites_it() -> None:
    html = html_page(report(), DOCUMENTS)
    (back,) = re.findall(r"320 metres\.</mark><span class=\"back\">(.*?)</span>", html)

    assert re.findall(r'href="#([^"]+)"', back) == ["s2", "d1-A", "l1"]


def test_every_passage_that_a_claim_rests_on_is_quoted_and_leads_to_its_words() -> None:
    html = html_page(in_two_passages(), DOCUMENTS)
    (position,) = re.findall(r'id="d1-A">(.*?)id="d1-B"', html, re.DOTALL)
    led_to = re.findall(r'<figcaption><a href="#(source-1-\d)">', position)
    assert len(led_to) == 2
    for anchor, quote in zip(led_to, ("The main span measures", "Sill Harbour"), strict=True):
        assert f'id="{anchor}">{quote}' in html


def test_the_matrix_has_a_cell_for_each_document_that_takes_a_position() -> None:
    made = page(report(), *DOCUMENTS)
    cells = [attrs for tag, attrs in made.elements if tag == "td" and attrs.get("role") == "cell"]

    assert len(cells) == 3
    assert all(cell.get("class") != "none" for cell in cells)


def test_the_matrix_says_what_is_known_of_a_document_without_a_position() -> None:
    found = report(
        documents=(*report().documents, info(SILENT)),
        failures=(failure("all", stage="survey", doc_ids=(SILENT.id,)),),
    )
    dispute = found.disputes[0].model_copy(update={"shown_doc_ids": (TIDES.id, FERRY.id)})
    html = html_page(found.model_copy(update={"disputes": (dispute,)}), (*DOCUMENTS, SILENT))
    (cell,) = re.findall(r'<td role="cell" class="none">(.*?)</td>', html, re.DOTALL)

    assert "The toll" in cell
    assert '<span class="state">could not be compared</span>' in cell


def test_an_agreement_unfolds_to_the_words_of_each_source() -> None:
    html = html_page(report(), DOCUMENTS)
    (agreement,) = re.findall(r'<li id="a1".*?</details>', html, re.DOTALL)

    assert "<details>" in agreement
    assert re.findall(r'<span class="quote">(.*?)</span>', agreement) == [
        "It opened on 4 May.", "The bridge opened on 4 May.",
    ]  # fmt: skip


def test_a_finding_says_what_it_can_be_filtered_and_sorted_by() -> None:
    made = page(report(), *DOCUMENTS)
    told = [attrs for _, attrs in made.elements if "data-kind" in attrs]

    assert [(a["id"], a["data-kind"], a["data-documents"]) for a in told] == [
        ("d1", "dispute numeric", "1 2 3"),
        ("a1", "agreement", "1 2"),
        ("l1", "lookalike different_referent", "1 2 3"),
    ]
    assert [attrs.get("data-confidence") for attrs in told] == ["1.0", None, None]


def test_the_controls_are_there_for_the_script_alone() -> None:
    made = page(report(), *DOCUMENTS)
    (controls,) = [attrs for _, attrs in made.elements if attrs.get("id") == "controls"]
    options = [attrs.get("value") for tag, attrs in made.elements if tag == "option"]

    assert "hidden" in controls
    assert options == [
        "", "1", "2", "3",
        "", "dispute", "dispute numeric", "agreement", "lookalike", "lookalike different_referent",
        "", "confidence", "documents",
    ]  # fmt: skip
    labelled = {attrs["for"] for tag, attrs in made.elements if tag == "label"}
    assert labelled == {attrs["id"] for tag, attrs in made.elements if tag in ("input", "select")}


def test_a_set_too_large_for_the_matrix_says_how_many_documents_it_leaves_out() -> None:
    many = [Document(id=f"t{n}", text=f"The span is {n} m.") for n in range(20)]
    dispute = report().disputes[0]
    positions = tuple(
        position.model_copy(
            update={
                "answer": document.text,
                "claim_ids": (document.id,),
                "doc_ids": (document.id,),
            }
        )
        for document, position in zip(many[:15], dispute.positions * 10, strict=False)
    )
    found = builders.report(
        dispute.model_copy(update={"positions": positions}),
        documents=tuple(map(info, many)),
        claims=tuple(claim(d.id, d.text, d) for d in many),
    )
    html = html_page(found, many)

    assert html.count('role="columnheader"') == 13
    assert "3 more documents with a position" in html
    assert "5 more documents without a position in any" in html


def test_a_copy_is_shown_as_one() -> None:
    copy = FERRY.model_copy(update={"id": "copy", "path": None, "copy_of": FERRY.id})
    found = builders.report(documents=(info(FERRY), info(copy)))
    html = html_page(found, (FERRY, copy))

    assert 'copy of <a href="#source-1">No more ferries (ferry.txt) [1]</a>' in html


def test_a_silenced_dispute_is_shown_as_one_and_not_counted() -> None:
    dispute = report().disputes[0].model_copy(update={"silenced": "asked <b>the port</b>"})
    html = html_page(report(disputes=(dispute,)), DOCUMENTS)
    assert f"{dispute.id} · silenced: <bdi>asked &lt;b&gt;the port" in html
    assert "<h1>No dispute found" in html


def test_an_empty_report_makes_a_page() -> None:
    made = page(builders.report())
    assert "None found." in made.html
    assert made.targets <= {f"#{id_}" for id_ in made.ids}


def test_a_document_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match=re.escape(FERRY.id)):
        html_page(report(), (TIDES, PIER))


# --- the sources ---


@settings(max_examples=60)
@given(TEXTS.filter(str.strip), st.data())
def test_a_source_stands_on_the_page_word_for_word(text: str, data: st.DataObject) -> None:
    spans = st.lists(
        st.tuples(st.integers(0, len(text) - 1), st.integers(1, 40)).map(
            lambda span: (span[0], min(len(text), span[0] + span[1]))
        ),
        max_size=6,
    )
    found = of_text(text, data.draw(spans), data.draw(spans))
    made = page(found, Document(id="d", text=text))

    assert made.texts == [clean_lines(text)]
    assert set(HOSTILE.findall(made.html)) <= {"\n", "\t"}
    assert len(made.ids) == len(set(made.ids))
    assert made.targets <= {f"#{id_}" for id_ in made.ids}


def test_padding_is_folded_unless_a_citation_leads_into_it() -> None:
    found = report()
    flag = found.padding[0]
    cited = flag.model_copy(update={"start": 0, "end": 61, "quote": TIDES.text[0:61]})
    html = html_page(found.model_copy(update={"padding": (flag, cited)}), DOCUMENTS)

    assert html.count('<details class="padding" open>') == 1
    assert html.count('<details class="padding">') == 1


def test_flags_with_nothing_between_them_are_one_fold() -> None:
    text = "Share this\n\nSubscribe now\n\nThe pier opened."
    html = html_page(of_text(text, [], [(0, 10), (12, 25)]), [Document(id="d", text=text)])

    assert html.count('<details class="padding"') == 1
    assert "promotion, 4 words" in html


# --- hostile texts ---


def test_hostile_texts_are_text_only() -> None:
    found = hostile_report()
    made = page(found, Document(id=HOSTILE_TEXT, text=HOSTILE_TEXT, path=f"{HOSTILE_TEXT}.txt"))

    assert not {"img", "iframe", "object", "link", "base"} & {t for t, _ in made.elements}
    assert [t for t, _ in made.elements].count("script") == 1
    assert not any(name.startswith("on") for _, attrs in made.elements for name in attrs)
    assert all(target.startswith("#") for target in made.targets)
    assert set(HOSTILE.findall(made.html)) <= {"\n"}


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_and_nothing_else() -> None:
    html = html_page(report(), DOCUMENTS)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    style_digest, script_digest = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    )

    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{style_digest}'",
        f"script-src 'sha256-{script_digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "style=" not in html
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_to_speak_of(line: str) -> None:
    document = Document(id="d", text=f"Log\n{line}\nend")
    found = of_text(document.text, [(0, len(document.text)), (2, 900)], [(10, 4000), (90, 5000)])
    with cpu_limit():
        html_page(found, [document])


def large(documents: int, paragraphs: int) -> tuple[Report, list[Document]]:
    line = "The gauge at lock {} stood at {} cm when the barge came in from the north.\n"
    texts = [
        Document(
            id=f"log{n}.txt",
            path=f"log{n}.txt",
            text="".join(line.format(n, k) for k in range(paragraphs)),
        )
        for n in range(documents)
    ]
    claims, flags = [], []
    for document in texts:
        start = 0
        for k, written in enumerate(document.text.splitlines()):
            if k % 3 == 0:
                claims.append(claim(f"{document.id}{k}", written, document, start))
            elif k % 7 == 0:
                flags.append(flag(written, document, start, kind="seo_filler"))
            start += len(written) + 1
    infos = tuple(info(document, padding_share=0.1) for document in texts)
    found = builders.report(documents=infos, claims=tuple(claims), padding=tuple(flags))
    return found, texts


def test_a_large_set_takes_time_in_proportion() -> None:
    found, documents = large(60, 120)
    with cpu_limit(10):
        html = html_page(found, documents)
    assert len(html) < 6 * sum(len(document.text) for document in documents)
