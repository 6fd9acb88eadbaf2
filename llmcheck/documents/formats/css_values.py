"""The values of styles, as far as they tell whether a text can be seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

HIDING_WORDS = {
    "display": frozenset({"none"}),
    "visibility": frozenset({"hidden", "collapse"}),
    "content-visibility": frozenset({"hidden"}),
}
"""The words that hide, by the properties that hide by a word."""

_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945}
_OF_FONT = {"em": 1.0, "ex": 0.5, "ch": 0.5, "ic": 1.0, "lh": 1.2}
_SIDES = ("top", "right", "bottom", "left")
_LONG_NAMES = frozenset({
    "animation-name", "background-color", "background-image", "clip", "clip-path", "color",
    "content-visibility", "display", "filter", "font-size", "height", "margin-left", "margin-top",
    "max-height", "max-width", "min-height", "opacity", "overflow", "padding-bottom",
    "padding-top", "position", "scale", "text-decoration-line", "text-fill-color", "text-indent",
    "text-shadow", "transform", "vertical-align", "visibility", "width", *_SIDES,
})  # fmt: skip
_SHORT_NAMES = {
    "animation": ("animation-name",),
    "font": ("font-size",),
    "inset": _SIDES,
    "margin": ("margin-top", "margin-left"),
    "overflow-x": ("overflow",),
    "overflow-y": ("overflow",),
    "padding": ("padding-top", "padding-bottom"),
    "text-decoration": ("text-decoration-line",),
    "background": ("background-color", "background-image"),
    "background-clip": ("background-image",),
}
_ALIKE = 1.1
_FAINT = 0.02


class Colour(NamedTuple):
    """Parts from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, other: Colour) -> Colour:
        """What is seen of it upon an opaque colour."""
        parts = zip(self[:3], other[:3], strict=True)
        red, green, blue = (a * self.alpha + b * (1 - self.alpha) for a, b in parts)
        return Colour(red, green, blue)

    def is_like(self, other: Colour) -> bool:
        """Whether nobody tells text of it from a ground of the other, both opaque."""
        darker, brighter = sorted((self._luminance, other._luminance))
        return brighter + 0.05 < _ALIKE * (darker + 0.05)

    @property
    def is_transparent(self) -> bool:
        return self.alpha <= _FAINT

    @property
    def _luminance(self) -> float:
        """As WCAG 2 defines it."""
        parts = zip((0.2126, 0.7152, 0.0722), self[:3], strict=True)
        return sum(
            share * (part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4))
            for share, part in parts
        )


WHITE = Colour(1, 1, 1)


def long_names(name: str, value: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What a declaration says of the properties that are read, each by its long name.

    A shorthand stands for all of them, as far as its value tells which part of it is whose.
    """
    name = name.removeprefix("-webkit-")
    if name in _LONG_NAMES:
        yield name, value
    elif name == "inset" or name in ("margin", "padding"):
        for long in _SHORT_NAMES[name]:
            yield long, _of_side(value, long.rpartition("-")[2])
    elif name == "font":
        # The size is the first of its numbers, but for weights, which have three digits.
        sizes = [t for t in value if t.type in ("dimension", "percentage") or _is_zero(t)]
        yield "font-size", tuple(sizes[:1])
    else:
        for long in _SHORT_NAMES.get(name, ()):
            yield long, value


def _of_side(value: tuple[Any, ...], side: str) -> tuple[Any, ...]:
    if not 1 <= len(value) <= 4:
        return ()
    places = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}[len(value)]
    return (value[places[_SIDES.index(side)]],)


def _is_zero(token: Any) -> bool:
    return bool(token.type == "number" and token.value == 0)


def words_of(value: Sequence[Any]) -> tuple[str, ...]:
    """The words of a value, in small letters."""
    return tuple(token.lower_value for token in value if token.type == "ident")


def number(value: Sequence[Any]) -> float | None:
    """The one number or share that a value is."""
    if len(value) != 1 or value[0].type not in ("number", "percentage"):
        return None
    return float(value[0].value) / (100 if value[0].type == "percentage" else 1)


def pixels(value: Sequence[Any], font: float | None = 16.0) -> float | None:
    """The one length that a value is; None where that depends on more than the font's size."""
    if len(value) != 1:
        return None
    token = value[0]
    if token.type in ("number", "percentage", "dimension") and token.value == 0:
        return 0.0
    if token.type != "dimension":
        return None
    unit = token.lower_unit
    if unit in _PIXELS:
        return float(token.value) * _PIXELS[unit]
    if unit == "rem":
        return float(token.value) * 16
    return None if font is None or unit not in _OF_FONT else token.value * _OF_FONT[unit] * font


def font_size(value: Sequence[Any], above: float | None) -> float | None:
    """The size in pixels that a font has within one of the size ``above``."""
    if len(value) == 1 and value[0].type == "percentage":
        share = float(value[0].value) / 100
        return 0.0 if not share else None if above is None else above * share
    return pixels(value, above)


def arguments(token: Any) -> list[list[Any]]:
    """The arguments of a function, apart at commas, or at spaces where it has none."""
    parts: list[list[Any]] = [[]]
    spaced = not any(one == "," for one in token.arguments)
    for one in token.arguments:
        if one == "," or (spaced and one.type == "whitespace" and parts[-1]):
            parts.append([])
        elif one.type not in ("whitespace", "comment"):
            parts[-1].append(one)
    return [part for part in parts if part]


def colour(value: Sequence[Any]) -> Colour | None:
    """The one colour that is among the parts of a value."""
    found = [known for token in value if (known := _colour(token)) is not None]
    return found[0] if len(found) == 1 else None


def named_colour(name: str) -> Colour | None:
    """The colour that an attribute names, which may lack its ``#``."""
    import tinycss2

    name = name.strip()
    for source in (name, f"#{name}"):
        if (token := tinycss2.parse_one_component_value(source)) and (known := _colour(token)):
            return known
    return None


def _colour(token: Any) -> Colour | None:
    return _colour_of(token) if token.type in ("ident", "hash", "function") else None


@lru_cache(maxsize=4096)  # Where many elements have one style, they share its tokens.
def _colour_of(token: Any) -> Colour | None:
    from tinycss2 import color4

    try:
        known = color4.parse_color(token)
        if known is None or known == "currentcolor":
            return None
        known = known.to("srgb")
    except (ValueError, TypeError, NotImplementedError, ArithmeticError):
        return None
    red, green, blue = (min(1.0, max(0.0, float(part or 0))) for part in known.coordinates)
    return Colour(red, green, blue, float(known.alpha))
