"""Which tasks does a home page list, and which tabs lead to those of others?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from flask import request
from sqlalchemy.orm import Session

from admin_views.kit.homes.cards import Card, cards_of, read_kinds
from admin_views.kit.places import Link
from admin_views.kit.requests import actor
from models.reminders.task_lines import Task, task_counts, tasks_of, with_progress
from models.reminders.whose import Whose, tab_words, tabs_for

WHOSE = "whose"
"""The question of the home page that names a tab."""

_MOST = 10


@dataclass(frozen=True)
class TaskTab:
    """One tab of a home page: its first tasks, how many there are in all and late, and all of them by kind."""

    whose: Whose
    tabs: tuple[Link, ...]
    tasks: tuple[Task, ...]
    count: int
    late_count: int
    cards: tuple[Card, ...]

    @property
    def is_mine(self) -> bool:
        return self.whose is Whose.MINE


def task_tab(session: Session, on: date) -> TaskTab:
    """The tab that the address asks for; one's own where it asks for none, or for one that the person does not have."""
    offered = tabs_for(actor())
    asked = request.args.get(WHOSE, "")
    whose = next((each for each in offered if each == asked), Whose.MINE)
    tasks = tasks_of(session, read_kinds(whose), actor(), on, whose)
    tabs = tuple(_tabs(session, offered, on, whose, len(tasks))) if len(offered) > 1 else ()
    late_count = sum(task.is_late for task in tasks)
    shown = with_progress(session, tasks[:_MOST]) if whose is Whose.MINE else tasks[:_MOST]
    return TaskTab(whose, tabs, tuple(shown), len(tasks), late_count, tuple(cards_of(session, tasks, whose)))


def _tabs(session: Session, offered: Iterable[Whose], on: date, here: Whose, count: int) -> Iterator[Link]:
    """Every tab with how many tasks it lists; those of the others are counted in one statement."""
    others = {each: read_kinds(each) for each in offered if each is not here}
    counts = {here: count} | task_counts(session, others, actor(), on)
    for each in offered:
        href = "/" if each is Whose.MINE else f"/?{WHOSE}={each}"
        yield Link(tab_words(each, actor()), href, each is here, counts[each])
