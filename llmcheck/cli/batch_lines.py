"""What the verb ``batch`` says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llmcheck.cli.streams import say
from llmcheck.render.phrases import pluralize

if TYPE_CHECKING:
    from llmcheck.cli.batch_rounds import ReadRound, Round
    from llmcheck.llm.batch.service import State

_MOST_TOLD = 10


def written_lines(written: Round, folder: Path, run: str) -> list[str]:
    """What was written, and what to do next; ``run`` is the command that the answers are for."""
    planned = written.planned
    if not written.files:
        left = written.given_up
        made = f"{pluralize(left, 'call')} at the price of single ones" if left else "0 calls"
        return [f"nothing is left for a batch; next, with {made}:", f"  {run}"]
    calls = pluralize(sum(written.prompts.values()), "request")
    names = ", ".join(file.name for file in written.files)
    of = ", ".join(f"{number:,} of {prompt}" for prompt, number in written.prompts.items())
    cost = "price unknown" if planned.cost_usd is None else f"~${planned.cost_usd:.4f}"
    return [
        f"{calls} in {names} ({of})",
        f"all of {planned.verb}, estimated: {pluralize(planned.calls, 'call')}, "
        f"{planned.input_tokens:,} tokens in, {planned.output_tokens:,} out, {cost} in batches",
        f"next: llmcheck batch submit {folder}, or upload by hand, then llmcheck batch read",
    ]


def stored_line(found: ReadRound) -> str:
    """How many answers were stored, and what the batch took."""
    tokens = found.tally.tokens
    sent, received = sum(each.input for each in tokens), sum(each.output for each in tokens)
    counted_by = " (estimated)" if any(each.estimated for each in tokens) else ""
    cost = "price unknown" if found.cost is None else f"${found.cost:.4f}"
    return (
        f"{pluralize(found.tally.stored, 'answer')} stored · {sent:,} tokens in, {received:,} "
        f"out{counted_by} · {cost}\n"
    )


def state_line(state: State) -> str:
    """How far a batch is."""
    problem = f": {state.problem}" if state.problem else ""
    counts = f"{state.done:,} of {state.total:,} answered, {state.failed:,} failed"
    return f"{state.status}, {counts}{problem}"


def warn_of(what: str, which: list[str]) -> None:
    """Warn of things that are alike, each with its own words, and of the number of the rest."""
    for one in which[:_MOST_TOLD]:
        say(f"warning: {what}: {one}")
    if (more := len(which) - _MOST_TOLD) > 0:
        say(f"warning: {what}: {more:,} more")
