"""What does a cell of somebody's spreadsheet say: a line, a text, a number, yes or no, a day?"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from models.core.errors import RuleBroken
from models.rules.case_lists.date_readings import DateReader
from models.rules.case_lists.days.dates import decide_order
from models.rules.case_lists.values import KEPT_JOINERS, clean
from models.rules.core.numbers import NumberRefused, read_whole_number
from models.rules.spreadsheets.formula_marks import unmarked

SHORT, LONG = 200, 20_000
"""Most characters of one line, and of a text of several."""

_ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
_KEPT_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔", "ticked"})
_NO = frozenset({"no", "n", "false", "f", "0", "☐", "not ticked"})


def read_text(cell: str) -> str:
    """Several lines as they stand, line ends made the same, outer space and invisible characters taken off.

    Raises RuleBroken for a cell that shows an error of the spreadsheet.

    >>> read_text("  first\\r\\nsecond "), read_text("'-5 to 3"), read_text('="007"')
    ('first\\nsecond', '-5 to 3', '007')
    """
    text = cell.strip()
    if text in _ERRORS:
        raise RuleBroken(f"holds {text}, an error of the spreadsheet.")
    plain = unmarked(text)
    if plain == text and (kept := _KEPT_AS_TEXT.fullmatch(text)):
        plain = kept[1].replace('""', '"')
    return same_ends(plain)


def same_ends(text: str) -> str:
    """A text as the portal's forms keep it: one kind of line ends, no outer space, nothing invisible.

    >>> same_ends("one\\rtwo\\u200b ")
    'one\\ntwo'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = "".join(letter for letter in text if letter in KEPT_JOINERS or unicodedata.category(letter) != "Cf")
    return text.strip()


def one_line(text: str) -> str:
    """A text as one line, with single spaces.

    >>> one_line("Ann\\u00a0 Smith\\n")
    'Ann Smith'
    """
    return " ".join(same_ends(text).split())


def fold(text: str) -> str:
    """What two spellings of one name have in common: no capitals, no odd spaces.

    >>> fold(" Northfield  POLICE"), fold("Straße") == fold("STRASSE")
    ('northfield police', True)
    """
    return one_line(unicodedata.normalize("NFKC", text)).casefold()


def read_yes(cell: str) -> bool | None:
    """Yes or no; None for an empty cell. Raises RuleBroken for any other word.

    >>> read_yes("Yes"), read_yes(" n "), read_yes("TRUE"), read_yes("")
    (True, False, True, None)
    """
    word = fold(read_text(cell))
    if word in _YES or word in _NO:
        return word in _YES
    if word:
        raise RuleBroken(f"is “{cell[:40]}”; write Yes or No.")
    return None


def read_number(cell: str) -> int | None:
    """A whole number; None for an empty cell. Raises RuleBroken for anything else.

    >>> read_number("1,200"), read_number("7.0"), read_number("")
    (1200, 7, None)
    """
    text = read_text(cell)
    try:
        return read_whole_number(text)
    except NumberRefused as refusal:
        raise RuleBroken(f"is “{text[:40]}”. {refusal.sentence}") from None


def day_reader(cells: Iterable[str]) -> DateReader:
    """How a column's days are read, decided over the whole column: day first unless its cells prove otherwise."""
    return DateReader(decide_order(map(clean, cells)).order)


def read_day(cell: str, reader: DateReader) -> date | None:
    """A day; None for an empty cell. Raises RuleBroken for what is no day of the calendar, or a month alone.

    >>> read_day("03/04/2026", day_reader(["03/04/2026"])), read_day(" ", day_reader([]))
    (datetime.date(2026, 4, 3), None)
    """
    text = clean(read_text(cell))
    reading = reader.read(text)
    if reading.is_unreadable or "month_without_day" in reading.oddities:
        raise RuleBroken(f"is “{text[:40]}”; write a day such as 31/12/2026.")
    return reading.day
