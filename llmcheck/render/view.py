"""What the pages for people share: names of sources, quotes, look-alikes, notes, usage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from llmcheck.render.phrases import QUOTE_LENGTH, clean, kind_name, pluralize, quotation, shorten

if TYPE_CHECKING:
    from llmcheck.models import (
        Claim,
        DocumentInfo,
        Lookalike,
        PaddingFlag,
        PaddingKind,
        Position,
        Report,
        Usage,
    )

T = TypeVar("T", "Claim", "PaddingFlag")


_NAME_LENGTH = 40


def publication_line(document: DocumentInfo) -> str:
    """Who published the document and on which day, as far as it says so; may be empty."""
    day = (document.date or "")[:10]
    return ", ".join(clean(told) for told in (document.author, document.site, day) if told)


class Sources:
    """The documents of a report, numbered from 1 and named as shortly as is unambiguous."""

    def __init__(self, documents: Sequence[DocumentInfo]) -> None:
        self._numbers = {document.id: n for n, document in enumerate(documents, 1)}
        self._names = {
            document.id: shorten(clean(name), _NAME_LENGTH)
            for document, name in zip(documents, _short_names(documents), strict=True)
        }

    def name(self, doc_id: str) -> str:
        """The end of the path that no other source shares, or else the title or the id."""
        return self._names.get(doc_id) or shorten(clean(doc_id), _NAME_LENGTH)

    def number(self, doc_id: str) -> int | None:
        """Its number; None for a source the report does not list."""
        return self._numbers.get(doc_id)

    def cite(self, doc_ids: Iterable[str]) -> str:
        """Numbers in brackets: ``[1, 3]``; sources the report does not list have none."""
        numbers = sorted({self._numbers[id_] for id_ in doc_ids if id_ in self._numbers})
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""

    def listed(self, doc_ids: Iterable[str]) -> str:
        """Names with numbers: ``tides.txt [1], ferry.txt [3]``."""
        return ", ".join(f"{self.name(id_)} {self.cite([id_])}".rstrip() for id_ in doc_ids)


def _short_names(documents: Sequence[DocumentInfo]) -> list[str]:
    paths = [(document.path or "").replace("\\", "/").rstrip("/") for document in documents]
    on_path = Counter(paths)
    names = [
        # Of a file that holds several documents, only the id tells which.
        document.id if path and on_path[path] > 1 else path or document.title or document.id
        for path, document in zip(paths, documents, strict=True)
    ]
    pieces = [path.split("/") for path in paths]
    unnamed = {index for index, path in enumerate(paths) if path}
    for depth in range(1, max(map(len, pieces), default=0) + 1):
        endings = ["/".join(piece[-depth:]) for piece in pieces]
        count = Counter(endings)
        for index in [index for index in unnamed if count[endings[index]] == 1]:
            names[index] = endings[index]
            unnamed.remove(index)
    return names


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


def no_disputes_line(report: Report) -> str:
    """What to say where the disputes would stand: absence is claimed of a whole run only."""
    if report.failures:
        return "None found, but not everything could be checked."
    return "None found."
