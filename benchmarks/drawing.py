"""Charts as SVG: lines through measured points, both axes logarithmic. No script, no library.

Every chart says in its ``desc`` which command drew it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

Point = tuple[float, float]

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 36, 48
"""Room round the plot: for labels, and at the right for the names of the lines."""
LINE_HEIGHT = 15
COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0e7490", "#be123c", "#525252")


class _Axis(NamedTuple):
    """From values to places along one side of the plot."""

    first: float
    """Logarithm of the least value."""
    last: float
    start: float
    end: float

    def place(self, value: float) -> float:
        share = (math.log10(value) - self.first) / (self.last - self.first)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> Iterator[float]:
        """Powers of ten, and as much between them as is needed to read the axis."""
        decades = self.last - self.first
        steps = range(1, 10) if decades < 0.7 else (1, 2, 5) if decades < 2 else (1,)
        for power in range(math.floor(self.first), math.ceil(self.last) + 1):
            for step in steps:
                value = step * 10.0**power
                if self.first - 1e-9 <= math.log10(value) <= self.last + 1e-9:
                    yield value


def draw(path: Path, title: str, lines: Mapping[str, Sequence[Point]], *, x: str, y: str) -> None:
    """Write a chart of the lines; ``x`` and ``y`` say what its axes measure.

    The command that it names is the one that runs.
    """
    command = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    path.write_text(chart(title, command, lines, x=x, y=y), encoding="utf-8")


def chart(
    title: str, command: str, lines: Mapping[str, Sequence[Point]], *, x: str, y: str
) -> str:
    """The chart as SVG. All values must be above 0."""
    points = [point for line in lines.values() for point in line]
    across = _axis((point[0] for point in points), LEFT, WIDTH - RIGHT)
    up = _axis((point[1] for point in points), HEIGHT - BOTTOM, TOP)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11" fill="#222">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(command)}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 20, title, 'font-size="14"'),
        *_scale(across, up),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
        _text(LEFT, TOP - 4, y),
        *_lines(lines, across, up),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _axis(values: Iterable[float], start: float, end: float) -> _Axis:
    logarithms = [math.log10(value) for value in values]
    # A line along the edge, or a single point, needs some room, too.
    return _Axis(min(logarithms) - 0.1, max(logarithms) + 0.1, start, end)


def _scale(across: _Axis, up: _Axis) -> Iterator[str]:
    for value in across.ticks():
        at = across.place(value)
        yield f'<path d="M{at} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield _text(at, HEIGHT - BOTTOM + 16, f"{value:,g}", 'text-anchor="middle"')
    for value in up.ticks():
        at = up.place(value)
        yield f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield _text(LEFT - 6, at + 4, f"{value:,g}", 'text-anchor="end"')


def _lines(lines: Mapping[str, Sequence[Point]], across: _Axis, up: _Axis) -> Iterator[str]:
    taken = -math.inf
    # From top to bottom, so that no name stands on another.
    for at, (name, line) in enumerate(sorted(lines.items(), key=lambda item: -item[1][-1][1])):
        colour = COLOURS[at % len(COLOURS)]
        places = [(across.place(x), up.place(y)) for x, y in line]
        drawn = " ".join(f"{x},{y}" for x, y in places)
        yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in places)
        taken = max(taken + LINE_HEIGHT, places[-1][1])
        yield _text(WIDTH - RIGHT + 8, round(taken + 4, 1), name, f'style="fill:{colour}"')


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {more}>{escape(words)}</text>'.replace(" >", ">")
