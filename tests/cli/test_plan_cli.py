"""``llmcheck plan`` and ``--dry-run``: what they print, without a model, a key or a call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from builders import document

from llmcheck import Corpus
from llmcheck.cli.main import main
from llmcheck.models import Failure
from llmcheck.plan import STAGES, Plan, plan_of
from llmcheck.render.plan import plan_page

FERRY = "The ferry Ida carried 40 cars. It left at noon. The crossing took an hour.\n" * 9
HARBOUR = "Ida took 50 cars over the sound. Nobody waited. She was late by an hour.\n" * 9


class Ran(NamedTuple):
    code: object
    out: str
    err: str


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    monkeypatch.chdir(tmp_path)
    Path("ferry.md").write_text(f"# The ferry\n\n{FERRY}")
    Path("harbour.txt").write_text(HARBOUR)

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return Ran(ended.value.code, *capsys.readouterr())

    return run


def verbs_of(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines() if "tokens in" in line]


def test_plan_tells_documents_tables_and_both_verbs(run: Callable[..., Ran]) -> None:
    ran = run("plan", "ferry.md", "harbour.txt", "--model", "gpt-4o-mini")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("2 documents")
    assert re.search(r"^The ferry +28 +\d+ +1\.0×$", ran.out, re.MULTILINE)
    assert re.search(r"^1 table of up to 24,000 tokens", ran.out, re.MULTILINE)
    assert verbs_of(ran.out) == ["check", "summarize"]
    assert re.search(r"^reading +2 +[\d,]+ +~[\d,]+ +~\$0\.\d{4}$", ran.out, re.MULTILINE)
    assert re.search(r"^judging +~\d+ +~[\d,]+ +~[\d,]+ +~\$0\.\d{4}$", ran.out, re.MULTILINE)
    assert "unknown" not in ran.out


@pytest.mark.parametrize("verb", STAGES)
def test_a_dry_run_prints_the_plan_of_its_verb_and_exits_clean(
    run: Callable[..., Ran], verb: str
) -> None:
    ran = run(verb, "ferry.md", "harbour.txt", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert verbs_of(ran.out) == [verb]
    assert ("1 table of" in ran.out) == ("survey" in STAGES[verb])


def test_as_json_the_plan_is_data_and_written_where_it_is_wanted(run: Callable[..., Ran]) -> None:
    ran = run("plan", "ferry.md", "--format", "json")
    told = Plan.model_validate_json(ran.out)
    assert [run.verb for run in told.runs] == ["check", "summarize"]
    run("check", "ferry.md", "--dry-run", "--format", "json", "--output", "plan.json")
    (check,) = json.loads(Path("plan.json").read_text())["runs"]
    assert check == json.loads(ran.out)["runs"][0]


def test_settings_are_those_that_the_run_would_have(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("llmcheck.toml").write_text('table_tokens = 150\nmodel = "gpt-4o-mini"\n')
    plan = Plan.model_validate_json(run("plan", "ferry.md", "--format", "json").out)
    assert (plan.table_tokens, plan.model) == (150, "gpt-4o-mini")
    assert len(plan.tables) > 1
    monkeypatch.setenv("LLMCHECK_TABLE_TOKENS", "900")
    ran = run(
        "summarize", "ferry.md", "harbour.txt", "--dry-run", "--format", "json", "--model", "other"
    )
    plan = Plan.model_validate_json(ran.out)
    assert (plan.table_tokens, plan.model) == (900, "other")
    ran = run(
        "summarize",
        "ferry.md",
        "harbour.txt",
        "--dry-run",
        "--format",
        "json",
        "--length",
        "short",
    )
    assert Plan.model_validate_json(ran.out).runs[0].output_tokens < plan.runs[0].output_tokens


@pytest.mark.parametrize(
    ("model", "said"),
    [((), "No model is named"), (("--model", "home-made"), "The price of home-made is unknown")],
)
def test_a_price_that_is_not_known_is_said_not_to_be(
    run: Callable[..., Ran], model: tuple[str, ...], said: str
) -> None:
    ran = run("plan", "ferry.md", *model)
    assert said in ran.out
    assert "$" not in ran.out


def test_a_plan_of_what_could_be_read_says_what_could_not(run: Callable[..., Ran]) -> None:
    ran = run("check", "ferry.md", "gone.txt", "--dry-run")
    assert ran.code == 3
    assert "gone.txt: no such file" in ran.out
    assert ran.err == "llmcheck: warning: 1 document could not be read; the output says which\n"


def test_nothing_is_fetched_for_the_plan_of_a_replay(run: Callable[..., Ran]) -> None:
    ran = run("check", "https://wiki.example/a", "--replay", "r", "--dry-run")
    assert (ran.code, ran.out) == (2, "")
    assert "nothing is fetched in a replay" in ran.err


# --- the page ---


def test_long_lists_are_cut_and_say_where_the_rest_stands() -> None:
    texts = [document(f"{FERRY} Ship {n}.", f"{n}.txt") for n in range(25)]
    failed = [Failure(stage="documents", subject=f"{n}.pdf", error="no") for n in range(30)]
    corpus = Corpus(documents=tuple(texts), failures=tuple(failed))
    page = plan_page(plan_of(corpus, table_tokens=500))
    assert "and 5 more, listed by --format json" in page
    assert "and 10 more, listed by --format json" in page
    assert page.count("\n") < 120


@pytest.mark.parametrize("width", [50, 80, 120])
def test_no_line_is_wider_than_the_page_and_titles_obey_nothing(width: int) -> None:
    named = document(FERRY, title="\x1b[2JThe ferry " * 30)
    page = plan_page(plan_of(Corpus.from_texts([named])), width=width)
    assert max(map(len, page.splitlines())) <= width
    assert "\x1b" not in page
