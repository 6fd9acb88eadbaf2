"""What a web page states of itself: in its head, in JSON-LD, and in marked elements.

Only what is stated: libraries that look for a date also take one from the address or the
running text, and a guessed date would be told to the judge as a fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address

_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "publication_date", "publish-date", "publish_date", "published", "publishdate", "pubdate",
    "parsely-pub-date", "sailthru.date", "citation_publication_date", "citation_date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.created", "dcterms.date", "date",
)  # fmt: skip
_AUTHOR = ("author", "article:author", "parsely-author", "dc.creator", "citation_author")
_SITE = ("og:site_name", "application-name", "dc.publisher")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review)$")
_MAX_NODES = 1000

# Word-break hints are nothing to read, and lxml refuses to move text with control characters.
INVISIBLE = re.compile("[\u00ad\u200b\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def visible(text: str) -> str:
    """The text without characters that nobody sees."""
    return INVISIBLE.sub(lambda found: " " if found[0].isspace() else "", text)


def page_metadata(root: Any) -> Metadata:
    """The title, date, author, site, language and address that a parsed page states."""
    meta = _meta(root)
    article = _linked_article(root)
    named = (meta.get(name) for name in _AUTHOR)
    language = one_of(root.get("lang"), root.get("xml:lang"))
    canonical = root.xpath("//link[@rel='canonical']/@href")
    return Metadata(
        title=_title(root),
        date=_date(root, meta, article, language),
        author=one_of(
            *(name for name in named if name and not web_address(name)),
            _name(article.get("author")),
        ),
        site=one_of(*(meta.get(name) for name in _SITE), _name(article.get("publisher"))),
        language=language,
        url=next(filter(None, map(web_address, [*canonical, meta.get("og:url")])), None),
    )


def _title(root: Any) -> str | None:
    def first(path: str) -> str:
        return next(filter(None, map(_flat, root.xpath(path))), "")

    shared = first("//meta[@property='og:title']/@content")
    window = first("//head/title")
    heading = first("//h1")
    # The window's title tends to end in the site's name, which the heading lacks.
    if shared or (heading and heading in window):
        return shared or heading
    return window or heading or None


def _flat(node: Any) -> str:
    text = node if isinstance(node, str) else "".join(node.itertext())
    return " ".join(visible(text).split())


def _meta(root: Any) -> dict[str, str]:
    """The contents of the meta tags by name, property or itemprop; the first of each."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        content = _flat(element.get("content") or "")
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _date(
    root: Any, meta: dict[str, str], article: dict[str, Any], language: str | None
) -> str | None:
    stated = [article.get("datePublished"), *(meta.get(name) for name in _PUBLISHED)]
    marked = root.xpath(
        "//*[@itemprop='datePublished']/@datetime | //time[@pubdate]/@datetime"
        " | //*[contains(concat(' ', @class, ' '), ' dt-published ')]/@datetime"
    )
    for value in [*stated, *marked]:
        if isinstance(value, str) and (date := iso_date(value, language)):
            return date
    # Of several times on a page one cannot tell which is its own.
    days = {date[:10]: date for date in map(iso_date, root.xpath("//time/@datetime")) if date}
    return next(iter(days.values())) if len(days) == 1 else None


def _linked_article(root: Any) -> dict[str, Any]:
    """The first article that the page's JSON-LD describes; empty when there is none."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            named = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in named):
                return node
    return {}


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    waiting = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += [node.get("@graph"), node.get("mainEntity")]


def _name(value: Any) -> str | None:
    """The name of a person or organisation in JSON-LD, or of several."""
    names = []
    for item in value if isinstance(value, list) else [value]:
        name = one_of(item.get("name") if isinstance(item, dict) else item)
        if name and not web_address(name):
            names.append(name)
    return ", ".join(dict.fromkeys(names)) or None
