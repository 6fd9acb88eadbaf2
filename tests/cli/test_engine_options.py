"""What the command line says of an engine and of Parquet; no engine is needed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from repository import ROOT

from llmcheck.cli.main import main

REPLAYED = ["check", str(ROOT / "seeds"), "--replay", str(ROOT / "fixtures" / "seeds")]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*REPLAYED, *arguments])
    return int(str(ended.value.code))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "2"], "--workers are those of an --engine"),
        (["--engine", "spark"], "'spark' is none of daft"),
        (["--format", "parquet"], "name a file with --output"),
        (["--engine", "daft", "--no-cache"], "leave --no-cache away"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert said in " ".join(capsys.readouterr().err.replace("│", "").split())


def test_the_suffix_of_the_output_tells_the_format_unless_one_is_given(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    assert run("-o", str(found)) == 1
    assert json.loads(found.read_text())["disputes"]
    assert run("-o", str(found), "--format", "text") == 1
    assert found.read_text().startswith(str(ROOT / "seeds"))


def test_without_the_extra_an_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "daft", None)
    assert run("--engine", "daft") == 2
    assert "pip install 'llmcheck[engine]'" in capsys.readouterr().err
