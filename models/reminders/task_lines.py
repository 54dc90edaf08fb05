"""What does a home page list: the tasks of a person, or of others, those of a kind and a review in one line?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, Text, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.addresses import address_by_id
from models.core.labels import label_of
from models.core.reading_once import filled_in, stated_once
from models.partnership.agencies import Agency
from models.reminders.tasks import TaskKind, When, kinds_for
from models.reminders.whose import Whose
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, noun_of
from models.rules.core.due_dates import due_sentence
from models.rules.tools.questionnaires import Progress
from models.tools.answer_sheets import progress_of_sheets

ALL_HUBS = " (all hubs)"
_WAITED_FOR = 10  # kinds up to this order hold up somebody else: signatures, decisions


@dataclass(frozen=True)
class Task:
    """One thing to do, or several of a kind for one review: what, by when, where, for which review and by whom.

    `name` is that of the first, `agency` the agency that has to do it, where all are of one. Of hundreds the home page
    shows ten, so that what is said of a task is put into words when it is asked.
    """

    kind: TaskKind
    when: When
    count: int
    name: str
    due_on: date | None
    page_id: int
    review_id: int | None
    review: str
    whose: Whose = Whose.MINE
    agencies: int = 0
    agency: str = ""
    sheet_id: int | None = None
    progress: Progress | None = None

    @property
    def what(self) -> str:
        """What there is to do."""
        return self.kind.deed.one.format(self.name) if self.count == 1 else self.kind.deed.many.format(self.count)

    @property
    def address(self) -> str:
        """Where it is done: its own page, or the list of exactly these."""
        if self.sheet_id:
            return address_by_id(self.kind.table, self.page_id, "answer")
        if self.count == 1:
            return self.kind.address(self.page_id, self.whose)
        return self.kind.list_address(self.when, self.review_id, self.whose)

    @property
    def by(self) -> str:
        """Who has to do it: the one agency by its name, several by their number, others by what they are."""
        if self.whose is Whose.MINE or self.kind.undone is None:
            return ""
        if self.agencies > 1:
            return count_words(self.agencies, "agency", "agencies")
        return self.agency or self.kind.undone.by

    @property
    def verb(self) -> str:
        """What the button says: a form is begun or continued, and what others have to do is only looked at."""
        if self.by:
            return "Look"
        if self.progress is None:
            return self.kind.deed.verb
        return "Continue" if self.progress.answered else "Begin"

    @property
    def is_late(self) -> bool:
        return self.when is When.OVERDUE


@dataclass(frozen=True)
class Pile:
    """How many tasks of a kind there are in all, the first day of them, and where they are done."""

    kind: TaskKind
    when: When
    count: int
    first_on: date | None
    address: str

    def words(self, on: date, actor: Actor, whose: Whose = Whose.MINE) -> str:
        """What stands beside the count on the home page."""
        is_everybodys = whose is Whose.MINE and self.kind.is_of_hubs and actor.role is Role.ADMINISTRATOR
        of_whom = ALL_HUBS if is_everybodys else ""
        nouns = self.kind.nouns_for(whose)
        if self.first_on is None:
            return noun_of(self.count, *nouns) + of_whom
        return due_sentence(self.count, nouns, self.first_on, on) + of_whom


def tasks_of(
    session: Session, kinds: Iterable[TaskKind], actor: Actor, on: date, whose: Whose = Whose.MINE
) -> list[Task]:
    """What a person has to do on a day, or what others have to, what is late first.

    Several of one kind, for one review, stand together, and lead to the list of exactly these; only the forms of a
    member of an agency stand each by itself. The session acts as that person. One statement, whatever the number of
    kinds.
    """
    wanted = _piles_for(kinds, actor, whose)
    if not wanted:
        return []
    are_apart = _are_apart(actor, whose)
    rows = session.execute(_statement(actor, wanted, whose), filled_in(actor, on))
    tasks = [_task(*wanted[row[0]], row, whose, are_apart) for row in rows]
    return sorted(tasks, key=lambda task: (_turn(task), task.due_on or on, task.kind.order, task.what))


def _piles_for(kinds: Iterable[TaskKind], actor: Actor, whose: Whose) -> tuple[tuple[TaskKind, When], ...]:
    return tuple((kind, when) for kind in kinds_for(kinds, actor, whose) for when in kind.piles)


def _are_apart(actor: Actor, whose: Whose) -> bool:
    """Whether each form stands by itself, as for those who fill them in."""
    return whose is Whose.MINE and actor.role is Role.AGENCY_MEMBER


@stated_once
def _statement(actor: Actor, on: date, piles: Iterable[tuple[TaskKind, When]], whose: Whose) -> CompoundSelect[Any]:
    """The tasks of every pile by review, each row with the place of its pile."""
    asked = [(kind, kind.where(actor, on, when, whose)) for kind, when in piles]
    are_apart = _are_apart(actor, whose)
    return union_all(*(_grouped(number, kind, where, whose, are_apart) for number, (kind, where) in enumerate(asked)))


def task_counts(
    session: Session, kinds: Mapping[Whose, Sequence[TaskKind]], actor: Actor, on: date
) -> dict[Whose, int]:
    """How many tasks `tasks_of` would list for each of these, in one statement."""
    piles = tuple((whose, _piles_for(known, actor, whose)) for whose, known in kinds.items())
    if not any(known for _, known in piles):
        return dict.fromkeys(kinds, 0)
    counts = dict.fromkeys(kinds, 0)
    for number, count in session.execute(_counts(actor, piles), filled_in(actor, on)):
        counts[piles[number][0]] += count
    return counts


@stated_once
def _counts(
    actor: Actor, on: date, piles: Iterable[tuple[Whose, Iterable[tuple[TaskKind, When]]]]
) -> CompoundSelect[Any]:
    """A row for each pile: the place of whose tasks they are, and how many lines it makes, one for each review."""
    return union_all(
        *(
            select(literal(number), func.count(func.coalesce(kind.review_id, 0).distinct()))
            .select_from(kind.table)
            .where(kind.where(actor, on, when, whose))
            for number, (whose, known) in enumerate(piles)
            for kind, when in known
        )
    )


def piles_of(tasks: Iterable[Task], whose: Whose = Whose.MINE) -> list[Pile]:
    """The same tasks, all of one kind together, in the kinds' order: one leads to its page, several to their list."""

    def pile_of(task: Task) -> tuple[int, str, int]:
        return task.kind.order, task.kind.code, list(When).index(task.when)

    return [_pile(list(alike), whose) for _, alike in groupby(sorted(tasks, key=pile_of), key=pile_of)]


