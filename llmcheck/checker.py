"""``Checker``: walks a set of documents through the stations and returns a ``Report``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from llmcheck.documents.corpus import Corpus
from llmcheck.findings import findings_of
from llmcheck.judging import judge
from llmcheck.llm.connect import Connection, connect
from llmcheck.llm.meter import MeteredLLM
from llmcheck.llm.port import LLM
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Progress, Runner
from llmcheck.models import (
    Dispute,
    Document,
    DocumentInfo,
    Failure,
    PaddingFlag,
    Question,
    Report,
    Statement,
    Summary,
    Verdict,
)
from llmcheck.numbering import NumberedSet
from llmcheck.reading import read
from llmcheck.settings import Settings, Silence, load_settings
from llmcheck.summary import Length, summarize
from llmcheck.survey import survey
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
    ``ReplayLLM`` or a ``FakeLLM`` for instance. One checker may serve several threads; each run
    counts its own calls.

    Raises ConfigError when no model, or no way to reach one, is set.
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
        price_in: float | None = None,
        price_out: float | None = None,
        table_tokens: int | None = None,
        language: str | None = None,
        concurrency: int | None = None,
        timeout: float | None = None,
        settings: Settings | None = None,
        llm: LLM | None = None,
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
            price_in=price_in,
            price_out=price_out,
            table_tokens=table_tokens,
            language=language,
            concurrency=concurrency,
            timeout=timeout,
        )
        self._on_progress = on_progress or (lambda _: None)
        if llm is not None:
            name = model or getattr(llm, "model", None) or self._settings.model or "unnamed"
            self._connection = Connection(llm, str(name))
        else:
            self._connection = connect(self._settings)

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
        meter, runner = self._begin()
        reading = read.read_documents(NumberedSet(corpus.documents), runner)
        return Report(
            model=runner.model,
            prompts=_digests(meter),
            documents=_infos(corpus.documents, reading.padding),
            claims=tuple(reading.claims),
            padding=tuple(reading.padding),
            ungrounded=tuple(reading.ungrounded),
            failures=(*corpus.failures, *reading.failures),
            usage=meter.usage(),
        )

    def padding(self, corpus: Corpus) -> Report:
        """A report of each document's padding alone, from the same reading as ``claims``."""
        return self.claims(corpus).model_copy(update={"claims": (), "ungrounded": ()})

    def trace(self, corpus: Corpus, *, whole: bool = True, length: Length = "normal") -> Trace:
        """The report of ``summarize`` (of ``check`` unless ``whole``), and what led to it."""
        meter, runner = self._begin()
        language = self._settings.language
        numbered = NumberedSet(corpus.documents)
        reading = read.read_documents(numbered, runner) if whole else read.Reading([], [], [], [])
        found = survey.survey_documents(numbered, runner, language)
        judged = judge.judge_questions(found.questions, numbered, runner, language)
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
            prompts=_digests(meter),
            documents=_infos(corpus.documents, reading.padding),
            claims=tuple(findings.claims),
            disputes=_silenced(findings.disputes, self._settings.silence),
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
            usage=meter.usage(),
        )
        return Trace(
            report,
            tuple(found.tables),
            tuple(found.questions),
            tuple(found.statements),
            tuple(judged.verdicts),
        )

    async def acheck(self, corpus: Corpus) -> Report:
        """``check`` for async code: runs in a thread, the event loop stays free."""
        import asyncio

        return await asyncio.to_thread(self.check, corpus)

    def _begin(self) -> tuple[MeteredLLM, Runner]:
        meter = MeteredLLM(*self._connection)
        runner = Runner(
            meter,
            self._connection.model,
            self._settings.concurrency,
            self._on_progress,
            self._settings.table_tokens,
        )
        return meter, runner


def _digests(meter: MeteredLLM) -> dict[str, str]:
    """Of the prompts that were used."""
    return {name: load_prompt(name).digest for name in meter.usage().prompts}


def _silenced(disputes: Sequence[Dispute], silences: Sequence[Silence]) -> tuple[Dispute, ...]:
    """The disputes, marked where the settings silence them; warns of what silences nothing."""
    reasons = {silence.id: silence.reason for silence in silences}
    for unused in sorted(reasons.keys() - {dispute.id for dispute in disputes}):
        _log.warning(
            "the silence of %s applies to nothing: no dispute of this run has that id, which "
            "changes with the wording of its sentences and claims",
            unused,
        )
    return tuple(
        dispute.model_copy(update={"silenced": reasons.get(dispute.id)}) for dispute in disputes
    )


def _infos(
    documents: Sequence[Document], padding: Sequence[PaddingFlag]
) -> tuple[DocumentInfo, ...]:
    return tuple(
        DocumentInfo(
            id=document.id,
            path=document.path,
            title=document.title,
            words=len(document.text.split()),
            padding_share=_share(document, [f for f in padding if f.doc_id == document.id]),
            copy_of=document.copy_of,
            date=document.date,
            author=document.author,
            site=document.site,
            language=document.language,
            url=document.url,
        )
        for document in documents
    )


def _share(document: Document, flags: Sequence[PaddingFlag]) -> float:
    """Share of the text's characters, white space aside, that lie in flags."""
    padded = {at for flag in flags for at in range(flag.start, flag.end)}
    ink = [at for at, character in enumerate(document.text) if not character.isspace()]
    return round(sum(at in padded for at in ink) / len(ink), 4) if ink else 0.0
