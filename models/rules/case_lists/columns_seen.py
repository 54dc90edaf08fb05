"""What do the first rows of a sheet show about its columns, beyond their headings?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.rules.case_lists.headings import COLUMN_ROLES, ColumnChoice, other_references
from models.rules.case_lists.notes import Note
from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.values import clean, column_letter, heading_key

LEFT_OUT = "(looks personal, not shown)"
SHOWN_VALUES, SHOWN_CHARACTERS = 3, 40
_FEWEST_NUMBERED = 3
_NUMBERED_AGAIN = re.compile(r" \(\d+\)$")


@dataclass(frozen=True)
class ColumnsSeen:
    """Per heading the first three different values; the headings of columns without any, and of those that count rows.

    A value that looks personal is not shown.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    row_numbers: frozenset[str] = frozenset()


def look_at_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> ColumnsSeen:
    """What the rows below the headings show.

    >>> seen = look_at_columns(["ID", "Mosaic ID", "Team"], [["1", "7001", ""], ["2", "7008", ""], ["3", "7015", ""]])
    >>> seen.values["Mosaic ID"], sorted(seen.blank), sorted(seen.row_numbers)
    (('7001', '7008', '7015'), ['Team'], ['ID'])
    """
    filled = [row for row in rows if any(map(clean, row))]
    columns = {
        heading: [clean(row[place]) if place < len(row) else "" for row in filled]
        for place, heading in enumerate(headings)
    }
    return ColumnsSeen(
        values={heading: tuple(_first_values(texts)) for heading, texts in columns.items()},
        blank=frozenset(heading for heading, texts in columns.items() if not any(texts)),
        row_numbers=frozenset(heading for heading, texts in columns.items() if _counts_rows(texts)),
    )


def _first_values(texts: Sequence[str]) -> list[str]:
    different = list(dict.fromkeys(filter(None, texts)))[:SHOWN_VALUES]
    return [LEFT_OUT if personal_kind(text) else text[:SHOWN_CHARACTERS] for text in different]


def _counts_rows(texts: Sequence[str]) -> bool:
    """Whether a column reads 1, 2, 3 … from the top; what stands below its last number, such as a total, is no matter.

    >>> _counts_rows(["1", "2", "3", "Total"]), _counts_rows(["7", "8", "9"]), _counts_rows(["1", "2", "4"])
    (True, False, False)
    """
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 7]
    if len(numbers) < max(_FEWEST_NUMBERED, len(texts) * 2 // 3) or numbers[0] not in (0, 1):
        return False
    count = len(numbers) if numbers[-1] - numbers[0] == len(numbers) - 1 else len(numbers) - 1
    return count >= _FEWEST_NUMBERED and numbers[:count] == list(range(numbers[0], numbers[0] + count))


def fit(choice: ColumnChoice, headings: Sequence[str], seen: ColumnsSeen) -> ColumnChoice:
    """The guess from the headings, amended by what the columns hold.

    A reference that only counts rows gives way to another column of references; a column without values gives way to
    one with the same heading that has some.
    """
    if choice.reference in seen.row_numbers and not choice.layout:
        others = [heading for heading in other_references(headings) if heading not in seen.row_numbers | seen.blank]
        choice = replace(choice, reference=next(iter(others), choice.reference))
    for role in COLUMN_ROLES:
        heading = getattr(choice, role)
        if heading in seen.blank:
            filled = [other for other in _siblings(heading, headings) if other not in seen.blank]
            choice = replace(choice, **{role: filled[0] if filled else heading})  # type: ignore[arg-type]  # a heading
    return choice


def _siblings(heading: str, headings: Sequence[str]) -> list[str]:
    """The other columns with the same heading; `unique_headings` has numbered them."""
    key = heading_key(_NUMBERED_AGAIN.sub("", heading))
    return [other for other in headings if other != heading and heading_key(_NUMBERED_AGAIN.sub("", other)) == key]


def column_notes(choice: ColumnChoice, headings: Sequence[str], seen: ColumnsSeen) -> Iterator[Note]:
    """What an officer should know about the columns that are read, and about those that might have been meant."""
    passed_over = [heading for heading in other_references(headings) if heading in seen.row_numbers]
    if choice.reference in seen.row_numbers:
        yield Note(
            "row_numbers_as_references",
            f"The column “{choice.reference}” counts 1, 2, 3 …: it probably numbers the rows and cannot tell one case "
            "from another. Choose the column of references.",
        )
    elif passed_over:
        yield Note(
            "row_numbers_passed_over",
            f"“{passed_over[0]}” only numbers the rows, so “{choice.reference}” is read as the case reference.",
        )
    for heading in choice.columns():
        for other in _siblings(heading, headings):
            yield _sibling_note(heading, other, headings, is_blank=other in seen.blank)


def _sibling_note(heading: str, other: str, headings: Sequence[str], *, is_blank: bool) -> Note:
    read, left = (column_letter(headings.index(name)) for name in (heading, other))
    name = _NUMBERED_AGAIN.sub("", heading)
    why = "holds nothing in the first rows" if is_blank else "is not read"
    advice = "" if is_blank else " Choose the other one if that is right."
    return Note("same_heading", f"Two columns are headed “{name}”: column {read} is read, column {left} {why}.{advice}")
