"""Padding that code can tell without reading: page furniture, link lists, repeated blocks.

The wordings are those of the web at large (buttons, consent banners, legal lines); what takes
an understanding of the topic is left to the model. (Shallow text features for boilerplate:
Kohlschütter et al., WSDM 2010.)
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from llmcheck.language.text import STOPWORDS, Block, squeeze, words
from llmcheck.models import Document, PaddingKind
from llmcheck.reporting_cues import is_note, quotes_somebody


class Rule(NamedTuple):
    """Why code flags a block."""

    kind: PaddingKind
    rationale: str


_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|every\s+)?(?:of\s+)?(?:the\s+|your\s+"
    r"|my\s+|these\s+)?(?:previous|prior|above|earlier|preceding|other)\s+"
    r"(?:instructions?|prompts?|directions?|rules?|messages?|commands?|text|context|input)"
    r"|\b(?:system|developer)\s+prompt\b"
    r"|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:AI|assistant|language\s+model|chatbot)\b"
    r"|</?(?:system|assistant|instructions?)>|\[/?INST\]|<\|im_(?:start|end)\|>",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"\b(?:newsletter|subscribe(?:rs?)?\s+(?:to|now|today|for)|sign\s+up|join\s+(?:now|us|our|free)"
    r"|in\s+your\s+inbox|promo(?:tional)?\s+code|discount\s+code|use\s+code|percent\s+off"
    r"|affiliate|commission\s+(?:if|when)|sponsored|advertiser\s+disclosure|free\s+trial"
    r"|click\s+here|buy\s+now|limited\s+(?:time|offer)|our\s+partners?\s+(?:store|offers?)"
    r"|reader[\s-]+(?:funded|supported)|donate|(?:our|top)\s+(?:top\s+)?picks?|upgrade\s+(?:to|now|today)"
    r"|wherever\s+you\s+get\s+your\s+podcasts|leave\s+us\s+a\s+review|rate\s+and\s+review"
    r"|see\s+our\s+(?:\w+\s+)?(?:roundup|picks|guide|list|reviews?)|become\s+a\s+(?:member|supporter)"
    r"|buy\s+(?:me|us)\s+a\s+coffee|chip\s+in|editor[’']s\s+choice|check\s+(?:\S+\s+)?(?:latest\s+)?price"
    r"|(?:reserve|book|claim|save)\s+your\s+(?:seat|spot|place|offer)|free\s+(?:webinar|download|guide)"
    r"|brought\s+to\s+you\s+by"
    r"|(?:buy(?:ing)?|purchases?)\s+(?:made\s+)?through\s+(?:our|these|this)|qualifying\s+purchases"
    r"|shop\s+(?:now|our|all)|\d+\s*%\s+off|support\s+(?:our|local|independent)\s+journalism)\b",
    re.IGNORECASE,
)
_CHROME = re.compile(
    r"\b(?:cookies?\s+(?:policy|settings|preferences)|(?:use|accept|all)\s+cookies|accept\s+all"
    r"|all\s+rights\s+reserved|terms\s+(?:of\s+(?:use|service)|and\s+conditions)|privacy\s+policy"
    r"|skip\s+to\s+(?:main\s+)?content|log\s?in|sign\s+in|shopping\s+cart|add\s+to\s+cart"
    r"|(?:reading|read)\s+time|min(?:ute)?s?\s+read|share\s+(?:this|on|via|story|article)"
    r"|copy\s+link|link\s+(?:has\s+been\s+)?copied|follow\s+us|redistribution|written\s+permission"
    r"|comments\s+are|leave\s+a\s+comment|table\s+of\s+contents|licens(?:e|ing)\s+(?:rights|fees)"
    r"|(?:data|quotes|prices)\s+(?:is\s+|are\s+)?delayed|reprints?\s+and\s+permissions|sitemap"
    r"|editorial\s+(?:principles|standards|guidelines|policy)|do\s+not\s+sell\s+(?:or\s+share\s+)?my"
    r"|not\s+(?:to\s+)?be\s+(?:re)?(?:published|produced|distributed|broadcast)|guest\s+posts?|write\s+for\s+us|advertise\s+with\s+us|information(?:al)?\s+(?:purposes\s+)?only"
    r"|not\s+(?:constitute\s+|give\s+|intended\s+as\s+)?(?:\w+\s+)?(?:medical|legal|financial|investment"
    r"|professional)\s+advice|opinions\s+(?:expressed\s+)?(?:here\s+)?are\s+(?:mine|my\s+own)"
    r"|nothing\s+(?:here|on\s+this\s+\w+)\s+is\s+an?\s+offer|for\s+immediate\s+release)\b|©",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:media|press|investors?|news)\s+(?:and\s+\w+\s+)?(?:contacts?|in?quir(?:y|ies)|enquir(?:y|ies)"
    r"|office|relations|desk)(?:\s*[:|–]|\s*\Z)|notes?\s+to\s+editors\b|-*\s*ends\s*-*\Z"
    r"|(?:for\s+)?(?:more|further)\s+information\b[^.]{0,40}\b(?:contact|call|visit|e-?mail)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"(?P<what>forward-looking\s+statements?)|(?P<risk>risks?\s+and\s+uncertainties)"
    r"|(?P<differ>differ\s+materially)|(?P<duty>undertakes?\s+no\s+(?:obligation|duty))"
    r"|(?P<law>required\s+by\s+(?:applicable\s+)?law)|(?P<act>securities\s+litigation|safe\s+harbou?r)"
    r"|(?P<words>words\s+such\s+as)|(?P<offer>solicitation\s+of\s+an?\s+offer)",
    re.IGNORECASE,
)
_NAVIGATION = re.compile(
    r"home|news|sports?|business|opinion|about(?:\s+us)?|contact(?:\s+us)?|privacy(?:\s+policy)?"
    r"|terms(?:\s+of\s+(?:use|service))?|log\s?in|sign\s+in|subscribe|shop|obituaries"
    r"|reviews|videos?|podcasts?|newsletters?|careers|help|search|archives?|faqs?|deals|categories",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:×|menu|search|close|share|print|e-?mail|tweet|facebook|home|by|written\s+by|posted(?:\s+on)?"
    r"|published(?:\s+on)?|updated(?:\s+on)?|advertisement|loading\W*|next|previous|back\s+to\s+top"
    r"|join\s+now|subscribe|comments?|tags?|categories|views?|\d+\s+(?:comments?|views?|shares?)"
    r"|\d+\s+\w+\s+(?:ago|siden|sedan|hace|zuvor)|\W+)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:you|your|we|our|us|click|subscribe|join|sign\s+up|free|reserved"
    r"|permissions?|licen[cs](?:e|ing)|this\s+(?:page|site|website|blog)|redistributed|broadcast|buy\s+me)\b|©",
    re.IGNORECASE,
)
# Every label ends (and but for the first begins) with ink: were the spaces between labels and
# marks anybody's, a line of both would take exponential time.
_BREADCRUMB = re.compile(
    r"[^>»›\n]{0,39}[^\s>»›](?:\s+[>»›]\s+[^\s>»›](?:[^>»›\n]{0,78}[^\s>»›])?){1,5}"
)
_RELATED = re.compile(
    r"\W*(?:(?:related|recent|latest|popular|trending|recommended|more|other|top|older|previous"
    r"|earlier)\s+(?:news|stories|articles|posts|reading|coverage|links|headlines|reviews|guides"
    r"|from\b.*|on\b.*|in\b.*)|(?:trending|popular)(?:\s+now)?|most\s+(?:read|popular|viewed)"
    r"|editor[’']?s[’']?\s+picks|from\s+(?:the|our)\s+archives?|around\s+the\s+web|up\s+next|related|read\s+(?:more|next|also)\b.*|see\s+also|you\s+(?:might|may)\s+(?:also|like)\b.*"
    r"|further\s+reading|keep\s+reading|don[’']t\s+miss|what\s+to\s+read\s+next|more\s+like\s+this)\W*",
    re.IGNORECASE,
)
_MARK = re.compile(r"\d{1,2}[.)]\s+")
_LINK = re.compile(r"\[[^\]]+\]\([^)]+\)|https?://\S+")
_CONTENTS = re.compile(
    r"\W*(?:table\s+of\s+)?contents\W*|\W*in\s+this\s+article\W*|\W*on\s+this\s+page\W*",
    re.IGNORECASE,
)

LABEL = 30
"""Characters up to which a line is a label, whatever its punctuation."""
SHORT = 240
"""Characters up to which one tell-tale phrase makes a whole block furniture."""
LEGAL_SIGNS = 2
"""Stock phrases of a safe-harbour statement from which a block is one; news may use one."""
REPEATED_LENGTH = 80
"""Characters from which a block found again is no coincidence."""
REPEATED_RATIO = 92
"""rapidfuzz ratio from which two blocks are the same text."""
COPY_SHARE = 0.5
"""A document that shares this much of its blocks with another is not padded by it."""


def rule_for(text: str) -> Rule | None:
    """The rule that a block breaks on its own, if any."""
    body = _MARK.sub("", text.strip().lstrip("#*->•_ "), count=1).rstrip("*_ \n")
    if _INJECTION.search(body):
        return Rule("injection", "It gives orders to a program that reads the page.")
    if _FURNITURE.fullmatch(body) or _BREADCRUMB.fullmatch(body):
        return Rule("site_chrome", "A line of page furniture.")
    if _is_word_list(body):
        return Rule("site_chrome", "A list of labels without a sentence.")
    if len(body) <= SHORT and _LINK.search(body) and _mostly_links(body):
        return Rule("related_links", "Links without text of their own.")
    if _is_navigation(body):
        return Rule("site_chrome", "A line of a menu.")
    if len({found.lastgroup for found in _LEGAL.finditer(body)}) >= LEGAL_SIGNS:
        return Rule("site_chrome", "Stock wording of the law.")
    if quotes_somebody(body) or (is_note(body) and not _PROMOTION.search(body)):
        return None
    if len(body) <= SHORT and (
        _CONTACT.match(text.strip()) or (_CHROME.search(body) and not _is_plain_sentence(body))
    ):
        return Rule("site_chrome", "Wording of page furniture.")
    if len(body) <= 2 * SHORT and _PROMOTION.search(body) and not _is_plain_sentence(body):
        return Rule("promotion", "Wording of an offer to the reader.")
    return None


def section_rules(text: str, found: Sequence[Block]) -> dict[int, Rule]:
    """Rules that need the neighbours: related-links sections and tables of contents."""
    rules: dict[int, Rule] = {}
    bodies = [text[block.start : block.end] for block in found]
    index = 0
    while index < len(found):
        if _RELATED.fullmatch(bodies[index]):
            end = _end_of_teasers(found, index + 1)
            rule = Rule("related_links", "Teasers of other articles.")
        elif _CONTENTS.fullmatch(bodies[index]):
            end = index + 1
            while end < len(found) and found[end].kind == "item":
                end += 1
            rule = Rule("site_chrome", "A table of contents.")
        else:
            index += 1
            continue
        if end > index + 1:
            rules.update(dict.fromkeys(range(index, end), rule))
        index = max(end, index + 1)
    return rules


def repeated_blocks(
    documents: Sequence[Document], found: Mapping[str, Sequence[Block]]
) -> dict[tuple[str, int], Rule]:
    """Blocks that stand nearly word for word in another document, by document and index.

    What a copy shares with its original is no repetition, and nothing is flagged in a document
    half of whose blocks are another one's.
    """
    story = {document.id: document.copy_of or document.id for document in documents}
    seen: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    repeated: dict[tuple[str, int], tuple[str, Rule]] = {}
    # By content: which one counts as the repetition must not depend on the files' names.
    for document in sorted(documents, key=lambda document: document.digest):
        own: dict[str, None] = {}
        for index, block in enumerate(found[document.id]):
            body = squeeze(document.text[block.start : block.end])
            if len(body) < REPEATED_LENGTH:
                continue
            for earlier, other in _near(body, seen):
                if (
                    story[earlier] != story[document.id]
                    and fuzz.ratio(body, other) >= REPEATED_RATIO
                ):
                    rule = Rule("repeated", f"It stands in {earlier} as well.")
                    repeated[document.id, index] = (earlier, rule)
                    break
            own[body] = None
        # Only now, and each wording once: else a document of equal lines takes quadratic time.
        for body in own:
            for key in _fingerprints(body):
                seen[key].append((document.id, body))
    shared = Counter((doc_id, earlier) for (doc_id, _), (earlier, _) in repeated.items())
    return {
        key: rule
        for key, (earlier, rule) in repeated.items()
        if shared[key[0], earlier] < COPY_SHARE * len(found[key[0]])
    }


def _near(body: str, seen: Mapping[str, list[tuple[str, str]]]) -> Iterable[tuple[str, str]]:
    return dict.fromkeys(pair for key in _fingerprints(body) for pair in seen.get(key, ()))


def _fingerprints(body: str) -> list[str]:
    """A few long words of the block: near-equal blocks have one in common."""
    return sorted(set(words(body)), key=lambda w: (-len(w), w))[:5]


def _is_plain_sentence(body: str) -> bool:
    """Whether it is a whole sentence that speaks to nobody: news may use furniture's words."""
    return len(body) > LABEL and body.endswith(".") and not _ADDRESS.search(body)


