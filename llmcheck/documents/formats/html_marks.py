"""What markup and styles say of a page's text: that it is hidden, struck out or raised.

Styles are read as far as programs that export pages need them: those of an element itself, and
rules of style sheets for a tag, a class or an id. What a sheet hides counts as visible, since
scripts show much of it when somebody clicks.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.I)
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bline-through\b", re.I)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*super\b", re.I)
_STRUCK = frozenset({"s", "del", "strike"})
# Links to notes, in books and in articles that follow the accessibility rules.
_NOTE_LINK = frozenset({"noteref", "doc-noteref"})
_SELECTOR = re.compile(r"[a-z][\w-]*|(?:[a-z][\w-]*)?[.#][\w-]+", re.I)
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*\*/")
_CLOSING = (",", ".", ";", ":", "!", "?", ")")


class Sheet(NamedTuple):
    """What the rules of style sheets say, by selectors of one tag, class or id."""

    struck: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()


def sheet_of(root: Any, more: str = "") -> Sheet:
    """The rules in the ``style`` elements of a page, and those of ``more``, a sheet's source."""
    struck: set[str] = set()
    raised: set[str] = set()
    sources = [element.text or "" for element in root.iter("style")]
    for rule in _COMMENT.sub("", "\n".join([*sources, more])).split("}"):
        head, _, body = rule.rpartition("{")
        for style, found in ((_STRUCK_STYLE, struck), (_RAISED_STYLE, raised)):
            if style.search(body):
                selectors = (one.strip() for one in head.rpartition("{")[2].split(","))
                found.update(filter(_SELECTOR.fullmatch, selectors))
    return Sheet(frozenset(struck), frozenset(raised))


def take_struck(root: Any, sheet: Sheet) -> tuple[str, ...]:
    """Take what is struck out from the tree; its words, in order, but for what is hidden too."""
    from lxml import etree

    found = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if _is_hidden(element):
            walk.skip_subtree()
        elif _is_struck(element, sheet) and element.getparent() is not None:
            found.append(element)
            walk.skip_subtree()
    words = [" ".join("".join(element.itertext()).split()) for element in found]
    for element in found:
        _take_out(element)
    return tuple(filter(None, words))


def drop_hidden(root: Any) -> None:
    """Drop what no reader sees."""
    for element in list(root.iter("*")):
        if _is_hidden(element):
            element.drop_tree()


def is_raised(element: Any, sheet: Sheet) -> bool:
    """Whether its text stands above the line, as powers and the numbers of notes do."""
    if element.tag == "sup" or _styled(element, _RAISED_STYLE, sheet.raised):
        return True
    if _NOTE_LINK & {element.get("role"), *(element.get("epub:type") or "").split()}:
        return True
    parent = element.getparent()
    power = parent is not None and parent.tag == "msup"
    return power and element.getprevious() is not None


def _is_hidden(element: Any) -> bool:
    if element.tag == "body" or element.getparent() is None:
        return False  # a page that scripts are to show
    return bool(
        "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or (element.tag == "dialog" and "open" not in element.attrib)
        or _HIDDEN_STYLE.search(element.get("style", ""))
    )


def _is_struck(element: Any, sheet: Sheet) -> bool:
    return (
        element.tag in _STRUCK
        or element.get("role") == "deletion"
        or _styled(element, _STRUCK_STYLE, sheet.struck)
    )


def _styled(element: Any, style: re.Pattern[str], selectors: frozenset[str]) -> bool:
    if style.search(element.get("style", "")):
        return True
    if not selectors:
        return False
    tag = element.tag
    names = [f".{name}" for name in element.get("class", "").split()]
    if "id" in element.attrib:
        names.append(f"#{element.get('id')}")
    return tag in selectors or any(
        name in selectors or f"{tag}{name}" in selectors for name in names
    )


def _take_out(element: Any) -> None:
    """Drop it, with the space before it where a comma or full stop follows."""
    if (element.tail or "").startswith(_CLOSING):
        before, parent = element.getprevious(), element.getparent()
        if before is not None:
            before.tail = (before.tail or "").rstrip()
        else:
            parent.text = (parent.text or "").rstrip()
    element.drop_tree()
