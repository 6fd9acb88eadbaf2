"""An explanation for people: the passages, then each call with its prompt and its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llmcheck.render.phrases import clean, clean_lines, quotation
from llmcheck.render.sources import Described, Sources

if TYPE_CHECKING:
    from llmcheck.explanation.shapes import ExplainedCall, Explanation


def explanation_text(explanation: Explanation, documents: Sequence[Described]) -> str:
    """The whole explanation; prompts and answers in full, as they were.

    ``documents`` are those of the report, for their names.
    """
    return "\n".join(_lines(explanation, Sources(documents))) + "\n"


def _lines(explanation: Explanation, sources: Sources) -> Iterator[str]:
    finding = explanation.finding
    yield f"{finding.kind} {clean(finding.id)}: {clean(finding.text)}"
    if finding.cited_by:
        yield f"cited by {', '.join(map(clean, finding.cited_by))}"
    told = finding.text
    for passage in finding.passages:
        if passage.cited_for != told:
            told = passage.cited_for
            yield f"\n{clean(told)}"
        yield f"  {sources.name(passage.doc_id)}"
        yield f"  ({clean(passage.doc_id)}, characters {passage.start} to {passage.end})"
        yield f"    {quotation(passage.quote)}"
    for number, call in enumerate(explanation.calls, 1):
        yield ""
        yield from _call_lines(number, call)


def _call_lines(number: int, call: ExplainedCall) -> Iterator[str]:
    took = f"{call.input_tokens:,} tokens in, {call.output_tokens:,} out"
    yield f"===== call {number}: {call.prompt}, {call.key[:16]}, {took} ====="
    if call.system is None:
        yield "(system message: the prompt has another text today, or is gone)"
    else:
        yield f"----- system -----\n{clean_lines(call.system)}"
    if call.user is None:
        yield (
            "(user message: cannot be made again, since the documents, or the settings of "
            "LLMCHECK_* and llmcheck.toml, are not as they were; a recording has it)"
        )
    else:
        yield f"----- user -----\n{clean_lines(call.user)}"
    if call.missing:
        yield f"(answer: {clean(call.missing)})"
    else:
        answer = json.dumps(call.answer, indent=2, ensure_ascii=False)
        yield f"----- answer -----\n{clean_lines(answer)}"
