"""Does a number format show a date, or a reference of fixed digits, and what text does it make of a number?"""

import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple

from models.core.errors import RuleBroken
from models.rules.case_lists.files.archive import TOO_LARGE, Attributes, PartScan

# What a number format does not mean as a format: quoted text, an escaped sign, [colour or h:mm], _ and * with a sign.
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})
# One piece of a format: quoted text, an escaped sign, a colour or currency, a gap, a digit, a sign shown as it is.
_PIECE = re.compile(r"\"([^\"]*)\"|\\(.)|\[([^\]]*)\]|([_*].)|([0#])|([-+/():!^&'~{} ])")
# Text before a number that belongs to a reference ("CH-"0), unlike words such as "Day ".
_PREFIX = re.compile(r"[A-Z]+[A-Z0-9]*[-/.]?")


def is_date_format(code: str) -> bool:
    """Whether a number format shows a day or month (and not only a time of day).

    >>> is_date_format("dd/mm/yyyy"), is_date_format("[h]:mm:ss"), is_date_format('0.00" days"'), is_date_format("mmm")
    (True, False, False, True)
    """
    code = _QUOTED.sub("", code.casefold())
    if code == "general":
        return False
    return "y" in code or "d" in code or ("m" in code and "h" not in code and "s" not in code)


class DigitFormat(NamedTuple):
    """A format of fixed digits: its pieces in order, each a digit's place (`0`, `#`) or, after `=`, a text shown."""

    pieces: tuple[str, ...]

    def show(self, number: int) -> str:
        """The text a spreadsheet shows for a whole number of zero or more.

        >>> read_digit_format('"CH-"000000').show(4120), read_digit_format("0000-000").show(12345678)
        ('CH-004120', '12345-678')
        """
        digits = str(number) if number else ""
        places = sum(1 for piece in self.pieces if piece in "0#")
        shown, left = [], digits
        for piece in self.pieces:
            if piece not in "0#":
                shown.append(piece[1:])
                continue
            here = left[: max(len(left) - places + 1, 0)]
            shown.append(here or ("0" if piece == "0" else ""))
            left, places = left[len(here) :], places - 1
        return "".join(shown).strip()


def read_digit_format(code: str) -> DigitFormat | None:
    """The format where it makes a reference of a number: several fixed digits, or a code such as CH- before them.

    None for every other one, so that `0 "days"`, `#,##0`, decimals and conditions leave the number as it is.

    >>> read_digit_format('"Day "0'), read_digit_format("#,##0"), read_digit_format("[<=9999999]000-0000;0")
    (None, None, None)
    """
    section = _first_section(code)
    pieces: list[str] = []
    place = 0
    while place < len(section):
        piece = _PIECE.match(section, place)
        if piece is None or _is_condition(piece[3] or ""):
            return None
        place = piece.end()
        quoted, escaped, _colour, _gap, digit, sign = piece.groups()
        if digit:
            pieces.append(digit)
        elif text := quoted or escaped or sign:
            pieces.append("=" + text)
    return DigitFormat(tuple(pieces)) if _makes_references(pieces) else None


def _is_condition(brackets: str) -> bool:
    """Whether brackets hold a condition or a currency, and not only a colour or a language."""
    return brackets[:1] in tuple("<>=") or (brackets[:1] == "$" and brackets[1:2] != "-")


def _first_section(code: str) -> str:
    """The part of a format before the first semicolon that is no text: what positive numbers look like."""
    masked = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), code)
    end = masked.find(";")
    return code if end < 0 else code[:end]


def _makes_references(pieces: list[str]) -> bool:
    if pieces.count("0") > 1:
        return True
    first_digit = next((place for place, piece in enumerate(pieces) if piece in "0#"), None)
    if not first_digit:
        return False
    return _PREFIX.fullmatch("".join(piece[1:] for piece in pieces[:first_digit])) is not None


class Styles(NamedTuple):
    """The styles of a workbook that matter, by number (attribute `s` of a cell): those of dates and of references."""

    dates: frozenset[str] = frozenset()
    digits: Mapping[str, DigitFormat] = {}


class _StylesReader:
    """Takes the formats of a workbook, then the styles that use them, in the order of their numbers."""

    def __init__(self) -> None:
        self.formats: dict[str, DigitFormat | bool] = {}
        self.dates: set[str] = set()
        self.digits: dict[str, DigitFormat] = {}
        self.position = 0
        self.is_inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            code = attributes.get("formatCode", "")[:255]
            self.formats[attributes.get("numFmtId", "")] = is_date_format(code) or read_digit_format(code) or False
        elif name == "cellXfs":
            self.is_inside = True
        elif name == "xf" and self.is_inside:
            self.take_style(attributes.get("numFmtId", "0"))
        if len(self.formats) + self.position > 200_000:
            raise RuleBroken(TOO_LARGE)

    def take_style(self, number: str) -> None:
        is_built_in_date = number.isdecimal() and int(number[:6]) in _BUILT_IN_DATES
        shown = self.formats.get(number, is_built_in_date)
        if isinstance(shown, DigitFormat):
            self.digits[str(self.position)] = shown
        elif shown:
            self.dates.add(str(self.position))
        self.position += 1

    def end(self, name: str) -> None:
        self.is_inside = self.is_inside and name != "cellXfs"


def read_styles(archive: zipfile.ZipFile, part: str) -> Styles:
    """The styles whose format shows a date or makes a reference of a number."""
    scan, reader = PartScan(archive, part), _StylesReader()
    scan.on_start, scan.on_end = reader.start, reader.end
    scan.run()
    return Styles(frozenset(reader.dates), reader.digits)
