"""Can a text be kept as a case reference as it stands, or must somebody look at it?"""

import re
from collections.abc import Sequence
from itertools import compress
from operator import itemgetter, not_
from string import ascii_letters, digits

_FIRST, _LAST = itemgetter(0), itemgetter(-1)
_LONGEST = 80
_ALPHANUMERIC, _SIGNS = (ascii_letters + digits).encode(), b"_-./"

_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
# What a spreadsheet makes of a reference that looks like a date or a number: 1-3, 004120 and 120000000000.
_DAMAGED = (
    rf"\d{{1,2}}[-/ ]{_MONTH}(?:[-/ ]\d{{2,4}})?|{_MONTH}[-/ ]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d+\.0+"
    r"|\d(?:[.,]\d+)?e\+\d{2,3}"
)
_is_damaged = re.compile(_DAMAGED, re.IGNORECASE | re.ASCII).fullmatch
_is_suspect = re.compile(rf"(?:{_DAMAGED})$|.*[ ,._]\(?\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\)?$", re.IGNORECASE).match
_ONE_DIGIT = str.maketrans(dict.fromkeys(digits, "9"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SIGNS_OF_DATES = tuple(sign + number + sign for sign in "/.-" for number in ("9", "99"))

# References of these shapes need no cleaning and can be neither personal nor a blank nor damaged: a letter first and a
# digit last; digits, but not ten of them; a digit first and a letter last; thirteen signs or more (hashes,
# GUIDs); single spaces inside, a letter first and a digit last. Suspects are looked for apart.
_PLAIN = (
    r"[A-Za-z][\w\-./]{0,79}\d|\d{1,9}|\d{11,80}|\d[\w\-./]{0,79}[A-Za-z]|[\w\-./]{13,80}"
    r"|[A-Za-z](?: ?[\w\-./]){1,79}(?<=\d)"
)
_is_plain = re.compile(rf"(?!07\d{{9}}$)(?:{_PLAIN})", re.ASCII).fullmatch  # not a mobile number
_is_plain_or_ten_digits = re.compile(rf"(?!07\d{{9}}$)(?:{_PLAIN}|\d{{10}})", re.ASCII).fullmatch


def is_damaged_reference(text: str) -> bool:
    """Whether a spreadsheet has turned a reference into a date, a decimal or a rounded number.

    >>> [is_damaged_reference(text) for text in ("01-Mar", "Mar-25", "4120.0", "1.2E+11", "2025-03-04", "12E45")]
    [True, True, True, True, True, False]
    """
    return _is_damaged(text) is not None


def are_plain(references: Sequence[str]) -> bool:
    """Whether all of them are plain in one of the two commonest ways: a letter first and a digit last, or all digits.

    >>> are_plain(["F1", "AB-12/3"]), are_plain(["00123", "7"]), are_plain(["F1", "1F"]), are_plain(["F 1"])
    (True, True, False, False)
    >>> are_plain(["QK-1", "Mar-25"])
    False
    """
    lengths = set(map(len, references)) or {1}
    if not 0 < min(lengths) <= max(lengths) <= _LONGEST:
        return False
    text = "".join(references)
    signs = text.encode().translate(None, _ALPHANUMERIC)  # other bytes of other scripts stay in it
    if signs and signs.translate(None, _SIGNS):
        return False
    if text.isdigit():
        return not lengths & {10, 11}  # it may be an NHS number or a telephone number
    if not ("".join(map(_FIRST, references)).isalpha() and "".join(map(_LAST, references)).isdigit()):
        return False
    return not signs or not any(map(_is_suspect, _suspects(references)))


def _suspects(references: Sequence[str]) -> Sequence[str]:
    """All of them, or none where a quick look at them together shows no month, no date and no decimal."""
    text = "\n".join(references).lower()
    shape = text.translate(_ONE_DIGIT)
    months, dates = any(month in text for month in _MONTHS), any(sign in shape for sign in _SIGNS_OF_DATES)
    return references if months or dates or ".0" in text or "e+" in text else ()


def plain_flags(references: Sequence[str], *, has_local_ten_digits: bool = False) -> list[bool]:
    """Which references can be kept without a second look; ten digits only where they are known to be local.

    >>> plain_flags(["CH 00412", "Mar-25", "07700900123", "0123456789"])
    [True, False, False, False]
    """
    is_plain = _is_plain_or_ten_digits if has_local_ten_digits else _is_plain
    if not _suspects(references):
        return [is_plain(reference) is not None for reference in references]
    return [is_plain(reference) is not None and _is_suspect(reference) is None for reference in references]


def odd_places(references: Sequence[str], *, has_local_ten_digits: bool = False) -> list[int]:
    """The places of those that need a second look.

    >>> odd_places(["CH 00412", "Mar-25", "F1", ""]), odd_places(["F1", "F2"])
    ([1, 3], [])
    """
    if are_plain(references):
        return []
    flags = plain_flags(references, has_local_ten_digits=has_local_ten_digits)
    return list(compress(range(len(flags)), map(not_, flags)))
