"""What the program says of itself: help, its examples, completion, and the pages made of it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from repository import ROOT, check_script

from llmcheck.cli.main import command_line, main


def verbs_of(group: Any, before: str = "") -> dict[str, Any]:
    """The verbs of a group, those of groups within it by both names."""
    found: dict[str, Any] = {}
    for name, verb in group.commands.items():
        inner = hasattr(verb, "commands")
        found |= verbs_of(verb, f"{name} ") if inner else {f"{before}{name}": verb}
    return found


VERBS = verbs_of(typer.main.get_command(command_line()))
EXAMPLES = {
    name: [
        line.strip().partition(" #")[0].rstrip()
        for line in (verb.epilog or "").splitlines()
        if line.startswith("  ")
    ]
    for name, verb in VERBS.items()
}
LINES = [line for lines in EXAMPLES.values() for line in lines]
REPLAYED = [line for line in LINES if "--replay" in line and not line.startswith("llmcheck mcp")]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmcheck", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environ},
        timeout=60,
        check=False,
    )


# --- examples ---


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_examples_and_says_what_its_exit_codes_mean(name: str) -> None:
    assert EXAMPLES[name]
    assert all(line.startswith(f"llmcheck {name}") for line in EXAMPLES[name])
    assert re.search(r"^Exit codes: 0 \w", VERBS[name].epilog, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_one_that_the_program_takes(line: str) -> None:
    command = re.split(" [<>] ", line)[0]
    name = next(name for name in VERBS if command.startswith(f"llmcheck {name}"))
    VERBS[name].make_context(name, shlex.split(command)[1 + len(name.split()) :])


@pytest.mark.parametrize("line", REPLAYED)
def test_every_example_that_needs_no_model_runs(
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("seeds", "fixtures", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)  # Some write a file where they stand.
    monkeypatch.setattr("llmcheck.cli.diagnosis.local_servers", lambda _: [])
    _, *arguments = shlex.split(line)
    expanded = [
        str(path)
        for word in arguments
        for path in (sorted(Path().glob(word)) if "*" in word else [word])
    ]
    with pytest.raises(SystemExit) as ended:
        main(expanded)
    assert ended.value.code in (0, 1)
    assert capsys.readouterr().out or "report.html" in {path.name for path in tmp_path.iterdir()}


def test_there_are_examples_to_run() -> None:
    assert len(REPLAYED) >= 5


def test_examples_stand_in_the_help_line_by_line_in_80_columns() -> None:
    for name, lines in EXAMPLES.items():
        shown = run(*name.split(), "--help", COLUMNS="80").stdout.splitlines()
        assert max(map(len, shown)) <= 80
        assert all(any(line in text for text in shown) for line in lines)


# --- narrow, plain and closed ---


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_has_no_colour_and_no_line_that_a_narrow_terminal_makes_wider(verb: str) -> None:
    ran = run(*verb.split(), "--help", COLUMNS="40", TERM="dumb")
    assert ran.returncode == 0
    assert "\x1b" not in ran.stdout
    assert ran.stdout.startswith("Usage: llmcheck")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pipe")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "--help"],
        ["--version"],
        ["prompts", "show", "judge.v4"],
        ["cache", "info"],
        ["doctor", "--replay", "fixtures/seeds"],
        ["summarize", "seeds", "--replay", "fixtures/seeds", "--quiet"],
        ["summarize"],
    ],
)
def test_a_reader_that_is_gone_gives_no_traceback(arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "llmcheck", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert "Traceback" not in said
    assert "Exception ignored" not in said


# --- completion ---


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_printed_for_each_shell(shell: str) -> None:
    ran = run("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert ran.returncode == 0, ran.stderr
    assert f"_LLMCHECK_COMPLETE=complete_{shell}" in ran.stdout


def test_completion_is_installed_into_the_home_folder(tmp_path: Path) -> None:
    ran = run(
        "--install-completion", "fish",
        _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1", HOME=str(tmp_path),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (script,) = tmp_path.rglob("llmcheck.fish")
    assert "_LLMCHECK_COMPLETE=complete_fish" in script.read_text()


def completed(shell: str, words: str) -> str:
    """What the shell is offered for the last of the words, by its protocol."""
    protocol = {
        "bash": {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": words},
        "fish": {"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    ran = run(_LLMCHECK_COMPLETE=f"complete_{shell}", **protocol)
    assert ran.stderr == ""
    return ran.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_verb_is_completed(shell: str) -> None:
    offered = completed(shell, "llmcheck su")
    assert "summarize" in offered
    assert "check" not in offered.replace("llmcheck", "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("llmcheck su", ["summarize"]),
        ("llmcheck check --form", ["--format"]),
        ("llmcheck check --format j", ["json", "junit"]),
        ("llmcheck doctor --format ", ["text", "json"]),
        ("llmcheck cache c", ["clear"]),
    ],
)
def test_options_and_choices_are_completed(words: str, offered: list[str]) -> None:
    assert completed("bash", words).split() == offered


# --- pages ---


def test_the_pages_of_the_verbs_are_what_the_program_says() -> None:
    check_script("cli_pages.py")
