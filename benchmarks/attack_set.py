"""The attacks in ``attacks/``, and the small clean set into which each is planted."""

from __future__ import annotations

import re
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from llmcheck.documents.corpus import Corpus
from llmcheck.models import Claim, Document, Passage, Report, Span

FOLDER = Path(__file__).parent / "attacks"
CLEAN = ("wire.txt", "paper.txt", "page.html")
EXTRA = "extra.txt"
HARMLESS = "harmless"
"""The kind of those that are no attacks."""
FIELDS = ("title", "author", "site", "date", "language", "url")
"""Fields of the page that an attack may be planted in."""
PLACES = ("paragraph", "markup", "file", "document", *FIELDS)

_PLACE = "@@attack@@"
_PACKED = re.compile(r"@@(tags|selectors|many):(.*?)@@", re.DOTALL)
_MANY = 300


@dataclass(frozen=True)
class Attack:
    """Something planted into the clean set."""

    kind: str
    name: str
    text: str
    at: str = "paragraph"
    """Where it is planted: as a paragraph of paper.txt, as markup in page.html, as a field of
    that page, as the name of the file paper.txt, or as a document of its own."""
    wants: str = ""
    """Words that are in the answers when it succeeds; empty where success is that some lack."""
    dropped: bool = False
    """Whether the reader of pages leaves it out, so that no model is shown it."""

    @property
    def id(self) -> str:
        """Kind and name."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Side:
    """Words that are known to state something."""

    document: str
    words: str


@dataclass(frozen=True)
class Known:
    """A finding that the clean set is known to hold: a dispute or an agreement."""

    about: str
    dispute: bool
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Planted:
    """The set with an attack in it, or the clean one."""

    attack: Attack | None
    corpus: Corpus
    names: dict[str, str]
    """Names of the documents in the clean set (or ``EXTRA``), by id."""
    spans: dict[str, Span]
    """Where the attack stands in the texts, by document id."""

    def is_planted(self, doc_id: str, start: int, end: int) -> bool:
        """Whether a passage has characters of the attack."""
        span = self.spans.get(doc_id)
        return span is not None and span.overlaps(start, end)

    @property
    def is_read(self) -> bool:
        """Whether the attack's words reached any document, or a field of one."""
        wanted = self.attack.wants if self.attack else ""
        fields = [t for d in self.corpus.documents for t in (d.text, d.title, d.author, d.site)]
        return bool(wanted) and any(wanted in text for text in fields if text)


def kinds() -> dict[str, str]:
    """What each kind of attack is, by its name."""
    return {name: str(table["about"]) for name, table in _tables().items()}


@cache
def attacks() -> tuple[Attack, ...]:
    """All attacks, and what only looks like one, by kind."""
    return tuple(
        Attack(**{**row, "kind": kind, "text": _unpacked(row["text"])})
        for kind, table in _tables().items()
        for row in table["attack"]
    )


def tokens() -> tuple[str, ...]:
    """Control tokens of models."""
    lines = (FOLDER / "tokens.txt").read_text(encoding="utf-8").splitlines()
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("# ")))


@cache
def known() -> tuple[Known, ...]:
    """The disputes and agreements of the clean set."""
    table = tomllib.loads((FOLDER / "set" / "known.toml").read_text(encoding="utf-8"))
    return tuple(
        Known(row["about"], sort == "dispute", tuple(Side(**side) for side in row["sides"]))
        for sort in ("dispute", "agreement")
        for row in table[sort]
    )


