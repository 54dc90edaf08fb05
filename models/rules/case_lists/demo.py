"""Which case lists does a fictitious partnership have, in real layouts and with a real county's sizes?"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")

# One English county, 31 March 2024 (DfE, Characteristics of children in need: 4,003 children by primary need at
# assessment; 366 child protection plans by latest category of abuse).
CHILDREN_BY_NEED = {
    "N1": 1268, "N2": 382, "N3": 22, "N4": 436, "N5": 1261, "N6": 53, "N8": 326, "N0": 255,
}  # fmt: skip
PLANS_BY_ABUSE = {"Neglect": 189, "Emotional abuse": 128, "Multiple": 31, "Physical abuse": 11, "Sexual abuse": 7}

# Invented sizes of a county's usual order, where no published figure is at hand.
LOOKED_AFTER_CHILDREN = 830
EARLY_HELP_FAMILIES = 1540
ADULTS_BY_STAGE = {
    "Safeguarding concern": 2870, "Other safeguarding enquiry": 214, "Section 42 enquiry": 463,
    "Concluded enquiry": 655,
}  # fmt: skip

NEEDS = {
    "N1": "N1 - Abuse or neglect", "N2": "N2 - Child's disability", "N3": "N3 - Parental disability or illness",
    "N4": "N4 - Family in acute stress", "N5": "N5 - Family dysfunction", "N6": "N6 - Socially unacceptable behaviour",
    "N8": "N8 - Absent parenting", "N0": "N0 - Not stated",
}  # fmt: skip
TYPES_OF_RISK = (
    "Neglect and acts of omission", "Self-neglect", "Physical", "Financial or material", "Psychological",
    "Domestic abuse", "Organisational", "Sexual", "Sexual exploitation", "Modern slavery", "Discriminatory",
)  # fmt: skip
LEGAL_STATUSES = ("C2", "C2", "C2", "V2", "V2", "C1", "E1", "J1")
ADULT_AGENCIES = ("Adult social care", "Acute hospital trust", "Mental health trust", "Police", "Care provider")


@dataclass(frozen=True)
class DemoList:
    """A fictitious case list: a title, its headings and its rows as they stand in a file."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Dice:
    """Numbers that look random and are the same on every machine: SHA-256 of a seed and a name."""

    seed: str

    def number(self, what: str, below: int) -> int:
        """A number from 0 up to, not including, `below`.

        >>> Dice("demo").number("child 1", 6) == Dice("demo").number("child 1", 6)
        True
        """
        digest = hashlib.sha256(f"{self.seed}|{what}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def pick(self, what: str, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.number(what, len(values))]

    def shuffled(self, what: str, values: Sequence[T]) -> list[T]:
        """The values in another order, the same for the same values every time."""
        places = sorted(range(len(values)), key=lambda place: self.number(f"{what} {place}", 1 << 62))
        return [values[place] for place in places]

    def reference(self, prefix: str, place: int) -> str:
        """A fictitious reference, different for each place up to 899,999; never ten digits, never a postcode.

        >>> len({Dice("demo").reference("F", place) for place in range(1000)})
        1000
        """
        return f"{prefix}{100_000 + (place * 611_953 + self.number('offset', 900_000)) % 900_000}"

    def day(self, what: str, until: date, within: int) -> date:
        """A day up to `until`, at most `within` days before it; recent days are likelier."""
        back = self.number(what, within) * self.number(f"{what} again", within) // within
        return until - timedelta(days=back)


def _spread(dice: Dice, what: str, sizes: Mapping[str, int]) -> list[str]:
    """Each word as often as its size says, in mixed order."""
    return dice.shuffled(what, [word for word, size in sizes.items() for _copy in range(size)])


def _british(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def children_in_need(seed: str, until: date) -> DemoList:
    """All 4,003 open children in need by primary need, in the layout of the census's details table.

    >>> len(children_in_need("demo", date(2026, 3, 31)).rows)
    4003
    """
    dice = Dice(f"{seed} children in need")
    rows: list[tuple[str, ...]] = []
    for place, need in enumerate(_spread(dice, "need", CHILDREN_BY_NEED)):
        referred = dice.day(f"referred {place}", until, 1400)
        source = dice.pick(f"source {place}", ("1A", "2A", "3A", "3C", "5B", "6", "8", "10"))
        rows.append((dice.reference("F", place), "1", referred.isoformat(), source, need, "", "", "", "false"))
    headings = (
        "LAchildID", "CINdetailsID", "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate",
        "ReasonForClosure", "DateOfInitialCPC", "ReferralNFA",
    )  # fmt: skip
    return DemoList("Children in need, all open episodes", headings, rows)


def children_by_level(seed: str, until: date, teams: Sequence[str] = ("Team 1", "Team 2", "Team 3")) -> DemoList:
    """The same county's children by level of intervention, in the layout of Annex A list 6 with its case status.

    Looked after, child protection and child in need add up to 4,003; early help comes on top. A twentieth of the
    children in need has an earlier, closed episode too.
    """
    dice = Dice(f"{seed} children by level")
    plans = sum(PLANS_BY_ABUSE.values())
    in_need = sum(CHILDREN_BY_NEED.values()) - plans - LOOKED_AFTER_CHILDREN
    sizes = {
        "a) Looked after child": LOOKED_AFTER_CHILDREN,
        "b) Child Protection plan": plans,
        "c) Child in need plan": in_need,
        "Early help": EARLY_HELP_FAMILIES,
    }
    needs = _spread(dice, "need", CHILDREN_BY_NEED)
    rows: list[tuple[str, ...]] = []
    for place, status in enumerate(_spread(dice, "status", sizes)):
        need = NEEDS[needs[place % len(needs)]]
        rows.append(_annex_a_row(dice, place, status, need, until, teams))
        if status.startswith("c)") and place % 20 == 0:
            rows.append(_closed_before(rows[-1]))
    headings = (
        "Child Unique ID", "Gender", "Date of Birth", "CIN Start Date", "Primary Need Code", "CIN Closure Date",
        "Case status", "Allocated Team",
    )  # fmt: skip
    return DemoList("Children by level of intervention", headings, rows)


def _annex_a_row(dice: Dice, place: int, status: str, need: str, until: date, teams: Sequence[str]) -> tuple[str, ...]:
    born = until - timedelta(days=dice.number(f"born {place}", 6400) + 60)
    start = max(dice.day(f"start {place}", until, 1100), born)
    gender = dice.pick(f"gender {place}", ("a) Male", "b) Female"))
    reference, team = dice.reference("F", place), dice.pick(f"team {place}", teams)
    return (reference, gender, _british(born), _british(start), need, "", status, team)


def _closed_before(row: tuple[str, ...]) -> tuple[str, ...]:
    reference, gender, born, start, need, _end, _status, team = row
    day, month, year = map(int, start.split("/"))
    ended = date(year, month, day) - timedelta(days=90)
    started = ended - timedelta(days=120)
    return (reference, gender, born, _british(started), need, _british(ended), "e) Closed episode", team)


def looked_after_episodes(seed: str, until: date) -> DemoList:
    """Episodes of looked-after children as in an SSDA903 return, day first; one to five a child, one after another.

    >>> len({row[0] for row in looked_after_episodes("demo", date(2026, 3, 31)).rows}) == LOOKED_AFTER_CHILDREN
    True
    """
    dice = Dice(f"{seed} looked after")
    rows: list[tuple[str, ...]] = []
    for place in range(LOOKED_AFTER_CHILDREN):
        rows.extend(_episodes(dice, place, until))
    headings = ("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE")
    return DemoList("Looked-after children, all episodes", headings, rows)


def _episodes(dice: Dice, place: int, until: date) -> Iterator[tuple[str, ...]]:
    reference = dice.reference("F", place)
    need = dice.pick(f"need {place}", ("N1", "N1", "N1", "N5", "N5", "N4", "N8", "N2"))
    start = dice.day(f"start {place}", until, 1500)
    status = dice.pick(f"status {place}", LEGAL_STATUSES)
    count = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5)[dice.number(f"episodes {place}", 10)]
    for episode in range(count):
        is_last = episode == count - 1
        length = 20 + dice.number(f"length {place} {episode}", 200)
        end = None if is_last else start + timedelta(days=length)
        if end is not None and end > until:
            end, is_last = None, True
        home = dice.pick(f"home {place} {episode}", ("U1", "U3", "U6", "U6", "K2", "P1"))
        reason, change = ("", "") if is_last else ("X1", "CARPL")
        provider = dice.pick(f"provider {place} {episode}", ("PR1", "PR1", "PR4"))
        begun = "S" if episode == 0 else "P"
        yield reference, _british(start), begun, status, need, home, provider, _british(end), reason, change
        if end is None:
            return
        start = end


def adult_safeguarding(seed: str, until: date, agencies: Sequence[str] = ADULT_AGENCIES) -> DemoList:
    """Adult safeguarding concerns and enquiries with one to three types of risk each; some adults come again.

    >>> {len(row) for row in adult_safeguarding("demo", date(2026, 3, 31)).rows}
    {6}
    """
    dice = Dice(f"{seed} adult safeguarding")
    rows: list[tuple[str, ...]] = []
    for place, stage in enumerate(_spread(dice, "stage", ADULTS_BY_STAGE)):
        adult = place - 1 - dice.number(f"who {place}", 40) if place > 40 and place % 9 == 0 else place
        is_over = stage == "Concluded enquiry"
        start = dice.day(f"start {place}", until - timedelta(days=110 if is_over else 0), 540)
        ended = start + timedelta(days=15 + dice.number(f"length {place}", 90))
        weighted = TYPES_OF_RISK[: 3 + dice.number(f"usual {place}", len(TYPES_OF_RISK) - 2)]
        count = (1, 1, 1, 1, 2, 2, 3)[dice.number(f"types {place}", 7)]
        types = sorted({dice.pick(f"type {place} {number}", weighted) for number in range(count)})
        agency = dice.pick(f"agency {place}", agencies)
        end = _british(ended if is_over else None)
        rows.append((dice.reference("A", adult), stage, "; ".join(types), _british(start), end, agency))
    headings = ("Person ID", "Stage", "Type(s) of risk", "Concern date", "Date concluded", "Lead agency")
    return DemoList("Adult safeguarding concerns and enquiries", headings, rows)


def as_csv(demo: DemoList) -> bytes:
    """The list as a CSV file as Excel writes it: UTF-8 with a byte order mark, commas, CRLF.

    >>> as_csv(DemoList("Cases", ("Case reference", "Theme"), [("F100001", "Neglect")]))
    b'\\xef\\xbb\\xbfCase reference,Theme\\r\\nF100001,Neglect\\r\\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(demo.headings)
    writer.writerows(demo.rows)
    return text.getvalue().encode("utf-8-sig")
