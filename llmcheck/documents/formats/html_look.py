"""How the text of an element looks, as far as its styles and old markup plainly tell."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from llmcheck.documents.formats import css_values
from llmcheck.documents.formats.css_values import HIDING_WORDS, Colour, words_of
from llmcheck.documents.formats.html_styles import Declared

AWAY = -999.0
"""Pixels beyond an edge."""
_SMALLEST = 2.0
"""Pixels of a font that nobody reads any more."""
_OWN_GROUND = frozenset({"button", "fieldset", "input", "mark", "select", "textarea"})
MOVES = frozenset({"position", "display", "transform", "margin-top", "margin-left"})
"""What may put an element before something else than the one that it is in."""


class Look(NamedTuple):
    """How text looks, as far as it is known; elements within inherit it."""

    size: float | None = 16.0
    visible: bool = True
    away: bool = False
    """Whether its first line is indented beyond the edge."""
    colour: Colour | None = None
    ground: Colour | None = None
    """What stands behind it."""


@lru_cache(maxsize=1024)
def is_seen(look: Look) -> bool:
    """Whether such text can be read, or is not known to be hidden."""
    if not look.visible or look.away or (look.size is not None and look.size <= _SMALLEST):
        return False
    if look.colour is None:
        return True
    if look.colour.is_transparent:
        return False
    return look.ground is None or not look.colour.over(look.ground).is_like(look.ground)


def look_of(element: Any, declared: Declared, above: Look) -> Look:
    """The look of an element's own text, within an element that looks as ``above``."""
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
        look = look._replace(away=indent is not None and indent <= AWAY)
    return look


def _colour(element: Any, declared: Declared, above: Look) -> Colour | None:
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


def _ground(element: Any, declared: Declared, above: Look) -> Colour | None:
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
    return any(token.type in ("url", "function") and css_values.colour((token,)) is None
               for token in value)  # fmt: skip


def _may_lie_elsewhere(element: Any, declared: Declared) -> bool:
    """Whether it may stand before something else than the element that it is in."""
    if element.tag in _OWN_GROUND:
        return True
    if MOVES.isdisjoint(declared):
        return False
    margins = (css_values.pixels(declared.get(name, ())) for name in ("margin-top", "margin-left"))
    return (
        ("position" in declared and "static" not in words_of(declared["position"]))
        or any("grid" in word for word in words_of(declared.get("display", ())))
        or "transform" in declared
        or any(margin is not None and margin < 0 for margin in margins)
    )
