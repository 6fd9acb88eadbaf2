"""What each stage of a check takes on a made-up corpus: time, memory, calls, tokens.

    python benchmarks/scale.py --sentences 20000
    python benchmarks/made_model.py --port 8099 --latency 0.5 &
    python benchmarks/scale.py --sentences 20000 --base-url http://127.0.0.1:8099/v1
    python benchmarks/scale.py --sentences 20000 --base-url http://127.0.0.1:8099/v1 --workers 4

Documents are those of generate.py, a file each. CPU and memory (the most until then) are those of
this process, workers aside. Without an address the made-up model answers in this process, at once.
With ``--workers`` files are read and calls made by Daft; ``--keep`` names a folder that stays, so
that a second run shows what a restart takes.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import generate
import made_model

from llmcheck.documents.copies import originals
from llmcheck.documents.corpus import Corpus, ReadFiles
from llmcheck.documents.paths import expand
from llmcheck.engine import EngineFiles, connect_engine, stages_of
from llmcheck.findings.findings import findings_of
from llmcheck.judging.judge import judge_questions
from llmcheck.llm.connect import Connection, connect
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.runner import Runner
from llmcheck.models import DocumentInfo, Report, provenance_of
from llmcheck.numbering import NumberedSet
from llmcheck.render.data import to_json
from llmcheck.settings import Settings
from llmcheck.survey.survey import survey_documents
from llmcheck.survey.tables import tables_of

T = TypeVar("T")


def timed(name: str, stage: Callable[[], T]) -> T:
    """What the stage gives; prints its time and the memory until then."""
    begun, worked = time.perf_counter(), time.process_time()
    found = stage()
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<12} {seconds:8.1f} s {worked:8.1f} s CPU {memory:6,} MB", flush=True)
    return found


def measure(folder: Path, settings: Settings, workers: int) -> None:
    """Walk the stations of ``Checker.check`` one by one."""
    read_files: ReadFiles | None = None
    if settings.base_url is None:
        answer = FakeLLM(lambda call: made_model.answer(call.system, call.user))
        connection = Connection(answer, "made")
    elif not workers:
        connection = connect(settings)
    else:
        read_files = EngineFiles(stages_of(settings), workers)
        connection = connect_engine(settings, workers)
    docs = str(folder / "docs")
    corpus = timed("reading", lambda: Corpus.read(docs, read_files=read_files))
    timed("(copies)", lambda: originals(corpus.documents))
    numbered = timed("numbering", lambda: NumberedSet(corpus.documents))
    timed("(tables)", lambda: tables_of(numbered.documents, settings.table_tokens))
    meter = MeteredLLM(connection.llm, connection.model, connection.prices)
    runner = Runner(
        meter, connection.model, settings.concurrency, table_tokens=settings.table_tokens,
        fan_out=connection.fan_out,
    )  # fmt: skip
    found = timed("survey", lambda: survey_documents(numbered, runner))
    judged = timed("judging", lambda: judge_questions(found.questions, numbered, runner))
    findings = timed(
        "findings",
        lambda: findings_of(numbered, found.questions, judged.verdicts, found.statements),
    )
    report = Report(
        model=connection.model,
        documents=tuple(map(DocumentInfo.of, corpus.documents)),
        claims=tuple(findings.claims),
        disputes=tuple(findings.disputes),
        agreements=tuple(findings.agreements),
        failures=(*corpus.failures, *found.failures, *judged.failures),
        provenance=provenance_of(findings.calls),
        usage=meter.usage(),
    )
    written = timed("report", lambda: to_json(report))
    sentences = sum(len(each.sentences) for each in numbered.documents)
    print(
        f"{len(corpus.documents):,} documents, {sentences:,} sentences, "
        f"{len(found.tables):,} tables of {settings.table_tokens:,} tokens, "
        f"{len(report.disputes):,} disputes, {len(report.agreements):,} agreements, "
        f"{len(report.failures)} failures, report of {len(written) / 1e6:,.1f} MB\n{report.usage}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--base-url")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--table-tokens", type=int, default=24_000)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        if not (folder / "docs").exists():
            generate.write(generate.made(options.sentences), folder)
        assert next(expand(str(folder / "docs")))
        settings = Settings(
            model="made", base_url=options.base_url, api_key="none", cache=folder / "cache",
            concurrency=options.concurrency, table_tokens=options.table_tokens,
        )  # fmt: skip
        measure(folder, settings, options.workers)


if __name__ == "__main__":
    main()
