"""Which numbers does the text of a date cell hold, and in which of the shapes that senders use?"""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal, NamedTuple

from models.rules.case_lists.days.day_numbers import is_day_number

ShapeKind = Literal["numbers", "day", "month", "serial"]
"""Three numbers in an order that the column decides; year, month and day told apart; no day; a day number."""

LONGEST = 80
"""Characters of the longest text that can be a date; what browsers write has 63."""


class Moment(NamedTuple):
    """A time of day that says how far its clock is from UTC, in minutes."""

    hour: int
    minute: int
    offset: int


class Shape(NamedTuple):
    """A date as it is written, before anybody asks whether there is such a day.

    first, middle, last: as they stand for `numbers`; otherwise year, month, day (`month` gives 1 as its day, `serial`
    the whole number as first). weekday: 0 is Monday. moment: only where the text tells its offset from UTC.
    """

    kind: ShapeKind
    first: str
    middle: str = ""
    last: str = ""
    weekday: int | None = None
    moment: Moment | None = None


_MONTHS = (
    ("january", "ionawr"), ("february", "chwefror"), ("march", "mawrth"), ("april", "ebrill"), ("may", "mai"),
    ("june", "mehefin"), ("july", "gorffennaf"), ("august", "awst"), ("september", "medi"), ("october", "hydref"),
    ("november", "tachwedd"), ("december", "rhagfyr"),
)  # fmt: skip
_WEEKDAYS = (
    ("monday", "llun"), ("tuesday", "mawrth"), ("wednesday", "mercher"), ("thursday", "iau"), ("friday", "gwener"),
    ("saturday", "sadwrn"), ("sunday", "sul"),
)  # fmt: skip
_SHORT_WEEKDAYS = {
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
    "mo": 0,
    "tu": 1,
    "we": 2,
    "th": 3,
    "fr": 4,
    "sa": 5,
    "su": 6,
}

# Read first, because nearly every cell is one of these: plain dates, with a time of day or without.
_PLAIN_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
# \2: the second separator must be the first one again, so that "2019-05/16" is no date.
_YEAR_FIRST = re.compile(r"(\d{4})( ?[-/.] ?| )(\d{1,2})\2(\d{1,2})" + _PLAIN_TIME)
_THREE_NUMBERS = re.compile(r"(\d{1,2})( ?[-/.] ?| )(\d{1,2})\2(\d{4}|\d{2})" + _PLAIN_TIME)

_COMPACT = re.compile(r"((?:19|20|29|99)\d{2})(\d{2})(\d{2})")
_ORDINAL = r"(?:st|nd|rd|th|af|il|ydd|fed|ed|eg|ain)?"
_DAY_NAMED_MONTH = re.compile(
    rf"(?:the )?(\d{{1,2}}){_ORDINAL}[-/ .,]*(?:of )?([a-z]{{3,10}})[-/ .,']*(\d{{4}}|\d{{2}})", re.IGNORECASE
)
_NAMED_MONTH_DAY = re.compile(
    rf"([a-z]{{3,10}})[-/ .]*(?:the )?(\d{{1,2}}){_ORDINAL}[-/ .,]+'?(\d{{4}}|\d{{2}})", re.IGNORECASE
)
_YEAR_NAMED_MONTH = re.compile(r"(\d{4})[-/ .]([a-z]{3,10})[-/ .](\d{1,2})", re.IGNORECASE)
_MONTH_ONLY = re.compile(r"(\d{4})[-/](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/](\d{4})")
_NAMED_MONTH_ONLY = re.compile(r"([a-z]{3,10})[-/ .,']*(\d{4}|\d{2})", re.IGNORECASE)
_YEAR_MONTH_NAMED = re.compile(r"(\d{4})[-/ .]*([a-z]{3,10})", re.IGNORECASE)

_ZONE = r"Z|BST|(?:UTC|GMT)(?:[+-](?:0\d|1[0-4]):?\d{2})?|[+-](?:0\d|1[0-4])(?::?\d{2})?(?: UTC)?"
_WITH_TIME = re.compile(
    r"(?P<day>.*?[^\s,:-])(?:T|,? (?:at )?|, ?| ?- ?|:)"
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.]\d{2}(?:[.,:]\d{1,9})?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?| ?(?:hrs|hours|h))?"
    rf"(?: ?(?P<zone>{_ZONE}))?(?: ?(?:\([^()]*\)|\[[\w/]+\]))?",
    re.IGNORECASE,
)
# 20250602T230000Z and 20250602230000; then Tue Mar 04 00:00:00 GMT 2025 of Java and Unix: put into the common shape.
_COMPACT_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(?:\d{2})?(Z?)")
_YEAR_AT_END = re.compile(
    r"((?:[a-z]{3,9},? )?[a-z]{3,9} \d{1,2}) (\d{1,2}:\d{2}:\d{2})( [a-z]{3}| [+-]\d{4})? (\d{4})", re.IGNORECASE
)
_WEEKDAY_FIRST = re.compile(r"(?:dydd )?([a-z]{2,9})\.?,? ?(?=[\da-z])(.+)", re.IGNORECASE)
_WEEKDAY_LAST = re.compile(r"(.+?\d),? ?\(?([a-z]{2,9})\)?", re.IGNORECASE)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def shape_of(text: str) -> Shape | None:
    """The numbers of a cleaned text and how they were written; None where it has no shape of a date.

    Months and days of the week may be English or Welsh, whole or cut. Nothing is checked against the calendar.

    >>> shape_of("Tue 04/03/25, 00:00:00")
    Shape(kind='numbers', first='04', middle='03', last='25', weekday=1, moment=None)
    >>> shape_of("2025-06-02T23:00:00Z").moment, shape_of("Mar-25").kind, shape_of("May be 8 Jan 2000")
    (Moment(hour=23, minute=0, offset=0), 'month', None)
    """
    if len(text) > LONGEST:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
        if not text.isascii():
            return None
    return _plain_shape(text) or _dressed_shape(text)


