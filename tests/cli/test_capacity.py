"""How much a model carries: sizes are tried upwards until the known contradiction is lost."""

from __future__ import annotations

import re
from typing import Any

from builders import Script

from llmcheck.cli.capacity import SIZES, capacities
from llmcheck.llm.port import Call


def carries(most: int) -> Script:
    """A model that finds the contradiction in tables of up to ``most`` characters."""

    def survey(call: Call) -> dict[str, Any]:
        places = re.findall(r"^(\d\.\d+) The lighthouse at Orvasund", call.user, re.MULTILINE)
        seen = len(places) == 2 and len(call.user) <= most
        positions = [{"answer": place, "sentences": [place]} for place in places]
        disputes = [{"question": "When was it built?", "positions": positions}] if seen else []
        return {"disputes": disputes, "lookalikes": [], "agreements": []}

    return Script(survey=survey)


def test_every_size_is_tried_by_a_model_that_carries_them_all() -> None:
    tried = list(capacities(carries(10**9), "m"))
    assert [each.table_tokens for each in tried] == list(SIZES)
    assert all(each.found for each in tried)


def test_the_first_size_that_is_too_much_is_the_last_one_tried() -> None:
    tried = list(capacities(carries(8_000), "m"))
    assert [(each.table_tokens, each.found) for each in tried] == [
        (500, True), (1_500, True), (6_000, False),
    ]  # fmt: skip


def test_each_size_is_one_table_of_about_that_many_tokens() -> None:
    script = carries(10**9)
    list(capacities(script, "m"))
    users = script.asked("survey")
    assert len(users) == len(SIZES)
    for size, user in zip(SIZES, users, strict=True):
        assert 0.5 * size < len(user) / 4 < 1.1 * size


def test_the_contradiction_stands_at_the_ends_of_the_table() -> None:
    script = carries(10**9)
    list(capacities(script, "m"))
    lines = [line for line in script.asked("survey")[-1].split("\n") if re.match(r"\d\.\d", line)]
    assert "Orvasund" in lines[0]
    assert "Orvasund" in lines[-1]
    assert sum("Orvasund" in line for line in lines) == 2
