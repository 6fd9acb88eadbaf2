"""``llmcheck demo``: works wherever llmcheck is installed, whatever is set up there."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import ROOT

from llmcheck.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    out, err = capsys.readouterr()
    return out, err


def test_it_prints_what_a_replay_of_the_seeds_prints_and_what_to_do_next(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    replayed, _ = run(capsys, "summarize", "seeds/", "--replay", "fixtures/seeds", "--quiet")
    out, err = run(capsys, "demo")
    assert out == replayed
    assert len(err.splitlines()) == 2
    assert "llmcheck doctor" in err


def test_settings_that_are_wrong_here_do_not_matter_and_no_file_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LLMCHECK_TABLE_TOKENS", "none")
    (tmp_path / "llmcheck.toml").write_text("nonsense")
    out, _ = run(capsys, "demo")
    assert "Disputes (5)" in out
    assert [path.name for path in tmp_path.iterdir()] == ["llmcheck.toml"]
