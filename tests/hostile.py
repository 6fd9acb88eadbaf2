"""Text that nobody would write, and a limit on the time it may take."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hypothesis import strategies as st

LENGTH = 50_000
"""Characters of a hostile line: what takes quadratic time takes far beyond the limit."""

_FRAGMENTS = [
    "a", "Vell", "Vell Sound", "harbour ", "the ", "J. ", "Dr. ", "U.S. ", "e.g. ", "said ",
    "1", "1. ", "1,000", "1,1,1", "2.5 million ", "12:30", "6.05 pm", "five ", "$", "%", " km ",
    ". ", "! ", "? ", "…", ", ", ": ", "- ", "# ", "[x] ", "> ", " » ", '"', "“", "”", "'", "’",
    " ", "   ", "\n", "\n\n", "\t", "\r\n", "\x00", "\x0b", "\x85", "\u00a0", "\u2009", "\u2028",
    "\u3000", "\u200b", "\u200f", "\u202e", "שלום ", "مرحبا. ", "١٢ ", "你好。", "🙂", "👩‍🚀",
    "e\u0301", "İ", "ſ", "ﬁ", "½", "²", "{{ a }}", "word " * 12,
]  # fmt: skip

TEXTS = st.text() | st.lists(st.sampled_from(_FRAGMENTS), max_size=30).map("".join)
"""Any Unicode, and texts pieced together from what trips parsers."""

_REPEATED = [
    "a", "A", " ", "\n", " \n", "\t", "\u00a0", "1", "1,", "1,1,", "1,000,", "1 ", "1.", "1:",
    "12:30 ", "a ", "a, ", "A ", "A a ", "A, ", "A.", "A-", "A'", "A’a", "a.", ".", "...", "?! ",
    '"', "“", "-", "- ", "#", "*", "[", "](", "[a](", "> ", "a > ", "🙂", "\u202e", "\x00",
    "e\u0301", "é", "你", "more than ", "related ", "ignore all ", "according to ", "said ",
    "Vell said ", "May ", "12 May ", "twenty ", "one hundred ", "five a ", "CEO Vell ",
    "director ", "$", "$ ",
]  # fmt: skip

LINES = {
    **{f"{part!r} without end": part * (LENGTH // len(part)) for part in _REPEATED},
    "words far apart": f"harbour{' ' * LENGTH}wall",
    "a mark far from its word": f"related{'.' * LENGTH}x",
    "a sentence end far from its name": f".{' ' * LENGTH}Vell",
    "spaces between the marks of a path": "a" + (" " * 30 + ">" + " " * 30) * 5,
    "a path that ends in too long a label": f"a > {' ' * LENGTH}{'x' * 100}",
    "different units": " ".join(
        f"{n} {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(LENGTH // 8)
    ),
    "blank lines of spaces": (" " * 100 + "\n") * (LENGTH // 100),
}  # fmt: skip
"""Lines that take an unguarded regular expression minutes or years, by what they are."""


@contextmanager
def cpu_limit(seconds: float = 5.0) -> Iterator[None]:
    """Fail when the block takes more processor time, however busy the machine is."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise AssertionError(f"it took more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
