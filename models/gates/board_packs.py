"""Which facts does the pack of a meeting of the Board, or of one of its groups, show?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.core.published_heads import latest_head
from models.core.reading_once import together
from models.gates.board_changes import changes_since
from models.gates.boards import board_pictures
from models.gates.pictures.actions import scoped_actions
from models.gates.pictures.scopes import BoardScope
from models.gates.programmes import programme
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.plans.actions import Action
from models.plans.presentations import Presentation
from models.returns.late_returns import late_returns
from models.returns.section_11_cycles import Section11Cycle, expected_partners
from models.returns.section_11_returns import missing_partners
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.gates.board_packs import (
    BoardFacts,
    CycleFacts,
    HeadFacts,
    LateFacts,
    ReviewFacts,
)
from models.rules.plans.presentations import Body

KINDS = {Body.CHILDRENS_GROUP: HubKind.CHILDREN, Body.ADULTS_GROUP: HubKind.ADULTS}
"""Of which reviews a group hears; the Board and both groups together hear of all."""
MOST_OVERDUE = 500
"""Overdue actions that a pack lists, the longest overdue first."""


def board_facts(session: Session, occasion: Occasion, *, body: str, meets_on: str) -> BoardFacts:
    """The pack of a body's meeting on a day, as things stand when it is made, as far as the person may see it.

    `body` is a word of Body, `meets_on` a day in ISO. Refuses any other.
    """
    hearing, day = meeting_of(body, meets_on)
    scope = BoardScope(day.year, KINDS.get(hearing))
    entries = programme(session, day.year, on=occasion.made_on).entries
    since = last_meeting(session, hearing, day)
    return BoardFacts(
        occasion=occasion,
        body=hearing.label,
        meets_on=day,
        since=since,
        changes=tuple(changes_since(session, scope, since or date(day.year, 1, 1), occasion.made_on)),
        pictures=board_pictures(session, scope, on=occasion.made_on),
        reviews=tuple(
            ReviewFacts(
                entry.review.reference, entry.review.title, entry.review.kind.label, entry.review.stage.label,
                entry.days_in_stage, entry.planned_on, entry.is_late, len(entry.missing), entry.acts_next,
            )
            for entry in entries
            if entry.review.kind in scope.kinds
        ),
        late=_late(session, occasion),
        overdue=_overdue(session, occasion, scope),
        cycles=_cycle_facts(session),
        head=_head(session),
    )  # fmt: skip


def meeting_of(body: str, meets_on: str) -> tuple[Body, date]:
    """The body and the day that an address or a form names. Raises RuleBroken for what is neither."""
    try:
        return Body(body), date.fromisoformat(meets_on)
    except ValueError:
        raise RuleBroken("Choose who meets, and give the day of the meeting.") from None


def last_meeting(session: Session, body: Body, day: date) -> date | None:
    """The last day before on which that body met; a joint meeting was one of both groups."""
    heard = {body, *((Body.JOINT_GROUPS,) if body in KINDS else ())}
    before = select(func.max(Presentation.meets_on)).where(Presentation.body.in_(heard), Presentation.meets_on < day)
    return session.scalar(before)


def next_meeting(session: Session, day: date) -> tuple[Body, date]:
    """The next meeting that is planned, from a day on; the Board's on that day where none is."""
    planned = select(Presentation.body, Presentation.meets_on).where(Presentation.meets_on >= day)
    row = session.execute(planned.order_by(Presentation.meets_on, Presentation.id).limit(1)).first()
    return (row.body, row.meets_on) if row else (Body.BOARD, day)


def _late(session: Session, occasion: Occasion) -> tuple[LateFacts, ...]:
    late = late_returns(session, occasion.made_on)
    keys = {record.agency_id for record in late}
    names = {agency.id: agency.name for agency in session.scalars(select(Agency).where(Agency.id.in_(keys)))}
    facts = (
        LateFacts(names.get(record.agency_id, ""), record.what, record.reference, record.due_on) for record in late
    )
    return tuple(sorted(facts, key=lambda fact: (fact.due_on, fact.agency, fact.reference)))


def _overdue(session: Session, occasion: Occasion, scope: BoardScope) -> tuple[LateFacts, ...]:
    rows = session.execute(
        scoped_actions(scope, Agency.name, Action.text, Action.reference, Action.due_on, ThematicReview.title)
        .join(Agency, Agency.id == Action.lead_agency_id)
        .where(Action.completed_on.is_(None), Action.due_on < occasion.made_on)
        .order_by(Action.due_on, Action.reference)
        .limit(MOST_OVERDUE)
    )
    return tuple(LateFacts(*row) for row in rows)


def _head(session: Session) -> HeadFacts | None:
    published = latest_head(session)
    return HeadFacts(published.published_on, str(published)) if published is not None else None


def _cycles(session: Session) -> Sequence[Section11Cycle]:
    return session.scalars(select(Section11Cycle).order_by(Section11Cycle.due_on.desc(), Section11Cycle.id)).all()


def _cycle_facts(session: Session) -> tuple[CycleFacts, ...]:
    cycles = _cycles(session)
    with together(session, (cycle.id for cycle in cycles)):
        return tuple(_cycle(session, cycle) for cycle in cycles)


def _cycle(session: Session, cycle: Section11Cycle) -> CycleFacts:
    expected = expected_partners(session, cycle)
    missing = missing_partners(session, cycle)
    names = tuple(f"{partner.agency.name} ({partner.why})" for partner in missing)
    return CycleFacts(str(cycle), cycle.due_on, len(expected) - len(missing), len(expected), names)
