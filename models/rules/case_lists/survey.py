"""What do whole columns show before any row is judged: the order of dates, and NHS numbers as references?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from operator import itemgetter
from typing import Any

from models.core.errors import RuleBroken
from models.rules.case_lists.days.dates import ColumnDates, DateEvidence
from models.rules.case_lists.days.placeholders import DateRole
from models.rules.case_lists.file import CaseListFile, Sheet
from models.rules.case_lists.furnishings import Furnishings, FurnishingSearch
from models.rules.case_lists.headings import ColumnChoice, locate
from models.rules.case_lists.values import clean, is_ten_digits, looks_like_nhs_number

DATE_ROLES: tuple[DateRole, ...] = ("start", "end", "born")
_TEXTS_HELD = 50_000
_ENOUGH = 20
_HEAD = itemgetter(slice(1))


@dataclass(frozen=True)
class Survey:
    """What one pass over the sheet showed. It goes with one sheet and one choice of columns (`subject`).

    dates: role -> the column's date order. references: rows with a reference; ten_digits: references of ten plain
    digits; nhs_by_chance: how many of those pass the NHS checksum; nhs_numbers: all references that look like an NHS
    number, spaced ones included. furnishings: lines that are no cases, and those that may be none.
    """

    dates: Mapping[DateRole, ColumnDates] = field(default_factory=dict)
    references: int = 0
    ten_digits: int = 0
    nhs_by_chance: int = 0
    nhs_numbers: int = 0
    subject: tuple[str, ...] = ()
    furnishings: Furnishings = field(default_factory=Furnishings)

    @property
    def has_local_ten_digits(self) -> bool:
        """Whether the references of ten digits are local numbers, of which one in eleven passes the checksum by chance.

        True when there are at least 20 of them and no more pass than chance explains (three standard deviations);
        then plain ten-digit references are kept. Otherwise each one that passes is refused.

        >>> Survey(ten_digits=1100, nhs_by_chance=104).has_local_ten_digits
        True
        >>> Survey(ten_digits=1100, nhs_by_chance=300).has_local_ten_digits
        False
        """
        expected, spread = self.ten_digits / 11, sqrt(self.ten_digits * 10) / 11
        return self.ten_digits >= _ENOUGH and self.nhs_by_chance <= expected + 3 * spread

    def refuse_nhs_numbers(self) -> None:
        """Raises RuleBroken when more than half of the references look like NHS numbers."""
        if self.nhs_numbers * 2 > self.references and self.nhs_numbers > 1:
            raise RuleBroken(
                "The column of case references holds NHS numbers, which the portal must not keep: choose a column of "
                "local references."
            )

    def as_facts(self) -> dict[str, Any]:
        """The survey as plain values that JSON can keep; `Survey.from_facts` reads them."""
        return asdict(self)

    @staticmethod
    def from_facts(facts: Mapping[str, Any]) -> "Survey":
        """The survey kept as plain values."""
        dates = {role: ColumnDates(**column) for role, column in facts["dates"].items()}
        lines = Furnishings(**{kind: tuple(rows) for kind, rows in facts["furnishings"].items()})
        return Survey(**{**facts, "dates": dates, "subject": tuple(facts["subject"]), "furnishings": lines})


def subject_of(sheet: Sheet, choice: ColumnChoice) -> tuple[str, ...]:
    """What a survey depends on: the sheet, its heading row, and the columns of references and dates."""
    columns = (getattr(choice, role) or "" for role in ("reference", *DATE_ROLES))
    hidden = "without hidden rows" if choice.leave_out_hidden else ""
    return (sheet.name, str(sheet.header_row), *columns, hidden)


class _References:
    def __init__(self) -> None:
        self.count = self.ten_digits = self.nhs_by_chance = self.nhs_numbers = 0

    def add(self, texts: Sequence[str]) -> None:
        self.count += len(texts) - texts.count("")
        if not "".join(map(_HEAD, texts)).isalpha():  # a letter first everywhere: nothing to look at
            for text in texts:
                if 10 <= len(text) <= 24 and text.lstrip()[:3].isdigit():
                    self.look(clean(text))

    def look(self, text: str) -> None:
        is_plain, is_nhs = is_ten_digits(text), looks_like_nhs_number(text)
        self.ten_digits += is_plain
        self.nhs_by_chance += is_plain and is_nhs
        self.nhs_numbers += is_nhs


def survey_case_list(file: CaseListFile, sheet: Sheet, choice: ColumnChoice) -> Survey:
    """Reads the sheet once and decides the order of dates of each chosen date column, over the whole column.

    Memory does not grow with the list. Raises RuleBroken for a choice that does not fit the sheet.
    """
    file = file.without_hidden_rows() if choice.leave_out_hidden else file
    places = locate(choice, sheet.headings)
    columns = {role: place for role in DATE_ROLES if (place := getattr(places, role)) is not None}
    texts: dict[DateRole, set[str]] = {role: set() for role in columns}
    evidence = {role: DateEvidence() for role in columns}
    references = _References()
    furnishings = FurnishingSearch(sheet.headings, places.reference, places.start)
    for batch in file.batches(sheet.name, sheet.header_row + 1):
        references.add(batch.column(places.reference))
        furnishings.add(batch)
        for role, place in columns.items():
            texts[role].update(batch.column(place))
            if len(texts[role]) > _TEXTS_HELD:
                evidence[role].add(texts[role])
                texts[role].clear()
    for role, column in evidence.items():
        column.add(texts[role])
    is_half = any(column.is_half_converted for column in evidence.values())
    return Survey(
        dates={role: column.decide(beside_half_converted=is_half) for role, column in evidence.items()},
        references=references.count,
        ten_digits=references.ten_digits,
        nhs_by_chance=references.nhs_by_chance,
        nhs_numbers=references.nhs_numbers,
        subject=subject_of(sheet, choice),
        furnishings=furnishings.close(),
    )
