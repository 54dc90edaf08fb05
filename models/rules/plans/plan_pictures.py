"""How are the actions of a plan rated, and at which lead agency are open ones overdue?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words, list_words, noun_of, spelt, upper_first
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Key, Picture, Rows, bar_rows

_NAMED = 2
"""Agencies that share the most overdue actions and are named; more of them are not."""


@dataclass(frozen=True, slots=True)
class Rated:
    """How many actions have a rating: its word with its meaning, its tone, and the list of exactly these actions."""

    words: str
    tone: str
    count: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class LeadAgency:
    """The open actions that one agency leads, how many of them are overdue, and the list of them."""

    name: str
    open_count: int
    overdue_count: int
    href: str = ""


def ratings_picture(ratings: Sequence[Rated]) -> Picture:
    """The ratings of a plan's actions as one bar, each part with its number and the list behind it.

    >>> picture = ratings_picture([Rated("Red: off track", "red", 1), Rated("Not rated yet", "grey", 3)])
    >>> picture.says
    'Red: off track 1; Not rated yet 3.'
    >>> [(mark.begins, mark.ends, mark.words) for mark in picture.plot.lines[0].marks]
    [(0.0, 0.25, '1'), (0.25, 1.0, '3')]
    """
    shown = [rating for rating in ratings if rating.count]
    total = sum(rating.count for rating in shown)
    bar = Bar("All actions", tuple(Part(rating.words, rating.count, rating.tone) for rating in shown))
    key = tuple(Key(rating.words, rating.tone, rating.count, rating.href) for rating in shown)
    rows = bar_rows([bar], with_numbers=True)
    return Picture(
        "ratings",
        count_words(total, "action"),
        f"{'; '.join(f'{rating.words} {rating.count:,}' for rating in shown)}.",
        Rows(rows.lines, key, has_track=True, is_wide=True) if shown else None,
        ("Rating", "Actions"),
        tuple((rating.words, f"{rating.count:,}") for rating in shown),
        f"{count_words(total, 'action')} of this plan, complete ones too. A rating is what the lead agency says of it.",
        shape="Stacked bar",
    )


def agencies_picture(agencies: Sequence[LeadAgency], moved_count: int) -> Picture:
    """Overdue actions among the open ones, agency by agency, the most overdue first.

    `moved_count` is how many of the open actions have another due date than the one first agreed.

    >>> picture = agencies_picture([LeadAgency("Health", 9, 0), LeadAgency("Police", 3, 2)], 1)
    >>> picture.says
    'Two of 12 open actions are overdue; Police leads both.'
    >>> picture.table
    (('Police', '2', '1', '3'), ('Health', '0', '9', '9'))
    >>> [line.value for line in picture.plot.lines]
    ['2 of 3', '0 of 9']
    """
    in_order = sorted(agencies, key=lambda each: (-each.overdue_count, -each.open_count, each.name))
    shown = [agency for agency in in_order if agency.open_count]
    total = sum(agency.open_count for agency in shown)
    bars = [Bar(each.name, (Part("Overdue", each.overdue_count, "red"), Part("Open, in time", _in_time(each), "grey")))
            for each in shown]  # fmt: skip
    plot = bar_rows(
        bars,
        hrefs=[agency.href for agency in shown],
        values=[f"{agency.overdue_count:,} of {agency.open_count:,}" for agency in shown],
    )
    moved = f" Due dates of {spelt(moved_count)} were moved; the present ones count." if moved_count else ""
    return Picture(
        "lead-agencies", "Overdue among open actions, by lead agency", _overdue_words(shown),
        plot if shown else None, ("Lead agency", "Overdue", "Open, in time", "Open"),
        tuple(
            (each.name, f"{each.overdue_count:,}", f"{_in_time(each):,}", f"{each.open_count:,}") for each in shown
        ),
        f"{count_words(total, 'open action')} of this plan.{moved} It does not show how hard an action is.",
        is_wide=True,
    )  # fmt: skip


def _in_time(agency: LeadAgency) -> int:
    return agency.open_count - agency.overdue_count


def _overdue_words(agencies: Sequence[LeadAgency]) -> str:
    total = sum(agency.open_count for agency in agencies)
    overdue = sum(agency.overdue_count for agency in agencies)
    if not overdue:
        return f"None of the {spelt(total)} open actions is overdue." if total > 1 else "No open action is overdue."
    most = max(agency.overdue_count for agency in agencies)
    holders = [agency.name for agency in agencies if agency.overdue_count == most]
    are = noun_of(overdue, "is", "are")
    said = f"{upper_first(spelt(overdue))} of {spelt(total)} {noun_of(total, 'open action')} {are} overdue"
    if len(holders) > _NAMED:
        return f"{said}."
    if holders[1:]:
        return f"{said}; {list_words(holders)} lead {spelt(most)} each."
    led = {1: "it", 2: "both"}.get(most, f"all {spelt(most)}") if most == overdue else f"{spelt(most)} of them"
    return f"{said}; {holders[0]} leads {led}."
