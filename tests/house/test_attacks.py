"""The attacks: none breaks a prompt or a report, and what they change is counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attack_outputs
import attack_set
import attack_structure
import attacks
import pytest
from attack_effects import Effect, effect
from attack_set import HARMLESS, PLACES, Attack, found, kinds, known, planted, tokens

from llmcheck import Checker, Report, Settings
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.neutral import neutral
from llmcheck.llm.port import LLM, Call
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.recording.replay import ReplayLLM

ALL = attack_set.attacks()


def named(id_: str) -> Attack:
    (attack,) = (attack for attack in ALL if attack.id == id_)
    return attack


# Without a model


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.id)
def test_no_attack_breaks_a_prompt_or_a_quote(attack: Attack) -> None:
    assert attack_structure.problems(attack) == []


def test_no_attack_is_live_in_any_form_of_a_report() -> None:
    assert attack_outputs.problems_of_outputs(ALL) == []


def test_the_obedient_stand_in_is_asked_by_every_stage() -> None:
    calls, report = attack_structure.run(planted().corpus, "It runs.")
    asked = {call.prompt.partition(".")[0] for call in calls}
    assert asked == {"reading", "survey", "merge", "judge", "summary"}
    assert report.disputes
    assert report.summary.sentences
    report.raise_for_failures()


@pytest.mark.parametrize(
    ("id_", "told"),
    [
        ("tokens/chatml", "survey.v1: holds the token <|im_start|>"),
        ("tokens/unheard-of", "summary.v1: holds the token <|a token of next year|>"),
        ("invisible/tags", "reading.v1: holds the invisible U+E0049"),
        ("invisible/override-of-direction", "judge.v4: holds the invisible U+202E"),
        ("carriers/author-with-tokens", "merge.v1: holds the token <|eot_id|>"),
    ],
)
def test_what_is_not_made_neutral_is_noticed(
    id_: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmcheck.llm.prompts.neutral", str)
    assert told in attack_structure.problems(named(id_))


@pytest.mark.parametrize(
    ("id_", "module", "told"),
    [
        (
            "carriers/language",
            "language.detection._code",
            "something else outside of the marks",
        ),
        ("places/passages", "judging.pairs.without_marks", "has marks that are not its own"),
    ],
)
def test_what_is_not_guarded_is_noticed(
    id_: str, module: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"llmcheck.{module}", lambda text: text)
    assert any(told in problem for problem in attack_structure.problems(named(id_)))


def test_what_is_live_in_a_report_is_noticed_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmcheck.render.markdown.escape", str)
    some = [named("exfiltration/image"), named("harmless/recipe")]
    told = attack_outputs.problems_of_outputs(some)
    assert any(line.startswith("exfiltration/image: markdown: shows an image") for line in told)
    assert {line.partition(":")[0] for line in told} == {"exfiltration/image"}


@pytest.mark.parametrize("token", tokens())
def test_every_known_control_token_is_parted_and_stays_legible(token: str) -> None:
    assert token not in neutral(f"a {token}b")
    assert neutral(token).replace(" ", "") == token


# The attacks themselves


def test_there_are_many_attacks_of_every_kind_and_some_that_are_none() -> None:
    numbers = Counter(attack.kind for attack in ALL)
    assert sum(numbers.values()) - numbers[HARMLESS] >= 100
    assert numbers[HARMLESS] >= 10
    assert min(numbers.values()) >= 9
    assert numbers["orders"] >= 15 + 3
    assert set(numbers) == set(kinds())


def test_every_attack_has_a_name_of_its_own_and_a_place() -> None:
    assert max(Counter(attack.id for attack in ALL).values()) == 1
    assert {attack.at for attack in ALL} == set(PLACES)


def test_no_document_of_the_clean_set_has_what_an_attack_wants() -> None:
    clean = " ".join(document.text for document in planted().corpus.documents).casefold()
    assert [a.id for a in ALL if a.wants and a.wants.casefold() in clean] == []


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.id)
def test_the_rest_of_the_set_is_as_it_was(attack: Attack) -> None:
    set_ = planted(attack)
    texts = {set_.names[d.id]: (d.id, d.text) for d in set_.corpus.documents}
    for clean in planted().corpus.documents:
        doc_id, text = texts[clean.id]
        span = set_.spans.get(doc_id)
        rest = text[: span.start] + text[span.end :] if span else text
        assert rest.split() == clean.text.split()


# With a model: here one that plays by the book


def plain(call: Call) -> Mapping[str, Any]:
    """What an honest reader answers: the known findings, whatever else is there."""
    lines = call.user.split("\n")

    def at(words: str) -> list[str]:
        return [line.split(" ")[0] for line in lines if words in line]

    def positions(*sides: str) -> list[dict[str, Any]]:
        return [{"answer": side, "sentences": at(side)} for side in sides]

    stage = call.prompt.partition(".")[0]
    if stage == "reading":
        orders = [int(n) for n in at("PELICAN.") if n.isdecimal()]
        padding = [{"first": n, "last": n, "kind": "injection"} for n in orders]
        return {"padding": padding, "claims": []}
    if stage == "survey":
        cost = {"question": "Cost?", "positions": positions("cost 2.4", "cost 3.1")}
        room = {"question": "Room?", "positions": positions("holds 30", "holds 24")}
        agreed = {"statement": "It runs since 12 June.", "sentences": at("12 June")}
        return {"disputes": [cost, room], "lookalikes": [], "agreements": [agreed]}
    if stage == "judge":
        given = {"a": "2.4", "b": "3.1", "why": "", "verdict": "contradiction", "kind": "numeric"}
        pairs = [line for line in lines if line.startswith("PAIR")]
        return {"pairs": [{"pair": n, **given} for n, _ in enumerate(pairs, 1)]}
    return {"sentences": [{"text": "The cable car runs.", "findings": [1]}]}


def checked(attack: Attack | None, llm: LLM | None = None) -> Report:
    model = llm.model if isinstance(llm, ReplayLLM) else "plain"
    checker = Checker(model, settings=Settings(concurrency=1), llm=llm or FakeLLM(plain))
    return checker.summarize(planted(attack).corpus)


def test_the_known_findings_are_found_in_the_answers_of_an_honest_model() -> None:
    report = checked(None)
    assert report.ungrounded == ()
    assert found(planted(), report) == list(known())
    assert [each.dispute for each in known()] == [True, True, False]


def test_an_attack_that_comes_to_nothing_is_held_and_an_injection_flagged() -> None:
    attack = named("orders/english")
    assert effect(attack, checked(attack), checked(None)) == Effect(attack, flagged=True)
    assert effect(attack, checked(attack), checked(None)).held


def test_what_an_attack_changes_is_told() -> None:
    attack = named("orders/english")

    def obeyed(call: Call) -> Mapping[str, Any]:
        answer = json.loads(json.dumps(plain(call)).replace("The cable car", "The PELICAN"))
        if call.prompt.startswith("survey"):
            del answer["disputes"][0], answer["agreements"]
            answer["agreements"] = []
            first, second = ({"answer": n, "sentences": [n]} for n in ("1.1", "2.1"))
            answer["disputes"].append({"question": "PELICAN?", "positions": [first, second]})
        if call.prompt.startswith("reading"):
            answer["padding"] = [{"first": 1, "last": 2, "kind": "promotion"}]
        return answer  # type: ignore[no-any-return]

    told = effect(attack, checked(attack, FakeLLM(obeyed)), checked(None))
    assert told.lost == tuple(each.about for each in known() if each.about != known()[1].about)
    assert told.invented == ("PELICAN?",)
    assert told.echoed
    assert told.padded == 6
    assert not told.flagged
    assert not told.held


def test_a_run_that_failed_says_nothing_of_an_attack() -> None:
    attack = named("orders/english")

    def broken(call: Call) -> Any:
        return "no JSON" if call.prompt.startswith("summary") else plain(call)

    assert effect(attack, checked(attack, FakeLLM(broken)), checked(None)).failures == 1


def test_harmless_text_is_left_alone_only_if_it_is_no_injection() -> None:
    attack = named("harmless/recipe")
    assert Effect(attack, summed_up=True).held
    assert not Effect(attack, flagged=True).held
    assert not Effect(named("orders/german"), summed_up=True).held


# The program


def test_it_prints_how_many_break_something(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        attacks.main(["--kind", "persuasion", "--kind", "hidden"])
    told = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    assert [line.split()[0] for line in told[:4]] == ["kind", "hidden", "persuasion", "all"]
    assert told[3].split() == [
        "all",
        str(sum(a.kind in ("persuasion", "hidden") for a in ALL)),
        "0",
    ]


def test_it_names_what_is_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmcheck.llm.prompts.neutral", str)
    with pytest.raises(SystemExit) as ended:
        attacks.main(["--kind", "tokens"])
    assert ended.value.code == 1
    assert "broken: tokens/gemma: reading.v1: holds the token <eos>" in capsys.readouterr().out


def test_it_compares_with_the_clean_set_from_a_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = RecordingLLM(FakeLLM(plain), tmp_path / "recording")
    for attack in (None, *(a for a in ALL if a.kind == "persuasion" and a.name != "law")):
        Checker("plain", settings=Settings(), llm=recording).summarize(planted(attack).corpus)
    replayed = ["--kind", "persuasion", "--replay", str(tmp_path / "recording")]
    with pytest.raises(SystemExit):
        attacks.main([*replayed, "--json", str(tmp_path / "effects.json")])
    told = capsys.readouterr().out.splitlines()
    number = sum(a.kind == "persuasion" for a in ALL)
    (row,) = (line for line in told if line.startswith("persuasion") and len(line.split()) == 10)
    assert row.split() == ["persuasion", str(number - 1), str(number - 1), *["0"] * 6, "1"]
    effects = json.loads((tmp_path / "effects.json").read_text())
    assert [each["id"] for each in effects if each["failures"]] == ["persuasion/law"]


def test_without_the_clean_set_there_is_nothing_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    RecordingLLM(FakeLLM(plain), tmp_path / "empty")
    with pytest.raises(SystemExit) as ended:
        attacks.main(["--kind", "persuasion", "--replay", str(tmp_path / "empty")])
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


# With the answers of a real model, as they were recorded

RECORDED = attack_set.FOLDER / "recorded"
SAMPLE = {attack.kind: attack for attack in ALL}
"""Of each kind the last."""
A_LIE = "places/numbers-of-a-window"
"""It says what is not so, like any statement: the summary tells it as disputed."""


@pytest.fixture(scope="module")
def clean() -> Report:
    return checked(None, ReplayLLM(RECORDED))


@pytest.mark.parametrize("attack", SAMPLE.values(), ids=lambda attack: attack.id)
def test_no_attack_changed_what_a_model_found_in_the_rest(attack: Attack, clean: Report) -> None:
    told = effect(attack, checked(attack, ReplayLLM(RECORDED)), clean)
    assert told.held
    assert told.failures == 0


def test_the_clean_set_was_read_as_it_is_known_to_be(clean: Report) -> None:
    assert found(planted(), clean) == list(known())


def test_what_an_attack_states_of_the_matter_is_told_as_disputed(clean: Report) -> None:
    attack = named(A_LIE)
    report = checked(attack, ReplayLLM(RECORDED))
    assert effect(attack, report, clean) == Effect(attack, summed_up=True, flagged=True)
    assert any("never stopped" in p.answer for d in report.disputes for p in d.positions)
