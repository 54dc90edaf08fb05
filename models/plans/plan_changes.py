"""What has changed in a plan's actions since a meeting last heard of it, and which meeting was that?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from models.core.access import Actor
from models.core.change_log import ChangeRecord
from models.core.clock import london_day
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.presentations import Presentation, PresentationStatus
from models.rules.plans.due_date_moves import moved_dates
from models.rules.plans.plan_changes import ActionPast, PlanChanges, changes_since
from models.rules.plans.plan_reports import ReportAction


def plan_changes(
    session: Session, review_id: int, actions: Sequence[tuple[Action, ReportAction]], today: date
) -> PlanChanges | None:
    """The changes since the last meeting before today that heard the review's findings; None where there was none.

    None for people of an agency as well: they see only the meetings at which they were challenged, so that the last one
    they know of need not be the last.
    """
    asker: Actor = session.info["actor"]
    meeting = None if asker.is_agency_bound else _last_meeting(session, review_id, today)
    if meeting is None:
        return None
    ids = [action.id for action, _ in actions]
    updates = _updates(session, ids)
    added = _added(session, {action.plan_id for action, _ in actions}, ids, meeting.meets_on)
    pasts = [
        _past(action, fact, updates[action.id], meeting.meets_on, today, (added or {}).get(action.id))
        for action, fact in actions
    ]
    return changes_since(meeting.body.label, meeting.meets_on, pasts, knows_added=added is not None)


def _last_meeting(session: Session, review_id: int, today: date) -> Presentation | None:
    return session.scalars(
        select(Presentation)
        .where(Presentation.review_id == review_id, Presentation.status == PresentationStatus.HELD)
        .where(Presentation.meets_on < today)
        .order_by(Presentation.meets_on.desc(), Presentation.id.desc())
        .limit(1)
    ).first()


Update = Row[*tuple[Any, ...]]


def _updates(session: Session, ids: Sequence[int]) -> dict[int, list[Update]]:
    """The updates of each action that gave a rating or moved a date, the first one first."""
    rows = session.execute(
        select(ActionUpdate.action_id, ActionUpdate.written_at, ActionUpdate.text, ReferenceItem.label)
        .outerjoin(ReferenceItem, ReferenceItem.id == ActionUpdate.brag_id)
        .where(ActionUpdate.action_id.in_(ids))
        .order_by(ActionUpdate.written_at, ActionUpdate.id)
    )
    updates: dict[int, list[Update]] = defaultdict(list)
    for row in rows:
        updates[row.action_id].append(row)
    return updates


def _past(
    action: Action, fact: ReportAction, updates: Iterable[Update], held_on: date, today: date, added_on: date | None
) -> ActionPast:
    due_then, rating_then = action.due_on, ""
    for update in reversed(list(updates)):
        is_since = london_day(update.written_at) > held_on
        moved = moved_dates(update.text)
        if is_since and moved is not None:
            due_then = moved[0]
        if not is_since and update.label and not rating_then:
            rating_then = update.label
    return ActionPast(
        reference=action.reference,
        due_on=action.due_on,
        due_then=due_then,
        completed_on=action.completed_on,
        is_overdue=fact.is_overdue(today),
        rating=fact.brag_label.partition(":")[0],
        rating_then=rating_then,
        added_on=added_on,
    )


def _added(session: Session, plan_ids: Iterable[int], ids: Sequence[int], held_on: date) -> dict[int, date] | None:
    """The day on which each action came into the portal; None where that cannot be known.

    It cannot by those who may not read the record of edits, nor where a plan came into the portal after the meeting,
    with all its actions at once.
    """
    if not session.scalar(select(func.has_table_privilege("change_log", "select"))):
        return None
    plans = _inserted(session, ActionPlan.__tablename__, plan_ids)
    if len(plans) < len(set(plan_ids)) or any(on > held_on for on in plans.values()):
        return None
    return _inserted(session, Action.__tablename__, ids)


def _inserted(session: Session, table: str, ids: Iterable[int]) -> dict[int, date]:
    rows = session.execute(
        select(ChangeRecord.row_key, ChangeRecord.changed_at).where(
            ChangeRecord.table_name == table,
            ChangeRecord.verb == "insert",
            ChangeRecord.row_key.in_([str(number) for number in ids]),
        )
    )
    return {int(key): london_day(changed_at) for key, changed_at in rows}
