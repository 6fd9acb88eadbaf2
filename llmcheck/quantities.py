"""Numbers in running text, and whether two of them say the same.

Words become digits through text2num; units convert through pint, which is loaded only when
two different measures meet.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from llmcheck.text import DAYS, MONTHS, STOPWORDS, one_line

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9,
    "bn": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "dollar": "USD", "usd": "USD", "€": "EUR", "euro": "EUR",
    "eur": "EUR", "£": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY",
}  # fmt: skip
_MEASURES = frozenset(
    """mm cm m metre meter km kilometre kilometer mile yard foot feet inch gram kg kilogram tonne
    ton ounce litre liter gallon barrel hectare acre second minute hour day week month year mph
    kph knot watt kw mw gw kwh mwh gwh kilowatt megawatt gigawatt degree celsius fahrenheit joule
    volt""".split()
)
_NUMBER = re.compile(
    r"""(?<![\w.,:])
    (?P<bound>(?:more\s+than|over|at\s+least|above|exceeding|less\s+than|under|below|fewer\s+than
        |at\s+most|up\s+to|nearly|almost)\s+)?
    (?P<currency>us\$|[$€£¥]|usd\s|eur\s|gbp\s)?\s?
    (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)
    (?!\d|,\d|:\d|(?:st|nd|rd|th)\b)
    (?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|k)\b|(?P<m>m)\b)?
    (?:[\s-]?(?P<percent>%|per\s?cent\b|percentage\s+points?\b)(?:\s+of\b)?
      |(?:[\s-]|(?=(?:[ckm]m|kg|[km]ph|[kmg]wh?)\b))(?P<unit>[a-z]+))?""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap])\.?\s?m\b"
    r"|(?<!\d)(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?!\d)",
    re.IGNORECASE,
)
# "One" and "a second" are rarely numbers; "3 million" would become two of them.
_LEFT_AS_WORDS = re.compile(
    r"\b(?:one|seconds?|thirds?)\b|(?<=\d[\s-])(?:hundred|thousand|million|billion|trillion)\b",
    re.IGNORECASE,
)
# A long text in pieces, parted between words where it has any.
_PIECE = re.compile(r".{1,4000}(?!\S)|.{1,4000}", re.DOTALL)
_CALENDAR = re.compile(rf"\b(?:{MONTHS}|{DAYS})\b")
_ABOVE = ("more", "over", "at least", "above", "exceeding")
_BELOW = ("less", "under", "below", "fewer", "at most", "up", "nearly", "almost")
# "Over 50" beside 62 is the same news; "over 50" beside 90 is not.
_BOUND_REACH = 1.35


class Quantity(NamedTuple):
    """A number with its unit."""

    value: float
    unit: str
    """"%", a currency code, "clock" (hours after midnight), "year", a word, or ""."""
    digits: int
    """Significant digits as written, trailing zeros of whole numbers aside; at least 2."""
    bound: int = 0
    """1 for "more than", -1 for "less than" or "nearly", 0 for the number itself."""
    words: str = ""
    """The number as written, with its unit: "14 percent", number words as digits."""


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text, in digits or English words, in order. Ordinals are none."""
    return list(_quantities(text))


@lru_cache(maxsize=1 << 12)
def _quantities(text: str) -> tuple[Quantity, ...]:
    text = _words_to_digits(text)
    found: list[tuple[int, Quantity]] = []

    def clock(match: re.Match[str]) -> str:
        hour = int(match["hour"] or match["hour24"])
        minute = int(match["minute"] or match["minute24"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        found.append((match.start(), Quantity(hour + minute / 60, "clock", 4, 0, match.group())))
        return " " * len(match.group())

    rest = _CLOCK.sub(clock, text)
    found.extend((match.start(), _quantity(match)) for match in _NUMBER.finditer(rest))
    return tuple(quantity for _, quantity in sorted(found))


def agree(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities say the same after rounding or unit conversion, in any order.

    Two numbers agree when the more precise one, rounded to the digits of the other, equals it
    (never to fewer than two digits), or when one is a bound that the other satisfies closely.
    """
    exact = {"year", "clock"}
    if a.unit in exact or b.unit in exact:
        return a.value == b.value
    special = {"%", *_CURRENCIES.values()}
    if a.unit != b.unit and (a.unit in special or b.unit in special):
        return False
    compared = [(a.value, b.value)]
    if a.unit != b.unit and a.unit in _MEASURES and b.unit in _MEASURES:
        # 10 miles are 16 km when rounded as km, and 16 km are 9.9 miles: either way will do.
        there, back = _convert(a.value, a.unit, b.unit), _convert(b.value, b.unit, a.unit)
        if there is None or back is None:
            return False
        compared = [(there, b.value), (a.value, back)]
    if a.bound * b.bound < 0:
        # "Over 50" and "under 50" leave no number that both could mean.
        sign = a.bound
        compared = [(x, y) for x, y in compared if sign * x < sign * y]
    digits = min(a.digits, b.digits)
    return any(
        _rounds_alike(x, y, digits) or _within(x, y, a.bound) or _within(y, x, b.bound)
        for x, y in compared
    )


