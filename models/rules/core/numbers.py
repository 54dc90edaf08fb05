"""Which number did a person type, and when must they be asked which they meant?

One reading for every field, filter, answer and option. What has one reading is taken: thousands set apart by commas,
blanks or apostrophes, digits of any script, halves and quarters, a sign. What has two, or was surely meant otherwise
than it stands, is asked about and never guessed: 1,5 is 1.5 to some and a slip for 15 to others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from models.core.errors import RuleBroken

BIGGEST_WHOLE = 2_147_483_647
"""The largest whole number that the database keeps."""

BIGGEST = 10**12
MOST_DIGITS = 15
"""So many digits of a number with decimals are kept exactly."""

_LONGEST = 60
_WHOLE = "Give a whole number."
_FRACTIONS = "½¼¾⅛⅜⅝⅞⅕⅖⅗⅘"
_SIGNS = dict.fromkeys("‐‑‒–−﹣－", "-") | {"＋": "+"}
_SEPARATORS = {"٫": ".", "．": ".", "٬": ",", "，": ",", "'": " ", "’": " "}
_SIGN = re.compile(r"([+-]?) ?(.*)")
_CLEAR = re.compile(r"\d+(\.\d*)?|\.\d+|[1-9]\d{0,2}(,\d{3})+(\.\d*)?|[1-9]\d{0,2}( \d{3})+(\.\d*)?", re.ASCII)
_THOUSANDS_BY_POINTS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_POWER_OF_TEN = re.compile(r"(\d+(?:\.\d+)?)[eE]\+?(\d\d?)", re.ASCII)
_MIXED_NUMBER = re.compile(rf"(\d*) ?([{_FRACTIONS}])", re.ASCII)
_SEPARATED = re.compile(r"[\d.,][\d., ]*", re.ASCII)


class NumberRefused(RuleBroken):
    """What was typed is not taken as a number, and the sentence says why or asks."""


class NotANumber(NumberRefused):
    """What was typed cannot be read as a number of the kind that is asked for."""


class InDoubt(NumberRefused):
    """What was typed has these readings, written plainly, and whoever typed it is asked which was meant."""

    def __init__(self, sentence: str, readings: Sequence[str]) -> None:
        super().__init__(sentence)
        self.readings = readings


def read_number(typed: str) -> Decimal | None:
    """The number that was typed; None when nothing was. Raises NumberRefused with a question where it has two readings.

    >>> read_number(" 1,000 "), read_number("1 000.5"), read_number("１２"), read_number("1½"), read_number("")
    (Decimal('1000'), Decimal('1000.5'), Decimal('12'), Decimal('1.5'), None)
    >>> read_number("1,5")
    Traceback (most recent call last):
    models.rules.core.numbers.InDoubt: Did you mean 1.5 or 15? Write the one you mean.
    """
    sign, text = _plain(typed)
    if not text:
        if sign:
            raise NotANumber("Give a number, such as 12 or 3.5.")
        return None
    number = _value(sign, text)
    if abs(number) > BIGGEST:
        raise NumberRefused(f"Give a number of at most {BIGGEST:,}.")
    if len(number.normalize().as_tuple().digits) > MOST_DIGITS:
        raise NumberRefused(f"Give a number of at most {MOST_DIGITS} digits.")
    return number


def read_whole_number(typed: str) -> int | None:
    """The same for a whole number that the database can keep; 12.0 is 12, and 1.500 is asked about.

    >>> read_whole_number("1,000"), read_whole_number("12.0"), read_whole_number("-0"), read_whole_number("")
    (1000, 12, 0, None)
    >>> read_whole_number("1.500")
    Traceback (most recent call last):
    models.rules.core.numbers.InDoubt: Did you mean 1.5 or 1,500? Give a whole number.
    """
    sign, text = _plain(typed)
    if _THOUSANDS_BY_POINTS.fullmatch(text):
        raise _question([f"{sign}{text}" if text.count(".") == 1 else "", sign + text.replace(".", "")], is_whole=True)
    try:
        number = read_number(typed)
    except InDoubt as doubt:
        raise _question(doubt.readings, is_whole=True) from None
    except NotANumber:
        raise NotANumber(f"{_WHOLE[:-1]}, such as 12.") from None
    if number is None:
        return None
    if number != number.to_integral_value():
        raise NotANumber(f"{_WHOLE[:-1]}, such as 12.")
    if abs(number) > BIGGEST_WHOLE:
        raise NumberRefused(f"Give a whole number of at most {BIGGEST_WHOLE:,}.")
    return int(number)


def plain_number(number: int | float) -> str:
    """A kept number as it would be typed again.

    >>> plain_number(0.00001), plain_number(1200), plain_number(2.5)
    ('0.00001', '1200', '2.5')
    """
    return f"{Decimal(str(number)):f}"


def _plain(typed: str) -> tuple[str, str]:
    """The sign and the rest, with digits, signs and separators of all scripts in their plain form.

    Nothing else is folded: a raised 2 is no 2, and a circled 1 is no 1.
    """
    shown = "".join(map(_plain_letter, typed[: _LONGEST + 1]))
    sign = _SIGN.fullmatch(" ".join(shown.split()))
    return (sign[1], sign[2]) if sign and len(typed.strip()) <= _LONGEST else ("", "?")


def _plain_letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if category == "Cf":  # marks of direction and the like, which come along when a number is copied
        return ""
    return _SIGNS.get(letter) or _SEPARATORS.get(letter) or letter


def _value(sign: str, text: str) -> Decimal:
    mixed = _MIXED_NUMBER.fullmatch(text)
    if mixed:
        number = Decimal(mixed[1] or 0) + Decimal(str(unicodedata.numeric(mixed[2])))
        return -number if sign == "-" else number
    if _CLEAR.fullmatch(text):
        return Decimal(f"{sign}{text.replace(',', '').replace(' ', '')}")
    raise _question([f"{sign}{reading}" for reading in _readings(text)])


def _readings(text: str) -> list[str]:
    """What somebody may have meant by digits that are set apart in no usual way, the likelier first."""
    power = _POWER_OF_TEN.fullmatch(text)
    if power:
        return [f"{Decimal(power[1]).scaleb(int(power[2])):f}"] if int(power[2]) <= 12 else []
    if not _SEPARATED.fullmatch(text):
        return []
    before, comma, after = text.rpartition(",")
    if _THOUSANDS_BY_POINTS.fullmatch(before or text):
        readings = [f"{(before or text).replace('.', '')}.{after if before else ''}"]
    elif comma and not set(before) & set(",."):
        readings = [f"{before}.{after}", before + after]
    else:
        readings = [before + after]
    return [reading for reading in map(_joined, readings) if _CLEAR.fullmatch(reading)]


def _joined(text: str) -> str:
    return text.replace(",", "").replace(" ", "")


def _question(readings: Sequence[str], *, is_whole: bool = False) -> NumberRefused:
    """The refusal that asks which of these was meant; that it is no number when there is none to offer."""
    meant = {f"{_shortest(Decimal(reading)):,f}": reading for reading in readings if reading}
    if not meant:
        return NotANumber("Give a number, such as 12 or 3.5.")
    ending = "Write the one you mean." if len(meant) > 1 else "Write it like that."
    if is_whole and any("." in word for word in meant):
        ending = _WHOLE
    return InDoubt(f"Did you mean {' or '.join(meant)}? {ending}", list(meant.values()))


def _shortest(number: Decimal) -> Decimal:
    return number.normalize() if number else Decimal(0)
