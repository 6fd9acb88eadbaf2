"""Made-up corpora of any size with known disputes, agreements and look-alikes.

    python benchmarks/generate.py FOLDER --sentences 10000 [--seed 1]

A corpus has matters of a few documents each. A matter has facts about things with names of their
own; a fact is stated by several documents in different words, alike (an agreement), with another
figure (a dispute) or of another year (a look-alike). The rest are sentences of words drawn as
often as words are in running text (Zipf), so that rare and common words share out as they do.
``FOLDER`` gets documents and a ``gold.json`` in the format of docs/evaluation.md. The same seed
gives the same corpus.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from llmcheck.models import Document

VOCABULARY = 20_000
"""Different words of the filling sentences."""
FACTS = 2
"""Facts of a matter for each of its documents; a third each are disputes, agreements and
look-alikes."""
DOCUMENTS = (3, 120)
"""Documents of a matter, from and to; large matters are as rare as their size (Pareto)."""
LENGTH = (8, 22)
"""Sentences of a document, from and to."""

_SYLLABLES = [
    a + b for a in "b d f g h k l m n p r s t v".split() for b in "a e i o u ar en il".split()
]
_NOUNS = "bridge tower mill ferry archive harbour school garden tunnel station museum dam".split()
_ASPECTS = {
    "cost": (
        "The {noun} {name} cost {value} crowns.",
        "They paid {value} crowns for {name}, the {noun}.",
    ),
    "size": (
        "{name}, the {noun}, measures {value} metres.",
        "At {value} metres stands the {noun} {name}.",
    ),
    "staff": ("{value} people work at the {noun} {name}.", "The {noun} {name} employs {value}."),
    "visitors": (
        "{value} came to the {noun} {name} last year.",
        "Last year {name} had {value} guests at the {noun}.",
    ),
}


@dataclass
class Made:
    """A corpus: its documents by name, and its labels."""

    documents: dict[str, list[str]] = field(default_factory=dict)
    """The sentences of each document."""
    labels: dict[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> int:
        """How many there are in all."""
        return sum(map(len, self.documents.values()))


def made(sentences: int, seed: int = 1) -> Made:
    """A corpus of at least so many sentences."""
    random = Random(seed)  # noqa: S311 - made-up text is no secret
    words = _Words(random)
    corpus = Made(labels={"name": f"generated-{sentences}-{seed}"})
    for kind in ("disputes", "agreements", "lookalikes"):
        corpus.labels[kind] = []
    count = 0
    for matter in _forever():
        if count >= sentences:
            return corpus
        before = len(corpus.documents)
        _add_matter(corpus, matter, words, random)
        count += sum(len(corpus.documents[name]) for name in list(corpus.documents)[before:])
    raise AssertionError("matters never end")


def documents_of(corpus: Made) -> list[Document]:
    """Its documents, each sentence a paragraph."""
    return [
        Document(id=name, text="\n\n".join(sentences), language="en")
        for name, sentences in corpus.documents.items()
    ]


def write(corpus: Made, folder: Path) -> None:
    """Write the documents and ``gold.json`` below ``folder``."""
    for name, sentences in corpus.documents.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(sentences) + "\n", encoding="utf-8")
    (folder / "gold.json").write_text(json.dumps(corpus.labels, indent=1), encoding="utf-8")


class _Words:
    """Words and names, drawn with the frequencies of running text."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._vocabulary = [self._word(1, 3) for _ in range(VOCABULARY)]
        self._weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
        self._names: set[str] = set()

    def _word(self, least: int, most: int) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randint(least, most)))

    def name(self) -> str:
        """A name, never the same twice."""
        name = ""
        while not name or name in self._names:
            name = self._word(3, 4).capitalize()
        self._names.add(name)
        return name

    def sentence(self, names: Sequence[str]) -> str:
        """Words as they come, one of the names among them."""
        drawn = self._random.choices(
            self._vocabulary, cum_weights=self._weights, k=self._random.randint(8, 18)
        )
        drawn.insert(self._random.randrange(1, len(drawn)), self._random.choice(names))
        return " ".join([drawn[0].capitalize(), *drawn[1:]]) + "."


def _forever() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def _add_matter(corpus: Made, matter: int, words: _Words, random: Random) -> None:
    names = [words.name() for _ in range(4)]
    least, most = DOCUMENTS
    count = min(most, int(least * random.paretovariate(1)))
    texts = [[words.sentence(names) for _ in range(random.randint(*LENGTH))] for _ in range(count)]
    files = [f"{matter:06}-{number}.txt" for number in range(count)]
    for number in range(FACTS * count):
        kind = ("disputes", "agreements", "lookalikes")[number % 3]
        label = {"id": f"{kind[0].upper()}{matter}-{number}"}
        thing = words.name()
        aspect = random.choice(sorted(_ASPECTS))
        noun = random.choice(_NOUNS)
        holders = random.sample(range(count), random.randint(2, min(3, count)))
        value = random.randint(20, 9_000)
        quotes = []
        for at, holder in enumerate(holders):
            apart = kind == "disputes" and at == len(holders) - 1
            wording = random.choice(_ASPECTS[aspect])
            stated = value * 2 + 1 if apart else value
            sentence = wording.format(noun=noun, name=thing, value=stated)
            if kind == "lookalikes":
                if not sentence.startswith(thing):
                    sentence = sentence[0].lower() + sentence[1:]
                told = sentence.replace(str(stated), str(stated + 7 * at))
                sentence = f"In {1990 + at} {told}"
            texts[holder].insert(random.randint(0, len(texts[holder])), sentence)
            quotes.append({"doc": files[holder], "quote": sentence})
        corpus.labels[kind].append({**label, **_labelled(kind, f"{aspect} of {thing}?", quotes)})
    corpus.documents.update(zip(files, texts, strict=True))


def _labelled(kind: str, question: str, quotes: list[dict[str, str]]) -> dict[str, Any]:
    if kind == "disputes":
        positions = [
            {"answer": "one", "quotes": quotes[:-1]}, {"answer": "other", "quotes": quotes[-1:]},
        ]  # fmt: skip
        return {"question": question, "kind": "numeric", "positions": positions}
    if kind == "agreements":
        return {"statement": question, "quotes": quotes}
    return {"reason": "superseded", "quotes": quotes}


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    corpus = made(options.sentences, options.seed)
    write(corpus, options.folder)
    print(f"{corpus.sentences:,} sentences in {len(corpus.documents):,} documents")


if __name__ == "__main__":
    main()
