"""How do the actions of agreed plans stand: over time, overdue, and embedded twelve months on?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from models.core.addresses import address_by_id, list_address
from models.gates.pictures.scopes import BoardScope
from models.partnership.agencies import Agency
from models.plans.action_counts import COUNTS, ActionCount, of_agreed_plans, standing
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.impact_analyses import Impact, ImpactAnalysis, ImpactCheck
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import month_ends_before
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.actions import Month, Standing, over_time_picture
from models.rules.gates.pictures.checked_actions import CheckedReview, embedded_picture
from models.rules.gates.pictures.open_actions import AGES, LeadAgency, OpenActions, overdue_picture

_IMPACTS = (Impact.EMBEDDED, Impact.PARTLY_EMBEDDED, Impact.NOT_EMBEDDED, Impact.CANNOT_TELL)
_MONTHS_BEFORE = 11
"""So many months stand before the one that goes on."""


def actions_over_time(session: Session, scope: BoardScope, on: date) -> Picture:
    """Actions by how they stood: the twelve months of a year that is over, else the eleven months before and today.

    Of all agreed plans, whichever year their reviews are of. Two statements; one for a year that is over.
    """
    is_over = scope.year < on.year
    if is_over:
        days = month_ends_before(date(scope.year + 1, 1, 1), _MONTHS_BEFORE + 1)
        return over_time_picture(_counted(session, scope, days), _words(scope), "", is_over=True)
    months = _counted(session, scope, month_ends_before(on, _MONTHS_BEFORE))
    today = session.execute(standing(on).where(*_of(scope, Action.lead_agency_id))).one()
    return over_time_picture([*months, Month(on, Standing(*today))], _words(scope), _actions(scope))


def overdue_actions(session: Session, scope: BoardScope, on: date) -> Picture:
    """The open actions of agreed plans, today whatever the year: overdue by age, and by lead agency. One statement."""
    is_late = Action.due_on < on
    ages = [func.count().filter(_is_so_old(first, last, on)) for first, last in AGES]
    moved = func.count().filter(Action.due_on != Action.original_due_on)
    statement = (
        scoped_actions(scope, Agency.id, Agency.name, func.count(), func.count().filter(is_late), moved, *ages)
        .join(Agency, Agency.id == Action.lead_agency_id)
        .where(Action.completed_on.is_(None))
        .group_by(Agency.id)
        .order_by(Agency.name, Agency.id)
    )
    rows: list[Any] = list(session.execute(statement))
    agencies = (
        LeadAgency(name, late, count, _actions(scope, lead_agency_id=key, completion="undone"))
        for key, name, count, late, *_ in rows
    )
    actions = OpenActions(
        on, tuple(sum(row[5 + at] for row in rows) for at in range(len(AGES))), tuple(agencies),
        sum(row[4] for row in rows), tuple(_actions(scope, **_overdue_days(first, last, on)) for first, last in AGES),
        is_one_agency=scope.agency_id is not None,
    )  # fmt: skip
    asked = {"late": "yes"} if actions.overdue else {"completion": "undone"}
    return overdue_picture(actions, _words(scope), _actions(scope, **asked))


def embedded_actions(session: Session, scope: BoardScope, on: date) -> Picture:
    """What impact checks say of the actions of each review whose impact analysis is due in the year. One statement."""
    begins, ends = date(scope.year, 1, 1), date(scope.year, 12, 31)
    said = [func.count().filter(ImpactCheck.impact == impact) for impact in _IMPACTS]
    statement = (
        select(ImpactAnalysis, ThematicReview.title, *said, func.count().filter(ImpactCheck.id.is_(None)))
        .join(ThematicReview, ThematicReview.id == ImpactAnalysis.review_id)
        .join(ActionPlan, ActionPlan.review_id == ThematicReview.id)
        .join(Action, Action.plan_id == ActionPlan.id)
        .outerjoin(ImpactCheck, ImpactCheck.action_id == Action.id)
        .where(ImpactAnalysis.due_on.between(begins, ends), *_of(scope, Action.lead_agency_id))
        .group_by(ImpactAnalysis.id, ThematicReview.id)
        .order_by(ImpactAnalysis.due_on, ThematicReview.reference)
    )
    rows: Iterable[Any] = session.execute(statement)
    reviews = [
        CheckedReview(
            title, analysis.due_on, analysis.completed_on is not None, (counts[0], counts[1], *counts[2:]),
            address_by_id(ImpactAnalysis, analysis.id),
        )
        for analysis, title, *counts in rows
    ]  # fmt: skip
    href = list_address(ImpactAnalysis, due_on_from=begins, due_on_to=ends, **_asked(scope))
    return embedded_picture(reviews, scope.year, _words(scope), href, on=on)


def _counted(session: Session, scope: BoardScope, days: tuple[date, ...]) -> list[Month]:
    """The counts that were kept for the ends of months; a month without any of the partnership's was not counted."""
    is_asked = and_(ActionCount.kind.in_(scope.kinds), *_led(scope, ActionCount.agency_id))
    sums = [func.coalesce(func.sum(getattr(ActionCount, name)).filter(is_asked), 0) for name in COUNTS]
    statement = (
        select(ActionCount.counted_on, *sums).where(ActionCount.counted_on.in_(days)).group_by(ActionCount.counted_on)
    )
    counted = {on: Standing(*(int(count) for count in counts)) for on, *counts in session.execute(statement)}
    return [Month(on, counted.get(on)) for on in days]


def scoped_actions(scope: BoardScope, *columns: Any) -> Select[Any]:
    """Columns of the actions of agreed plans that a scope holds, of any year, joined to their plans and reviews."""
    statement: Select[Any] = (
        select(*columns)
        .select_from(Action)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .join(ThematicReview, ThematicReview.id == ActionPlan.review_id)
    )
    return statement.where(of_agreed_plans(), *_of(scope, Action.lead_agency_id))


def _of(scope: BoardScope, agency_id: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions on a statement that joins the review."""
    return scope.of_kind(), *_led(scope, agency_id)


def _led(scope: BoardScope, agency_id: Any) -> tuple[ColumnElement[bool], ...]:
    return () if scope.agency_id is None else (agency_id == scope.agency_id,)


def _is_so_old(first: int, last: int | None, on: date) -> ColumnElement[bool]:
    is_old: ColumnElement[bool] = Action.due_on <= on - timedelta(days=first)
    return is_old if last is None else is_old & (Action.due_on >= on - timedelta(days=last))


def _overdue_days(first: int, last: int | None, on: date) -> dict[str, object]:
    """The same as questions of the list of actions."""
    begins = None if last is None else on - timedelta(days=last)
    return {"late": "yes", "due_on_from": begins, "due_on_to": on - timedelta(days=first)}


def _words(scope: BoardScope) -> str:
    return f"{scope.words}{'' if scope.agency_id is None else ' (one agency)'}"


def _actions(scope: BoardScope, **asked: object) -> str:
    """The list of the actions that are counted, narrowed further."""
    return list_address(Action, plans="agreed", **{**_asked(scope), **asked})


def _asked(scope: BoardScope) -> dict[str, object]:
    kind = scope.kind.value if scope.kind else None
    return {"reviews": kind, "lead_agency_id": scope.agency_id}
