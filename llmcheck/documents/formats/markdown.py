"""Markdown, read as it stands but for what is struck out: its front matter and first heading."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping

from llmcheck.documents.decoding import decode, unix_lines
from llmcheck.documents.formats.html_layout import superscript
from llmcheck.documents.metadata import Metadata, iso_date, one_of, web_address
from llmcheck.models import Document, Span

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*$", re.S | re.M)
_YAML_LINE = re.compile(r"[\w.-]+\s*:(?:\s|$)|[-\s#]|$")
_YAML_FIELD = re.compile(r"^([\w.-]+)[ \t]*:(.*)$", re.M)
_FENCE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.S | re.M)
# None of these looks far for its end, so that a text of openings takes no time.
_INLINE = re.compile(
    r"""(?P<code> ^(?P<fence>```|~~~).*?(?:^(?P=fence)|\Z)
                | (?<!`)`[^`\n]+`(?!`) | (?<!`)``(?:[^`\n]|`(?!`))+``(?!`) )
      | <sup>(?P<raised>[^<>\n]{1,40})</sup>
      | (?: (?P<starts>^[ \t]*) | (?P<before>(?<![ \t])[ \t]+) )?
        (?: (?<![~\\])~~(?=[^\s~])(?P<tildes>(?:[^~\n]|~(?!~)|\n(?![ \t]*\n))+?(?<!\s))~~(?!~)
          | <(?P<tag>s|del|strike)\b[^<>\n]{0,200}>
            (?P<tagged>(?:[^<]|<(?!/?(?:s|del|strike)\b))*)</(?P=tag)\s{0,9}> )
        (?(starts)[ \t]*) (?P<parted>(?=[\s,.;:!?)]|\Z))?""",
    re.S | re.M | re.X | re.I,
)
_HEADING = re.compile(r"^#[ \t]+(\S.*)$", re.M)


def read(data: bytes, name: str) -> list[Document]:
    """The one document of a Markdown file; its front matter is chrome.

    What is struck out is left out, but for its line ends: a place is told by its line.
    """
    text = unix_lines(decode(data))
    about, body = Metadata(), 0
    front = _FRONT_MATTER.match(text)
    if front is not None and (fields := _front_fields(front[1], front[2])) is not None:
        about, body = _stated(fields), front.end()
    content, struck = _without_struck(text[body:])
    about = about._replace(title=about.title or _first_heading(content))
    chrome = (Span(start=0, end=body),) if body else ()
    text = text[:body] + content
    return [
        Document(id=name, path=name, text=text, chrome=chrome, struck=struck, **about._asdict())
    ]


def _without_struck(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what is struck out outside of code, raised figures raised; and that."""
    struck: list[str] = []

    def kept(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if found["raised"]:
            raised = superscript(found["raised"])
            return raised if raised != found["raised"] else found[0]
        words = found["tildes"] or found["tagged"]
        struck.append(" ".join(words.split()))
        before = found["starts"] or ("" if found["parted"] is not None else found["before"] or "")
        return before + "\n" * words.count("\n")

    return _INLINE.sub(kept, text), tuple(filter(None, struck))


def _front_fields(fence: str, block: str) -> Mapping[str, object] | None:
    """Its fields by name; None when the lines are no front matter but text between two rules."""
    if fence == "+++":
        try:
            return {key.lower(): value for key, value in tomllib.loads(block).items()}
        except (ValueError, RecursionError):  # the latter for brackets nested by the thousand
            return None
    if not block.strip() or not all(map(_YAML_LINE.match, block.split("\n"))):
        return None
    fields: dict[str, object] = {}
    for line in _YAML_FIELD.finditer(block):
        value = line[2].strip()
        if value[:1] in ("'", '"') and value[-1:] == value[:1]:
            value = value[1:-1]
        elif value[:1] in (">", "|", "[", "{", "&", "*"):
            continue  # YAML of more than one line, or of more than one value
        fields.setdefault(line[1].lower(), value)
    return fields


def _stated(fields: Mapping[str, object]) -> Metadata:
    date = next(filter(None, (fields.get(key) for key in ("date", "published", "pubdate"))), None)
    if isinstance(date, datetime.date):  # TOML knows dates
        date = date.isoformat()
    language = one_of(fields.get("language"), fields.get("lang"))
    return Metadata(
        title=one_of(fields.get("title")),
        date=iso_date(date, language) if isinstance(date, str) else None,
        author=one_of(fields.get("author")),
        site=one_of(fields.get("site")),
        language=language,
        url=next(
            filter(None, map(web_address, (fields.get("url"), fields.get("canonical")))), None
        ),
    )


def _first_heading(text: str) -> str | None:
    heading = _HEADING.search(_FENCE.sub("", text))
    if heading is None:
        return None
    line = heading[1].strip()
    words, _, closing = line.rpartition(" ")
    return words.rstrip() if words and not closing.strip("#") else line
