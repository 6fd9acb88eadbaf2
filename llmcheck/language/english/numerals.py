"""Number words as digits: cardinals, fractions, dozens, rough plurals, "one in five".

Cardinals are text2num's. What plain digits cannot say is put in signs of its own, which
`figures` reads back: "2⁄3" is a share, "1∶5" one thing in five, "100–999" a span.
"""

from __future__ import annotations

import re

from llmcheck.language.english.dates import MONTHS
from llmcheck.language.units import MEASURES

SHARE, RATIO, SPAN = "⁄", "∶", "–"
_PLUS, _JOINER = "\u2064", "\u2060"

_SMALL = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
}
PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
"""Names of the parts of a whole, with their number."""
_FOLD = {"doubl": 2, "twice": 2, "tripl": 3, "trebl": 3, "quadr": 4}
_ROUGH = {
    "dozens": (24, 99), "hundreds": (100, 999), "thousands": (1_000, 99_999),
    "millions": (10**6, 10**9 - 1), "billions": (10**9, 10**12 - 1),
}  # fmt: skip
_TIMES = {"tens": 10, "dozens": 24, "hundreds": 100, "thousands": 1_000}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_VULGAR = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8)}

_WORD = re.compile(r"[a-z]+")
# What the words of a text must have before it is worth reading it over: most have nothing.
_CARDINAL_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety zero hundred
    thousand million billion trillion hundreds thousands millions billions trillions fourth fifth
    sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth thirtieth""".split()
)
_RARE_WORDS = frozenset(
    """half third thirds quarter quarters fifth fifths sixth sixths seventh sevenths eighth eighths
    ninth ninths tenth tenths dozen dozens hundreds thousands millions billions several few doubled
    doubling double tripled tripling triple trebled trebling quadrupled quadrupling twice fold
    twofold threefold fourfold fivefold sixfold sevenfold eightfold ninefold tenfold""".split()
)
_RARE_SIGN = re.compile(r"[½¼¾⅓⅔⅛]|\d/\d|\dfold")
_TOP = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|[1-9])"
_PART = rf"(?:{'|'.join(PARTS)})"
_MEASURE = rf"(?:{'|'.join(sorted(MEASURES, key=len, reverse=True))})s?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion)"
# "Four-year", which text2num reads as one word.
_HYPHENED = re.compile(rf"\b({'|'.join(sorted(_CARDINAL_WORDS))})-(?={_MEASURE}\b)", re.IGNORECASE)
_ONE_AND_A_HALF = re.compile(
    rf"\b(?:an?|one)\s+({_MEASURE})\s+and\s+a\s+(half|quarter)\b", re.IGNORECASE
)
_AND_A_HALF = re.compile(rf"\band\s+({_TOP})[\s-]+({_PART})s?(?![\w-])", re.IGNORECASE)
_FRACTION = re.compile(
    rf"""(?<![\w-])(?:(?P<top>{_TOP})(?P<link>[\s-])\s*)?(?P<part>{_PART})(?P<many>s?)
    (?:(?P<tail>(?:\s+of)?\s+an?[\s-]|[\s-])(?P<what>{_SCALE}|dozen|{_MEASURE})\b
      |(?P<of>\s+of\b)|(?![\w-]))""",
    re.VERBOSE | re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\s+(?:(?:the|this|last|next|that)\s+)?(?:fiscal\s+)?(?:[12]\d{3}\b|(?:year|season|month|week"
    rf"|decade|century|game|match)\b(?!['’]s)|(?:{MONTHS})\b)"
)
_GROWTH = re.compile(r"\s+(?:\w+\s+)?(?:growth|decline|loss(?:es)?|profits?|gains|recession)\b")
_WHOSE = re.compile(
    r"\s+(?:(?:the|its|their|his|her|our|all|those|these)\b|\w{1,40}['’]s\b)", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"\s*(?:[.,;:!?)\]\"”]|$)")
# Words before "half" that make it a stretch of time or a thing, not an amount.
_NOT_HALF = frozenset(
    """first second 1st 2nd other last latter former final better opening closing next this that
    either in each later early late""".split()
)
_BEFORE_AMOUNTS = frozenset(
    """by than nearly almost about roughly around over under to least most only just some up
    approximately below above was is were are""".split()
)
_DIGIT = re.compile(r"\d")
_DOZEN = re.compile(
    rf"(?<!['’]s )\b(?:(?P<count>an?|{'|'.join(_SMALL)}|\d{{1,3}})\s+)?dozen\b", re.IGNORECASE
)
_PLURAL = re.compile(
    r"\b(?:(?P<times>tens|dozens|hundreds|thousands)\s+of\s+)?"
    r"(?P<scale>dozens|hundreds|thousands|millions|billions)\b(?:\s+of\b)?"
    r"|\b(?:several|(?:a\s+)?few)\s+(?P<few>dozen|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    r"\b(?:(?P<verb>doubl|tripl|trebl|quadrupl)(?:ed|ing)"
    r"|(?P<many>doubl(?=e)|tripl(?=e)|twice)e?\s+(?=(?:as|the|its|their|his|her|that|what)\b)"
    r"|(?P<fold>two|three|four|five|six|seven|eight|nine|ten|\d{1,3})-?\s?fold)\b",
    re.IGNORECASE,
)
_SLASH = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{1,2})(?=\s+of\b)")
_SIGN = re.compile(
    rf"(?P<whole>(?<![\d.,])\d{{1,9}})?\s?(?P<sign>[{''.join(_VULGAR)}])(?P<of>\s+of\b)?"
)
_MIXED = re.compile(rf"(?<![\w.,-])(\d{{1,9}}|one)\s+{_PLUS}(0\.\d+)", re.IGNORECASE)
_IN = re.compile(
    rf"""(?<![\w.,/:-])(?P<top>one|\d{{1,3}})\s+(?:in|out\s+of)(?:\s+every)?\s+
    (?P<bottom>\d{{1,3}}(?:,000){{0,3}})(?![\w:/%-]|[.,]\d|\s*(?:%|percent|per\s+cent)
    |\s+(?:{_SCALE}|{_MEASURE}|{MONTHS}|[ap]\.?m)\b)(?:\s+of\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
# "A second" is rarely a number, "the two" tells no number of anything new; "3 million" would
# become two of them.
_LEFT_AS_WORDS = re.compile(
    rf"\b(?:seconds?|thirds?)\b|(?<=\d[\s-]){_SCALE}\b"
    rf"|(?:(?<=\bthe\s)|(?<=\bthese\s)|(?<=\bthose\s))two\b(?!\s+(?:{_SCALE}|dozen)\b)",
    re.IGNORECASE,
)
_LEAST = 2
"""A cardinal below it that stands alone is left as a word: "one" is rarely a number."""
# A long text in pieces, parted between words where it has any.
_PIECE = re.compile(r".{1,4000}(?!\S)|.{1,4000}", re.DOTALL)


def in_digits(text: str) -> str:
    """The text with its numbers in digits and the signs of this module."""
    told = set(_WORD.findall(text.lower()))
    if not told.isdisjoint(_RARE_WORDS) or _RARE_SIGN.search(text):
        text = _rare_in_digits(text)
    if not told.isdisjoint(_CARDINAL_WORDS):
        text = _cardinals(text)
    if _PLUS in text:
        text = _MIXED.sub(
            lambda m: f"{(_SMALL.get(m[1].lower()) or int(m[1])) + float(m[2]):g}", text
        )
        text = re.sub(rf"{_PLUS}[\d.]*", "", text)
    return _IN.sub(_ratio, text) if _DIGIT.search(text) else text


def word_before(match: re.Match[str]) -> str:
    """The word before a match, in lower case; "" at the beginning."""
    tail = match.string[max(0, match.start() - 20) : match.start()]
    return tail.split()[-1].lower() if tail.strip() else ""


def _cardinals(text: str) -> str:
    from text_to_num import alpha2digit

    text = _HYPHENED.sub(r"\1 ", text)
    guarded = _LEFT_AS_WORDS.sub(lambda m: m.group()[0] + _JOINER + m.group()[1:], text)
    # text2num takes quadratic time.
    digits = "".join(alpha2digit(piece, "en", _LEAST) for piece in _PIECE.findall(guarded))
    return digits.replace(_JOINER, "")


def _rare_in_digits(text: str) -> str:
    text = _SIGN.sub(_vulgar, _SLASH.sub(_slash, text))
    text = _ONE_AND_A_HALF.sub(lambda m: f"{1 + 1 / PARTS[m[2].lower()]:g} {m[1]}s", text)
    text = _AND_A_HALF.sub(_added, text)
    text = _FRACTION.sub(_fraction, text)
    text = _PLURAL.sub(_rough, text)
    text = _DOZEN.sub(_dozen, text)
    return _MULTIPLE.sub(_multiple, text)


def _top(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdecimal() else _SMALL.get(word, 1)


def _added(match: re.Match[str]) -> str:
    top, bottom = _top(match[1]), PARTS[match[2].lower()]
    return f"{_PLUS}{top / bottom:.2g}" if top < bottom else match.group()


def _fraction(match: re.Match[str]) -> str:
    top, bottom = _top(match["top"] or "one"), PARTS[match["part"].lower()]
    if top >= bottom:
        return match.group()
    if match["what"]:
        return _amount(match, top / bottom)
    if not _is_share(match, top):
        return match.group()
    of = match["of"] or _WHOSE.match(match.string, match.end())
    return f"{top}{SHARE}{bottom}" + (" of" if of else "")


def _amount(match: re.Match[str], fraction: float) -> str:
    """ "Half a mile", "half-million", "a quarter of an hour"; "a third day" as it stands."""
    half, what = match["part"].lower() == "half", match["what"].lower()
    link = match["tail"].strip(" -").lower()
    if link.startswith("of"):
        told = half or match["top"] is not None
    else:
        told = half and (bool(link) or what in {*_SCALES, "hour", "mile"})
    if not told or word_before(match) in _NOT_HALF:
        return match.group()
    return f"{12 * fraction:g}" if what == "dozen" else f"{fraction:.2g} {match['what']}"


def _is_share(match: re.Match[str], top: int) -> bool:
    """Whether a fraction is a part of something, and no quarter of a year, half of a match."""
    text, end = match.string, match.end()
    part, link = match["part"].lower(), match["link"]
    if match["of"] and _PERIOD.match(text, end):
        return False
    if match["many"]:
        # "Two quarters" are six months.
        grown = bool(match["of"]) and _GROWTH.match(text, end)
        return top > 1 and part != "half" and (part != "quarter" or (top == 3 and not grown))
    if top > 1 or (part != "half" and not link):
        return False
    before = word_before(match)
    if part == "half" and before in _NOT_HALF:
        return False
    if match["of"] or link == "-" or (part == "half" and _WHOSE.match(text, end)):
        return True
    # "By a third." is a share; "played for a third." may go on in another way.
    return bool(_CLAUSE_END.match(text, end)) and (not before or before in _BEFORE_AMOUNTS)


def _rough(match: re.Match[str]) -> str:
    if match["few"]:
        scale = _SCALES[match["few"].lower()]
        low, high = 2 * scale, 9 * scale
    else:
        low, high = _ROUGH[match["scale"].lower()]
        if match["times"]:
            times = _TIMES[match["times"].lower()]
            low, high = low * times, low * times * 10 - 1
    # Commas, for 1000 might be a year.
    return f"{low:,}{SPAN}{high:,}"


def _dozen(match: re.Match[str]) -> str:
    return f"{12 * _top(match['count'] or 'a')}"


def _multiple(match: re.Match[str]) -> str:
    if match["fold"]:
        return f"{_top(match['fold'])} fold"
    word = (match["verb"] or match["many"]).lower()
    factor = next(factor for stem, factor in _FOLD.items() if word.startswith(stem))
    return f"{factor} fold" + (" " if match["many"] else "")


def _slash(match: re.Match[str]) -> str:
    top, bottom = int(match[1]), int(match[2])
    return f"{top}{SHARE}{bottom}" if 0 < top < bottom else match.group()


def _vulgar(match: re.Match[str]) -> str:
    top, bottom = _VULGAR[match["sign"]]
    if match["of"] and not match["whole"]:
        return f" {top}{SHARE}{bottom} of"
    return f" {int(match['whole'] or 0) + top / bottom:.12g}" + (match["of"] or "")


def _ratio(match: re.Match[str]) -> str:
    top, bottom = _top(match["top"]), int(match["bottom"].replace(",", ""))
    return f"{top}{RATIO}{match['bottom']} of" if 0 < top < bottom else match.group()
