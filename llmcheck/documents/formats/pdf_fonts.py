"""How wide the characters of a PDF's fonts are, from the fonts' own dictionaries.

The fonts that every viewer brings need not say it: theirs are in the tables here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_MOST_WIDTHS = 70_000
_FIRST = 32


class Widths(NamedTuple):
    """Widths in thousandths of the size, by character code."""

    of: Mapping[int, float]
    other: float
    """Of a code that is not listed."""
    code_bytes: int = 1
    vertical: bool = False

    def codes(self, shown: bytes) -> list[int]:
        """The codes in a string that is shown."""
        if self.code_bytes == 1:
            return list(shown)
        return [high << 8 | low for high, low in zip(shown[::2], shown[1::2], strict=False)]


def widths_of(font: Any) -> Widths:
    """The widths of a font, by its dictionary; guessed where it is broken or says nothing."""
    kind = font.get("/Subtype")
    if kind == "/Type0":
        return _composite(font)
    given = _list(font.get("/Widths"))
    if not given:
        return _standard(str(font.get("/BaseFont", "")))
    scale = 1.0
    if kind == "/Type3":
        matrix = _list(font.get("/FontMatrix"))
        scale = 1000 * _number(matrix[0]) if matrix else 1.0
    first = int(_number(font.get("/FirstChar", 0)))
    descriptor = _dictionary(font.get("/FontDescriptor"))
    of = {first + at: _number(width) * scale for at, width in enumerate(given[:256])}
    return Widths(of, _number(descriptor.get("/MissingWidth", 0)))


def _composite(font: Any) -> Widths:
    encoding = font.get("/Encoding")
    name = encoding if isinstance(encoding, str) else "/Identity-H"
    descendants = _list(font.get("/DescendantFonts"))
    inner = _dictionary(descendants[0] if descendants else None)
    of: dict[int, float] = {}
    if name.startswith("/Identity"):  # else a code is no glyph, and characters are as wide as high
        items = _list(inner.get("/W"))
        at = 0
        while at + 1 < len(items) and len(of) < _MOST_WIDTHS:
            first, following = int(_number(items[at])), _resolved(items[at + 1])
            if isinstance(following, list):
                of.update((first + n, _number(width)) for n, width in enumerate(following))
                at += 2
            elif at + 2 < len(items):
                last = min(int(_number(following)), first + _MOST_WIDTHS)
                of.update(dict.fromkeys(range(first, last + 1), _number(items[at + 2])))
                at += 3
            else:
                break
    return Widths(of, _number(inner.get("/DW", 1000)), 2, vertical=name.endswith("-V"))


def _standard(name: str) -> Widths:
    name = name.lower()
    if "courier" in name or "mono" in name:
        return Widths({}, 600)
    bold = "bold" in name or "black" in name
    if "times" in name or "serif" in name.replace("sansserif", "").replace("sans-serif", ""):
        return Widths(_SERIF_BOLD if bold else _SERIF, 500)
    return Widths(_SANS_BOLD if bold else _SANS, 556)


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _list(value: Any) -> list[Any]:
    found = _resolved(value)
    return found if isinstance(found, list) else []


def _dictionary(value: Any) -> Mapping[str, Any]:
    found = _resolved(value)
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> float:
    found = _resolved(value)
    return float(found) if isinstance(found, int | float) else 0.0


def _widths(listed: str) -> Mapping[int, float]:
    return {_FIRST + at: float(width) for at, width in enumerate(listed.split())}


# Of Helvetica and Times, from the space to the tilde (Adobe's font metrics).
_SANS = _widths("""
    278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556
    556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667
    556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556
    556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722
    500 500 500 334 260 334 584
""")
_SANS_BOLD = _widths("""
    278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556
    556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722
    611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556
    611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778
    556 556 500 389 280 389 584
""")
_SERIF = _widths("""
    250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500
    500 500 500 500 278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722
    611 889 722 722 556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 333 444
    500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722
    500 500 444 480 200 480 541
""")
_SERIF_BOLD = _widths("""
    250 333 555 500 500 1000 833 278 333 333 500 570 250 333 250 278 500 500 500 500 500 500
    500 500 500 500 333 333 570 570 570 500 930 722 667 722 722 667 611 778 778 389 500 778
    667 944 722 778 611 778 722 556 667 722 722 1000 722 722 667 333 278 333 581 500 333 500
    556 444 556 444 333 500 556 278 333 556 278 833 556 500 556 556 444 389 333 556 500 722
    500 500 444 394 220 394 520
""")
