"""``llmcheck explain``: what it prints of a saved report, and what it exits with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import ROOT

from llmcheck.cli.main import main
from llmcheck.models import Report

RECORDING = ROOT / "fixtures" / "seeds"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    assert run("check", "seeds/", "--replay", str(RECORDING), "--format", "json",
               "-o", str(path))[0] == 1  # fmt: skip
    return path


def first_dispute(saved: Path) -> str:
    return Report.model_validate_json(saved.read_text(encoding="utf-8")).disputes[0].id


def test_text_and_json_tell_prompts_and_answers(run: Run, saved: Path) -> None:
    dispute = first_dispute(saved)
    code, out, err = run("explain", dispute, str(saved), "--replay", str(RECORDING))
    assert (code, err) == (0, "")
    assert out.startswith(f"dispute {dispute}: ")
    # A source by its title, and by its path, where the words are to be found.
    assert "\n  Scale AI cuts 200 jobs after ramping up GenAI" in out
    assert "\n  (seeds/001_54ece9aee5404477.txt, characters 236 to 443)\n" in out
    code, told, _ = run(
        "explain", dispute, str(saved), "--replay", str(RECORDING), "--format", "json"
    )
    calls = json.loads(told)["calls"]
    assert code == 0
    assert len(calls) >= 2
    assert all(call["user"].splitlines()[-1] in out for call in calls)


def test_without_answers_it_exits_2_and_says_how_to_get_them(
    run: Run, saved: Path, tmp_path: Path
) -> None:
    code, out, err = run(
        "explain", first_dispute(saved), str(saved), "--cache", str(tmp_path / "none")
    )
    assert (code, out) == (2, "")
    assert "--record DIR" in err


def test_with_some_of_the_answers_it_prints_those_and_exits_3(
    run: Run, saved: Path, tmp_path: Path
) -> None:
    part = tmp_path / "part"
    shutil.copytree(RECORDING, part)
    for path in part.glob("judge.*/*.json"):
        path.unlink()
    code, out, err = run("explain", first_dispute(saved), str(saved), "--replay", str(part))
    assert code == 3
    assert "survey.v1" in out
    assert "no answer of judge.v4" in err


@pytest.mark.parametrize("words", [("d-none",), ("d-none", "--replay", "nowhere")])
def test_wrong_usage_exits_2(run: Run, saved: Path, words: tuple[str, ...]) -> None:
    code, out, err = run("explain", words[0], str(saved), *words[1:])
    assert (code, out) == (2, "")
    assert err.startswith("llmcheck: error: ")


def test_verbose_tells_each_call_on_stderr_and_prints_the_same(run: Run) -> None:
    check = ("check", "seeds/", "--replay", str(RECORDING))
    (_, plain, quiet), (_, out, err) = run(*check), run(*check, "--verbose")
    assert out == plain
    assert "from replay" in err
    assert "from replay" not in quiet
