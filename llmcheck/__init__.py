"""Find what a set of documents agrees on, where it contradicts itself, and what is padding.

    from llmcheck import Checker, Corpus

    report = Checker(model="gpt-4o-mini").check(Corpus.read("articles/"))
    for dispute in report.disputes:
        print(dispute.question, [(p.answer, p.doc_ids) for p in dispute.positions])

Names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmcheck.checker import Checker as Checker
    from llmcheck.documents.corpus import Corpus as Corpus
    from llmcheck.errors import BatchError as BatchError
    from llmcheck.errors import BudgetExceeded as BudgetExceeded
    from llmcheck.errors import ConfigError as ConfigError
    from llmcheck.errors import CorruptRecord as CorruptRecord
    from llmcheck.errors import DocumentError as DocumentError
    from llmcheck.errors import EngineError as EngineError
    from llmcheck.errors import FixtureMissing as FixtureMissing
    from llmcheck.errors import Interrupted as Interrupted
    from llmcheck.errors import InvalidReply as InvalidReply
    from llmcheck.errors import LLMCheckError as LLMCheckError
    from llmcheck.errors import LLMError as LLMError
    from llmcheck.errors import Pending as Pending
    from llmcheck.errors import PromptError as PromptError
    from llmcheck.errors import ProviderError as ProviderError
    from llmcheck.errors import TooLong as TooLong
    from llmcheck.findings.findings import findings_of as findings_of
    from llmcheck.judging.judge import judge_questions as judge_questions
    from llmcheck.llm.fake import FakeLLM as FakeLLM
    from llmcheck.llm.port import LLM as LLM
    from llmcheck.llm.port import Call as Call
    from llmcheck.llm.port import Reply as Reply
    from llmcheck.llm.recording.record import RecordingLLM as RecordingLLM
    from llmcheck.llm.recording.replay import ReplayLLM as ReplayLLM
    from llmcheck.llm.runner import Runner as Runner
    from llmcheck.models import Agreement as Agreement
    from llmcheck.models import Claim as Claim
    from llmcheck.models import Dispute as Dispute
    from llmcheck.models import DisputesFound as DisputesFound
    from llmcheck.models import Document as Document
    from llmcheck.models import Failure as Failure
    from llmcheck.models import IncompleteRun as IncompleteRun
    from llmcheck.models import Lookalike as Lookalike
    from llmcheck.models import PaddingFlag as PaddingFlag
    from llmcheck.models import Position as Position
    from llmcheck.models import Question as Question
    from llmcheck.models import Report as Report
    from llmcheck.models import Stance as Stance
    from llmcheck.models import Statement as Statement
    from llmcheck.models import Summary as Summary
    from llmcheck.models import Usage as Usage
    from llmcheck.models import Verdict as Verdict
    from llmcheck.numbering import NumberedSet as NumberedSet
    from llmcheck.plan import Plan as Plan
    from llmcheck.plan import plan_of as plan_of
    from llmcheck.reading.read import read_documents as read_documents
    from llmcheck.settings import Settings as Settings
    from llmcheck.summary import summarize as summarize
    from llmcheck.survey.survey import survey_documents as survey_documents

# What is told of a run is for those who ask for it: logging.getLogger("llmcheck").
logging.getLogger(__name__).addHandler(logging.NullHandler())

_HOME = {
    "documents.corpus": ["Corpus"],
    "errors": [
        "BatchError", "BudgetExceeded", "ConfigError", "CorruptRecord", "DocumentError",
        "EngineError", "FixtureMissing", "Interrupted", "InvalidReply", "LLMCheckError",
        "LLMError", "Pending", "PromptError", "ProviderError", "TooLong",
    ],
    "llm.fake": ["FakeLLM"],
    "llm.port": ["LLM", "Call", "Reply"],
    "llm.recording.record": ["RecordingLLM"],
    "llm.recording.replay": ["ReplayLLM"],
    "llm.runner": ["Runner"],
    "models": [
        "Agreement", "Claim", "Dispute", "DisputesFound", "Document", "Failure",
        "IncompleteRun", "Lookalike", "PaddingFlag", "Position", "Question", "Report", "Stance",
        "Statement", "Summary", "Usage", "Verdict",
    ],
    "checker": ["Checker"],
    "findings.findings": ["findings_of"],
    "judging.judge": ["judge_questions"],
    "numbering": ["NumberedSet"],
    "plan": ["Plan", "plan_of"],
    "reading.read": ["read_documents"],
    "settings": ["Settings"],
    "summary": ["summarize"],
    "survey.survey": ["survey_documents"],
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
