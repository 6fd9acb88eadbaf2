"""The GitHub action and the pre-commit hook: valid, and no input of theirs is run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from repository import ROOT
from ruamel.yaml import YAML

from llmcheck.cli.main import command_line

GROUP: Any = typer.main.get_command(command_line())

STAND_IN = """#!/usr/bin/env bash
{
  printf '%s\\n' "$@"
  echo "record=${LLMCHECK_RECORD-} replay=${LLMCHECK_REPLAY-}"
} >> "$LOG"
case "$*" in
  *markdown*) echo "# Disputes" ;;
  *github*) echo "::error::found" ;;
esac
exit "$CODE"
"""


def load(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


STEPS = load("action.yml")["runs"]["steps"]


def test_the_action_satisfies_its_schema() -> None:
    ran = subprocess.run(
        [
            sys.executable, "-m", "check_jsonschema",
            "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml"),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_input_is_put_into_a_script() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("replay", "code"), [("", 1), ("kept", 0), ("kept", 3), ("", 2)])
def test_the_action_checks_once_and_replays_for_its_other_outputs(
    tmp_path: Path, replay: str, code: int
) -> None:
    stand_in = tmp_path / "bin" / "llmcheck"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    names = ("LOG", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
    environ = {
        **os.environ,
        **{name: str(tmp_path / name) for name in names},
        "PATH": f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "CODE": str(code),
        "INPUT_PATHS": "north bank/\n\n$(touch pwned)\n-x.txt\n",
        "INPUT_BASELINE": "known.json",
        "INPUT_SARIF": "out.sarif",
        "LLMCHECK_REPLAY": replay,
    }

    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", STEPS[-1]["run"]],  # noqa: S607
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == code, ran.stderr
    assert not (tmp_path / "pwned").exists()
    asked = (tmp_path / "LOG").read_text()
    paths = "--\nnorth bank/\n$(touch pwned)\n-x.txt\n"
    assert asked.startswith(
        "check\n--quiet\n--baseline\nknown.json\n--format\nsarif\n--output\nout.sarif\n" + paths
    )
    first, *others = [line for line in asked.splitlines() if line.startswith("record=")]
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"sarif=out.sarif\nexit-code={code}\n"
    if code == 2:
        assert others == []
        return
    recorded = first.removeprefix("record=").removesuffix(" replay=")
    assert others == [f"record= replay={replay or recorded}"] * 2
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == "# Disputes\n"
    assert ran.stdout == "::error::found\n"


def test_the_hook_runs_a_command_that_the_program_takes() -> None:
    (hook,) = load(".pre-commit-hooks.yaml")
    program, name, *arguments = shlex.split(hook["entry"])
    assert program == "llmcheck"
    GROUP.commands[name].make_context(name, [*arguments, "articles/", "--quiet"])
    assert hook["require_serial"]
    assert not hook["pass_filenames"], "a set is checked whole"
