"""Which few rows does a person look at before confirming what the columns of a case list mean?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from models.rules.case_lists.columns_seen import LEFT_OUT
from models.rules.case_lists.date_readings import DateReader, reader_of
from models.rules.case_lists.days.dates import ColumnDates
from models.rules.case_lists.days.placeholders import DateRole
from models.rules.case_lists.file import CaseListFile, Sheet
from models.rules.case_lists.files.epochs import since_1900
from models.rules.case_lists.headings import ColumnChoice, ColumnPlaces, locate
from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.values import clean

SHOWN = 60
_DAY_ROLES: tuple[DateRole, ...] = ("start", "end")
_TEXT_ROLES = ("reference", "level", "theme", "agency")


@dataclass(frozen=True)
class SampleRow:
    """One row as it would be read: `texts` by role, `days` by role with the cell's text and the day it means.

    The date of birth is never shown; a value that looks like an NHS number or a postcode is not either.
    """

    row: int
    texts: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, tuple[str, date | None]] = field(default_factory=dict)


def sample_rows(
    file: CaseListFile,
    sheet: Sheet,
    choice: ColumnChoice,
    dates: Mapping[DateRole, ColumnDates],
    today: date,
    count: int = 3,
) -> list[SampleRow]:
    """The first filled rows of the sheet, read on `today` with the choice and the date orders of its survey.

    Raises RuleBroken for a choice that does not fit the sheet.

    >>> from io import BytesIO
    >>> from models.rules.case_lists.file import describe_sheets, open_case_list
    >>> file = open_case_list(BytesIO(b"Case reference,Start date\\nF1,05/06/2019\\n"))
    >>> sheet = describe_sheets(file)[0]
    >>> sample_rows(file, sheet, sheet.choice, {"start": ColumnDates("month")}, date(2026, 3, 31))[0].days
    {'start': ('05/06/2019', datetime.date(2019, 5, 6))}
    """
    places = locate(choice, sheet.headings)
    file = file.without_hidden_rows() if choice.leave_out_hidden else file
    readers = {role: reader_of(role, dates.get(role, ColumnDates("day")), choice, today) for role in _DAY_ROLES}
    since = since_1900 if file.is_1904 else str
    read = partial(_sample, places=places, readers=readers, since=since)
    sample: list[SampleRow] = []
    for batch in file.batches(sheet.name, sheet.header_row + 1):
        for number, cells in zip(batch.numbers, batch.rows(), strict=True):
            if len(sample) == count:
                return sample
            if any(map(clean, cells)):
                sample.append(read(number, cells))
    return sample


def _sample(
    number: int,
    cells: list[str],
    *,
    places: ColumnPlaces,
    readers: Mapping[DateRole, DateReader],
    since: Callable[[str], str],
) -> SampleRow:
    texts = {role: _shown(cells, place) for role in _TEXT_ROLES if (place := getattr(places, role)) is not None}
    days: dict[str, tuple[str, date | None]] = {}
    for role in _DAY_ROLES:
        place = getattr(places, role)
        if place is not None:
            text = _shown(cells, place)
            days[role] = (text, readers[role].read(since(text)).day)
    return SampleRow(number, texts, days)


def _shown(cells: list[str], place: int) -> str:
    text = clean(cells[place]) if place < len(cells) else ""
    return LEFT_OUT if personal_kind(text) else text[:SHOWN]
