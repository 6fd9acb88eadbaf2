"""``Checker``: walks a set of documents through the stations and returns a ``Report``."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llmcheck.documents.corpus import Corpus, as_corpus
from llmcheck.findings.findings import findings_of
from llmcheck.llm.connect import Connection, connect
from llmcheck.llm.interruption import Interruption
from llmcheck.llm.locks import FreshLock
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.port import LLM
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Progress, Runner, ignore_progress
from llmcheck.models import (
    Document,
    DocumentInfo,
    Failure,
    PaddingFlag,
    Question,
    Report,
    Statement,
    Summary,
    Verdict,
    provenance_of,
)
from llmcheck.numbering import NumberedSet
from llmcheck.pipeline import read_and_compare
from llmcheck.reading import read
from llmcheck.reports.silencing import silence_disputes
from llmcheck.settings import Settings, load_settings
from llmcheck.summary import Length, summarize
from llmcheck.survey.shapes import Table

_log = logging.getLogger("llmcheck")


class Trace(NamedTuple):
    """A report and what the stations handed on before it: for seeing where something was lost."""

    report: Report
    tables: tuple[Table, ...]
    """What the model was shown side by side."""
    questions: tuple[Question, ...]
    """What the survey found to be in dispute, or to look so."""
    statements: tuple[Statement, ...]
    """What it found to be agreed."""
    verdicts: tuple[Verdict, ...]
    """Of the judge, on every two positions in dispute."""


class Checker:
    """Reads a document set through a model.

    Settings not given come from the environment (``LLMCHECK_*``, ``OPENAI_*``) and from
    ``llmcheck.toml``, see ``llmcheck.settings``; or hand over a ready ``Settings``. ``llm``
    takes the place of how to reach a model: any object with the port's ``complete`` method, a
    ``ReplayLLM`` or a ``FakeLLM`` for instance, or a ``Connection``, which has prices, too. One
    checker may serve several threads; each run counts its own calls. A checker can be handed to
    another process, too: it connects there by its settings, with a budget of its own, and takes
    ``llm`` and ``on_progress`` along if it has them, which must then be such as can be pickled.

    Raises ConfigError when no model, or no way to reach one, is set.

    >>> from llmcheck import FakeLLM
    >>> def answer(call):  # In the place of a model: by the prompt that it is asked with.
    ...     if call.prompt.startswith("survey."):
    ...         heights = [
    ...             {"answer": "4 m", "sentences": ["1.1"]},
    ...             {"answer": "5 m", "sentences": ["2.1"]},
    ...         ]
    ...         dispute = {"question": "How high is the dam?", "positions": heights}
    ...         return {"disputes": [dispute], "lookalikes": [], "agreements": []}
    ...     judged = {"pair": 1, "a": "4 m", "b": "5 m", "why": "One dam has one height."}
    ...     return {"pairs": [{**judged, "verdict": "contradiction", "kind": "numeric"}]}
    >>> corpus = Corpus.from_texts({"log": "The dam is 4 m high.", "map": "The dam is 5 m high."})
    >>> report = Checker(llm=FakeLLM(answer)).check(corpus)
    >>> for dispute in report.disputes:
    ...     print(dispute.question, [(p.answer, p.doc_ids) for p in dispute.positions])
    How high is the dam? [('4 m', ('log',)), ('5 m', ('map',))]
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        effort: str | None = None,
        cache: str | Path | bool | None = None,
        replay: str | Path | None = None,
        record: str | Path | None = None,
        max_calls: int | None = None,
        max_tokens: int | None = None,
        max_cost: float | None = None,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        price_in: float | None = None,
        price_out: float | None = None,
        table_tokens: int | None = None,
        language: str | None = None,
        select: str | Sequence[str] | None = None,
        ignore: str | Sequence[str] | None = None,
        min_confidence: float | None = None,
        concurrency: int | None = None,
        timeout: float | None = None,
        settings: Settings | None = None,
        llm: LLM | Connection | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._settings = settings or load_settings(
            model=model,
            base_url=base_url,
            api_key=api_key,
            effort=effort,
            cache=None if cache is True else cache,
            replay=replay,
            record=record,
            max_calls=max_calls,
            max_tokens=max_tokens,
            max_cost=max_cost,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
            price_in=price_in,
            price_out=price_out,
            table_tokens=table_tokens,
            language=language,
            select=select,
            ignore=ignore,
            min_confidence=min_confidence,
            concurrency=concurrency,
            timeout=timeout,
        )
        self._on_progress = on_progress or ignore_progress
        self._lock = FreshLock()
        self._by_settings = llm is None
        self._connection: Connection | None
        if isinstance(llm, Connection):
            self._connection = llm
        elif llm is not None:
            name = model or getattr(llm, "model", None) or self._settings.model or "unnamed"
            self._connection = Connection(llm, str(name))
        else:
            self._connection = connect(self._settings)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_connection": None} if self._by_settings else vars(self)

    def check(self, corpus: Corpus) -> Report:
        """Where the documents contradict each other and what they agree on.

        Claims are those that findings rest on; nothing is said of padding, and nothing summed
        up. What failed stands in ``report.failures``.
        """
        return self.trace(corpus, whole=False).report

    def summarize(self, corpus: Corpus, *, length: Length = "normal") -> Report:
        """The whole report: every claim, padding and a summary besides what ``check`` finds."""
        return self.trace(corpus, length=length).report

    def claims(self, corpus: Corpus) -> Report:
        """A report of each document's claims and padding alone."""
        corpus = as_corpus(corpus)
        meter, runner = self._start_run()
        reading = read.read_documents(NumberedSet(corpus.documents), runner)
        return Report(
            model=runner.model,
            prompts=_prompt_digests(meter),
            documents=_list_documents(corpus.documents, reading.padding),
            claims=tuple(reading.claims),
            padding=tuple(reading.padding),
            ungrounded=tuple(reading.ungrounded),
            failures=(*corpus.failures, *reading.failures),
            provenance=provenance_of({}, reading.calls),
            usage=meter.usage(),
        )

    def padding(self, corpus: Corpus) -> Report:
        """A report of each document's padding alone, from the same reading as ``claims``."""
        return self.claims(corpus).model_copy(update={"claims": (), "ungrounded": ()})

    def trace(self, corpus: Corpus, *, whole: bool = True, length: Length = "normal") -> Trace:
        """The report of ``summarize`` (of ``check`` unless ``whole``), and what led to it."""
        corpus = as_corpus(corpus)
        meter, runner = self._start_run()
        language = self._settings.language
        numbered = NumberedSet(corpus.documents)
        documents = numbered if whole else NumberedSet(())
        reading, found, judged = read_and_compare(numbered, documents, runner, language)
        findings = findings_of(
            numbered, found.questions, judged.verdicts, found.statements, reading.claims, language
        )
        summary, failed = Summary(), list[Failure]()
        if whole:
            summary, failed = summarize(
                findings.claims, findings.disputes, findings.agreements, numbered, runner,
                length=length, language=language,
            )  # fmt: skip
        report = Report(
            model=runner.model,
            prompts=_prompt_digests(meter),
            documents=_list_documents(corpus.documents, reading.padding),
            claims=tuple(findings.claims),
            disputes=silence_disputes(findings.disputes, self._settings),
            agreements=tuple(findings.agreements),
            lookalikes=tuple(findings.lookalikes),
            padding=tuple(reading.padding),
            summary=summary,
            ungrounded=(*reading.ungrounded, *found.ungrounded, *findings.ungrounded),
            failures=(
                *corpus.failures,
                *reading.failures,
                *found.failures,
                *judged.failures,
                *failed,
            ),
            provenance=provenance_of(findings.calls, reading.calls),
            usage=meter.usage(),
        )
        _log.info(
            "documents %d, disputes %d, agreements %d, claims %d, left out %d, failures %d",
            *map(len, (report.documents, report.disputes, report.agreements, report.claims,
                       report.ungrounded, report.failures)),
        )  # fmt: skip
        return Trace(
            report,
            tuple(found.tables),
            tuple(found.questions),
            tuple(found.statements),
            tuple(judged.verdicts),
        )

    async def acheck(self, corpus: Corpus) -> Report:
        """``check`` for async code: runs in a thread, the event loop stays free.

        When the task is cancelled, calls under way are cut and no other begins.
        """
        import asyncio

        interruption = Interruption()
        try:
            # The thread is given the context of this task.
            with interruption.applies():
                return await asyncio.to_thread(self.check, corpus)
        except asyncio.CancelledError:
            interruption.stop()
            raise

    def _start_run(self) -> tuple[MeteredLLM, Runner]:
        connection = self._connected()
        meter = MeteredLLM(connection.llm, connection.model, connection.prices)
        runner = Runner(
            meter, connection.model, self._settings.concurrency, self._on_progress,
            self._settings.table_tokens, connection.fan_out, connection.tables,
        )  # fmt: skip
        return meter, runner

    def _connected(self) -> Connection:
        # Not on arrival in another process: what is wrong there is an error of the run, while one
        # that is raised in unpickling takes the worker of a pool down.
        with self._lock:
            if self._connection is None:
                self._connection = connect(self._settings)
            return self._connection


def _prompt_digests(meter: MeteredLLM) -> dict[str, str]:
    """Of the prompts that were used."""
    return {name: load_prompt(name).digest for name in meter.usage().prompts}


def _list_documents(
    documents: Sequence[Document], padding: Sequence[PaddingFlag]
) -> tuple[DocumentInfo, ...]:
    flags: defaultdict[str, list[PaddingFlag]] = defaultdict(list)
    for flag in padding:
        flags[flag.doc_id].append(flag)
    return tuple(
        DocumentInfo.of(document, padding_share=read.padding_share(document, flags[document.id]))
        for document in documents
    )
