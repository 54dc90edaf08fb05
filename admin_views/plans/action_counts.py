"""By which questions does the list of actions show exactly what the counts of actions are about?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from admin_views.kit.base import Filter, tag
from admin_views.kit.formats import NOTHING
from admin_views.kit.lists.filters import LinkedFilter
from admin_views.kit.lists.kinds import kind_filter
from models.core.clock import today
from models.plans.action_counts import of_agreed_plans
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action, is_overdue
from models.rules.core.counts import noun_of

_PLANS = (("agreed", "Agreed"), ("draft", "Drafts"))
_REVIEW_ID = select(ActionPlan.review_id).where(ActionPlan.id == Action.plan_id).scalar_subquery()


def _is_of(answer: str) -> ColumnElement[bool]:
    return of_agreed_plans() if answer == "agreed" else ~of_agreed_plans()


def _is_late(answer: str) -> ColumnElement[bool]:
    return is_overdue(today()) if answer == "yes" else ~is_overdue(today())


OVERDUE = Filter("late", "Overdue", options=(("yes", "Overdue only"), ("no", "Not overdue")), apply=_is_late)

COUNTED = (LinkedFilter("plans", "Plans", options=_PLANS, apply=_is_of), kind_filter(_REVIEW_ID))
"""Actions of agreed plans or of drafts, and of reviews for children or adults."""


def show_late(days: int | None) -> Any:
    r"""How long an action is overdue, as a tag.

    >>> show_late(1)
    Markup('<strong class="tag red">1\xa0day</strong>')
    """
    return NOTHING if days is None else tag(f"{days:,}\N{NO-BREAK SPACE}{noun_of(days, 'day')}", "red")