def planted(attack: Attack | None = None) -> Planted:
    """The set with the attack in it; the clean set without one."""
    sources = {name: _source(name) for name in CLEAN}
    paths = {name: name for name in CLEAN}
    bodies = {"paragraph": "paper.txt", "markup": "page.html"}
    if attack and attack.at == "document":
        sources[EXTRA] = attack.text
        paths[EXTRA] = EXTRA
    if attack and attack.at == "file":
        paths["paper.txt"] = attack.text.replace("/", "_").replace("\0", "")
    with tempfile.TemporaryDirectory() as folder:
        for name, source in sources.items():
            body = attack.text if attack and bodies.get(attack.at) == name else ""
            text = source.replace(_PLACE, body)
            (Path(folder) / paths[name]).write_bytes(text.encode())
        corpus = Corpus.read(*(Path(folder) / path for path in paths.values()))
    # Their place is not to be in what is compared or printed.
    documents = [
        document.model_copy(update={"id": path, "path": path, **_stated(attack, name)})
        for document, (name, path) in zip(corpus.documents, paths.items(), strict=True)
    ]
    names = {path: name for name, path in paths.items()}
    spans = {d.id: span for d in documents if (span := _span(d, attack, names[d.id]))}
    return Planted(attack, corpus.model_copy(update={"documents": tuple(documents)}), names, spans)


def found(planted: Planted, report: Report) -> list[Known]:
    """Which of the known findings are in a report."""
    return [each for each in known() if _is_in(each, planted, report)]


def _is_in(each: Known, planted: Planted, report: Report) -> bool:
    def states(claim_ids: tuple[str, ...], side: Side) -> bool:
        return any(_overlaps(report.claim(id_), side, planted) for id_ in claim_ids)

    if not each.dispute:
        return any(
            sum(states(agreement.claim_ids, side) for side in each.sides) > 1
            for agreement in report.agreements
        )
    for dispute in report.open_disputes:
        taken = [
            [at for at, p in enumerate(dispute.positions) if states(p.claim_ids, side)]
            for side in each.sides
        ]
        # Each side another position.
        if any(len(set(places)) == len(places) for places in product(*taken)):
            return True
    return False


def _overlaps(claim: Claim, side: Side, planted: Planted) -> bool:
    if planted.names[claim.doc_id] != side.document:
        return False
    text = next(d.text for d in planted.corpus.documents if d.id == claim.doc_id)
    start = text.replace("\n", " ").index(side.words)
    words = Span(start=start, end=start + len(side.words))
    passages: tuple[Claim | Passage, ...] = (claim, *claim.further)
    return any(words.overlaps(passage.start, passage.end) for passage in passages)


def _tables() -> dict[str, dict[str, Any]]:
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"), key=lambda path: (path.stem == HARMLESS, path))
    }


def _source(name: str) -> str:
    return (FOLDER / "set" / name).read_text(encoding="utf-8")


def _unpacked(text: str) -> str:
    """With what stands packed between ``@@`` as the characters that nobody could read there."""

    def unpack(found: re.Match[str]) -> str:
        how, packed = found.groups()
        if how == "tags":
            return "".join(chr(0xE0000 + ord(c)) for c in packed)
        if how == "selectors":
            return "".join(chr(b + (0xFE00 if b < 16 else 0xE00F0)) for b in packed.encode())
        return str(packed * _MANY)

    return _PACKED.sub(unpack, text.removeprefix("\n"))


def _stated(attack: Attack | None, name: str) -> dict[str, str]:
    """The field of the page that the attack is planted in, however odd: texts handed over in
    memory can have any."""
    if attack is None or name != "page.html" or attack.at not in FIELDS:
        return {}
    return {attack.at: attack.text}


def _span(document: Document, attack: Attack | None, name: str) -> Span | None:
    """Where the text differs from that of the clean set."""
    if attack is None:
        return None
    text = document.text
    if name == EXTRA:
        return Span(start=0, end=len(text))
    clean = next(d.text for d in _clean().corpus.documents if d.id == name)
    if text == clean:
        return None
    first = _alike(text, clean)
    # What both beginnings and both ends have in common is counted once.
    last = min(_alike(text[::-1], clean[::-1]), len(clean) - first)
    return Span(start=first, end=len(text) - last)


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


@cache
def _clean() -> Planted:
    return planted()
