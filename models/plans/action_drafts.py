"""What has somebody begun to write of a new action, and not made into one yet?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import ALL, NONE, OWN_PERSON, RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan


class ActionDraft(Record):
    """What one person has typed so far of an action, as it was typed, field by field. It is theirs alone."""

    __tablename__ = "action_drafts"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=ALL,
        officer=ALL,
        own=f"person_id = {OWN_PERSON}",
        is_logged=False,
        reason="Half-typed words of somebody who keeps plans; what comes of them is on record as an action.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("action_plans.id", ondelete="CASCADE"), index=True)
    typed: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())

    plan: Mapped[ActionPlan | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.typed.get("text", "").strip() or "An action without words yet"


def keep_draft(
    session: Session, draft: ActionDraft | None, typed: Mapping[str, str], *, plan_id: int | None, person_id: int
) -> ActionDraft:
    """Keep what was typed, in the draft given or in a new one of this person."""
    kept = draft or ActionDraft(person_id=person_id)
    kept.typed, kept.plan_id, kept.saved_at = dict(typed), plan_id, now()
    session.add(kept)
    session.flush()
    return kept


def own_draft(session: Session, draft_id: int, person_id: int) -> ActionDraft | None:
    """The draft of that id when it is this person's, else None."""
    mine = (ActionDraft.id == draft_id, ActionDraft.person_id == person_id)
    return session.scalars(select(ActionDraft).where(*mine)).one_or_none()


def drafts_of(session: Session, plan_id: int, person_id: int) -> list[ActionDraft]:
    """What a person has begun to write for a plan, the latest first."""
    mine = (ActionDraft.plan_id == plan_id, ActionDraft.person_id == person_id)
    return list(session.scalars(select(ActionDraft).where(*mine).order_by(ActionDraft.saved_at.desc())))
