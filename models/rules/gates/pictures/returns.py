"""What does the picture of agencies' returns say: who handed in on time, who late, who not yet?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Picture, Rows, bar_rows, key_of

MOST = 12
"""So many agencies have a bar of their own; the others are counted together. The table has each."""
WORDS = ("Handed in on time", "Handed in late", "Overdue", "Not due yet")
_TONES = ("green", "amber", "red", "grey")


@dataclass(frozen=True)
class AgencyReturns:
    """What one agency was asked for in a year, by how it came in: in the order of `WORDS`; and the list of it."""

    agency: str
    counts: tuple[int, int, int, int]
    href: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)


def returns_picture(agencies: Sequence[AgencyReturns], year: int) -> Picture:
    """Agencies by what they were asked for, those that owe most first.

    >>> returns_picture([AgencyReturns("Police", (6, 2, 1, 1))], 2026).says
    'Of 9 returns that were due, 6 came in on time, 2 late and 1 is overdue.'
    """
    name, title = "returns", "Returns by agency"
    if not agencies:
        says = f"No agency has been asked for anything in {year} yet."
        return Picture(name, title, says, None, (), ())
    ordered = sorted(agencies, key=lambda each: (-each.counts[2], -each.total, each.agency))
    drawn = _drawn(ordered)
    bars = [Bar(each.agency, tuple(map(Part, WORDS, each.counts, _TONES))) for each in drawn]
    values = [f"{each.counts[0] + each.counts[1]:,} of {each.total:,}" for each in drawn]
    on_time, late, overdue, _ = (sum(column) for column in zip(*(each.counts for each in agencies), strict=True))
    says = f"Of {count_words(on_time + late + overdue, 'return')} that were due, {on_time:,} came in on time, "
    says += f"{late:,} late and {overdue:,} {'is' if overdue == 1 else 'are'} overdue."
    rows = bar_rows(bars, hrefs=[each.href for each in drawn], values=values)
    base = "Self-evaluations, case audits and Section 11 returns by the day they were last due. Figures: handed in of "
    base += "all asked for. Time says nothing of how good a return is."
    return Picture(
        name, title, says, Rows(rows.lines, tuple(key_of(bars, is_counted=True)), has_track=True), ("Agency", *WORDS),
        tuple((each.agency, *(f"{count:,}" for count in each.counts)) for each in ordered), base,
    )  # fmt: skip


def _drawn(ordered: Sequence[AgencyReturns]) -> Sequence[AgencyReturns]:
    """The agencies that have a bar: the first ones, and all others as one."""
    others = ordered[MOST:]
    if len(others) < 2:
        return ordered
    in_time, late, overdue, ahead = (sum(column) for column in zip(*(each.counts for each in others), strict=True))
    return [*ordered[:MOST], AgencyReturns(f"{len(others):,} more agencies", (in_time, late, overdue, ahead))]
