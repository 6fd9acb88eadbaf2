"""Reads numbers, shares, ranges, dates and clock times off running English."""

from __future__ import annotations

import re
from functools import lru_cache

from llmcheck.language.english.dates import find_dates
from llmcheck.language.english.numerals import RATIO, SHARE, SPAN, in_digits, word_before
from llmcheck.language.english.words import CURRENCIES, STOP_WORDS, unit_of
from llmcheck.language.quantities import EXACT, Figures, Quantity
from llmcheck.language.text import one_line
from llmcheck.language.units import MONEY, is_measure

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9,
    "bn": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_NUMBER = re.compile(
    rf"""(?<![\w.,:{SHARE}{RATIO}])
    (?P<bound>(?:not?\s+(?:more|less|fewer)\s+than|as\s+(?:many|much)\s+as|more\s+than|over
        |at\s+least|above|exceeding|less\s+than|under|below|fewer\s+than|at\s+most|up\s+to|nearly|almost)\s+)?
    (?P<minus>minus\s+|(?<![^\s(])[-−](?=[$€£¥\d]))?
    (?P<currency>(?:us|hk|nz|[acs])?\$|[€£¥]|usd\s|eur\s|gbp\s)?\s?
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
    (?!\d|,\d|:\d|(?:st|nd|rd|th)\b)
    (?:(?P<sign>[{SHARE}{RATIO}])(?P<bottom>\d{{1,3}}(?:,000){{0,3}}))?
    (?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|k)\b|(?P<m>m)\b)?
    (?P<after>
       [\s-]?(?P<percent>%|per\s?cent\b|(?P<points>percentage\s+points?\b))(?:\s+of\b)?
      |(?:[\s-]|(?=(?:[ckm]m|kg|[km]ph|[kmg]wh?)\b))(?:us\s+(?=dollars?\b))?(?P<unit>[a-z]+))?""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap])\.?\s?m\b"
    r"|(?<!\d)(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?!\d)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:1\d|20)\d\d|2100")
_ABOVE = ("more", "over", "at least", "above", "exc", "no less", "no few", "not less", "not few")
_BELOW = ("less", "under", "below", "fewer", "at most", "up", "nearly", "almost", "no", "as")
# Before a plain number of four digits and a noun: "in 2024 sales", "about 1500 staff".
_BEFORE_YEAR = frozenset(
    """in since until during before after early mid late year fiscal spring summer autumn fall
    winter""".split()
)
_BEFORE_COUNT = frozenset("about some around roughly approximately only another all".split())
_PEOPLE = frozenset(
    """people staff workers employees men women children residents patients pupils students
    visitors passengers members households homes jobs""".split()
)


@lru_cache(maxsize=1 << 12)
def read(text: str) -> Figures:
    """The numbers and the dates of a text, in digits or words. Ordinals are none.

    Shares in words ("half of", "one in five") are percentages; a range is one number.
    """
    rest = in_digits(text)
    dates = find_dates(rest)
    if not dates and not _DIGIT.search(rest):
        return Figures((), ())
    found: list[tuple[int, Quantity]] = []
    pieces: list[str] = []
    done = 0
    for start, end, date, day in dates:
        words = rest[start:end]
        # What is read is not read again; a space for a character keeps the order.
        pieces += rest[done:start], " " * (end - start)
        done = end
        if day is not None:
            found.append((start, Quantity(day, "date", 2, words=words, date=date)))
        if date.year is not None:
            found.append((start, Quantity(date.year, "year", 4, words=words, date=date)))
    rest = "".join((*pieces, rest[done:]))

    def clock(match: re.Match[str]) -> str:
        hour = int(match["hour"] or match["hour24"])
        minute = int(match["minute"] or match["minute24"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        found.append((match.start(), Quantity(hour + minute / 60, "clock", 4, 0, match.group())))
        return " " * len(match.group())

    rest = _CLOCK.sub(clock, rest)
    found.extend(_numbers(rest))
    ordered = sorted(found, key=lambda placed: placed[0])
    return Figures(tuple(number for _, number in ordered), tuple(found.date for found in dates))


def _numbers(text: str) -> list[tuple[int, Quantity]]:
    found: list[tuple[int, Quantity]] = []
    before: re.Match[str] | None = None
    for match in _NUMBER.finditer(text):
        quantity = _quantity(match)
        spread = _range(before, found[-1][1], match, quantity) if before else None
        if spread is None:
            found.append((match.start(), quantity))
            before = match
        else:
            found[-1] = (found[-1][0], spread)
            before = None
    return found


def _range(a: re.Match[str], low: Quantity, b: re.Match[str], high: Quantity) -> Quantity | None:
    """Two numbers in a row as one range ("10 to 12 people", "$4-5 million"), if they are one."""
    between = a.string[a.start("unit") if a["unit"] and not _noun(a) else a.end() : b.start()]
    told = between.strip().lower()
    if told == "to":
        joined = word_before(a) != "from"
    else:
        joined = between in ("-", SPAN) or (told == "and" and word_before(a) == "between")
    if not joined or b["bound"]:
        return None
    counted = high.unit not in EXACT | MONEY and high.unit != ""
    if low.unit == "year" and counted and word_before(a) not in _BEFORE_YEAR:
        # "1500 to 1800 boats", not "in 2024 to 3000 boats"
        low = low._replace(unit="")
    unit = high.unit or low.unit
    alike = low.unit in ("", unit) and (high.unit == unit or unit in MONEY)
    value = low.value if a["scale"] else _scaled(low.value, low_of=high.value)
    if not alike or unit in EXACT or not value < high.value:
        return None
    start = a.string[a.start() : b.start()].strip()
    return Quantity(
        value=value,
        unit=unit,
        digits=min(low.digits, high.digits),
        words=one_line(f"{start}{' ' if told.isalpha() else ''}{high.words}"),
        high=high.value,
    )


def _scaled(value: float, low_of: float) -> float:
    """The "4" of "4 to 5 million" in millions."""
    for factor in (1e12, 1e9, 1e6, 1e3):
        if (
            factor <= low_of < factor * 1e3
            and value < low_of / factor
            and low_of % (factor / 10) == 0
        ):
            return value * factor
    return value


def _quantity(match: re.Match[str]) -> Quantity:
    digits = match["digits"].replace(",", "")
    value = float(digits) * _SCALES.get((match["scale"] or "").lower(), 1.0)
    unit = _unit(match)
    if match["m"] and unit in MONEY:
        value *= 1e6
    parts: tuple[float, ...] = ()
    if match["sign"]:
        bottom = float(match["bottom"].replace(",", ""))
        parts = (value, bottom) if match["sign"] == RATIO else ()
        value = 100 * value / bottom if bottom else value
    significant = digits.lstrip("0.").replace(".", "")
    if "." not in digits:
        significant = significant.rstrip("0")
    return Quantity(
        value=-value if match["minus"] else value,
        unit=unit,
        digits=2 if match["sign"] else max(2, len(significant)),
        bound=_bound((match["bound"] or "").lower()),
        words=match["digits"] if unit == "year" else _words(match),
        parts=parts,
    )


def _noun(match: re.Match[str]) -> str:
    """The word after the number, unless it only joins it to the rest of the sentence."""
    word = (match["unit"] or "").lower()
    return "" if word in STOP_WORDS and not is_measure(unit_of(word)) else word


def _words(match: re.Match[str]) -> str:
    # "Of" tells a share of something from a share by name ("a 5% stake").
    of = match["sign"] and match["unit"] and match["unit"].lower() == "of"
    end = match.end() if _noun(match) or of or not match["unit"] else match.start("unit")
    words = match.string[match.start() : end].strip().rstrip("-")
    return words.replace(SHARE, "/").replace(RATIO, " in ")


def _unit(match: re.Match[str]) -> str:
    if match["points"]:
        return "pp"
    if match["percent"] or match["sign"]:
        return "%"
    if match["currency"]:
        return CURRENCIES[match["currency"].strip().casefold()]
    unit = unit_of(_noun(match))
    if match["m"] and unit not in MONEY:
        return "m"
    plain = _YEAR.fullmatch(match["digits"]) and not match["scale"] and not match["minus"]
    return "year" if plain and _is_year(match, unit) else unit


def _is_year(match: re.Match[str], noun: str) -> bool:
    """Whether a plain number of four digits is a year, and no count of something."""
    number, before = int(match["digits"]), word_before(match)
    is_round = number % 50 == 0
    if is_measure(noun) or noun in MONEY:
        return False
    if before in _BEFORE_COUNT or match["bound"]:
        return not noun and not is_round
    if not noun or (number >= 1900 and before in _BEFORE_YEAR):
        return True
    if noun in _PEOPLE or is_round:
        return False
    return number >= 1900 or not noun.endswith("s")


def _bound(words: str) -> int:
    words = one_line(words)
    if words.startswith(_ABOVE):
        return 1
    return -1 if words.startswith(_BELOW) else 0
