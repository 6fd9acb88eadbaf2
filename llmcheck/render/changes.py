"""A comparison of two reports as a page: text for a terminal or a log, and Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from llmcheck.models import Dispute, DocumentInfo
from llmcheck.render.markdown import escape
from llmcheck.render.phrases import clean, kind_name, percent
from llmcheck.render.sources import name_documents
from llmcheck.reports.comparison import Comparison


class _Item(NamedTuple):
    """A line of a list, and what stands below it."""

    mark: str
    text: str
    below: Sequence[str] = ()


class _Part(NamedTuple):
    """A heading with its counts, and its items."""

    heading: str
    items: Sequence[_Item]


def changes_text(
    comparison: Comparison, documents: Iterable[DocumentInfo] = (), *, width: int = 80
) -> str:
    """What differs, disputes first, as plain text no wider than ``width``.

    ``documents`` are those of both reports, by which they are named.
    """
    lines = []
    for part in _parts(comparison, _names(documents)):
        lines.append(part.heading)
        for item in part.items:
            lines += _wrap(clean(item.text), f"  {item.mark} ", width)
            for line in item.below:
                lines += _wrap(clean(line), "      ", width)
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def changes_markdown(comparison: Comparison, documents: Iterable[DocumentInfo] = ()) -> str:
    """What differs, disputes first, as Markdown; the rest as for ``changes_text``."""
    sections = []
    for part in _parts(comparison, _names(documents)):
        heading, _, counts = part.heading.partition(": ")
        lines = [f"## {heading}", ""] + ([f"{counts}.", ""] if counts else [])
        for item in part.items:
            lines.append(f"- {_MARKS[item.mark]}{escape(item.text)}")
            lines += [f"  - {escape(line)}" for line in item.below]
        sections.append("\n".join(lines).rstrip("\n") + "\n")
    return "\n".join(sections)


_MARKS = {"+": "**new**: ", "-": "**gone**: ", "~": "**changed**: "}


def _names(documents: Iterable[DocumentInfo]) -> dict[str, str]:
    """By id; a document that is listed twice is called what the first of the two states."""
    known: dict[str, DocumentInfo] = {}
    for document in documents:
        known.setdefault(document.id, document)
    return dict(zip(known, name_documents(list(known.values())), strict=True))


def _parts(comparison: Comparison, names: Mapping[str, str]) -> Iterator[_Part]:
    c = comparison
    yield _Part(
        "Disputes: "
        + _counts(
            new=len(c.new_disputes),
            gone=len(c.gone_disputes),
            changed=len(c.changed_disputes),
            unchanged=c.same_disputes,
        ),
        [
            *(_Item("+", _dispute_title(d), [*_positions(d, names)]) for d in c.new_disputes),
            *(_Item("-", _dispute_title(d), [*_positions(d, names)]) for d in c.gone_disputes),
            *(
                _Item("~", _dispute_title(m.new), [*m.changes, f"matched by {m.matched_by}"])
                for m in c.changed_disputes
            ),
        ],
    )
    yield _Part(
        "Agreements: "
        + _counts(
            new=len(c.new_agreements), gone=len(c.gone_agreements), unchanged=c.same_agreements
        ),
        _new_and_gone(
            [a.statement for a in c.new_agreements], [a.statement for a in c.gone_agreements]
        ),
    )
    if c.padding:
        yield _Part(
            "Padding",
            [
                _Item("~", f"{name}: {percent(share.old)}, now {percent(share.new)}")
                for share in c.padding
                for name in [names.get(share.doc_id, share.doc_id)]
            ],
        )
    if c.new_failures or c.gone_failures:
        yield _Part(
            "Failures: " + _counts(new=len(c.new_failures), gone=len(c.gone_failures)),
            _new_and_gone(map(str, c.new_failures), map(str, c.gone_failures)),
        )
    if c.new_documents or c.gone_documents:
        yield _Part(
            "Documents: " + _counts(new=len(c.new_documents), gone=len(c.gone_documents)),
            _new_and_gone(
                [names.get(id_, id_) for id_ in c.new_documents],
                [names.get(id_, id_) for id_ in c.gone_documents],
            ),
        )


def _counts(**counts: int) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _new_and_gone(new: Iterable[str], gone: Iterable[str]) -> list[_Item]:
    return [_Item("+", text) for text in new] + [_Item("-", text) for text in gone]


def _dispute_title(dispute: Dispute) -> str:
    silenced = f" (silenced: {dispute.silenced})" if dispute.silenced else ""
    return f"{dispute.question} {kind_name(dispute.kind)}{silenced} [{dispute.id}]"


def _positions(dispute: Dispute, names: Mapping[str, str]) -> Iterator[str]:
    for position in dispute.positions:
        yield f"{position.answer} — {', '.join(names.get(id_, id_) for id_ in position.doc_ids)}"


def _wrap(text: str, start: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )  # fmt: skip
