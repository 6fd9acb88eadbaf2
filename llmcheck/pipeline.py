"""``Checker``: wires the stages together and returns a ``Report``, or a ``Trace`` of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from llmcheck import extract, group, judge, nli, padding, questions, summarize
from llmcheck.blocking import candidate_pairs
from llmcheck.documents.corpus import Corpus
from llmcheck.llm.budget import MeteredLLM
from llmcheck.llm.connect import Connection, connect
from llmcheck.llm.port import LLM
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Progress, Runner
from llmcheck.models import (
    CandidatePair,
    Dispute,
    Document,
    DocumentInfo,
    PaddingFlag,
    Report,
    Verdict,
)
from llmcheck.settings import Settings, Silence, load_settings

_log = logging.getLogger("llmcheck")


class Trace(NamedTuple):
    """A report and what the stages handed on before it: for seeing where something was lost."""

    report: Report
    pairs: tuple[CandidatePair, ...]
    """The pairs that were to be judged."""
    verdicts: tuple[Verdict, ...]
    """The verdicts on those that could be."""


class Checker:
    """Reads a document set through a model.

    Settings not given come from the environment (``LLMCHECK_*``, ``OPENAI_*``) and from
    ``llmcheck.toml``, see ``llmcheck.settings``; or hand over a ready ``Settings``. ``llm``
    takes the place of all of them but ``model``, ``concurrency`` and ``silence``: any object with
    the port's ``complete`` method, a ``ReplayLLM`` or a ``FakeLLM`` for instance. One checker may
    serve several threads; each run counts its own calls.

    Raises ConfigError when no model, or no way to reach one, is set.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        cache: str | Path | bool | None = None,
        replay: str | Path | None = None,
        record: str | Path | None = None,
        max_calls: int | None = None,
        max_cost: float | None = None,
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
            cache=None if cache is True else cache,
            replay=replay,
            record=record,
            max_calls=max_calls,
            max_cost=max_cost,
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
        """The whole report. What failed stands in ``report.failures``."""
        return self.trace(corpus).report

    def trace(self, corpus: Corpus) -> Trace:
        """The report of ``check``, with the pairs and verdicts that led to it."""
        meter, runner = self._begin()
        documents = corpus.documents
        flags, padding_failures = padding.find_padding(documents, runner)
        claims, ungrounded, extract_failures = extract.extract_claims(
            documents, runner, padding=flags
        )
        claims, question_failures = questions.ask_questions(claims, runner)
        pairs = candidate_pairs(claims)
        verdicts, judge_failures = judge.judge_pairs(pairs, runner)
        disputes, agreements, lookalikes = group.group_verdicts(verdicts, claims, documents)
        summary, summary_failures = summarize.summarize_findings(
            claims, disputes, agreements, runner
        )
        usage = meter.usage()
        report = Report(
            model=runner.model,
            prompts=_digests(
                padding.PROMPT,
                extract.PROMPT,
                questions.PROMPT,
                judge.PROMPT,
                *({nli.PROMPT} & set(usage.prompts)),
                summarize.PROMPT,
            ),
            documents=_infos(documents, flags),
            claims=tuple(claims),
            disputes=_silenced(disputes, self._settings.silence),
            agreements=tuple(agreements),
            lookalikes=tuple(lookalikes),
            padding=tuple(flags),
            summary=summary,
            ungrounded=tuple(ungrounded),
            failures=(
                *corpus.failures,
                *padding_failures,
                *extract_failures,
                *question_failures,
                *judge_failures,
                *summary_failures,
            ),
            usage=usage,
        )
        return Trace(report, tuple(pairs), tuple(verdicts))

    def claims(self, corpus: Corpus) -> Report:
        """A report of the claims alone: those of ``check``, which also carry their answers."""
        meter, runner = self._begin()
        flags, padding_failures = padding.find_padding(corpus.documents, runner)
        claims, ungrounded, failures = extract.extract_claims(
            corpus.documents, runner, padding=flags
        )
        return Report(
            model=runner.model,
            prompts=_digests(padding.PROMPT, extract.PROMPT),
            documents=_infos(corpus.documents, flags),
            claims=tuple(claims),
            ungrounded=tuple(ungrounded),
            failures=(*corpus.failures, *padding_failures, *failures),
            usage=meter.usage(),
        )

    def padding(self, corpus: Corpus) -> Report:
        """A report of the padding alone."""
        meter, runner = self._begin()
        flags, failures = padding.find_padding(corpus.documents, runner)
        return Report(
            model=runner.model,
            prompts=_digests(padding.PROMPT),
            documents=_infos(corpus.documents, flags),
            padding=tuple(flags),
            failures=(*corpus.failures, *failures),
            usage=meter.usage(),
        )

    async def acheck(self, corpus: Corpus) -> Report:
        """``check`` for async code: runs in a thread, the event loop stays free."""
        import asyncio

        return await asyncio.to_thread(self.check, corpus)

    def _begin(self) -> tuple[MeteredLLM, Runner]:
        meter = MeteredLLM(self._connection.llm, self._connection.model)
        runner = Runner(
            meter, self._connection.model, self._settings.concurrency, self._on_progress
        )
        return meter, runner


def _digests(*names: str) -> dict[str, str]:
    return {name: load_prompt(name).digest for name in names}


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