def _plain_shape(text: str) -> Shape | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return Shape("day", match[1], match[3], match[4])
    match = _THREE_NUMBERS.fullmatch(text)
    if match:
        return Shape("numbers", match[1], match[3], match[4])
    return Shape("serial", text) if is_day_number(text) else None


def _dressed_shape(text: str) -> Shape | None:
    text = _COMPACT_TIME.sub(r"\1-\2-\3T\4:\5\6", text) if _COMPACT_TIME.fullmatch(text) else text
    text = _YEAR_AT_END.sub(r"\1 \4 \2\3", text) if _YEAR_AT_END.fullmatch(text) else text
    day, moment = _without_time(text)
    shape = _core_shape(day)
    weekday = None
    if shape is None:
        day, weekday = _without_weekday(day)
        shape = _core_shape(day) if weekday is not None else None
    return shape and shape._replace(weekday=weekday, moment=moment)


def _without_time(text: str) -> tuple[str, Moment | None]:
    """The text before its time of day, and the moment where the time names its zone."""
    match = _WITH_TIME.fullmatch(text)
    if not match or not (match["minute"] or match["half"]):
        return text, None
    hour, zone = int(match["hour"]), (match["zone"] or "").upper()
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    if not zone:
        return match["day"], None
    return match["day"], Moment(hour, int(match["minute"] or 0), _minutes(zone))


def _minutes(zone: str) -> int:
    """How many minutes a zone's clock is before UTC's.

    >>> _minutes("Z"), _minutes("BST"), _minutes("GMT+0100"), _minutes("-05:30"), _minutes("+00 UTC")
    (0, 60, 60, -330, 0)
    """
    if zone == "BST":
        return 60
    match = re.search(r"([+-])(\d{2}):?(\d{2})?", zone)
    if not match:
        return 0
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return -minutes if match[1] == "-" else minutes


def _without_weekday(text: str) -> tuple[str, int | None]:
    for pattern, word, rest in ((_WEEKDAY_FIRST, 1, 2), (_WEEKDAY_LAST, 2, 1)):
        match = pattern.fullmatch(text)
        weekday = _place(match[word], _WEEKDAYS) if match else None
        if match and weekday is None:
            weekday = _SHORT_WEEKDAYS.get(match[word].casefold())
        if match and weekday is not None:
            return match[rest].strip(" ,"), weekday
    return text, None


def _place(name: str, words: tuple[tuple[str, str], ...]) -> int | None:
    """Which of the words a name is, whole or cut to three letters or more; both languages."""
    name = name.casefold()
    if len(name) < 3:
        return None
    for place, both in enumerate(words):
        if any(word.startswith(name) for word in both):
            return place
    return None


def _core_shape(text: str) -> Shape | None:
    text = text.rstrip(" .,;")
    plain = _plain_shape(text)
    if plain:
        return plain
    for pattern, kind, parts in _SHAPES:
        match = pattern.fullmatch(text)
        if match:
            year, month, day = parts(match)
            return Shape(kind, year, month, day) if month else None
    return None


def _month(name: str) -> str:
    place = 8 if name.casefold() == "sept" else _place(name, _MONTHS)
    return "" if place is None else str(place + 1)


_Parts = Callable[[re.Match[str]], tuple[str, str, str]]
_SHAPES: tuple[tuple[re.Pattern[str], ShapeKind, _Parts], ...] = (
    (_COMPACT, "day", lambda match: (match[1], match[2], match[3])),
    (_MONTH_ONLY, "month", lambda match: (match[1], match[2], "1")),
    (_MONTH_YEAR, "month", lambda match: (match[2], match[1], "1")),
    (_DAY_NAMED_MONTH, "day", lambda match: (match[3], _month(match[2]), match[1])),
    (_NAMED_MONTH_DAY, "day", lambda match: (match[3], _month(match[1]), match[2])),
    (_YEAR_NAMED_MONTH, "day", lambda match: (match[1], _month(match[2]), match[3])),
    (_NAMED_MONTH_ONLY, "month", lambda match: (match[2], _month(match[1]), "1")),
    (_YEAR_MONTH_NAMED, "month", lambda match: (match[1], _month(match[2]), "1")),
)
