"""What of a page no reader sees, by its markup and its styles.

Only what is plain: a value that is unknown, or that depends on what is not at hand, hides
nothing. Nor does what scripts are known to undo for every reader, where a page has scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, NamedTuple

from llmcheck.documents.formats import css_values
from llmcheck.documents.formats.css_values import HIDING_WORDS, WHITE, words_of
from llmcheck.documents.formats.html_look import AWAY, MOVES, Look, is_seen, look_of
from llmcheck.documents.formats.html_styles import Declared, Styles

_FAR_AWAY = -9000.0
"""Pixels beyond an edge, where a carousel might have moved less far."""
_TABLE = frozenset({"table", "tbody", "tfoot", "thead", "td", "th", "tr"})
_TAKES_ALONG = frozenset({
    "clip", "clip-path", "content-visibility", "filter", "opacity", "overflow", "scale", *MOVES,
})  # fmt: skip
"""What may hide an element with all that is in it."""
_NOTHING: Declared = {}


class Unseen(NamedTuple):
    """What no reader sees of a tree."""

    whole: Set[Any]
    """Elements with all that is in them."""
    own: Set[Any]
    """Elements whose own text is not seen; what elements in them hold may be."""


class _Page(NamedTuple):
    """What of a page decides whether styles hide."""

    scripted: bool
    opened: Set[str]
    """Ids of what a reader can open, as the markup says."""
    signs: Set[Any]
    """Elements in which there is a sign that screen readers are to leave out."""


def unseen(root: Any, styles: Styles, *, scripted: bool) -> Unseen:
    """What is not seen of a tree. Whether it is ``scripted``: scripts run in it."""
    from lxml import etree

    whole, own = set(), set()
    page = _page(root, scripted)
    looks = [Look(ground=None if _has_other_sheets(root) else WHITE)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            looks.pop()
            continue
        declared = styles.get(element, _NOTHING)
        look = look_of(element, declared, looks[-1])
        # What hides the whole page is undone by a script, or there were no page.
        outermost = element.tag == "body" or element.getparent() is None
        if outermost and not is_seen(look):
            look = Look(ground=None)
        looks.append(look)
        if not outermost and (
            _hides_by_markup(element) or (declared and _hides(element, declared, look, page))
        ):
            whole.add(element)
            walk.skip_subtree()
        elif not is_seen(look):
            own.add(element)
    return Unseen(whole, own)


def drop(things: Unseen) -> None:
    """Take what is not seen from its tree."""
    for element in things.own:
        element.text = None
        for child in element:
            child.tail = None
    for element in things.whole:
        if element.getparent() is not None:
            element.drop_tree()


def _has_other_sheets(root: Any) -> bool:
    return any("stylesheet" in link.get("rel", "").lower() for link in root.iter("link")) or any(
        "@import" in (style.text or "").lower() for style in root.iter("style")
    )


def _page(root: Any, scripted: bool) -> _Page:
    opened: set[str] = set()
    signs = set()
    for element in root.iter("*"):
        opened.update(element.get("aria-controls", "").split())
        if element.get("aria-hidden", "").lower() == "true":
            signs.add(element.getparent())
    return _Page(scripted, opened, signs)


def _hides_by_markup(element: Any) -> bool:
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or (element.tag == "dialog" and "open" not in element.attrib)
    )


def _hides(element: Any, declared: Declared, look: Look, page: _Page) -> bool:
    if _TAKES_ALONG.isdisjoint(declared):
        return False
    closed = any(
        HIDING_WORDS[name] & {*words_of(declared.get(name, ()))}
        for name in ("display", "content-visibility")
    ) or _has_no_room(element, declared, look.size)
    if closed and element.get("role") != "tabpanel" and element.get("id") not in page.opened:
        return True
    # What is clipped beside a sign is what screen readers say in its place.
    if _is_clipped(declared) and element.getparent() not in page.signs:
        return True
    if _is_off_the_screen(declared, look.size):
        return True
    # Pages let their text fade, fly and grow in.
    moves = page.scripted or {"none", "initial"}.isdisjoint(
        words_of(declared.get("animation-name", ())) or ("none",)
    )
    return not moves and (_is_faint(declared) or _is_scaled_to_nothing(declared))


def _is_clipped(declared: Declared) -> bool:
    for shape in declared.get("clip", ()):
        if shape.type == "function" and shape.lower_name == "rect":
            sides = [css_values.pixels(part) for part in css_values.arguments(shape)]
            if len(sides) == 4 and None not in sides:
                top, right, bottom, left = (side or 0.0 for side in sides)
                return right - left <= 1 or bottom - top <= 1
    for shape in declared.get("clip-path", ()):
        if shape.type == "function" and shape.lower_name == "inset":
            parts = css_values.arguments(shape)
            shares = [css_values.number(part) for part in parts]
            return bool(shares) and all(share is not None and share >= 0.5 for share in shares)
        if shape.type == "function" and shape.lower_name == "circle":
            parts = css_values.arguments(shape)
            return bool(parts) and css_values.pixels(parts[0]) == 0
    return False


def _is_off_the_screen(declared: Declared, font: float | None) -> bool:
    placed = {"absolute", "fixed"} & {*words_of(declared.get("position", ()))}
    sides = ("left", "right", "top", "bottom") if "position" in declared else ()
    moved = [css_values.pixels(declared.get(side, ()), font) for side in sides]
    if any(each is not None and each <= (AWAY if placed else _FAR_AWAY) for each in moved):
        return True
    further = [css_values.pixels(declared.get(side, ()), font)
               for side in ("margin-left", "margin-top")]  # fmt: skip
    for name, part in _transforms(declared):
        if name.startswith("translate"):
            further.append(css_values.pixels(part, font))
    return any(each is not None and each <= _FAR_AWAY for each in further)


def _has_no_room(element: Any, declared: Declared, font: float | None) -> bool:
    if {"hidden", "clip"}.isdisjoint(words_of(declared.get("overflow", ()))):
        return False
    if element.tag in _TABLE or "inline" in words_of(declared.get("display", ())):
        return False
    narrow = [css_values.pixels(declared.get(name, ()), font) for name in ("width", "max-width")]
    if 0.0 in narrow:
        return True
    low = [css_values.pixels(declared.get(name, ()), font) for name in ("height", "max-height")]
    # A frame of a set shape has its height as padding.
    other = ("min-height", "padding-top", "padding-bottom")
    return 0.0 in low and not any(css_values.pixels(declared[n]) != 0 for n in other
                                  if n in declared)  # fmt: skip


def _is_faint(declared: Declared) -> bool:
    shares = [css_values.number(declared.get("opacity", ()))]
    for token in declared.get("filter", ()):
        if token.type == "function" and token.lower_name == "opacity":
            shares += [css_values.number(part) for part in css_values.arguments(token)]
    return any(share is not None and share <= 0.02 for share in shares)


def _is_scaled_to_nothing(declared: Declared) -> bool:
    if declared.get("scale") and css_values.number(declared["scale"][:1]) == 0:
        return True
    return any(
        name in ("scale", "scale3d", "scalex", "scaley") and css_values.number(part) == 0
        for name, part in _transforms(declared)
    )


def _transforms(declared: Declared) -> Iterator[tuple[str, list[Any]]]:
    """The functions of a transform, each with each of its arguments."""
    for token in declared.get("transform", ()):
        if token.type == "function":
            for part in css_values.arguments(token):
                yield token.lower_name, part
