"""The baselines: what they ask, and how what they find becomes a report that can be scored."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import baselines
import naive_pairs
import pytest
import whole_set
import with_consistency_checker as checker
from findings import claim_at, locate, pair_disputes
from hypothesis import given
from hypothesis import strategies as st
from port_client import PortClient
from pydantic import BaseModel

from llmcheck import Claim, Corpus, Document
from llmcheck.errors import ProviderError
from llmcheck.evaluation import GoldSet, read_gold
from llmcheck.llm.connect import Connection
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.models import Span

KILN = "The Osk kiln burned for 40 hours. “It was a fine firing,” said Mira Vance. Rain fell.\n"
GLAZE = "The Osk kiln burned for 55 hours. Lunch was soup. The glaze came out green.\n"


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.from_texts({"kiln.txt": KILN, "glaze.txt": GLAZE})


@pytest.fixture
def gold(tmp_path: Path) -> GoldSet:
    folder = tmp_path / "pottery"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "kiln.txt").write_text(KILN, encoding="utf-8")
    (folder / "docs" / "glaze.txt").write_text(GLAZE, encoding="utf-8")
    hours = [
        {"answer": "40", "quotes": [{"doc": "kiln.txt", "quote": "burned for 40 hours"}]},
        {"answer": "55", "quotes": [{"doc": "glaze.txt", "quote": "for 55 hours"}]},
    ]
    labels = {
        "name": "pottery",
        "disputes": [{"id": "D1", "question": "How long?", "kind": "numeric", "positions": hours}],
        "lookalikes": [
            {
                "id": "L1",
                "reason": "complementary",
                "quotes": [
                    {"doc": "kiln.txt", "quote": "Rain fell"},
                    {"doc": "glaze.txt", "quote": "Lunch was soup"},
                ],
            }
        ],
    }
    (folder / "gold.json").write_text(json.dumps(labels), encoding="utf-8")
    return read_gold(folder)


def runner(answer: Any) -> tuple[Runner, FakeLLM]:
    llm = FakeLLM(answer if callable(answer) else lambda call: answer)
    return Runner(llm, "tiny"), llm


def claim(document: Document, words: str, text: str | None = None) -> Claim:
    start = document.text.index(words)
    return claim_at(document, Span(start=start, end=start + len(words)), text or words)


def listed(*sides: tuple[int, str]) -> dict[str, Any]:
    told = [{"article": article, "quote": quote} for article, quote in sides]
    return {"question": "How long did it burn?", "sides": told}


# Where a quote stands


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("burned for 40 hours", "burned for 40 hours"),
        ('"it was a fine  firing,"', "It was a fine firing,"),
        ("It was a fine firing, says Mira Vance", "It was a fine firing,” said Mira Vance"),
        ("The kiln was sold to a museum", None),
        (" ", None),
        ("x" * 500, None),
    ],
)
def test_a_quote_is_found_through_white_space_quotation_marks_and_small_changes(
    quote: str, place: str | None
) -> None:
    document = Document(id="kiln.txt", text=KILN)
    span = locate(document, quote)
    if place is None:
        assert span is None
    else:
        assert span is not None
        assert KILN[span.start : span.end] == place


@given(st.text(max_size=60), st.text(max_size=60), st.text(min_size=1, max_size=30))
def test_words_of_the_document_are_always_found_and_quoted_as_they_stand(
    before: str, after: str, words: str
) -> None:
    document = Document(id="any", text=before + words + after)
    span = locate(document, words)
    if span is None:
        assert not any(character.isalnum() for character in words)
    else:
        found = claim_at(document, span, words)
        assert document.text[found.start : found.end] == found.quote != ""


# One dispute for two passages


def test_pairs_between_the_same_two_passages_are_one_dispute() -> None:
    kiln, glaze = Document(id="kiln.txt", text=KILN), Document(id="glaze.txt", text=GLAZE)
    hours = "The Osk kiln burned for 40 hours."
    other = claim(glaze, "The Osk kiln burned for 55 hours.")
    whole, half = claim(kiln, hours), claim(kiln, hours, "The kiln burned.")
    soup = claim(glaze, "Lunch was soup.")
    disputes = pair_disputes([(whole, other), (other, half), (whole, soup)])
    sides = [[set(p.claim_ids) for p in d.positions] for d in disputes]
    assert len(sides) == 2
    assert {other.id} in sides[0]
    assert {whole.id, half.id} in sides[0]
    assert {soup.id} in sides[1]


# The whole set in one prompt


def test_the_whole_set_goes_into_one_call(corpus: Corpus) -> None:
    to, llm = runner({"contradictions": []})
    report = whole_set.find(corpus, to).report
    (call,) = llm.calls
    assert KILN.strip() in call.user
    assert GLAZE.strip() in call.user
    assert call.user.index("Article 1") < call.user.index("Osk") < call.user.index("Article 2")
    assert report.disputes == ()


def test_a_listed_contradiction_becomes_a_dispute_on_the_documents_words(corpus: Corpus) -> None:
    to, _ = runner({"contradictions": [listed((1, "for 40 hours"), (2, "burned for 55 hours"))]})
    report = whole_set.find(corpus, to).report
    (dispute,) = report.disputes
    quotes = [report.claim(p.claim_ids[0]).quote for p in dispute.positions]
    assert quotes == ["for 40 hours", "burned for 55 hours"]
    assert dispute.question == "How long did it burn?"


def test_a_quote_is_looked_for_in_the_other_articles_when_its_number_is_wrong(
    corpus: Corpus,
) -> None:
    to, _ = runner({"contradictions": [listed((2, "for 40 hours"), (9, "for 55 hours"))]})
    (dispute,) = whole_set.find(corpus, to).report.disputes
    assert [p.doc_ids for p in dispute.positions] == [("kiln.txt",), ("glaze.txt",)]


def test_an_invented_quote_is_ungrounded_and_its_contradiction_dropped(corpus: Corpus) -> None:
    to, _ = runner({"contradictions": [listed((1, "for 40 hours"), (2, "exploded at dawn"))]})
    report = whole_set.find(corpus, to).report
    assert report.disputes == ()
    assert [(u.doc_id, u.text) for u in report.ungrounded] == [("glaze.txt", "exploded at dawn")]


def test_what_is_listed_twice_counts_once(corpus: Corpus) -> None:
    same = listed((1, "for 40 hours"), (2, "for 55 hours"))
    to, _ = runner({"contradictions": [same, same]})
    assert len(whole_set.find(corpus, to).report.disputes) == 1


def test_a_failed_call_is_a_failure_not_a_set_without_contradictions(corpus: Corpus) -> None:
    to, _ = runner("no JSON")
    report = whole_set.find(corpus, to).report
    assert [failed.stage for failed in report.failures] == ["survey"]


# Naive pairs


def test_pairs_are_of_two_documents_and_share_a_name_or_a_number() -> None:
    kiln = Document(id="kiln.txt", text=KILN + "It held 55 pots.")
    glaze = Document(id="glaze.txt", text=GLAZE)
    burned, rain, pots = (claim(kiln, w) for w in ("The Osk kiln", "Rain fell.", "held 55 pots"))
    osk, soup = claim(glaze, "The Osk kiln burned for 55 hours."), claim(glaze, "Lunch was soup.")
    spoken = {"kiln.txt": "en", "glaze.txt": "en"}
    pairs = naive_pairs.sharing_pairs([burned, rain, pots, osk, soup], spoken)
    assert {frozenset((a.id, b.id)) for a, b in pairs} == {
        frozenset((burned.id, osk.id)),
        frozenset((pots.id, osk.id)),
    }
    assert pairs == naive_pairs.sharing_pairs([soup, osk, pots, rain, burned], spoken)


def test_a_sample_is_the_same_every_time_and_no_larger_than_what_there_is() -> None:
    document = Document(id="kiln.txt", text=KILN)
    pairs = [(claim(document, "Rain"), claim(document, "fell", str(n))) for n in range(30)]
    assert naive_pairs.sample(pairs, 5) == naive_pairs.sample(pairs, 5)
    assert len(naive_pairs.sample(pairs, 5)) == 5
    assert naive_pairs.sample(pairs, 0) == []
    assert naive_pairs.sample(pairs, 31) == naive_pairs.sample(pairs, None) == pairs


def facts_and_yes(call: Call) -> dict[str, Any]:
    """Each sentence as its own fact, nothing as padding, and every pair a contradiction."""
    if call.prompt.startswith("reading."):
        numbers = re.findall(r"^(\d+) ", call.user, re.MULTILINE)
        claims = [{"sentences": [int(n)], "claim": "", "source": ""} for n in numbers]
        return {"padding": [], "claims": claims}
    if call.prompt == "naive-pairs.v1":
        return {"contradiction": "yes"}
    raise ProviderError("not now", call_key=call.key, prompt=call.prompt)


def test_every_yes_becomes_a_dispute_and_a_sample_is_told(corpus: Corpus) -> None:
    to, llm = runner(facts_and_yes)
    found = naive_pairs.find(corpus, to)
    asked = [call for call in llm.calls if call.prompt == "naive-pairs.v1"]
    assert len(asked) == len(found.report.disputes) == 1
    assert "40 hours" in asked[0].user
    assert "55 hours" in asked[0].user
    assert found.note == "all 1 pairs that share a name or number"
    none = naive_pairs.find(corpus, to, max_pairs=0)
    assert none.report.disputes == ()
    assert "sample of 0 of 1" in none.note


def test_a_pair_whose_call_fails_is_a_failure(corpus: Corpus) -> None:
    def failing(call: Call) -> Any:
        return "?" if call.prompt == "naive-pairs.v1" else facts_and_yes(call)

    to, _ = runner(failing)
    report = naive_pairs.find(corpus, to).report
    assert any("40 hours" in f.subject and "55 hours" in f.subject for f in report.failures)
    assert report.disputes == ()


# consistency-checker


def chunk(document: Document) -> Span:
    return Span(start=0, end=len(document.text))


def test_an_assertion_is_placed_on_the_sentence_that_has_its_words() -> None:
    document = Document(id="kiln.txt", text=KILN)
    assertion = checker.Assertion("Osk's kiln burned for 40 hours.", "kiln.txt", chunk(document))
    placed = checker.claim_of(document, assertion)
    assert placed is not None
    assert placed.quote == "The Osk kiln burned for 40 hours."


def test_an_assertion_of_several_sentences_stands_on_all_of_them() -> None:
    document = Document(id="kiln.txt", text=KILN)
    assertion = checker.Assertion(KILN.replace("“", '"').replace("”", '"'), "k", chunk(document))
    placed = checker.claim_of(document, assertion)
    assert placed is not None
    assert placed.quote == KILN.strip()


def test_an_assertion_is_not_placed_outside_its_chunk_nor_where_its_words_are_not() -> None:
    document = Document(id="kiln.txt", text=KILN)
    rest = Span(start=KILN.index("Rain"), end=len(KILN))
    burned = "The Osk kiln burned for 40 hours."
    assert checker.claim_of(document, checker.Assertion(burned, "kiln.txt", rest)) is None
    invented = checker.Assertion("A museum bought the pots.", "kiln.txt", chunk(document))
    assert checker.claim_of(document, invented) is None


def test_its_findings_become_disputes_and_what_has_no_place_is_ungrounded(corpus: Corpus) -> None:
    kiln, glaze = corpus.documents
    run = checker.Run(
        {
            "a": checker.Assertion("The Osk kiln burned for 40 hours.", kiln.id, chunk(kiln)),
            "b": checker.Assertion("The Osk kiln burned for 55 hours.", glaze.id, chunk(glaze)),
            "c": checker.Assertion("A museum bought every pot.", glaze.id, chunk(glaze)),
        },
        [("a", "b"), ("a", "c")],
        judged=7,
    )
    found = checker.report_run(corpus, "tiny", run)
    (dispute,) = found.report.disputes
    assert {p.doc_ids for p in dispute.positions} == {(kiln.id,), (glaze.id,)}
    assert [u.text for u in found.report.ungrounded] == ["A museum bought every pot."]
    assert "no NLI gate" in found.note
    assert "7 pairs judged" in found.note


class JudgePayload(BaseModel):
    verdict: str


def ask(client: PortClient) -> Any:
    parsed = client.beta.chat.completions.parse(
        model="tiny",
        messages=[{"role": "system", "content": "Judge."}, {"role": "user", "content": "{{ a }}"}],
        response_format=JudgePayload,
        extra_body={},
    )
    return parsed.choices[0].message.parsed


def test_its_calls_go_through_the_port_with_nothing_added() -> None:
    to, llm = runner({"verdict": "contradiction"})
    assert ask(PortClient(to)) == JudgePayload(verdict="contradiction")
    (call,) = llm.calls
    assert (call.system, call.user, call.parameters) == ("Judge.", "{{ a }}", {})
    assert call.prompt == "consistency-checker-0.4.1.judge"


def test_a_failed_call_is_what_it_can_bear_and_forgotten_once_it_succeeds() -> None:
    answers = iter(["?", {"verdict": "uncertain"}, "?"])
    to, _ = runner(lambda call: next(answers))
    client = PortClient(to)
    with pytest.raises(ValueError, match="does not fit"):
        ask(client)
    assert len(client.failed) == 1
    ask(client)
    assert not client.failed


def test_without_the_package_it_says_how_to_install_it(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "find_spec", lambda name: None)
    with pytest.raises(checker.NotInstalled, match=r"pip install .*consistency-checker==0\.4\.1"):
        checker.find(corpus, runner({})[0])


# The table


def all_methods(call: Call) -> Any:
    if call.prompt == "whole-set.v2":
        hours = listed((1, "for 55 hours"), (2, "for 40 hours"))
        return {"contradictions": [hours, listed((1, "Lunch was soup"), (2, "Rain fell"))]}
    return facts_and_yes(call)


def test_all_methods_stand_in_one_table(
    gold: GoldSet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checker, "find_spec", lambda name: None)
    connection = Connection(FakeLLM(all_methods), "tiny")
    rows = baselines.compare([gold], baselines.methods(), lambda _: connection)
    assert "pip install" in capsys.readouterr().err
    assert [row.method for row in rows] == ["whole-set", "naive-pairs", "llmcheck"]
    whole, naive, own = rows
    assert (whole.found, whole.disputes, whole.false, whole.alarms) == (1, 1, 1, 1)
    assert (whole.precision, whole.recall, whole.calls) == (0.5, 1.0, 1)
    assert (naive.found, naive.false, naive.alarms, naive.f1) == (1, 0, 0, 1.0)
    assert own.failures > 0
    page = baselines.table(rows, "tiny")
    assert "pottery: 1 disputes, 1 look-alikes" in page
    assert "naive-pairs: all 1 pairs" in page
    assert "parts failed" in page


def test_several_sets_are_added_up(gold: GoldSet) -> None:
    chosen = {"whole-set": baselines.methods()["whole-set"]}
    rows = baselines.compare(
        [gold, gold], chosen, lambda _: Connection(FakeLLM(all_methods), "tiny")
    )
    assert [row.set for row in rows] == ["pottery", "pottery", "all"]
    total = rows[-1]
    assert (total.found, total.disputes, total.false, total.calls) == (2, 2, 2, 2)


def test_the_command_prints_the_table_from_a_recording_and_writes_json(
    gold: GoldSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from llmcheck import RecordingLLM

    recording = RecordingLLM(FakeLLM(all_methods), tmp_path / "recording")
    chosen = {"whole-set": baselines.methods()["whole-set"]}
    baselines.compare([gold], chosen, lambda _: Connection(recording, "tiny"))
    folder = str(gold.folder.parent)
    recorded, rows = str(tmp_path / "recording"), tmp_path / "rows.json"
    baselines.main([folder, "--method", "whole-set", "--replay", recorded, "--json", str(rows)])
    page = capsys.readouterr().out
    assert "model: tiny" in page
    assert "* some answers came from the cache or a recording" in page
    (row,) = json.loads(rows.read_text(encoding="utf-8"))["rows"]
    assert (row["found"], row["calls"], row["fresh"]) == (1, 1, False)


def test_an_error_of_the_labels_ends_the_command_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        baselines.main([str(tmp_path), "--base-url", "http://127.0.0.1:9", "--model", "tiny"])
    assert stopped.value.code == 2
    assert "gold.json" in capsys.readouterr().err
