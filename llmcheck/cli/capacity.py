"""How much a model carries at once: surveys of made-up texts with one known contradiction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from llmcheck.llm.port import LLM
from llmcheck.llm.runner import Runner
from llmcheck.models import Document, Frozen
from llmcheck.numbering import NumberedSet
from llmcheck.survey.survey import survey_documents

SIZES = (500, 1_500, 6_000, 24_000)
"""Table sizes that are tried, in tokens, the smallest first."""


class Capacity(Frozen):
    """What came of one size."""

    table_tokens: int
    found: bool
    """Whether the contradiction was found at one table, its first and its last sentence."""
    problem: str | None
    """What failed, when no whole answer came."""


def capacities(llm: LLM, model: str) -> Iterator[Capacity]:
    """The sizes, up to the first that the model does not carry."""
    for size in SIZES:
        capacity = _try_size(llm, model, size)
        yield capacity
        if not capacity.found:
            return


def _try_size(llm: LLM, model: str, size: int) -> Capacity:
    numbered = NumberedSet(_documents(size))
    ends = {
        numbered.documents[0].ref(1),
        numbered.documents[1].ref(len(numbered.documents[1].own)),
    }
    runner = Runner(llm, model, table_tokens=size)
    survey = survey_documents(numbered, runner, "en", in_halves=False)
    found = len(survey.tables) == 1 and any(
        ends <= set(question.sentences) for question in survey.questions
    )
    problem = survey.failures[0].error if survey.failures else None
    return Capacity(table_tokens=size, found=found, problem=problem)


def _documents(size: int) -> list[Document]:
    """Two registers of lighthouses that together take about ``size`` tokens.

    The first sentence of the one and the last of the other give two years for one lighthouse.
    """
    count = max(2, (size - 60) // 46)
    lines = [
        f"The lighthouse at {name} was built in {1800 + 7 * at % 120} and is {20 + at % 37} "
        f"metres high."
        for at, name in zip(range(2 * count), _names(), strict=False)
    ]
    first = ["The lighthouse at Orvasund was built in 1843.", *lines[: count - 1]]
    second = [*lines[count : 2 * count - 1], "The lighthouse at Orvasund was built in 1871."]
    return [
        Document(id=name, title=title, text="\n\n".join(text), date=date, language="en")
        for name, title, text, date in (
            ("north", "Northern register", first, "1990-01-01"),
            ("south", "Southern register", second, "1991-01-01"),
        )
    ]


def _names() -> Iterator[str]:
    """Names of places that there are not."""
    beginnings = "Bel Dra Fal Gor Hest Jur Kal Lom Mar Nes Pol Rav Sten Tor Ulv Vel".split()
    middles = "a e i o u an el ir ok un".split()
    endings = "berg dal fjord holm nes sund vik ø".split()
    for parts in product(endings, middles, beginnings):
        yield "".join(reversed(parts))
