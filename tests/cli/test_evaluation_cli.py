"""The verb ``eval``: what it measures, prints and exits with, from made-up recordings."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builders import Script
from calls import Spending
from gold import LABELS, TEXTS

from llmcheck import Checker, RecordingLLM, summary
from llmcheck.cli.main import main
from llmcheck.evaluation import PairRow, SentenceRow, read_gold, read_rows, score_pairs
from llmcheck.evaluation.labelled_claims import score_sentences
from llmcheck.evaluation.run import CLAIMS, PAIRS
from llmcheck.judging import judge
from llmcheck.llm.budget import Ledger
from llmcheck.llm.port import Call
from llmcheck.llm.runner import Runner
from llmcheck.reading import read
from llmcheck.survey import survey

MILL = {"premise": "The mill has 3 wheels.", "hypothesis": "The mill has 4 wheels."}


def every_sentence(call: Call) -> Any:
    """Read as a claim in its own words."""
    numbers = re.findall(r"^(\d+) ", call.user, re.MULTILINE)
    claims = [{"sentences": [int(n)], "claim": "", "source": ""} for n in numbers]
    return {"padding": [], "claims": claims}


def every_million(call: Call) -> Any:
    """A position on one question."""
    found = re.findall(r"^(\d+\.\d+) .*?(\d+ million)", call.user, re.MULTILINE)
    positions = [{"answer": answer, "sentences": [number]} for number, answer in found]
    disputes = [{"question": "How many million?", "positions": positions}]
    return {"disputes": disputes, "lookalikes": [], "agreements": []}


def every_pair(call: Call) -> Any:
    """A contradiction."""
    fields = {"a": "", "b": "", "why": "-", "verdict": "contradiction", "kind": "numeric"}
    numbers = re.findall(r"^PAIR (\d+):", call.user, re.MULTILINE)
    return {"pairs": [{"pair": int(number), **fields} for number in numbers]}


def script() -> Script:
    return Script(
        reading=every_sentence, survey=every_million, judge=every_pair, summary={"sentences": []}
    )


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def command(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(["eval", *arguments])
        out, err = capsys.readouterr()
        return Ran(int(str(ended.value.code)), out, err)

    return command


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sets, pairs and sentences, with a recording of each under ``kept``."""
    folder = tmp_path_factory.mktemp("prepared")
    for name in ("bridge", "again"):
        docs = folder / "sets" / name / "docs"
        docs.mkdir(parents=True)
        for document, text in TEXTS.items():
            (docs / document).write_text(text, encoding="utf-8")
        (docs.parent / "gold.json").write_text(json.dumps(LABELS | {"name": name}))
    pairs = [MILL | {"label": label} for label in ("contradiction", "not_contradiction")]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pairs))
    sentence = "The mill at Aune was built in 1871."
    row = {"document": f"Look. {sentence}", "sentence": sentence, "claims": [sentence]}
    (folder / "claims.jsonl").write_text(json.dumps(row) + "\n")

    def llm(part: str) -> RecordingLLM:
        return RecordingLLM(script(), folder / "kept" / part, synthetic=True)

    for name in ("bridge", "again"):
        gold = read_gold(folder / "sets" / name)
        Checker("tiny", llm=llm(name)).summarize(gold.read_documents())
    score_pairs(read_rows(folder / "pairs.jsonl", PairRow), Runner(llm(PAIRS), "tiny"))
    score_sentences(read_rows(folder / "claims.jsonl", SentenceRow), Runner(llm(CLAIMS), "tiny"))
    return folder


