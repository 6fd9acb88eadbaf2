"""docs/models.md is true: its commands, its files of settings, its links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from repository import ROOT

from llmcheck.cli.main import command_line
from llmcheck.providers import PROVIDERS
from llmcheck.settings import load_settings

PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
GROUP: Any = typer.main.get_command(command_line())


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


COMMANDS = [
    line for block in blocks("sh") for line in block.splitlines() if line.startswith("llmcheck ")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_that_the_program_takes(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    GROUP.commands[name].make_context(name, arguments)


def test_there_is_a_command_and_the_key_for_every_provider() -> None:
    models = " ".join(line for line in COMMANDS)
    for provider in PROVIDERS[1:]:
        assert f"--model {provider.names[0]}/" in models
    assert [key for provider in PROVIDERS for key in provider.keys if key not in PAGE] == []


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_file_of_settings_is_one_that_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "llmcheck.toml").write_text(text)
    assert load_settings(tmp_path, {}).extra


def test_links_lead_to_files_that_exist() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
