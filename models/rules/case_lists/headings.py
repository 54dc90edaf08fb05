"""Which row holds the headings of a sheet, and which column is probably which?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from models.core.errors import RuleBroken
from models.rules.case_lists.days.dates import DateOrder
from models.rules.case_lists.layouts import (
    KNOWN_KEYS,
    LAYOUTS,
    REFERENCE_KEYS,
    STATISTICS_HEADINGS,
    SYNONYMS,
    Layout,
)
from models.rules.case_lists.values import clean, heading_key

HEADER_SEARCH_ROWS = 20
LevelRule = Literal["open_or_closed"]


@dataclass(frozen=True)
class ColumnChoice:
    """Which column of a sheet holds what, by heading; None when the list has no such column. A person may amend it.

    The level comes from a column, or is `fixed_level` for every row, or follows `level_rule` (`open_or_closed`: rows
    without an end date take `open_level`, the others `closed_level`). `fixed_agency` names one agency for every row.
    `born` is read for the checks only and never given back. `date_order` overrules what the columns show.
    `leave_out_doubtful` sets lines aside that may be no cases, `leave_out_hidden` the rows that the sheet hides.
    `restore_swapped_dates` swaps day and month back where a spreadsheet has half converted a column.
    """

    reference: str | None = None
    level: str | None = None
    theme: str | None = None
    start: str | None = None
    end: str | None = None
    born: str | None = None
    agency: str | None = None
    fixed_level: str | None = None
    level_rule: LevelRule | None = None
    open_level: str = "Open child in need"
    closed_level: str = "Closed"
    fixed_agency: str | None = None
    date_order: DateOrder | None = None
    leave_out_doubtful: bool = False
    leave_out_hidden: bool = False
    restore_swapped_dates: bool = False
    layout: str | None = None

    def columns(self) -> tuple[str, ...]:
        """The headings the choice reads, each once.

        >>> ColumnChoice(reference="CHILD", start="DECOM").columns()
        ('CHILD', 'DECOM')
        """
        named = [getattr(self, role) for role in COLUMN_ROLES]
        return tuple(dict.fromkeys(heading for heading in named if heading))


COLUMN_ROLES = ("reference", "level", "theme", "start", "end", "born", "agency")


@dataclass(frozen=True)
class ColumnPlaces:
    """Where each chosen column lies, counted from 0; None for a column that was not chosen."""

    reference: int
    level: int | None
    theme: int | None
    start: int | None
    end: int | None
    born: int | None
    agency: int | None


def _same_heading(name: str, headings: Sequence[str]) -> str | None:
    if name in headings:
        return name
    key = heading_key(name)
    return next((heading for heading in headings if heading_key(heading) == key), None)


def _refuse_contradiction(choice: ColumnChoice) -> None:
    if choice.level and (choice.fixed_level or choice.level_rule):
        raise RuleBroken("Choose either a column for the level or one level for the whole list, not both.")
    if choice.date_order not in (None, "day", "month", "year"):
        raise RuleBroken("The order of dates is day, month or year: whichever comes first.")
    if choice.level_rule not in (None, "open_or_closed"):
        raise RuleBroken("The only rule for levels is “open_or_closed”, by the end date.")


def locate(choice: ColumnChoice, headings: Sequence[str]) -> ColumnPlaces:
    """The places of the chosen columns among the headings.

    Raises RuleBroken when no reference column is chosen, a chosen heading is not in the list, or the choice
    contradicts itself.

    >>> locate(ColumnChoice(reference="child", start="DECOM"), ("CHILD", "LS", "DECOM")).start
    2
    """
    if not choice.reference:
        raise RuleBroken(
            "No column of case references was found, so this is not a case list; choose the column that holds one."
        )
    _refuse_contradiction(choice)
    places: dict[str, int | None] = {}
    for role in COLUMN_ROLES:
        chosen = getattr(choice, role)
        heading = _same_heading(chosen, headings) if chosen else None
        if chosen and heading is None:
            raise RuleBroken(f"The list has no column “{chosen[:80]}”; choose one of its own headings.")
        places[role] = headings.index(heading) if heading is not None else None
    reference = places.pop("reference")
    return ColumnPlaces(reference=reference or 0, **places)


def find_header_row(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, bool]:
    """The row number of the headings among the first rows of a sheet, and whether they are a case list's.

    Headings of a case list: at least two known ones, a case reference among them. Otherwise the first row with the
    most filled cells is offered and the sheet is not taken for a list. Rows are (row number, cells); 1 for none.

    >>> find_header_row([(1, ["List 1: Contacts", ""]), (2, ["Child Unique ID", "Date of Contact"])])
    (2, True)
    """
    best, best_score = 0, 1
    widest, width = 1, 0
    for number, cells in rows[:HEADER_SEARCH_ROWS]:
        keys = {heading_key(cell) for cell in cells if cell}
        score = len(keys & KNOWN_KEYS)
        if score > best_score and keys & REFERENCE_KEYS:
            best, best_score = number, score
        filled = sum(1 for cell in cells if clean(cell))
        if filled > width:
            widest, width = number, filled
    return (best, True) if best else (widest, False)


def is_statistics_table(headings: Sequence[str]) -> bool:
    """Whether the headings are those of published statistics by area and year.

    >>> is_statistics_table(["time_period", "geographic_level", "la_name", "N1_Abuse_or_neglect"])
    True
    """
    return len(STATISTICS_HEADINGS.intersection(map(heading_key, headings))) >= 3


def guess_columns(headings: Sequence[str]) -> ColumnChoice:
    """The probable meaning of a list's columns, by heading; `reference` is None when no heading looks like one.

    >>> guess = guess_columns(["Child Unique ID", "CIN Start Date", "Primary need code", "Case Status"])
    >>> guess.fixed_level, guess.theme, guess.end
    ('Child in need', 'Primary need code', None)
    """
    keys = set(map(heading_key, headings))
    told = [layout for layout in LAYOUTS if all(heading_key(heading) in keys for heading in layout.told_by)]
    if told:
        return _from_layout(max(told, key=lambda layout: _hits(layout, keys)), headings)
    choice = ColumnChoice()
    for role, synonyms in SYNONYMS.items():
        heading = next((match for words in synonyms if (match := _same_heading(words, headings))), None)
        choice = replace(choice, **{role: heading})  # type: ignore[arg-type]  # a role holds a heading
    return choice if choice.reference else replace(choice, reference=next(iter(other_references(headings)), None))


# Words in headings of numbers that name no case: of people, places, other registers and the report's own rows.
_NO_REFERENCE = re.compile(
    r"nhs|upn|uln|\bni\b|national insurance|passport|phone|mobile|\btel|fax|post ?code|uprn|family|household|address"
    r"|worker|team|staff|school|urn|laestab|provider|payroll|\bcost|budget|age\b|number of|\brow\b",
    re.IGNORECASE,
)
_REFERENCE_WORD = re.compile(
    r"(?:^|[\W_])(?:id|ids|identifier|ref|reference|no|number|key|urn)\W*$|[a-z]I[Dd]$", re.IGNORECASE
)


def other_references(headings: Sequence[str]) -> list[str]:
    """Headings that may name a column of case references, the best known ones first.

    >>> other_references(["ID", "Mosaic ID", "NHS number", "Team", "Case ref"])
    ['Case ref', 'Mosaic ID', 'ID']
    """
    known = [match for words in SYNONYMS["reference"] if (match := _same_heading(words, headings))]
    alike = [heading for heading in headings if _REFERENCE_WORD.search(heading) and not _NO_REFERENCE.search(heading)]
    return list(dict.fromkeys((*known, *alike)))


def _hits(layout: Layout, keys: set[str]) -> int:
    return sum(1 for heading in set(layout.headings()) if heading_key(heading) in keys)


def _from_layout(layout: Layout, headings: Sequence[str]) -> ColumnChoice:
    columns = {
        role: _same_heading(name, headings) if (name := getattr(layout, role)) else None for role in COLUMN_ROLES
    }
    rule: LevelRule | None = "open_or_closed" if layout.level_rule else None
    choice = ColumnChoice(fixed_level=layout.fixed_level, level_rule=rule, layout=layout.name)
    return replace(choice, **columns)  # type: ignore[arg-type]  # the keys are the roles, all of them texts
