"""What styles declare for the elements of a page: their own, and the rules of its style sheets.

Sheets are those that the page holds: what it links to is not fetched. Of more than can be read
in some seconds nothing is, since half of them may hide what the other half shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from llmcheck.documents.formats.css_rules import (
    ALWAYS,
    NEVER,
    Block,
    block_of,
    compiled,
    may_match,
    own_block,
    rules_of,
    selectors_of,
    without_states,
)

Declared = Mapping[str, tuple[Any, ...]]
"""Values by property, as tinycss2's tokens; shorthands are written out as far as they are read."""
Styles = Mapping[Any, Declared]
"""What is declared, by element; elements of which nothing is are left out."""

_MOST_CHARACTERS = 2_000_000
"""Of style sheets, and of the styles of elements: a million take one to five seconds."""
_MOST_SELECTORS = 5_000
_MOST_TOKENS = 50_000
"""Of these selectors: to make ready to match takes longer than to parse."""
_MOST_STEPS = 2_000_000
"""From selector to element and from element to element, to see what matches: some seconds."""


class _TooMuch(Exception):
    """Matching would take more steps, or has more selectors, than are allowed."""


def styles_of(root: Any, more: str = "") -> Styles:
    """What is declared for the elements of a tree; ``more`` is the source of another sheet."""
    sheets = [(more, False)] if more else []
    for element in root.iter("style"):
        media = " ".join((element.get("media") or "").lower().split())
        if element.text and media not in NEVER:
            fallback = any(True for _ in element.iterancestors("noscript"))
            sheets.append((element.text, fallback or media not in ALWAYS))
    own = {element: element.get("style") for element in root.iter("*") if element.get("style")}
    if not own and not sheets:
        return {}
    matched: dict[Any, list[Block]] = {}
    if sum(len(source) for source, _ in sheets) <= _MOST_CHARACTERS:
        try:
            matched = _matched(root, sheets)
        except _TooMuch:
            matched = {}
    blocks: dict[str, Block] = {}
    if sum(map(len, set(own.values()))) <= _MOST_CHARACTERS:
        blocks = {source: own_block(source) for source in set(own.values())}
    nothing = Block({}, {})
    declared = {
        element: _cascaded(matched.get(element, []), blocks.get(own.get(element, ""), nothing))
        for element in (*own, *(element for element in matched if element not in own))
    }
    return {element: values for element, values in declared.items() if values}


def _cascaded(rules: list[Block], own: Block) -> Declared:
    if not rules and not own.important:
        return own.normal
    values: dict[str, tuple[Any, ...]] = {}
    for rule in rules:
        values |= rule.normal
    values |= own.normal
    for rule in rules:
        values |= rule.important
    return values | own.important


def _matched(root: Any, sheets: list[tuple[str, bool]]) -> dict[Any, list[Block]]:
    """For each element, the declarations that match it, the strongest last.

    Raises _TooMuch.
    """
    import cssselect2
    import tinycss2

    matcher = cssselect2.Matcher()
    there = _names(root)
    number = length = 0
    for source, fallback in sheets:
        for rule in rules_of(source):
            some = (one for one in selectors_of(rule.prelude) if may_match(one, there))
            chosen = list(islice(some, _MOST_SELECTORS + 1))
            if not chosen:
                continue
            content = tinycss2.parse_blocks_contents(rule.content, True, True)
            always = fallback or rule.conditional
            blocks = {
                conditional: block_of(content, conditional) for conditional in {always, True}
            }
            if not any(map(any, blocks.values())):
                continue
            number += len(chosen)
            length += sum(map(len, chosen))
            if number > _MOST_SELECTORS or length > _MOST_TOKENS:
                raise _TooMuch
            for tokens in chosen:
                stateless = without_states(tokens)
                if (selector := compiled(stateless)) is not None:
                    selector.test = _counted(selector.test)
                    matcher.add_selector(selector, blocks[always or len(stateless) < len(tokens)])
    return _walked(root, matcher) if number else {}


def _counted(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda element: element.spend(1) and test(element)


def _names(root: Any) -> frozenset[str]:
    """The classes and ids of a tree, as selectors write them."""
    found: set[str] = set()
    for element in root.iter("*"):
        if "id" in element.attrib:
            found.add(f"#{element.get('id')}")
        if "class" in element.attrib:
            found.update(f".{name}" for name in element.get("class").split())
    return frozenset(found)


def _walked(root: Any, matcher: Any) -> dict[Any, list[Block]]:
    from lxml import etree

    kind = _counting_element()
    found: dict[Any, list[Block]] = {}
    above: list[Any] = []
    last: list[Any] = [None]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            above.pop()
            last.pop()
            continue
        before = last[-1]
        wrapped = kind(
            element,
            parent=above[-1] if above else None,
            index=before.index + 1 if before is not None else 0,
            previous=before,
            in_html_document=True,
        )
        last[-1] = wrapped
        above.append(wrapped)
        last.append(None)
        if matches := matcher.match(wrapped):
            found[element] = [block for *_, block in matches]
    return found


def _counting_element() -> Any:
    """cssselect2's element, of which no more is looked at than is allowed."""
    import cssselect2

    class Counting(cssselect2.ElementWrapper):  # type: ignore[misc]
        left = _MOST_STEPS

        def __init__(self, *of: Any, **how: Any) -> None:
            self.spend(1)
            super().__init__(*of, **how)

        @classmethod
        def spend(cls, steps: int) -> bool:
            cls.left -= steps
            if cls.left < 0:
                raise _TooMuch
            return True

        # Its own are tuples, which it makes for every element, by recursion.
        @property
        def ancestors(self) -> Iterator[Any]:
            element = self.parent
            while element is not None:
                self.spend(1)
                yield element
                element = element.parent

        @property
        def previous_siblings(self) -> Iterator[Any]:
            element = self.previous
            while element is not None:
                self.spend(1)
                yield element
                element = element.previous

        @property
        def etree_siblings(self) -> list[Any]:
            self.spend(len(self._siblings) // 16)
            return self._siblings

        @etree_siblings.setter
        def etree_siblings(self, siblings: list[Any]) -> None:
            self._siblings = siblings

    return Counting
