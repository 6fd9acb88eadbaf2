"""What of a page no reader sees, by its markup and its styles.

Only what is plain: a value that is unknown, or that depends on what is not at hand, hides
nothing. Nor does what scripts are known to undo for every reader, where a page has scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, NamedTuple

from llmcheck.documents.formats import css_values
from llmcheck.documents.formats.css_values import HIDING_WORDS, WHITE, Colour, words_of
from llmcheck.documents.formats.html_styles import Declared, Styles

_SMALLEST = 2.0
"""Pixels of a font that nobody reads any more."""
_AWAY, _FAR_AWAY = -999.0, -9000.0
"""Pixels beyond an edge; the second where a carousel might have moved that far."""
_TABLE = frozenset({"table", "tbody", "tfoot", "thead", "td", "th", "tr"})
_OWN_GROUND = frozenset({"button", "fieldset", "input", "mark", "select", "textarea"})
_MOVES = frozenset({"position", "display", "transform", "margin-top", "margin-left"})
"""What may put an element before something else than the one that it is in."""
_TAKES_ALONG = frozenset({
    "clip", "clip-path", "content-visibility", "filter", "opacity", "overflow", "scale", *_MOVES,
})  # fmt: skip
"""What may hide an element with all that is in it."""
_NOTHING: Declared = {}


class Unseen(NamedTuple):
    """What no reader sees of a tree."""

    whole: Set[Any]
    """Elements with all that is in them."""
    own: Set[Any]
    """Elements whose own text is not seen; what elements in them hold may be."""


class _Look(NamedTuple):
    """How text looks, as far as it is known; elements within inherit it."""

    size: float | None = 16.0
    visible: bool = True
    away: bool = False
    """Whether its first line is indented beyond the edge."""
    colour: Colour | None = None
    ground: Colour | None = None
    """What stands behind it."""

    @property
    def is_seen(self) -> bool:
        if not self.visible or self.away or (self.size is not None and self.size <= _SMALLEST):
            return False
        if self.colour is None:
            return True
        if self.colour.is_transparent:
            return False
        return self.ground is None or not self.colour.over(self.ground).is_like(self.ground)


def unseen(root: Any, styles: Styles, *, scripted: bool) -> Unseen:
    """What is not seen of a tree. Whether it is ``scripted``: scripts run in it."""
    from lxml import etree

    whole, own = set(), set()
    sheets = root.xpath(
        "//link[contains(translate(@rel, 'STYLEHEET', 'styleheet'), 'stylesheet')]"
    )
    looks = [_Look(ground=None if sheets else WHITE)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            looks.pop()
            continue
        declared = styles.get(element, _NOTHING)
        look = _look(element, declared, looks[-1])
        # What hides the whole page is undone by a script, or there were no page.
        outermost = element.tag == "body" or element.getparent() is None
        if outermost and not look.is_seen:
            look = _Look(ground=None)
        looks.append(look)
        if not outermost and (
            _hides_by_markup(element) or (declared and _hides(element, declared, look, scripted))
        ):
            whole.add(element)
            walk.skip_subtree()
        elif not look.is_seen:
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


def _hides_by_markup(element: Any) -> bool:
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or (element.tag == "dialog" and "open" not in element.attrib)
    )


# What elements within inherit


def _look(element: Any, declared: Declared, above: _Look) -> _Look:
    tag = element.tag
    if not declared and not element.attrib and tag not in _OWN_GROUND:
        return above
    look = above._replace(
        colour=_colour(element, declared, above), ground=_ground(element, declared, above)
    )
    if "font-size" in declared and "inherit" not in words_of(declared["font-size"]):
        look = look._replace(size=css_values.font_size(declared["font-size"], above.size))
    if words := words_of(declared.get("visibility", ())):
        look = look._replace(visible=HIDING_WORDS["visibility"].isdisjoint(words))
    if "text-indent" in declared:
        indent = css_values.pixels(declared["text-indent"], look.size)
        look = look._replace(away=indent is not None and indent <= _AWAY)
    return look


def _colour(element: Any, declared: Declared, above: _Look) -> Colour | None:
    # A gradient may be painted through letters without colour, and a shadow is a blurred text.
    image = declared.get("background-image", ())
    if "text-shadow" in declared or "text" in words_of(image) or _has_image(image):
        return None
    for name in ("text-fill-color", "color"):
        if value := declared.get(name):
            words = words_of(value)
            if {"inherit", "currentcolor", "unset"}.isdisjoint(words):
                return css_values.colour(value)
            return above.colour
        if name in declared:
            return None
    if element.tag == "font" and "color" in element.attrib:
        return css_values.named_colour(element.get("color"))
    if element.tag == "body" and "text" in element.attrib:
        return css_values.named_colour(element.get("text"))
    return None if element.tag in ("a", *_OWN_GROUND) else above.colour


def _ground(element: Any, declared: Declared, above: _Look) -> Colour | None:
    ground = None if _may_lie_elsewhere(element, declared) else above.ground
    if "background" in element.attrib or _has_image(declared.get("background-image", ())):
        return None
    if "background-color" in declared:
        value = declared["background-color"]
        painted = css_values.colour(value)
        if painted is None:
            return ground if {"none", "transparent", "initial"} & {*words_of(value)} else None
    elif "bgcolor" in element.attrib:
        painted = css_values.named_colour(element.get("bgcolor"))
    else:
        return ground
    if painted is None or painted.alpha >= 1:
        return painted
    return None if ground is None else painted.over(ground)


def _has_image(value: tuple[Any, ...]) -> bool:
    return any(token.type in ("url", "function") and css_values.colour([token]) is None
               for token in value)  # fmt: skip


def _may_lie_elsewhere(element: Any, declared: Declared) -> bool:
    """Whether it may stand before something else than the element that it is in."""
    if element.tag in _OWN_GROUND:
        return True
    if _MOVES.isdisjoint(declared):
        return False
    margins = (css_values.pixels(declared.get(name, ())) for name in ("margin-top", "margin-left"))
    return (
        ("position" in declared and "static" not in words_of(declared["position"]))
        or any("grid" in word for word in words_of(declared.get("display", ())))
        or "transform" in declared
        or any(margin is not None and margin < 0 for margin in margins)
    )


# What goes with all that is in it


def _hides(element: Any, declared: Declared, look: _Look, scripted: bool) -> bool:
    if _TAKES_ALONG.isdisjoint(declared):
        return False
    if any(
        HIDING_WORDS[name] & {*words_of(declared.get(name, ()))}
        for name in ("display", "content-visibility")
    ):
        return True
    if _is_clipped(declared) and not _is_said_instead(element):
        return True
    if _is_off_the_screen(declared, look.size) or _has_no_room(element, declared, look.size):
        return True
    # Pages let their text fade, fly and grow in.
    moves = scripted or {"none", "initial"}.isdisjoint(
        words_of(declared.get("animation-name", ())) or ("none",)
    )
    return not moves and (_is_faint(declared) or _is_scaled_to_nothing(declared))


def _is_said_instead(element: Any) -> bool:
    """Whether it is what screen readers say in the place of a sign beside it."""
    parent = element.getparent()
    return any(each.get("aria-hidden", "").lower() == "true" for each in parent)


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
    if any(each is not None and each <= (_AWAY if placed else _FAR_AWAY) for each in moved):
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