def _is_word_list(body: str) -> bool:
    tokens = squeeze(body).split()
    return (
        len(tokens) >= 8
        and not re.search(r"[.!?:,;]", body)
        and sum(token in STOPWORDS for token in tokens) <= len(tokens) // 10
        and sum(token[:1].isupper() for token in body.split()) <= len(tokens) // 3
    )


def _is_navigation(body: str) -> bool:
    """Whether it is "Home | World | Sport": labels in a row, one of them every site's."""
    labels = [label.strip() for label in re.split(r"[|•·]", body)]
    return (
        len(labels) >= 3
        and all(0 < len(label) <= LABEL for label in labels)
        and any(map(_NAVIGATION.fullmatch, labels))
    )


def _mostly_links(body: str) -> bool:
    return len(_LINK.sub("", body).strip(" -*•|,.")) * 4 < len(body)


def _end_of_teasers(found: Sequence[Block], start: int) -> int:
    """Where a run of teasers ends: at a heading that is followed by a body of text."""
    index = start
    while index < len(found):
        following = [block.kind for block in found[index + 1 : index + 3]]
        if found[index].kind == "heading" and following == ["paragraph", "paragraph"]:
            break
        if found[index].kind == "paragraph" and found[index - 1].kind == "paragraph":
            # Two paragraphs in a row are text again, and the first belongs to it.
            return max(start, index - 1)
        index += 1
    return index
