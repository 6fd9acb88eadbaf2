"""Puts an explanation together: a finding, and for each call behind it what was asked and
answered.

The answers come from a recording or from the cache. A recording has the prompts as well; for
the cache they are made again, by walking the documents through the stations with the answers
that are stored. A prompt is told only if its call has the key that the report names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress

from pydantic import JsonValue

from llmcheck.checker import Checker
from llmcheck.documents.corpus import Corpus
from llmcheck.documents.paths import is_url
from llmcheck.errors import ConfigError, LLMCheckError, PromptError
from llmcheck.explanation.answers import CachedAnswers, FoundAnswer, RecordedAnswers
from llmcheck.explanation.locating import locate
from llmcheck.explanation.shapes import ExplainedCall, Explanation
from llmcheck.llm.connect import Connection, recording_of, tables_folder, wishes_of
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.recording.files import read_manifest
from llmcheck.llm.store import ReplyStore
from llmcheck.llm.wishes import WishesLLM
from llmcheck.models import CallRef, Report
from llmcheck.settings import Settings

_HOW = (
    "give the --cache or the --replay folder that has it, or run the same again with "
    "--format json, and with --record DIR to keep prompts and answers for good"
)


def explain(report: Report, wanted: str, settings: Settings) -> Explanation:
    """The finding that ``wanted`` names (as ``locating.locate`` takes it) and what led to it.

    The settings name the recording or the cache that has the answers. Raises ConfigError where
    there is no such finding, the report does not know its calls, or no answer is there.
    """
    found, refs = locate(report, wanted)
    if not refs:
        raise ConfigError(
            f"the report does not say which calls {found.kind} {found.id} came of: it was made "
            f"by an earlier version, or changed since; {_HOW}"
        )
    if settings.replay is not None:
        directory = recording_of(settings.replay)
        read_manifest(directory)
        recorded = RecordedAnswers(directory)
        answers = {ref: recorded.find(ref) for ref in refs}
    elif settings.cache is not None:
        # The report does not say which endpoint was asked.
        store = ReplyStore(settings.cache, endpoint=None)
        try:
            cached = CachedAnswers(store)
            answers = {ref: cached.find(ref) for ref in refs}
            if not all(answer.missing for answer in answers.values()):
                answers = _with_prompts(answers, report, settings, cached)
        finally:
            store.close()
    else:
        raise ConfigError(f"the cache is switched off and no recording is named: {_HOW}")
    calls = tuple(_explained(ref, answer, report) for ref, answer in answers.items())
    if all(call.missing for call in calls):
        first = calls[0]
        raise ConfigError(
            f"no answer behind {found.kind} {found.id} is there ({first.prompt} call "
            f"{first.key[:16]}: {first.missing}): {_HOW}"
        )
    return Explanation(finding=found, calls=calls)


def _with_prompts(
    answers: Mapping[CallRef, FoundAnswer],
    report: Report,
    settings: Settings,
    cached: CachedAnswers,
) -> dict[CallRef, FoundAnswer]:
    """The answers with the messages that brought them, as far as these can be made again."""
    paths = {document.path for document in report.documents if document.path}
    there = sorted(path for path in paths if not is_url(path) and os.path.isfile(path))
    wishes = wishes_of(settings)
    checker = Checker(
        report.model,
        settings=settings.model_copy(update={"silence": ()}),
        llm=Connection(
            WishesLLM(cached, wishes) if wishes else cached,
            report.model,
            tables=tables_folder(settings),
        ),
    )
    whole = any(call.read is not None for call in report.provenance)
    # Documents that have gone take their prompts along; the answers are worth telling.
    with suppress(LLMCheckError):
        checker.trace(Corpus.read(*there), whole=whole)
    asked = cached.asked
    return {
        ref: answer._replace(user=asked[ref.key].user if ref.key in asked else None)
        for ref, answer in answers.items()
    }


def _explained(ref: CallRef, answer: FoundAnswer, report: Report) -> ExplainedCall:
    return ExplainedCall(
        prompt=ref.prompt,
        key=ref.key,
        system=_system(ref.prompt, report.prompts.get(ref.prompt)),
        user=answer.user,
        answer=None if answer.missing else _parsed(answer.raw),
        input_tokens=answer.tokens.input,
        output_tokens=answer.tokens.output,
        missing=answer.missing,
    )


def _system(name: str, digest: str | None) -> str | None:
    """The system message, if the prompt is today what it was."""
    try:
        prompt = load_prompt(name)
    except PromptError:
        return None
    return prompt.system if prompt.digest == digest else None


def _parsed(raw: str) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(raw)
        json.dumps(parsed, allow_nan=False)
    except ValueError:
        return raw
    return parsed
