"""README.md and docs/design.md are true: sample, examples, tables, layers and links."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from repository import ROOT, check_script

from llmcheck import Checker, Corpus, FakeLLM, RecordingLLM, Settings
from llmcheck.cli.main import ANALYSES, command_line
from llmcheck.cli.options import BUDGET, CLEAN, FAULT, FINDINGS, INCOMPLETE, INTERRUPTED, USAGE
from llmcheck.rules import CODES
from llmcheck.settings import FILE_ONLY

README = (ROOT / "README.md").read_text(encoding="utf-8")
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def rows(heading: str) -> dict[str, str]:
    """The rows of the table with this first heading, by their first cell."""
    table = README.partition(f"\n| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return {cells[1].strip(): line for line in table if (cells := line.split("|"))}


GROUP: Any = typer.main.get_command(command_line())
LIBRARY, GATE, STAGES, TEST = blocks("python")
COMMANDS = [
    line.partition(" #")[0]
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("llmcheck ")
]


def test_the_sample_is_what_the_program_prints() -> None:
    check_script("sample.py")


@pytest.mark.parametrize("example", [LIBRARY, GATE], ids=["library", "gate"])
def test_the_library_examples_run(
    example: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "articles")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLMCHECK_REPLAY", str(ROOT / "fixtures" / "seeds"))

    exec(example, {"__name__": "example"})  # noqa: S102

    assert "?" in capsys.readouterr().out


def test_the_example_of_the_stages_runs() -> None:
    exec(STAGES, {"__name__": "example"})  # noqa: S102


def test_the_example_of_the_plugin_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.mkdir("sources")
    for path in ("brief.md", "sources/port.txt"):
        (pytester.path / path).write_text("The port handled 310 ships last year.\n")
    answers: dict[str, dict[str, list[str]]] = {
        "survey.v1": {"disputes": [], "lookalikes": [], "agreements": []},
    }
    recording = RecordingLLM(
        FakeLLM(lambda call: answers[call.prompt]),
        pytester.path / "tests" / "fixtures" / "llmcheck",
        synthetic=True,
    )
    Checker(llm=recording).check(Corpus.read("brief.md", "sources/"))
    pytester.makepyfile(TEST)

    pytester.runpytest("-p", "llmcheck.pytest_plugin").assert_outcomes(passed=1)


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) > 5


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_that_the_program_takes(line: str) -> None:
    _, name, *arguments = shlex.split(line.partition(" >")[0])
    GROUP.commands[name].make_context(name, arguments)


def test_the_table_of_commands_is_complete() -> None:
    described = rows("command")
    assert set(described) == {f"`{name}`" for name in GROUP.commands}
    for verb in ANALYSES:
        formats = ", ".join(
            f"`{n}`" for n in import_module(f"llmcheck.cli.{verb}").ANALYSIS.formats
        )
        assert described[f"`{verb}`"].endswith(f"| {formats} |")


def test_the_table_of_settings_is_complete() -> None:
    table = README.partition("\n| option |")[2].partition("\n\n")[0]
    described = re.findall(r"`LLMCHECK_([A-Z_]+)`", table)
    assert described == [name.upper() for name in Settings.model_fields if name not in FILE_ONLY]


def test_the_table_of_exit_codes_is_complete() -> None:
    codes = (CLEAN, FINDINGS, USAGE, INCOMPLETE, BUDGET, FAULT, INTERRUPTED)
    assert list(rows("exit code")) == [str(code) for code in codes]


def test_every_lint_code_is_named() -> None:
    text = " ".join(README.split())
    assert [f"{code} {kind}" for kind, code in CODES.items() if f"{code} {kind}" not in text] == []


def test_the_layers_in_the_design_are_those_that_the_import_linter_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    drawn = "\n".join(f"    {layer}" for layer in layers).replace("llmcheck.", "")
    assert drawn.replace(" | ", " · ") in DESIGN


def test_every_module_has_its_row_in_the_design() -> None:
    table = DESIGN.partition("\n| room |")[2].partition("\n\n")[0]
    described = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row[:40])}
    rooms = {path.stem for path in (ROOT / "llmcheck").glob("*.py")}
    rooms |= {path.parent.name for path in (ROOT / "llmcheck").glob("*/__init__.py")}
    assert rooms - {"__init__"} <= described


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "docs/design.md", "docs/ci.md"])
def test_links_lead_to_files_that_exist(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
