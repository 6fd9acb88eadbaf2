"""How well the main text of web pages is found, beside trafilatura and readability themselves.

    python benchmarks/pages.py PAGES.jsonl          # rows of html (a .gz beside it), main_text
    pip install readability-lxml                    # for its line; left out without

llmcheck's main text is the text of the document without its chrome. Texts are compared by their
tokens: runs of word characters, lower-cased, as a multiset. Of a page, precision is the share of
the tokens given that the label has, recall the share of the label's tokens that are given, each
token counted as often as both have it, and F1 their harmonic mean; the figures are means over the
pages. So a page found wholly wrong costs as much whether it is long or short.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from llmcheck.documents.formats.html import read_fragment
from llmcheck.documents.formats.reading import read_documents
from llmcheck.errors import DocumentError

_TOKEN = re.compile(r"\w+")


class Score(NamedTuple):
    """How a text compares with its label."""

    f1: float
    precision: float
    recall: float


def token_score(text: str, label: str) -> Score:
    """Precision, recall and F1 of the text's tokens, as multisets."""
    given, wanted = (Counter(_TOKEN.findall(part.lower())) for part in (text, label))
    shared = (given & wanted).total()
    if not shared:
        return Score(0.0, 0.0, 0.0)
    precision, recall = shared / given.total(), shared / wanted.total()
    return Score(2 * precision * recall / (precision + recall), precision, recall)


def with_llmcheck(data: bytes) -> str:
    """The text of the page's document without its chrome; empty when it cannot be read."""
    (document,) = read_documents(data, "page.html")
    if isinstance(document, DocumentError):
        return ""
    text = document.text
    for span in reversed(document.chrome):
        text = text[: span.start] + text[span.end :]
    return text


def without_headline(data: bytes) -> str:
    """The same without the headline, which llmcheck reads on purpose and the labels leave out."""
    (document,) = read_documents(data, "page.html")
    title = "" if isinstance(document, DocumentError) else document.title or ""
    lines = with_llmcheck(data).split("\n")
    return "\n".join(line for line in lines if " ".join(line.split()) != title)


def with_trafilatura(data: bytes) -> str:
    """What ``trafilatura.extract`` gives, with its defaults but for comments."""
    import trafilatura

    return trafilatura.extract(data, include_comments=False) or ""


def with_readability(data: bytes) -> str:
    """The visible text of what readability takes for the article."""
    from readability import Document

    return read_fragment(Document(data).summary())


READERS: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "llmcheck": ("llmcheck", with_llmcheck),
    "  headline aside": ("llmcheck", without_headline),
    "trafilatura": ("trafilatura", with_trafilatura),
    "readability": ("readability-lxml", with_readability),
}


def main() -> None:
    """Print a line for each reader; with ``--worst`` the pages on which llmcheck does worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    options = parser.parse_args()
    if not options.pages.exists():
        sys.exit(f"{options.pages}: not there, so nothing is measured")
    rows = [json.loads(line) for line in options.pages.read_text(encoding="utf-8").splitlines()]
    pages = [gzip.decompress((options.pages.parent / row["html"]).read_bytes()) for row in rows]
    scores: dict[str, list[Score]] = {}
    print(f"{len(rows)} pages{'':18} F1  precision  recall")
    for name, (package, read) in READERS.items():
        try:
            title = f"{name} {version(package)}"
        except PackageNotFoundError:
            print(f"{name}: not installed, left out")
            continue
        scores[name] = [
            token_score(read(page), row["main_text"])
            for page, row in zip(pages, rows, strict=True)
        ]
        f1, precision, recall = (mean(values) for values in zip(*scores[name], strict=True))
        print(f"{title:24} {f1:5.3f}      {precision:5.3f}   {recall:5.3f}")
    by_f1 = sorted(
        zip(scores["llmcheck"], scores["trafilatura"], rows, strict=True), key=lambda row: row[0]
    )
    for ours, theirs, row in by_f1[: options.worst]:
        print(
            f"{ours.f1:.3f} (p {ours.precision:.3f} r {ours.recall:.3f}), "
            f"trafilatura {theirs.f1:.3f}  {row['url'][:90]}"
        )


if __name__ == "__main__":
    main()