def same_numbers(text_a: str, text_b: str) -> bool | None:
    """Whether the texts' numbers agree, one to one; None when either text has none.

    The text with more numbers may say more than the other. Dates of different months or days
    of the week differ, whatever their numbers.
    """
    numbers_a, numbers_b = quantities(text_a), quantities(text_b)
    if not numbers_a or not numbers_b:
        return None
    dates_a, dates_b = set(_CALENDAR.findall(text_a)), set(_CALENDAR.findall(text_b))
    if dates_a and dates_b and not dates_a & dates_b:
        return False
    fewer, more = sorted((numbers_a, numbers_b), key=len)
    partners: dict[int, Quantity] = {}

    def place(number: Quantity, tried: set[int]) -> bool:
        # Kuhn's matching: a number that finds only taken partners asks the takers to move on.
        for taken in (False, True):
            for index, other in enumerate(more):
                if (index in partners) is not taken or index in tried or not agree(number, other):
                    continue
                tried.add(index)
                if not taken or place(partners[index], tried):
                    partners[index] = number
                    return True
        return False

    return all(place(number, set()) for number in fewer)


def at_odds(text_a: str, text_b: str) -> bool:
    """Whether the texts give different numbers with the same unit, and none that agree."""
    numbers_a, numbers_b = quantities(text_a), quantities(text_b)
    pairs = [(x, y) for x in numbers_a for y in numbers_b if x.unit == y.unit]
    return bool(pairs) and not any(agree(x, y) for x in numbers_a for y in numbers_b)


def _words_to_digits(text: str) -> str:
    from text_to_num import alpha2digit

    guarded = _LEFT_AS_WORDS.sub(lambda m: m.group()[0] + "\u2060" + m.group()[1:], text)
    # text2num takes quadratic time.
    digits = "".join(alpha2digit(piece, "en") for piece in _PIECE.findall(guarded))
    return digits.replace("\u2060", "")


def _quantity(match: re.Match[str]) -> Quantity:
    digits = match["digits"].replace(",", "")
    value = float(digits) * _SCALES.get((match["scale"] or "").lower(), 1.0)
    if match["m"] and match["currency"]:
        value *= 1e6
    significant = digits.lstrip("0.").replace(".", "")
    if "." not in digits:
        significant = significant.rstrip("0")
    return Quantity(
        value=value,
        unit=_unit(match),
        digits=max(2, len(significant)),
        bound=_bound((match["bound"] or "").lower()),
        words=_words(match),
    )


def _noun(match: re.Match[str]) -> str:
    """The word after the number, unless it only joins it to the rest of the sentence."""
    word = (match["unit"] or "").lower()
    return "" if word in STOPWORDS else word


def _words(match: re.Match[str]) -> str:
    words = match.group().strip()
    return words if _noun(match) or not match["unit"] else words[: -len(match["unit"])].strip()


def _unit(match: re.Match[str]) -> str:
    if match["percent"]:
        return "%"
    if match["currency"]:
        return _CURRENCIES[match["currency"].strip().casefold()]
    if match["m"]:
        return "m"
    word = _noun(match)
    singular = "inch" if word == "inches" else word.removesuffix("s")
    if singular in _CURRENCIES:
        return _CURRENCIES[singular]
    plain_year = re.fullmatch(r"(?:1\d|20)\d\d|2100", match["digits"])
    if plain_year and not match["scale"] and singular not in _MEASURES:
        return "year"
    return singular if singular in _MEASURES else word


def _bound(words: str) -> int:
    words = one_line(words)
    if words.startswith(_ABOVE):
        return 1
    return -1 if words.startswith(_BELOW) else 0


def _within(limit: float, value: float, bound: int) -> bool:
    if bound > 0:
        return limit <= value <= limit * _BOUND_REACH
    if bound < 0:
        return limit / _BOUND_REACH <= value <= limit
    return False


def _rounds_alike(x: float, y: float, digits: int) -> bool:
    # 24,500 is rounded to 25,000 by most, to 24,000 by some.
    return x == y or any(
        _round(x, digits, how) == _round(y, digits, how)
        for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)
    )


def _round(value: float, digits: int, how: str) -> Decimal:
    return Context(prec=digits, rounding=how).create_decimal(repr(value))


def _convert(value: float, unit: str, target: str) -> float | None:
    import pint

    try:
        quantity = _registry().Quantity(value, _PINT.get(unit, unit))
        return float(quantity.to(_PINT.get(target, target)).magnitude)
    except pint.PintError:
        return None


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


_PINT = {
    "feet": "foot", "tonne": "metric_ton", "celsius": "degC", "fahrenheit": "degF",
    "barrel": "oil_barrel", "kw": "kilowatt", "mw": "megawatt", "gw": "gigawatt",
    "kwh": "kilowatt_hour", "mwh": "megawatt_hour", "gwh": "gigawatt_hour",
}  # fmt: skip
