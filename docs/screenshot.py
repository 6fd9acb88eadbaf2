"""Takes the picture of the report page in README.md: the top of the page of the seeds.

    python docs/screenshot.py

Needs Chromium. The answers come from the recording that ships with the project.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "report.png"
WIDTH, HEIGHT, TOP = 1280, 900, "#disputes"


def main() -> None:
    """Render the page, open it at the disputes, and save what is seen."""
    sys.path.insert(0, str(ROOT / "tests"))
    from chromium import EXECUTABLE, chromium

    from llmcheck import Checker, Corpus
    from llmcheck.render.web import html_page

    if EXECUTABLE is None:
        sys.exit("there is no Chromium: install it, then run this again")
    corpus = Corpus.read(ROOT / "seeds")
    report = Checker(replay=ROOT / "fixtures" / "seeds", cache=False).summarize(corpus)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "report.html"
        page.write_text(html_page(report, corpus.documents), encoding="utf-8")
        with chromium(Path(folder) / "profile") as tab:
            tab.open(page.as_uri() + TOP, WIDTH, HEIGHT)
            PICTURE.write_bytes(tab.picture())


if __name__ == "__main__":
    main()
