"""The benchmark of main text: how texts are compared, and that it runs where it can."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pages
import pytest

PARAGRAPHS = [
    f"The lighthouse on Garnet Point number {n} will be repainted in June, the trust said, "
    "and the path below it will stay open for as long as the weather lets the painters work."
    for n in ("one", "two", "three")
]
PAGE = (
    "<html><body><nav><a href='/'>Home</a></nav><article><h1>Lighthouse painted</h1><p>"
    + "</p><p>".join(PARAGRAPHS)
    + "</p></article><footer>Terms</footer></body></html>"
).encode()


@pytest.mark.parametrize(
    ("text", "label", "score"),
    [
        ("Pears won", "pears, WON!", (1.0, 1.0, 1.0)),
        ("won won", "won", (2 / 3, 0.5, 1.0)),
        ("apples", "pears won", (0.0, 0.0, 0.0)),
        ("", "pears", (0.0, 0.0, 0.0)),
    ],
)
def test_tokens_count_as_often_as_both_have_them(
    text: str, label: str, score: tuple[float, float, float]
) -> None:
    assert pages.token_score(text, label) == pytest.approx(score)


def test_main_text_is_the_text_without_its_chrome_and_its_headline() -> None:
    assert pages.with_llmcheck(PAGE).split("\n")[2] == "Lighthouse painted"
    assert pages.without_headline(PAGE).split() == "\n".join(PARAGRAPHS).split()


def test_it_prints_a_line_for_each_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(PAGE))
    row = {"html": "a.gz", "main_text": "\n".join(PARAGRAPHS), "url": "https://gull.example/"}
    (tmp_path / "pages.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.setattr(sys, "argv", ["pages.py", str(tmp_path / "pages.jsonl"), "--worst", "1"])
    pages.main()
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[:4]] == ["1", "llmcheck", "headline", "trafilatura"]
    assert told[-1].endswith("https://gull.example/")
    monkeypatch.setattr(sys, "argv", ["pages.py", str(tmp_path / "gone.jsonl")])
    with pytest.raises(SystemExit, match=r"not there, so nothing is measured"):
        pages.main()
