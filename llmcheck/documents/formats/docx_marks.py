"""What the runs of a DOCX are marked as: hidden, struck out, deleted, raised.

mammoth turns the text into HTML, but knows neither hidden text nor what a character style says,
and drops what tracked changes delete. So the parts are prepared for it: hidden text goes, what
was struck out goes and is kept, and raised text is marked where mammoth looks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

_OFF = frozenset({"0", "false", "off", "none"})
# They hold text of the paragraph, and mammoth passes them over.
_UNKNOWN_WRAPPERS = ("fldSimple", "bdo", "dir")
_MOST_BASES = 20
"""Styles that a style may be based on, one upon the other."""


class _Look(NamedTuple):
    """What properties say of a run's text; None where they say nothing."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None

    def over(self, base: _Look) -> _Look:
        """What holds where ``base`` holds for what this does not say."""
        return _Look(*(b if a is None else a for a, b in zip(self, base, strict=True)))


class Looks:
    """The looks that the styles of a DOCX give, by their ids."""

    def __init__(self, styles: Any | None) -> None:
        """From the root of the part with the styles, where there is one."""
        found = () if styles is None else styles.iterfind("{*}style")
        self._styles = {_attribute(style, "styleId"): style for style in found}
        self._known: dict[str | None, _Look] = {}

    def of_style(self, name: str | None) -> _Look:
        """What a style says, with those that it is based on."""
        if name not in self._known:
            look, base = _Look(), name
            for _ in range(_MOST_BASES):
                style = self._styles.get(base)
                if style is None:
                    break
                look = look.over(_look_of(style.find("{*}rPr")))
                base = _value(style.find("{*}basedOn"))
            self._known[name] = look
        return self._known[name]

    def of_run(self, run: Any) -> _Look:
        """What holds for a run: its own properties, its style, that of its paragraph."""
        properties = run.find("{*}rPr")
        look = _look_of(properties)
        if properties is not None:
            look = look.over(self.of_style(_value(properties.find("{*}rStyle"))))
        paragraph = next(run.iterancestors("{*}p"), None)
        style = None if paragraph is None else paragraph.find("{*}pPr/{*}pStyle")
        return look.over(self.of_style(_value(style)))


def prepare(root: Any, looks: Looks) -> list[str]:
    """Prepare a part with text for mammoth; what is struck out or deleted in it, in order."""
    _spell_out_math(root)
    _join_drop_capitals(root)
    for name in _UNKNOWN_WRAPPERS:
        for element in root.iter(f"{{*}}{name}"):
            element.tag = f"{_namespace(element)}smartTag"
    struck: list[str] = []
    joined: Any = None  # the paragraph whose struck words go on
    for run in root.iter("{*}r"):
        where = _surroundings(run)
        if where == "unread":
            continue
        look, text = looks.of_run(run), _text_of(run)
        paragraph = next(run.iterancestors("{*}p"), None)
        if look.hidden or where == "placeholder":
            _empty(run)
        elif look.struck or where == "deleted":
            _empty(run)
            if text and joined is not None and joined is paragraph:
                struck[-1] += text
            elif text:
                struck.append(text)
                joined = paragraph
        elif text:
            joined = None
            if look.raised:
                _mark_raised(run)
    return [words for text in struck if (words := " ".join(text.split()))]


def _surroundings(run: Any) -> Literal["deleted", "placeholder", "unread"] | None:
    """What the elements round a run make of it, if anything but text."""
    for ancestor in run.iterancestors():
        name = _local(ancestor)
        if name == "del" or (name == "tr" and ancestor.find("{*}trPr/{*}del") is not None):
            return "deleted"
        if name in ("moveFrom", "Choice"):  # it stands again where mammoth reads it
            return "unread"
        if name == "sdt" and ancestor.find("{*}sdtPr/{*}showingPlcHdr") is not None:
            return "placeholder"
    return None


def _text_of(run: Any) -> str:
    pieces = []
    for child in run:
        name = _local(child)
        if name in ("t", "delText"):
            pieces.append(child.text or "")
        elif name in ("tab", "br", "cr"):
            pieces.append(" ")
    return "".join(pieces)


def _join_drop_capitals(root: Any) -> None:
    """Put a drop capital, which has a paragraph of its own, before the word that it begins."""
    for frame in list(root.iter("{*}framePr")):
        paragraph = next(frame.iterancestors("{*}p"), None)
        if paragraph is None or _attribute(frame, "dropCap") not in ("drop", "margin"):
            continue
        following = paragraph.getnext()
        if following is None or _local(following) != "p":
            continue
        place = following.find("{*}pPr")
        at = 0 if place is None else following.index(place) + 1
        for offset, run in enumerate(paragraph.findall("{*}r")):
            following.insert(at + offset, run)


def _spell_out_math(root: Any) -> None:
    """Put runs in the place of formulas, which mammoth leaves out: powers raised, 1/2 as such."""
    namespace = _namespace(root)
    for formula in list(root.iter("{*}oMath")):
        at, parent = formula.getparent().index(formula), formula.getparent()
        parent.remove(formula)
        for offset, (text, raised) in enumerate(_formula(formula, False)):
            run = root.makeelement(f"{namespace}r")
            words = run.makeelement(f"{namespace}t")
            words.text = text
            run.append(words)
            if raised:
                _mark_raised(run)
            parent.insert(at + offset, run)
    for wrapper in root.iter("{*}oMathPara"):
        wrapper.tag = f"{namespace}smartTag"


def _formula(element: Any, raised: bool) -> Iterator[tuple[str, bool]]:
    name = _local(element)
    if name == "t":
        yield element.text or "", raised
    for child in element:
        part = _local(child)
        if name == "f" and part == "num":
            yield " ", raised  # "3 1/2" is not 31/2
        if name == "f" and part == "den":
            yield "/", raised
        yield from _formula(child, raised or part == "sup")


def _empty(run: Any) -> None:
    for child in list(run):
        if _local(child) != "rPr":
            run.remove(child)


def _mark_raised(run: Any) -> None:
    namespace = _namespace(run)
    properties = run.find("{*}rPr")
    if properties is None:
        properties = run.makeelement(f"{namespace}rPr")
        run.insert(0, properties)
    for old in properties.findall("{*}vertAlign"):
        properties.remove(old)
    mark = run.makeelement(f"{namespace}vertAlign", {f"{namespace}val": "superscript"})
    properties.append(mark)


def _look_of(properties: Any | None) -> _Look:
    if properties is None:
        return _Look()
    strikes = [_switch(properties.find(f"{{*}}{name}")) for name in ("strike", "dstrike")]
    said = [strike for strike in strikes if strike is not None]
    return _Look(
        hidden=_switch(properties.find("{*}vanish")),
        struck=any(said) if said else None,
        raised=_raised(properties),
    )


def _raised(properties: Any) -> bool | None:
    aligned = _value(properties.find("{*}vertAlign"))
    if aligned is not None:
        return aligned == "superscript"
    lifted = _value(properties.find("{*}position"))  # in half points
    if lifted is None:
        return None
    return lifted.isdecimal() and int(lifted[:4]) > 0


def _switch(element: Any | None) -> bool | None:
    if element is None:
        return None
    return (_value(element) or "1").lower() not in _OFF


def _value(element: Any | None) -> str | None:
    return None if element is None else _attribute(element, "val")


def _attribute(element: Any, name: str) -> str | None:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def _namespace(element: Any) -> str:
    return f"{element.tag.partition('}')[0]}}}"


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
