"""The rules of style sheets: what they declare, and for which elements.

What is unknown, or cannot be parsed, declares nothing. What holds under conditions (a narrow
screen, a pointer above it) never hides, but may show what else were hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from llmcheck.documents.formats.css_values import HIDING_WORDS, long_names, words_of

ALWAYS = frozenset({"", "all", "screen", "only screen"})
"""Media that a page is read on; whatever else is no condition that is known to be met."""
NEVER = frozenset({"print", "only print", "speech", "aural", "braille", "tty"})
_LONGEST_SELECTOR = 400
_DEEPEST = 8
"""Conditions within conditions."""
_CONDITIONS = frozenset({"media", "supports", "layer", "container", "scope", "starting-style"})
_STATES = frozenset({
    "active", "checked", "focus", "focus-visible", "focus-within", "hover", "target",
})  # fmt: skip


class Block(NamedTuple):
    """Declarations in braces, or of an element's own style: values by property, as tokens."""

    normal: dict[str, tuple[Any, ...]]
    important: dict[str, tuple[Any, ...]]


class Rule(NamedTuple):
    """A rule, parsed as far as its braces."""

    prelude: list[Any]
    content: list[Any]
    conditional: bool


@lru_cache(maxsize=4)  # The chapters of a book share a sheet.
def rules_of(source: str) -> tuple[Rule, ...]:
    """The rules of a sheet."""
    import tinycss2

    return tuple(_flat(tinycss2.parse_stylesheet(source, True, True), False, 0))


def _flat(nodes: Iterable[Any], conditional: bool, depth: int) -> Iterator[Rule]:
    """The rules, those within conditions, too."""
    import tinycss2

    for node in nodes:
        if node.type == "qualified-rule":
            yield Rule(node.prelude, node.content, conditional)
        elif node.type == "at-rule" and node.content and depth < _DEEPEST:
            name = node.lower_at_keyword
            if name not in _CONDITIONS:
                continue
            words = " ".join(tinycss2.serialize(node.prelude).lower().split())
            if name == "media" and words in NEVER:
                continue
            always = name == "media" and words in ALWAYS
            inner = tinycss2.parse_rule_list(node.content, True, True)
            yield from _flat(inner, conditional or not always, depth + 1)


def own_block(source: str) -> Block:
    """What the style of an element declares."""
    import tinycss2

    return block_of(tinycss2.parse_blocks_contents(source, True, True), False)


def block_of(content: Iterable[Any], conditional: bool) -> Block:
    """What tinycss2's declarations declare of the properties that are read."""
    block = Block({}, {})
    for declaration in content:
        if declaration.type != "declaration":
            continue
        tokens = tuple(t for t in declaration.value if t.type not in ("whitespace", "comment"))
        values = block.important if declaration.important else block.normal
        for name, value in long_names(declaration.lower_name, tokens):
            if not conditional:
                values[name] = value
            elif name not in HIDING_WORDS:
                values[name] = ()
            elif not HIDING_WORDS[name] & set(words_of(value)):
                values[name] = value
    return block


def selectors_of(prelude: list[Any]) -> Iterator[list[Any]]:
    """Those that a rule is for, as tokens."""
    tokens: list[Any] = []
    for each in prelude:
        if each == ",":
            yield tokens
            tokens = []
        else:
            tokens.append(each)
    yield tokens


def may_match(tokens: list[Any], there: frozenset[str]) -> bool:
    """Whether the tree has the classes and ids that a selector names: most are of other pages."""
    before: Any = None
    for token in tokens:
        if token.type == "hash" and f"#{token.value}" not in there:
            return False
        if before == "." and token.type == "ident" and f".{token.value}" not in there:
            return False
        before = token
    return True


def without_states(tokens: list[Any]) -> list[Any]:
    """The selector without what a reader does for it to match."""
    kept: list[Any] = []
    for token in tokens:
        if token.type == "ident" and token.lower_value in _STATES and kept and kept[-1] == ":":
            kept.pop()
            if not kept or kept[-1].type == "whitespace" or kept[-1] in (">", "+", "~"):
                kept.append(_any_element())
        else:
            kept.append(token)
    return kept


def _any_element() -> Any:
    import tinycss2

    return tinycss2.parse_one_component_value("*")


def compiled(tokens: list[Any]) -> Any | None:
    """The selector, ready to match; None where it is unknown, or of something besides elements."""
    import cssselect2
    import tinycss2

    try:
        if len(tinycss2.serialize(tokens)) > _LONGEST_SELECTOR:
            return None
        (selector,) = cssselect2.compile_selector_list(tokens)
    except (ValueError, NotImplementedError, SyntaxError, RecursionError):
        return None
    return selector if selector.pseudo_element is None else None
