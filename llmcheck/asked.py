"""What a question asks for, and the features by which two questions are found to be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from llmcheck.language.text import squeeze, word_weights

_ASKS = tuple(
    (asks, re.compile(pattern))
    for asks, pattern in (
        ("number", r"how (?:many|much|long|far|old|big|large|high|often)\b|what (?:share|percent"
                   r"|percentage|proportion|number|amount|part)\b|at what (?:price|rate)\b"),
        ("time", r"(?:since |until |by )?when\b|(?:at |on |in |by )?(?:what|which) (?:day|date"
                 r"|time|year|month|quarter)\b"),
        ("place", r"where\b|(?:in |at )?(?:what|which) (?:place|city|town|country"
                  r"|part|area|site)\b"),
        ("person", r"(?:by |to |for |from )?who(?:m|se)?\b"),
        ("cause", r"why\b|what (?:caused|led to|triggered|started|is the (?:cause|reason)"
                  r"|was the (?:cause|reason)|made)\b|how did .{1,60} (?:start|begin)"),
        ("whether", r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|may)\b"),
    )
)  # fmt: skip
ASKS_WEIGHT = 1.5
"""As much as a name: "when" and "where" are what parts two questions about one event."""


@lru_cache(maxsize=1 << 12)
def asks_for(question: str) -> str:
    """What it asks for: "number", "time", "place", "person", "cause", "whether", else "thing"."""
    plain = squeeze(question)
    return next((asks for asks, pattern in _ASKS if pattern.match(plain)), "thing")


@lru_cache(maxsize=1 << 12)
def features(question: str) -> Mapping[str, float]:
    """The question's content with a weight each, for an index: stems, names, what it asks for."""
    return {**word_weights(question), f"?{asks_for(question)}": ASKS_WEIGHT}
