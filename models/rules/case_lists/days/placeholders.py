"""Which texts and days of a date column stand for “none” or “not known” and for no day?"""

from typing import Literal

DateRole = Literal["start", "end", "born"]
"""What a date column holds: when a case started, when it ended, when somebody was born."""

# What systems and people write where there is no date. Compared without case.
_NONE = frozenset(
    {
        "null", "(null)", "<null>", "\\n", "none", "nil", "nan", "nat", "undefined", "#n/a", "n/a", "na", "n.a.",
        "n/a.", "not applicable", "blank", "(blank)", "empty", "(empty)", "no date", "not set", "no value",
        "false",
        "tbc", "tba", "tbd", "t.b.c.", "to be confirmed", "to be advised", "to be decided", "to be determined",
    }
)  # fmt: skip
_NO_END = frozenset(
    {
        "open", "still open", "ongoing", "on-going", "on going", "current", "present", "to date", "till date", "active",
        "still active", "continuing", "no end", "no end date", "not ended", "not closed", "indefinite", "open ended",
        "open-ended",
    }
)  # fmt: skip
_NOT_KNOWN = frozenset(
    {"unknown", "unk", "not known", "n/k", "nk", "not recorded", "not available", "missing", "not given", "not stated"}
)
_SIGNS = frozenset("-./_?*:x ")
_LONGEST_SIGNS = 20

_FIRST_YEAR, _LAST_YEAR = 1904, 2099
# The smaller and the greater of month and day: what databases show for an empty date, in 1904 or before.
_EARLY = frozenset({(1, 1), (12, 30), (12, 31), (10, 14), (10, 15), (11, 11)})
_EPOCHS = frozenset({(1970, 1, 1), (2079, 6, 6)})
_SHORT_ENDS = frozenset({("99", 12, 31), ("00", 1, 1)})


def is_word_for_none(text: str, role: DateRole) -> bool:
    """Whether a text that is no date stands for none: a word, a dash, noughts, or a year no case has.

    “Unknown” says nothing of whether a case has ended, so that in a column of ends it is no placeholder.

    >>> [is_word_for_none(text, "end") for text in ("NULL", "-", "0", "2099", "99/99/9999", "ongoing", "Tbc?")]
    [True, True, True, True, True, True, True]
    >>> is_word_for_none("unknown", "end"), is_word_for_none("unknown", "start"), is_word_for_none("later", "end")
    (False, True, False)
    """
    word = text.casefold().replace("–", "-").replace("—", "-")
    if len(word) > 1:
        word = word.rstrip("?.! ") or word
    if word in _NONE or f"{word}." in _NONE or word in (_NO_END if role == "end" else _NOT_KNOWN):
        return True
    if len(word) <= _LONGEST_SIGNS and set(word) <= _SIGNS:
        return True
    if len(word) == 4 and word.isdecimal():
        return not 1900 < int(word) < _LAST_YEAR
    digits = "".join(filter(str.isdecimal, word))
    return set(word) <= _SIGNS | set(digits) and _is_one_digit(digits)


def _is_one_digit(digits: str) -> bool:
    """Whether a number repeats one digit as nobody's date does: noughts, or nines, or eight of any kind."""
    if len(set(digits)) != 1:
        return False
    return digits[0] == "0" or len(digits) == 8 or (digits[0] == "9" and len(digits) >= 6)


def is_day_for_none(year: int, month: int, day: int, role: DateRole) -> bool:
    """Whether a day stands for none: the first and last days of calendars, databases and spreadsheets.

    Such are 1 January of 1904 and before, 30 and 31 December 1899, 0 January 1900, everything from 2099 on, and in
    columns of starts and ends the first day of computers' clocks. Somebody born on 1 January 1900 is taken for one
    whose birth is not known. `month` and `day` may be noughts, or the wrong way round.

    >>> is_day_for_none(1900, 1, 1, "born"), is_day_for_none(1899, 30, 12, "end"), is_day_for_none(9999, 12, 31, "end")
    (True, True, True)
    >>> is_day_for_none(1970, 1, 1, "end"), is_day_for_none(1970, 1, 1, "born"), is_day_for_none(1903, 5, 6, "born")
    (True, False, False)
    """
    if year >= _LAST_YEAR or (0 in (month, day) and year % 100 == 0):
        return True
    if year <= _FIRST_YEAR:
        return (min(month, day), max(month, day)) in _EARLY
    return month == day == 99 or (role != "born" and (year, month, day) in _EPOCHS)


def is_short_end_for_none(two_digits: str, month: int, day: int) -> bool:
    """Whether an end with a year of two digits is 31/12/9999, or 01/01/1900, cut short.

    >>> is_short_end_for_none("99", 12, 31), is_short_end_for_none("25", 12, 31)
    (True, False)
    """
    return (two_digits, month, day) in _SHORT_ENDS
