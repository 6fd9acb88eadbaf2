"""What the pages of a PDF paint: pieces of text, with the place and the size of each.

pypdf gives text in lines of its own making, and says neither where a piece ends nor how far it
is raised. So the operators that it parses are followed here for the places alone; what a piece
says is decoded by pypdf, which is handed every string on a page made for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from llmcheck.documents.formats.pdf_fonts import Widths, widths_of

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_FORMS = 1000
"""Forms that are painted on a page; some programs wrap every page in a few."""
_DEEPEST = 20
_STEP = 0.001
"""How far apart the strings stand on the page that they are decoded on: no gap, but told apart."""


class Ink(NamedTuple):
    """A piece of text as it is painted, in a frame in which its line runs to the right."""

    text: str
    x: float
    end: float
    y: float
    size: float
    turn: int
    """Degrees by which its line is turned on the page."""
    vertical: bool = False
    """Whether its letters stand one below the other, so that the places are not theirs."""


class _Shown(NamedTuple):
    """A string that is shown, not decoded yet."""

    font: int
    data: bytes
    x: float
    end: float
    y: float
    size: float
    turn: int
    vertical: bool


class _Font(NamedTuple):
    number: int
    widths: Widths


class _State(NamedTuple):
    """What q saves and Q restores."""

    cm: Matrix = _IDENTITY
    font: _Font | None = None
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def with_setting(self, operator: bytes, value: float) -> _State:
        match operator:
            case b"Tc":
                return self._replace(spacing=value)
            case b"Tw":
                return self._replace(word_spacing=value)
            case b"Tz":
                return self._replace(scale=value / 100)
            case b"TL":
                return self._replace(leading=value)
            case _:  # Ts
                return self._replace(rise=value)


class Canvas:
    """Follows the pages of one document. ``characters`` counts what they have shown so far."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._fonts: dict[int, _Font] = {}
        self._objects: list[Any] = []
        self._forms = 0
        self.characters = 0

    def shown_on(self, page: Any) -> list[_Shown]:
        """The strings that a page shows, in the order in which they are painted."""
        contents = page.get("/Contents")
        if contents is None or contents.get_object() is None:
            return []
        self._forms = 0
        resources = _dictionary(page.get("/Resources"))
        return list(self._follow(contents.get_object(), resources, _IDENTITY, 0))

    def inks(self, pages: Sequence[Sequence[_Shown]]) -> list[list[Ink]]:
        """The pieces of text on pages, decoded; those without text are left out."""
        texts = self._decoded({(piece.font, piece.data) for page in pages for piece in page})
        return [
            [
                Ink(text, *piece[2:])
                for piece in page
                if (text := texts.get((piece.font, piece.data)))
            ]
            for page in pages
        ]

    def _follow(self, stream: Any, resources: Any, cm: Matrix, depth: int) -> Iterator[_Shown]:
        from pypdf.generic import ContentStream

        fonts = _dictionary(resources.get("/Font"))
        forms = _dictionary(resources.get("/XObject"))
        state, saved = _State(cm=cm), list[_State]()
        line = tm = _IDENTITY
        for operands, operator in ContentStream(stream, self._reader, "bytes").operations:
            if operator == b"q":
                saved.append(state)
            elif operator == b"Q":
                state = saved.pop() if saved else _State(cm=cm)
            elif operator == b"cm":
                state = state._replace(cm=_times(_matrix(operands), state.cm))
            elif operator == b"BT":
                line = tm = _IDENTITY
            elif operator == b"Tf":
                font = self._font(fonts.get(operands[0]) if operands else None)
                state = state._replace(font=font, size=_number(operands, 1))
            elif operator in (b"Tc", b"Tw", b"Tz", b"TL", b"Ts"):
                state = state.with_setting(operator, _number(operands, 0))
            elif operator in (b"Td", b"TD"):
                if operator == b"TD":
                    state = state._replace(leading=-_number(operands, 1))
                line = tm = _moved(line, _number(operands, 0), _number(operands, 1))
            elif operator == b"Tm":
                line = tm = _matrix(operands)
            elif operator == b"T*":
                line = tm = _moved(line, 0, -state.leading)
            elif operator in (b"Tj", b"TJ", b"'", b'"'):
                if operator == b'"':
                    state = state._replace(
                        word_spacing=_number(operands, 0), spacing=_number(operands, 1)
                    )
                if operator in (b"'", b'"'):
                    line = tm = _moved(line, 0, -state.leading)
                strings = operands[-1:] if operator != b"TJ" else _list(operands)
                for item in strings:
                    if isinstance(item, int | float):
                        tm = _moved(tm, -item / 1000 * state.size * state.scale, 0)
                    elif isinstance(item, bytes) and state.font is not None:
                        width = _width(item, state.font.widths, state)
                        yield _placed(item, state.font, state, tm, width)
                        self.characters += len(item)
                        tm = _moved(tm, width, 0)
            elif operator == b"Do" and operands:
                form = _dictionary(forms.get(operands[0]))
                if form.get("/Subtype") == "/Form" and depth < _DEEPEST:
                    self._forms += 1
                    if self._forms > _MOST_FORMS:
                        return
                    inner = form.get("/Resources")
                    yield from self._follow(
                        form,
                        resources if inner is None else _dictionary(inner),
                        _times(_matrix(form.get("/Matrix")), state.cm),
                        depth + 1,
                    )

    def _font(self, reference: Any) -> _Font | None:
        font = _dictionary(reference)
        if not font:
            return None
        known = self._fonts.get(id(font))
        if known is None:
            known = _Font(len(self._objects), widths_of(font))
            self._fonts[id(font)] = known
            self._objects.append(font)  # kept, so that its id stays its own
        return known

    def _decoded(self, strings: set[tuple[int, bytes]]) -> dict[tuple[int, bytes], str]:
        """What strings say, each in its font."""
        from pypdf import PageObject
        from pypdf.generic import (
            ContentStream,
            DictionaryObject,
            FloatObject,
            NameObject,
        )

        ordered = sorted(strings)
        texts = [""] * len(ordered)
        step = [FloatObject(value) for value in (1, 0, 0, 1, _STEP, 0)]
        operations: list[tuple[list[Any], bytes]] = []
        for font, data in ordered:
            operations.append(([NameObject(f"/F{font}"), FloatObject(1)], b"Tf"))
            operations.append(([data], b"Tj"))
            operations.append((step, b"cm"))
        content = ContentStream(None, self._reader)
        content.operations = operations
        page = PageObject.create_blank_page(width=1, height=1)
        fonts = {NameObject(f"/F{at}"): font for at, font in enumerate(self._objects)}
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject(fonts)}
        )
        page[NameObject("/Contents")] = content

        def visit(text: str, cm: Sequence[float], *_: object) -> None:
            at = round(cm[4] / _STEP)
            if at < len(texts):
                texts[at] += text

        page.extract_text(visitor_text=visit)
        return dict(zip(ordered, texts, strict=True))


