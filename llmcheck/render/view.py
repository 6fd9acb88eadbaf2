"""What the pages for people share: quotes, look-alikes, failures, notes, usage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from llmcheck.render.phrases import QUOTE_LENGTH, clean, kind_name, pluralize, quotation

if TYPE_CHECKING:
    from llmcheck.models import (
        Claim,
        DocumentInfo,
        Failure,
        Lookalike,
        PaddingFlag,
        PaddingKind,
        Position,
        Report,
        Usage,
    )
    from llmcheck.render.sources import Sources

T = TypeVar("T", "Claim", "PaddingFlag")

_MOST_NAMED = 5
"""Documents of a failure that are named."""


def leading_claim(report: Report, position: Position) -> Claim | None:
    """The first claim of a position, whose words stand for it; None when it cites none."""
    return report.claim(position.claim_ids[0]) if position.claim_ids else None


def quote_claim(claim: Claim, length: int = QUOTE_LENGTH) -> str:
    """The exact words that a claim rests on, in quotation marks, passage by passage."""
    passages = (claim.quote, *(passage.quote for passage in claim.further))
    return " … ".join(quotation(passage, length) for passage in passages)


class Side(NamedTuple):
    """One of the answers that look contradictory and are not, and who gives it."""

    answer: str
    claim_ids: Sequence[str]
    doc_ids: Sequence[str]


def lookalike_sides(report: Report, lookalike: Lookalike) -> list[Side]:
    """The answers of a look-alike; where none are kept, as in older reports, its claims."""
    return [Side(p.answer, p.claim_ids, p.doc_ids) for p in lookalike.positions] or [
        Side(claim.text, [claim.id], [claim.doc_id])
        for claim in map(report.claim, lookalike.claim_ids)
    ]


def lookalike_reason(lookalike: Lookalike) -> str:
    """Why all answers of a look-alike can be true: in words, and the kind."""
    return f"{clean(lookalike.rationale)} ({kind_name(lookalike.kind)})".lstrip()


def doc_ids_of(report: Report, claim_ids: Iterable[str]) -> list[str]:
    """The documents that make these claims, each once, in the order of the claims."""
    return list(dict.fromkeys(report.claim(id_).doc_id for id_ in claim_ids))


def attribution(claim: Claim) -> str:
    """Who asserts a claim, as a note behind it; empty for the document itself."""
    return f" ({clean(claim.speaker)})" if claim.speaker else ""


def group_by_document(items: Iterable[T]) -> dict[str, list[T]]:
    """Claims or padding flags under the id of their document, in their order."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(item.doc_id, []).append(item)
    return groups


def padding_kinds(
    flags: Iterable[PaddingFlag], document: DocumentInfo
) -> list[tuple[PaddingKind, float]]:
    """The document's padding by kind, largest first, as shares of the document."""
    sizes: Counter[PaddingKind] = Counter()
    for flag in flags:
        sizes[flag.kind] += len("".join(flag.quote.split()))
    # Flags may overlap: the document's own share, where each character counts once, is split.
    total = sizes.total() or 1
    return [(kind, size / total * document.padding_share) for kind, size in sizes.most_common()]


def usage_line(usage: Usage) -> str:
    """Calls by origin, tokens and price, on one line."""
    line = (
        f"{pluralize(usage.calls, 'model call')}, {usage.cached:,} cached, "
        f"{usage.replayed:,} replayed"
    )
    if not (usage.calls or usage.input_tokens or usage.output_tokens):
        return line
    counted_by = " (estimated)" if usage.estimated else ""
    cost = "price unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    return (
        f"{line} · {usage.input_tokens:,} tokens in, {usage.output_tokens:,} out{counted_by}"
        f" · {cost}"
    )


def ungrounded_line(report: Report) -> str:
    """How much of what the model said is kept out of the findings, on a line; may be empty."""
    number = len(report.ungrounded)
    if not number:
        return ""
    verb, them = ("was", "it") if number == 1 else ("were", "them")
    return (
        f"{pluralize(number, 'claim')} of the model {verb} not borne out and left out: "
        f"--verbose lists {them}"
    )


def has_padding_reading(report: Report) -> bool:
    """Whether the documents were read for padding: a check does without."""
    readings = ("reading.", "padding.")
    return bool(report.padding) or any(name.startswith(readings) for name in report.prompts)


def failure_subject(failure: Failure, sources: Sources) -> str:
    """What could not be done: documents by their names, all else in the failure's words."""
    if failure.stage == "judging" or not failure.doc_ids:
        return clean(failure.subject)
    named = sources.listed(failure.doc_ids[:_MOST_NAMED])
    if (more := len(failure.doc_ids) - _MOST_NAMED) > 0:
        named += f" and {more} more"
    if len(failure.doc_ids) == 1:
        # Of a document that is read in windows, the line is told behind its id.
        line = failure.subject.removeprefix(failure.doc_ids[0]).removeprefix(":")
        named += f", from line {line}" if line.isdecimal() else ""
    return named


def no_disputes_line(report: Report) -> str:
    """What to say where the disputes would stand: absence is claimed of a whole run only."""
    if report.failures:
        return "None found, but not everything could be checked."
    return "None found."
