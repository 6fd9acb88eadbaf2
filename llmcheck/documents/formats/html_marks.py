"""What markup and styles say of a page's text: that it is struck out or raised."""

from __future__ import annotations

from typing import Any

from llmcheck.documents.formats.css_values import words_of
from llmcheck.documents.formats.html_sight import Unseen
from llmcheck.documents.formats.html_styles import Styles

_STRUCK = frozenset({"s", "del", "strike"})
# Links to notes, in books and in articles that follow the accessibility rules.
_NOTE_LINK = frozenset({"noteref", "doc-noteref"})
_CLOSING = (",", ".", ";", ":", "!", "?", ")")


def take_struck(root: Any, styles: Styles, unseen: Unseen) -> tuple[str, ...]:
    """Take what is struck out from the tree; its words, in order, but for what is not seen."""
    from lxml import etree

    found = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element in unseen.whole:
            walk.skip_subtree()
        elif _is_struck(element, styles) and element.getparent() is not None:
            found.append(element)
            walk.skip_subtree()
    words = [" ".join("".join(element.itertext()).split()) for element in found]
    for element in found:
        _take_out(element)
    return tuple(filter(None, words))


def is_raised(element: Any, styles: Styles) -> bool:
    """Whether its text stands above the line, as powers and the numbers of notes do."""
    if element.tag == "sup" or _is_styled(element, styles, "vertical-align", "super"):
        return True
    if _NOTE_LINK & {element.get("role"), *(element.get("epub:type") or "").split()}:
        return True
    parent = element.getparent()
    power = parent is not None and parent.tag == "msup"
    return power and element.getprevious() is not None


def _is_struck(element: Any, styles: Styles) -> bool:
    return (
        element.tag in _STRUCK
        or element.get("role") == "deletion"
        or _is_styled(element, styles, "text-decoration-line", "line-through")
    )


def _is_styled(element: Any, styles: Styles, name: str, word: str) -> bool:
    declared = styles.get(element)
    return declared is not None and word in words_of(declared.get(name, ()))


def _take_out(element: Any) -> None:
    """Drop it, with the space before it where a comma or full stop follows."""
    if (element.tail or "").startswith(_CLOSING):
        before, parent = element.getprevious(), element.getparent()
        if before is not None:
            before.tail = (before.tail or "").rstrip()
        else:
            parent.text = (parent.text or "").rstrip()
    element.drop_tree()
