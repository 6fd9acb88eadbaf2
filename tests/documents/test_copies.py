"""Copies are told from two reports of one event, and what a copy says of its own is compared."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import permutations

import pytest
from builders import Script
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcheck import Checker, Corpus, Settings
from llmcheck.documents.copies import COPIED, LEAST, SHINGLE, containment, originals
from llmcheck.llm.port import Call
from llmcheck.models import Document, Report, Span

LEAD = "The ferry Alma ran aground off Skarvik on Monday morning with 62 passengers on board."
STATEMENT = (
    '"We are sorry for what our passengers had to go through, and we will look into how a ship '
    'that has sailed this strait twice a day for nine years could end up on a charted rock," '
    "said Britt Aune, who heads the company."
)
WIRE = [
    LEAD,
    "Two tugs pulled her free at high tide, and nobody was hurt.",
    "The harbour master had closed the southern channel the evening before because of fog.",
    "Divers found a dent of four metres along the keel and sent pictures to the insurer.",
    STATEMENT,
    "A replacement will serve the islands from Wednesday, with one sailing fewer each day.",
    "The company has run the line since 2009 and carries about 90,000 people a year.",
]
OTHER = [
    "Passengers on the Alma spoke of a loud bang and of coffee cups flying across the saloon.",
    "It was still dark when the ferry struck a rock south of Skarvik, and the heating failed.",
    STATEMENT,
    "Islanders have long asked for a second ship, and the council will meet about it on Friday.",
    "School was called off on Hest because nine of its eleven teachers live on the mainland.",
    "By noon the first of them had been brought home in fishing boats, wet but in good spirits.",
]
BYLINE = "From our reporter in Skarvik, with material of the agency"
FURNITURE = (
    "Subscribe to our newsletter and never miss a story from the coast. We use cookies. The "
    "Strait Gazette is a member of the press council."
)


def document(doc_id: str, *paragraphs: str, title: str = "Ferry aground") -> Document:
    return Document(id=doc_id, text="\n\n".join([title, *paragraphs]), title=title)


def copies(*documents: Document) -> dict[str, str]:
    return originals(documents)


AGENCY = document("agency", *WIRE)


# Which are copies


@pytest.mark.parametrize(
    "printed",
    [
        document("paper", *WIRE, title="Sixty-two saved as the Alma hits a rock"),
        document("paper", BYLINE, *WIRE, title="Alma on the rocks"),
        document("paper", "SKARVIK (Agency) - " + LEAD, *WIRE[1:]),
        document("paper", *WIRE, FURNITURE),
        document("paper", *WIRE[:4]),
        document("paper", *(p.replace("Monday", "MONDAY").replace('"', "”") for p in WIRE)),
        document("paper", *[p.replace("62", "64") for p in WIRE]),
    ],
    ids=["headline", "byline", "dateline", "furniture", "cut", "typography", "figure"],
)
def test_a_story_that_was_syndicated_is_a_copy_whichever_comes_first(printed: Document) -> None:
    longer, shorter = sorted([AGENCY, printed], key=lambda d: -len(d.text.split()))
    assert copies(AGENCY, printed) == copies(printed, AGENCY)
    assert set(copies(AGENCY, printed)) | set(copies(AGENCY, printed).values()) == {
        "agency",
        "paper",
    }
    if len(longer.text.split()) > len(shorter.text.split()) + 5:
        assert copies(AGENCY, printed) == {shorter.id: longer.id}


def test_two_reports_that_quote_one_statement_stay_apart() -> None:
    assert copies(AGENCY, document("gazette", *OTHER)) == {}


def test_two_long_reports_that_both_print_a_notice_in_full_stay_apart() -> None:
    notice = document("notice", *WIRE[:5])
    one = document("one", *WIRE[:5], *[f"{p} So says {i}." for i, p in enumerate(OTHER * 2)])
    own = [" ".join(reversed(p.split())) for p in OTHER * 2]
    two = document("two", *WIRE[:5], *own)
    found = copies(notice, one, two)
    assert set(found) == {"notice"}
    assert found["notice"] in {"one", "two"}


def test_texts_of_a_few_lines_are_copies_only_when_they_are_equal() -> None:
    short = document("a", LEAD, WIRE[1])
    assert copies(short, document("b", LEAD, WIRE[1], "It was cold.")) == {}
    assert copies(short, document("b", LEAD, WIRE[1])) == {"b": "a"}


def test_the_chrome_of_a_page_does_not_count() -> None:
    menu = " ".join(f"Topic{i} and Place{i}" for i in range(200))
    pages = [
        Document(
            id=doc_id,
            text=f"{menu}\n\n{story}",
            chrome=(Span(start=0, end=len(menu)),),
        )
        for doc_id, story in (("a", "\n\n".join(WIRE)), ("b", "\n\n".join(OTHER)))
    ]
    assert copies(*pages) == {}
    bare = [page.model_copy(update={"chrome": ()}) for page in pages]
    assert len(copies(*bare)) == 1, "without the mark they would be one"
    assert copies(pages[0], AGENCY) in ({"agency": "a"}, {"a": "agency"})


def test_what_stands_in_many_originals_is_furniture() -> None:
    words = random.Random(1)  # noqa: S311
    papers = [
        document(str(i), " ".join(f"w{words.randrange(9999)}" for _ in range(20)), *WIRE[:4])
        for i in range(60)
    ]
    assert len(copies(*papers)) == 59, "a story that all have printed is compared once"


@given(st.permutations([AGENCY, document("b", *OTHER), document("c", BYLINE, *WIRE),
                        document("d", *WIRE[:4]), document("e", *OTHER, FURNITURE)]))  # fmt: skip
def test_the_order_of_the_documents_changes_nothing(documents: Sequence[Document]) -> None:
    assert copies(*documents) == {"agency": "c", "d": "c", "b": "e"}


@given(st.data(), st.integers(LEAST + SHINGLE, 150))
@settings(max_examples=30)
def test_a_text_with_a_few_words_changed_is_a_copy_and_one_of_other_words_is_not(
    data: st.DataObject, length: int
) -> None:
    words = [f"w{i}" for i in range(length)]
    few = int((1 - COPIED) * (length - SHINGLE + 1)) // SHINGLE
    changed = data.draw(st.sets(st.integers(0, length - 1), max_size=few))
    edited = " ".join("other" + w if i in changed else w for i, w in enumerate(words))
    text = " ".join(words)
    assert containment(edited, text) >= COPIED
    pair = [Document(id="a", text=text), Document(id="b", text=edited)]
    assert len(originals(pair)) == 1
    unlike = Document(id="c", text=text.replace("w", "v"))
    assert originals([pair[0], unlike]) == {}


@given(st.lists(st.sampled_from(WIRE + OTHER), max_size=9), st.lists(st.sampled_from(WIRE)))
def test_being_a_copy_goes_both_ways_and_containment_is_a_share(
    one: list[str], other: list[str]
) -> None:
    a, b = document("a", *one), document("b", *other)
    assert 0 <= containment(a.text, b.text) <= 1
    ab, ba = originals([a, b]), originals([b, a])
    assert set(ab.items()) | set(ba.items()) <= {("a", "b"), ("b", "a")}
    assert bool(ab) == bool(ba)
    assert ab == ba or a.text == b.text


# What becomes of them

ABOARD = "How many passengers were on board?"


def read(call: Call) -> object:
    """Every sentence is one claim."""
    numbers = re.findall(r"^(\d+) ", call.user, re.MULTILINE)
    claims = [{"sentences": [int(number)], "claim": "", "source": ""} for number in numbers]
    return {"padding": [], "claims": claims}


def survey(call: Call) -> object:
    """What is said of passengers is in dispute, what is said of the tugs agreed."""
    shown = re.findall(r"^(\d+\.\d+) (.*)$", call.user, re.MULTILINE)
    sides = {n: [at for at, line in shown if f"{n} passengers" in line] for n in ("62", "64")}
    tugs = [at for at, line in shown if "Two tugs" in line]
    return {
        "disputes": [
            {
                "question": ABOARD,
                "positions": [{"answer": n, "sentences": at} for n, at in sides.items()],
            }
        ],
        "lookalikes": [],
        "agreements": [{"statement": "Two tugs pulled her free.", "sentences": tugs}],
    }


JUDGED = {
    "pairs": [
        {"pair": 1, "a": "62", "b": "64", "why": "", "verdict": "contradiction", "kind": "numeric"}
    ]
}


def check(*documents: Document) -> tuple[Report, list[str]]:
    """The report, and the sentences that were shown side by side."""
    llm = Script(reading=read, survey=survey, judge=JUDGED, summary={"sentences": []})
    report = Checker("scripted", settings=Settings(), llm=llm).summarize(
        Corpus.from_texts(documents)
    )
    (shown,) = llm.asked("survey")
    return report, re.findall(r"^\d+\.\d+ (.*)$", shown, re.MULTILINE)


def test_what_a_copy_shares_with_its_original_is_shown_once_and_claimed_by_the_original() -> None:
    report, shown = check(AGENCY, document("paper", BYLINE + ".", *WIRE, title="Alma aground"))
    assert {info.id: info.copy_of for info in report.documents} == {
        "agency": "paper",
        "paper": None,
    }
    assert LEAD in shown
    assert len(shown) == len(set(shown))
    assert [c.quote for c in report.claims if c.doc_id == "agency"] == ["Ferry aground"]
    assert report.agreements == ()


def test_a_figure_that_an_update_changed_is_shown_and_disputed() -> None:
    update = document("update", *[p.replace("62", "64") for p in WIRE], "It happened again.")
    report, shown = check(AGENCY, update)
    assert report.documents[0].copy_of == "update"
    assert {line for line in shown if "on board" in line} == {LEAD, LEAD.replace("62", "64")}
    (dispute,) = report.disputes
    assert {p.answer: p.doc_ids for p in dispute.positions} == {
        "62": ("agency",),
        "64": ("update",),
    }


def test_two_copies_of_one_story_do_not_agree_and_a_third_report_agrees_with_one() -> None:
    paper = document("paper", BYLINE + ".", *WIRE)
    other = document("gazette", *OTHER, "Two tugs came at noon and pulled her free.")
    assert check(AGENCY, paper)[0].agreements == ()
    (agreement,) = check(AGENCY, paper, other)[0].agreements
    assert set(agreement.doc_ids) == {"paper", "gazette"}


def test_all_orders_give_the_same_findings() -> None:
    update = document("update", *[p.replace("62", "64") for p in WIRE], "It happened again.")
    found = {
        tuple(d.id for d in check(*order)[0].disputes)
        for order in permutations([AGENCY, update, document("gazette", *OTHER)])
    }
    assert len(found) == 1
    assert found != {()}