def _pile(tasks: list[Task], whose: Whose) -> Pile:
    kind, when, count = tasks[0].kind, tasks[0].when, sum(task.count for task in tasks)
    first_on = min((task.due_on for task in tasks if task.due_on), default=None)
    page = kind.address(tasks[0].page_id, whose) if count == 1 else kind.list_address(when, whose=whose)
    return Pile(kind, when, count, first_on, page)


def _turn(task: Task) -> int:
    """What is late comes first, then what others wait for, then what has a day, then the rest."""
    if task.is_late:
        return 0
    if task.due_on is None:
        return 1 if task.kind.order <= _WAITED_FOR else 3
    return 2


def _grouped(number: int, kind: TaskKind, where: Any, whose: Whose, are_apart: bool) -> Any:
    """A pile's rows by review: how many, the first day, what the first is called, where it is done, and by whom."""
    review_id = cast(kind.review_id, Integer).label("review_id")
    name = cast(label_of(kind.table) if kind.name is None else kind.name, Text).label("name")
    due_on = cast(null() if kind.due_on is None else kind.due_on, Date).label("due_on")
    sheet_id = cast(getattr(kind.table, "sheet_id", null()), Integer).label("sheet_id")
    asked = review_id, name, due_on, kind.page_id(whose).label("page_id"), _agency_id(kind, whose), sheet_id
    rows = select(*asked).select_from(kind.table).where(where).subquery()
    title = select(ThematicReview.title).where(ThematicReview.id == rows.c.review_id).scalar_subquery()
    agency = select(Agency.name).where(Agency.id == func.min(rows.c.agency_id)).scalar_subquery()
    first = (func.min(column) for column in (rows.c.name, rows.c.due_on, rows.c.page_id))
    agencies = func.count(rows.c.agency_id.distinct()), agency
    columns = *first, rows.c.review_id, title, *agencies, func.min(rows.c.sheet_id)
    together = [rows.c.review_id, *([rows.c.sheet_id] if are_apart else [])]
    return select(literal(number), func.count(), *columns).group_by(*together)


def _agency_id(kind: TaskKind, whose: Whose) -> Any:
    """The agency that has to do a row, where that is to be said."""
    is_said = whose is not Whose.MINE and kind.undone is not None and kind.undone.agency is not None
    return cast(kind.undone.agency if is_said and kind.undone else null(), Integer).label("agency_id")


def _task(kind: TaskKind, when: When, row: Any, whose: Whose, is_form: bool) -> Task:
    _, count, name, due_on, page_id, review_id, review, agencies, agency, sheet_id = row
    form_id = sheet_id if is_form and count == 1 else None
    return Task(
        kind, when, count, name, due_on, page_id, review_id, review or "", whose, agencies, agency or "", form_id
    )


def with_progress(session: Session, tasks: Sequence[Task]) -> list[Task]:
    """The tasks, those that are a form to be filled in with how far it is; two statements where there is any."""
    sheets = progress_of_sheets(session, [task.sheet_id for task in tasks if task.sheet_id])
    return [replace(task, progress=sheets.get(task.sheet_id or 0)) for task in tasks]