def _placed(data: bytes, font: _Font, state: _State, tm: Matrix, width: float) -> _Shown:
    a, b, c, d, _, _ = whole = _times(tm, state.cm)
    x, y = _point(whole, 0, state.rise)
    along = math.hypot(a, b)
    angle = math.atan2(b, a) if along else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    start = x * cos + y * sin
    height = math.hypot(c, d) * abs(state.size)
    return _Shown(
        font.number, data, start, start + width * along, y * cos - x * sin, height,
        round(math.degrees(angle)) % 360, font.widths.vertical,
    )  # fmt: skip


def _width(data: bytes, widths: Widths, state: _State) -> float:
    """How far a string moves on what is written next, in text space."""
    codes = widths.codes(data)
    inked = sum(widths.of.get(code, widths.other) for code in codes) / 1000 * state.size
    spaced = len(codes) * state.spacing
    if widths.code_bytes == 1:
        spaced += data.count(b" ") * state.word_spacing
    return (inked + spaced) * state.scale


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _moved(m: Matrix, x: float, y: float) -> Matrix:
    return (*m[:4], *_point(m, x, y))


def _point(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]


def _matrix(operands: Any) -> Matrix:
    values = operands.get_object() if hasattr(operands, "get_object") else operands
    if not isinstance(values, list) or len(values) < 6:
        return _IDENTITY
    a, b, c, d, e, f = (_number(values, at) for at in range(6))
    return a, b, c, d, e, f


def _number(operands: Sequence[Any], at: int) -> float:
    value = operands[at] if at < len(operands) else 0
    return float(value) if isinstance(value, int | float) else 0.0


def _list(operands: Sequence[Any]) -> Sequence[Any]:
    return operands[0] if operands and isinstance(operands[0], list) else ()


def _dictionary(value: Any) -> Any:
    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, dict) else {}
