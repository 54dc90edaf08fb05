"""What does the picture of overdue actions say: how old, and whose?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.rules.core.counts import count_words, list_words, noun_of, part_is
from models.rules.core.due_dates import in_words
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Line, Mark, Picture, Rows, bar_rows, key_of
from models.rules.gates.pictures.actions import IN_TIME, OVERDUE

AGES = ((1, 14), (15, 30), (31, 90), (91, None))
"""The first and the last number of days overdue that count together."""

MOST_AGENCIES = 10
"""So many lead agencies have a line of their own; of more, the last ones share one."""


@dataclass(frozen=True)
class LeadAgency:
    """How many open actions an agency leads, how many of them are overdue, and the list of them."""

    name: str
    overdue: int
    open: int
    href: str = ""


@dataclass(frozen=True)
class OpenActions:
    """The open actions on a day: the overdue by age, in the order of AGES, with their lists; and agency by agency.

    `moved` counts those whose due date was another one at first. `is_one_agency`: one agency's only were asked for.
    """

    on: date
    ages: tuple[int, ...]
    agencies: tuple[LeadAgency, ...]
    moved: int = 0
    age_hrefs: tuple[str, ...] = ()
    is_one_agency: bool = False

    @property
    def overdue(self) -> int:
        return sum(self.ages)

    @property
    def total(self) -> int:
        """All open actions.

        >>> OpenActions(date(2026, 11, 27), (1, 0, 0, 0), (LeadAgency("Police", 1, 4),)).total
        4
        """
        return sum(agency.open for agency in self.agencies)


def overdue_picture(actions: OpenActions, words: str, href: str) -> Picture:
    """The overdue actions by their age, and among the open ones of each lead agency, those with most overdue first.

    >>> police, health = LeadAgency("Police", 3, 8), LeadAgency("Health", 1, 4)
    >>> overdue_picture(OpenActions(date(2026, 11, 27), (1, 2, 0, 1), (police, health)), "all reviews", "/").says
    '4 of 12 open actions are overdue, 3 of them by more than 14 days. Police leads 3 of them.'
    """
    name, title = "overdue", "How old, and whose"
    if not actions.total:
        says = "No action of an agreed plan is open; overdue actions stand here by age and by lead agency."
        return Picture(name, title, says, None, (), ())
    agencies = _shown(actions.agencies)
    bars = [
        Bar(each.name, (Part(OVERDUE, each.overdue, "red"), Part(IN_TIME, each.open - each.overdue, "grey")))
        for each in agencies
    ]
    rows = bar_rows(
        bars, hrefs=[each.href for each in agencies], values=[f"{each.overdue:,} of {each.open:,}" for each in agencies]
    )
    ages = _age_lines(actions) if actions.overdue else ()
    heading = Line("Overdue among open actions, by lead agency", is_group=True)
    plot = Rows((*ages, heading, *rows.lines), tuple(key_of(bars, is_counted=True)))
    old = zip(age_words(), actions.ages, strict=True) if actions.overdue else ()
    table = (
        *((word, f"{count:,}", f"{actions.overdue:,}") for word, count in old),
        *((each.name, f"{each.overdue:,}", f"{each.open:,}") for each in agencies),
    )
    base = f"{count_words(actions.total, 'open action')} of agreed plans of {words} on {in_words(actions.on)}, counted "
    base += f"from the present due date; {_moved_words(actions.moved)}. It does not show why."
    return Picture(
        name, title, _overdue(actions), plot, ("Days overdue, and lead agency", OVERDUE, "Of"), table,
        base, href, "Open the overdue actions" if actions.overdue else "Open these actions",
    )  # fmt: skip


def age_words() -> tuple[str, ...]:
    """The ages as the picture calls them.

    >>> age_words()
    ('1 to 14 days', '15 to 30 days', '31 to 90 days', 'Over 90 days')
    """
    return tuple(f"{first} to {last} days" if last else f"Over {first - 1} days" for first, last in AGES)


def _age_lines(actions: OpenActions) -> tuple[Line, ...]:
    """A line for each age; what is not of it stands pale behind, so that the whole is seen."""
    hrefs = actions.age_hrefs or ("",) * len(AGES)
    lines = [Line("Days overdue", is_group=True)]
    for word, count, href in zip(age_words(), actions.ages, hrefs, strict=True):
        share = count / actions.overdue
        marks = (Mark(0.0, share, "red"),) if count else ()
        rest = (Mark(share, 1.0, "track"),) if share < 1 else ()
        lines.append(Line(word, marks + rest, f"{count:,} of {actions.overdue:,}", href if count else ""))
    return tuple(lines)


def _shown(agencies: Sequence[LeadAgency]) -> list[LeadAgency]:
    """Agencies with most overdue first; where there are many, the last ones together."""
    ordered = sorted(agencies, key=lambda each: (-each.overdue, -each.open, each.name))
    if len(ordered) <= MOST_AGENCIES:
        return ordered
    others = ordered[MOST_AGENCIES - 1 :]
    words = f"{len(others)} other agencies"
    together = LeadAgency(words, sum(each.overdue for each in others), sum(each.open for each in others))
    return [*ordered[: MOST_AGENCIES - 1], together]


def _overdue(actions: OpenActions) -> str:
    overdue, older = actions.overdue, sum(actions.ages[1:])
    says = f"{part_is(overdue, actions.total, 'open action')} overdue"
    if not overdue:
        return f"{says}."
    if overdue == 1:
        (word,) = (word for word, count in zip(age_words(), actions.ages, strict=True) if count)
        says += f", by {word[:1].lower()}{word[1:]}."
    else:
        says += f", {f'{older:,}' if older else 'none'} of them by more than {AGES[0][1]} days."
    return says if actions.is_one_agency else f"{says}{_leaders(actions)}"


def _leaders(actions: OpenActions) -> str:
    """Who leads most of the overdue actions, where they are not too many to be named."""
    most = max(agency.overdue for agency in actions.agencies)
    names = sorted(agency.name for agency in actions.agencies if agency.overdue == most)
    if most == actions.overdue:
        return f" {names[0]} leads {noun_of(most, 'it', 'all of them')}."
    if len(names) == 1:
        return f" {names[0]} leads {most:,} of them."
    return f" {list_words(names)} lead {most:,} each." if len(names) <= 3 else ""


def _moved_words(moved: int) -> str:
    return f"{count_words(moved, 'date was', 'dates were')} moved" if moved else "no date was moved"
