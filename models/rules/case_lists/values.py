"""What does the text of one cell of a case list say, once blanks, odd spaces and personal numbers are known?"""

import re
import unicodedata

BLANKS = frozenset({"", "#N/A", "NULL", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
"""Texts that stand for an empty cell: Excel's error values, and NULL as client level data write it."""

KEPT_JOINERS = "\u200c\u200d"  # part of the spelling of Persian and of several Indian scripts

_SPACES = re.compile(r"\s{2,}")
# The letter before a value of a code list: "a) ", "(b) ", "aa. ".
_CODE_LETTER = re.compile(r"^\(?[a-z]{1,2}[).]\s*")
_NOT_WORD = re.compile(r"[\W_]+")
# \1: both gaps of an NHS number are the same sign, or there are none.
_NHS_NUMBER = re.compile(r"\d{3}([ -]?)\d{3}\1\d{4}")
# The last two letters of a postcode are never C, I, K, M, O or V (BS 7666).
_POSTCODE = re.compile(r"([A-Z]{1,2})\d[A-Z\d]?( ?)\d[ABD-HJLNP-UW-Z]{2}")
_POSTCODE_AREAS = re.compile(
    "AB|AL|B[ABDHLNRSTX]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUXY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|"
    "M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "Z" or category == "Cc":
        return " "
    if category == "Cf":
        return character if character in KEPT_JOINERS else ""
    return "\ufffd" if category == "Cs" else character


def clean(text: str) -> str:
    """The cell's text without surrounding space; non-breaking spaces, line breaks and tabs count as one space.

    Invisible characters go, error values of a spreadsheet become "".

    A text that a spreadsheet was told to keep as text loses the sign for it: `="004120"` and `'004120` are 004120.

    >>> clean('="004120"'), clean("'04/03/2025"), clean("'in quotes'")
    ('004120', '04/03/2025', "'in quotes'")
    >>> clean("  Neglect\\u00a0and\\nviolence "), clean("#N/A"), clean("N/A"), clean("\\ufeff00123")
    ('Neglect and violence', '', 'N/A', '00123')
    """
    if not text.isprintable():
        text = "".join(map(_printable, text))
    text = text.strip()
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if text[:1] in ("=", "'"):
        text = _as_shown(text)
    return "" if text in BLANKS else text


# ="004120" and '004120: how a sheet is told to keep the text as it is, when its export leaves the sign in.
_KEPT_AS_TEXT = re.compile(r"""="(?P<quoted>(?:[^"]|"")*)"|'(?P<marked>\w[^']*)""")


def _as_shown(text: str) -> str:
    """The text without the sign that keeps it a text in a spreadsheet."""
    kept = _KEPT_AS_TEXT.fullmatch(text)
    if not kept:
        return text
    return (kept["marked"] or (kept["quoted"] or "").replace('""', '"')).strip()


def heading_key(heading: str) -> str:
    """A heading with case, blanks, punctuation and apostrophes ignored.

    >>> heading_key("Child\\u2019s Category of Need "), heading_key("PrimaryNeedCode"), heading_key("primary_need code")
    ('childscategoryofneed', 'primaryneedcode', 'primaryneedcode')
    """
    return _NOT_WORD.sub("", heading.casefold())


def stem(value: str) -> str:
    """What a coded value is compared by: no list letter (`a) `), no case, no punctuation.

    >>> stem("b) Physical abuse"), stem("Physical Abuse"), stem("E1: Placement order")
    ('physical abuse', 'physical abuse', 'e1 placement order')
    """
    return _NOT_WORD.sub(" ", _CODE_LETTER.sub("", value.strip().casefold())).strip()


def passes_nhs_checksum(digits: str) -> bool:
    """Whether ten digits end in the check digit of an NHS number (modulus 11, NHS Data Dictionary).

    >>> passes_nhs_checksum("9434765919"), passes_nhs_checksum("9434765918"), passes_nhs_checksum("0000000000")
    (True, False, False)
    """
    if len(set(digits)) == 1:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    return (11 - weighted % 11) % 11 == int(digits[9])


def is_ten_digits(text: str) -> bool:
    """Whether the text is ten plain digits: the shape of an NHS number and of some local references.

    >>> is_ten_digits("9434765919"), is_ten_digits("943 476 5919")
    (True, False)
    """
    return len(text) == 10 and text.isascii() and text.isdigit()


def looks_like_nhs_number(text: str) -> bool:
    """Whether the text has the shape (ten digits, or 3 3 4 with spaces or hyphens) and the checksum of an NHS number.

    One in eleven ten-digit numbers passes by chance; `case_list_survey` tells such a column from one of NHS numbers.

    >>> looks_like_nhs_number("943 476 5919"), looks_like_nhs_number("943-476-5918"), looks_like_nhs_number("CH943476")
    (True, False, False)
    """
    if not text.isascii() or not _NHS_NUMBER.fullmatch(text):
        return False
    return passes_nhs_checksum(text.replace(" ", "").replace("-", ""))


def looks_like_postcode(text: str) -> bool:
    """Whether the text is a whole UK postcode (BS 7666 shape).

    Written with its space, the shape is enough. Without the space the letters must also be one of the 124 real
    areas, because local references such as `RN12AB` have the same shape.

    >>> looks_like_postcode("CV34 4RL"), looks_like_postcode("cv344rl"), looks_like_postcode("R1 1")
    (True, True, False)
    >>> looks_like_postcode("RN12AB"), looks_like_postcode("N1")
    (False, False)
    """
    postcode = _POSTCODE.fullmatch(text.upper())
    return postcode is not None and (postcode[2] == " " or _POSTCODE_AREAS.fullmatch(postcode[1]) is not None)


def column_letter(position: int) -> str:
    """The letters a spreadsheet gives to a column, counted from 0.

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def unique_headings(cells: list[str]) -> tuple[str, ...]:
    """A name for each column: its heading, `Column C` where blank, `Name (2)` where a heading comes again.

    >>> unique_headings(["", "LAchildID", "Team", "team "])
    ('Column A', 'LAchildID', 'Team', 'team (2)')
    """
    names: list[str] = []
    seen: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = clean(cell)[:200] or f"Column {column_letter(position)}"
        key = heading_key(name) or name
        seen[key] = seen.get(key, 0) + 1
        names.append(name if seen[key] == 1 else f"{name} ({seen[key]})")
    return tuple(names)