@pytest.fixture
def home(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is prepared, as the current folder."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ALL = ("sets/bridge", "sets/again", "--pairs", "pairs.jsonl", "--claims", "claims.jsonl")


def test_everything_is_measured_in_one_command_each_from_its_own_recording(
    run: Callable[..., Ran], home: Path
) -> None:
    ran = run(*ALL, "--replay", "kept", "--format", "json", "--quiet")

    assert (ran.code, ran.err) == (0, "")
    assert [score["name"] for score in ran.data["sets"]] == ["bridge", "again"]
    for score in ran.data["sets"]:
        assert [found["id"] for found in score["found"]] == ["D1"]
        assert score["model"] == "tiny"
    recall = ran.data["all"]["disputes"]["disputes"]["recall"]
    assert recall == {"part": 2, "whole": 4, "value": 0.5}
    assert ran.data["pairs"]["figures"]["accuracy"] == {"part": 1, "whole": 2, "value": 0.5}
    assert ran.data["claims"]["figures"]["covered"]["value"] == 1
    usage = ran.data["sets"][0]["figures"]["prompts"]
    assert set(usage) == {stage.PROMPT for stage in (read, survey, judge, summary)}


def test_the_tables_name_what_was_lost_and_fit_80_columns(
    run: Callable[..., Ran], home: Path
) -> None:
    ran = run(*ALL, "--replay", "kept", "--quiet")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    begin = lines.index("Lost")
    assert lines[begin + 1].split()[:2] == ["bridge", "D2"]
    assert "Who designed the bridge?" in lines[begin + 1]
    assert lines[begin + 2].split()[:2] == ["again", "D2"]
    total = next(line for line in lines if line.startswith("all "))
    assert total.split()[:4] == ["all", "2", "of", "4"]


def test_one_recording_may_answer_for_all(run: Callable[..., Ran], home: Path) -> None:
    ran = run("sets/bridge", "sets/again", "--replay", "kept/bridge", "--format", "json")
    assert ran.code == 0
    assert ran.data["all"] is not None


def test_a_single_set_has_no_row_for_all(run: Callable[..., Ran], home: Path) -> None:
    ran = run("sets/bridge/gold.json", "--replay", "kept/bridge")
    assert ran.code == 0
    assert "\nall " not in ran.out
    assert "judging: " in ran.err, "progress"


def test_a_hostile_label_cannot_speak_to_the_terminal(run: Callable[..., Ran], home: Path) -> None:
    labels = LABELS | {"name": "bridge"}
    labels["disputes"] = [LABELS["disputes"][1] | {"question": "Who?\x1b[2J\u202e"}]
    (home / "sets" / "bridge" / "gold.json").write_text(json.dumps(labels))
    for output in ("text", "json"):
        out = run("sets/bridge", "--replay", "kept/bridge", "--format", output).out
        assert "Who?" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_errors_of_the_labels_are_listed_and_the_figures_stand(
    run: Callable[..., Ran], home: Path
) -> None:
    doc = "an-article-with-a-rather-long-name.txt"
    quotes = [{"doc": doc, "quote": f"{word} words " * 20} for word in ("Some", "Other")]
    lost = {"id": "an-agreement-of-long-name", "statement": "-", "quotes": quotes}
    labels = LABELS | {"name": "a-set-with-a-very-long-name", "agreements": [lost]}
    (home / "sets" / "bridge" / "gold.json").write_text(json.dumps(labels))

    ran = run("sets/bridge", "--replay", "kept/bridge", "--quiet")

    assert ran.code == 0
    listed = ran.out.partition("Errors of the labels (they lower no figure)\n")[2].splitlines()
    assert len(listed) == 2
    assert doc[:8] in listed[0]
    assert max(map(len, ran.out.splitlines())) <= 80
    data = run("sets/bridge", "--replay", "kept/bridge", "--format", "json").data
    assert [error["doc"] for error in data["sets"][0]["label_errors"]] == [doc, doc]


def test_what_failed_is_listed_and_exits_3(run: Callable[..., Ran], home: Path) -> None:
    shutil.rmtree(home / "kept" / "bridge" / judge.PROMPT)
    ran = run("sets/bridge", "--replay", "kept/bridge", "--quiet")
    assert ran.code == 3
    assert "of the run failed; the figures lack these" in ran.out
    assert ran.err == "llmcheck: warning: parts of the run failed; the output says which\n"

    ran = run("--pairs", "pairs.jsonl", "--replay", "kept/bridge", "--format", "json", "--quiet")
    assert ran.code == 3, "a recording of something else"
    assert (ran.data["pairs"]["rows"], ran.data["pairs"]["judged"]) == (2, 0)


def test_recording_gives_every_part_its_folder_and_one_budget(
    run: Callable[..., Ran], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Script] = []

    def endpoint_of(*, ledger: Ledger, **_: Any) -> Spending:
        made.append(script())
        return Spending(made[-1], ledger)

    monkeypatch.setattr("llmcheck.llm.endpoint.client.EndpointLLM", endpoint_of)
    endpoint = ("--base-url", "http://127.0.0.1:9/v1", "--model", "tiny", "--no-cache", "--quiet")

    assert run(*ALL, *endpoint, "--record", "new").code == 0
    assert len(made) == 1
    assert {path.parent.name for path in Path("new").glob("*/recording.json")} == {
        "bridge", "again", PAIRS, CLAIMS,
    }  # fmt: skip
    replayed = run(*ALL, "--replay", "new", "--quiet", "--format", "json")
    assert (replayed.code, replayed.data["all"] is None) == (0, False)

    assert run("sets/bridge", *endpoint, "--record", "alone").code == 0
    assert (home / "alone" / "recording.json").exists()

    limit = str(len(made[-1].calls) + 1)
    assert run("sets/bridge", "sets/again", *endpoint, "--max-calls", limit).code == 4


def test_the_measurement_can_be_written_to_a_file(run: Callable[..., Ran], home: Path) -> None:
    ran = run("sets/bridge", "--replay", "kept/bridge", "--format", "json", "--output", "m.json")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads(Path("m.json").read_text())["sets"][0]["name"] == "bridge"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "name a GOLD_DIR, --pairs FILE or --claims FILE"),
        (["sets"], "there is no such file"),
        (["sets/bridge", "sets/bridge"], "2 of what is to be measured have the name 'bridge'"),
        (["--pairs", "claims.jsonl"], "claims.jsonl:1: premise: field required"),
        (["--claims", "none.jsonl"], "none.jsonl: cannot be read"),
        (["sets/bridge", "--output", "no/such/file"], "--output no/such/file"),
        (["sets/bridge", "--limit", "0"], "--limit"),
        (["sets/bridge", "--format", "xml"], "xml"),
        (["sets/bridge", "--cache", "c", "--no-cache"], "exclude each other"),
        (["sets/bridge", "--replay", "nowhere"], "there is no recording to replay: nowhere"),
        (["sets/bridge", "--replay", "sets"], "there is no recording to replay: sets/bridge"),
    ],
)
def test_wrong_usage_exits_2_and_says_why(
    run: Callable[..., Ran], home: Path, arguments: list[str], problem: str
) -> None:
    ran = run(*arguments) if "--replay" in arguments else run(*arguments, "--replay", "kept")
    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_labels_are_read_before_any_call_is_made(run: Callable[..., Ran], home: Path) -> None:
    Path("pairs.jsonl").write_text("{}")
    ran = run("sets/bridge", "--pairs", "pairs.jsonl", "--replay", "kept")
    assert (ran.code, "reading:" in ran.err) == (2, False)
