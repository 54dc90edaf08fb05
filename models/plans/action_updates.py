"""How is an action going, in dated notes that nobody can change?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_PERSON, READ, RowPolicy
from models.core.clock import LONDON, today
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.plans.actions import Action, rate_action
from models.rules.plans.due_date_moves import MOVED, moved_dates, moved_words


class ActionUpdate(Base):
    """A dated note on how an action is going, with its evidence. Added, never edited."""

    __tablename__ = "action_updates"
    __table_args__ = (
        must(
            "reached_count >= 0",
            name="reached_from_none",
            field="reached_count",
            sentence="Give a number of 0 or more.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "insert"),
        officer=("select", "insert"),
        manager=("select", "insert"),
        own=f"author_id = {OWN_PERSON}",
        agency_reads="EXISTS (SELECT 1 FROM actions a WHERE a.id = action_id)",
        agency_inserts=f"author_id = {OWN_PERSON} AND EXISTS (SELECT FROM actions a WHERE a.id = action_id)",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, server_default="")
    reached_count: Mapped[int | None]
    brag_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)

    action: Mapped[Action] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    brag: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")


def post_update(
    session: Session, action: Action, *, text: str, brag_id: int | None, author_id: int | None, evidence: str = ""
) -> ActionUpdate:
    """Add a dated update and set the action's BRAG rating from it; refuses what `post_progress` refuses."""
    update = ActionUpdate(text=text, evidence=evidence, brag_id=brag_id, author_id=author_id)
    return post_progress(session, action, update)


def post_progress(session: Session, action: Action, update: ActionUpdate) -> ActionUpdate:
    """Add an update to an action as it is written, and set the action's BRAG rating from it.

    Refuses an empty text, Blue for an action whose completion nobody has confirmed, and any other rating for a complete
    action.
    """
    update.text, update.evidence = (update.text or "").strip(), (update.evidence or "").strip()
    if not update.text:
        raise RuleBroken("Write what has happened since the last update.", field="text")
    if update.brag_id is not None:
        rate_action(session, action, update.brag_id)
    update.action_id = action.id
    session.add(update)
    session.flush()
    return update


def move_due_date(session: Session, action: Action, *, due_on: date, reason: str, author_id: int | None) -> None:
    """Give an action another due date, with a reason that stays among its updates; the original date is kept.

    Refuses a complete action, the date it has already, a date before its start, and an empty reason.
    """
    if action.completed_on is not None:
        raise RuleBroken(f"{action.reference} is complete, so its due date no longer moves.")
    if action.due_on == due_on:
        raise RuleBroken(f"{action.reference} is due on that day already.", field="due_on")
    if action.starts_on is not None and due_on < action.starts_on:
        raise RuleBroken(f"{action.reference} cannot be due before it starts.", field="due_on")
    if not reason.strip():
        raise RuleBroken("Say why the due date moves.", field="reason")
    old, action.due_on = action.due_on, due_on
    words = moved_words(old, due_on, reason.strip())
    session.add(ActionUpdate(action_id=action.id, text=words, author_id=author_id))
    session.flush()


def due_days_before_moves(session: Session, on: date) -> dict[int, date]:
    """The due dates that actions had at the end of a day and have no longer, by the actions' ids, as updates tell.

    What `move_due_date` wrote later than that day is read, of each action the earliest. An update in which a person has
    typed the very same words counts as one.
    """
    if on >= today():
        return {}
    after = datetime.combine(on + timedelta(days=1), time(), LONDON)
    later = (
        select(ActionUpdate.action_id, ActionUpdate.text)
        .where(ActionUpdate.written_at >= after, ActionUpdate.text.startswith(MOVED))
        .order_by(ActionUpdate.written_at.desc(), ActionUpdate.id.desc())
    )
    moves = ((action_id, moved_dates(words)) for action_id, words in session.execute(later))
    return {action_id: dates[0] for action_id, dates in moves if dates is not None}


def rate_actions(
    session: Session, actions: Sequence[Action], *, brag_id: int, text: str, author_id: int | None
) -> None:
    """Give several actions one BRAG rating, with the reason among the updates of each; all of them or none."""
    for action in actions:
        post_update(session, action, text=text, brag_id=brag_id, author_id=author_id)
