"""``llmcheck rule``: what a code means, for people and for programs."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from llmcheck.cli.main import main
from llmcheck.models import ContradictionKind, PaddingKind
from llmcheck.rules import CODES, PADDING_CODES, RULES


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["rule", *arguments])
    assert ended.value.code == code
    out, err = capsys.readouterr()
    return err if code else out


def test_every_kind_of_finding_has_a_rule_and_a_code_of_its_own() -> None:
    assert set(CODES) == set(get_args(ContradictionKind))
    assert set(PADDING_CODES) == set(get_args(PaddingKind))
    assert len(RULES) == len(CODES) + len(PADDING_CODES)
    assert {rule.code: rule for rule in RULES.values()} == RULES


def test_without_a_code_all_are_listed_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert "One source states what another denies." in lines[0]


@pytest.mark.parametrize("code", RULES)
def test_a_code_is_told_with_meaning_example_and_advice(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    page = printed(capsys, code)
    assert page.startswith(f"{code} ")
    assert max(map(len, page.splitlines())) <= 60
    told, rule = " ".join(page.split()), RULES[code]
    assert all(part in told for part in (rule.meaning, *rule.example, rule.advice))


def test_json_is_one_rule_or_a_list_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    one = json.loads(printed(capsys, "LC205", "--format", "json"))
    assert one == {"name": "RepeatedPadding", **RULES["LC205"].model_dump(mode="json")}
    every = json.loads(printed(capsys, "--format", "json"))
    assert [rule["code"] for rule in every] == list(RULES)


def test_a_code_that_there_is_not_is_wrong_usage_and_the_codes_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "'LC1' is none of LC101, LC102" in " ".join(printed(capsys, "LC1", code=2).split())
