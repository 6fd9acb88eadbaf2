"""What a document that joins a large set asks for: calls, beside those of the whole set.

    python benchmarks/growing.py [--sentences 20000] [--table-tokens 6000] [--joining 8]

A generated corpus is checked without one of its documents and then with it, by a model that
answers from the labels, with the tables of the first run kept as beside a cache. Counted are calls
that the first run did not make, for several documents in turn.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import generate
from perfect_model import PerfectModel

from llmcheck import Call, Checker, Corpus, Reply
from llmcheck.llm.connect import Connection
from llmcheck.llm.port import T
from llmcheck.models import Document


class _Noting:
    """A perfect model that notes its calls: prompts by the calls' keys."""

    def __init__(self, corpus: generate.Made) -> None:
        self._inner = PerfectModel(corpus.labels)
        self.calls: dict[str, str] = {}

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        """Answer as the labels say."""
        self.calls[call.key] = call.prompt
        return self._inner.complete(call, schema)


def calls_of(
    corpus: generate.Made, documents: list[Document], size: int, tables: Path
) -> dict[str, str]:
    """The prompts of the calls that a summary of these documents makes, by the calls' keys."""
    model = _Noting(corpus)
    checker = Checker(llm=Connection(model, "perfect", tables=tables), table_tokens=size)
    checker.summarize(Corpus.from_texts(documents))
    return model.calls


def main() -> None:
    """Print the calls of the whole set, and those that each document brought."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--table-tokens", type=int, default=6_000)
    parser.add_argument("--joining", type=int, default=8)
    options = parser.parse_args()
    corpus = generate.made(options.sentences)
    documents = generate.documents_of(corpus)
    for joining in Random(1).sample(documents, options.joining):  # noqa: S311
        with tempfile.TemporaryDirectory() as folder:
            tables = Path(folder) / "tables"
            others = [each for each in documents if each is not joining]
            before = calls_of(corpus, others, options.table_tokens, tables)
            after = calls_of(corpus, documents, options.table_tokens, tables)
        new = Counter(prompt for key, prompt in after.items() if key not in before)
        stages = ", ".join(f"{prompt} {count}" for prompt, count in sorted(new.items()))
        share = new.total() / len(after)
        print(f"{joining.id}: {new.total()} of {len(after)} calls, {share:.1%} ({stages})")


if __name__ == "__main__":
    main()
