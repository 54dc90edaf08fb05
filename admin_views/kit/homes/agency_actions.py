"""How do an agency's actions stand, beside a manager's tasks and on the agency's page, each number with its list?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from admin_views.kit.formats import tag
from admin_views.kit.homes.side_cards import Share, SideCard, SideLine, shares_of, side_card
from admin_views.kit.requests import person_id
from models.core.access import Actor, Role
from models.core.addresses import address_of, list_address
from models.core.clock import today
from models.plans.actions import Action
from models.plans.agency_actions import (
    OpenActions,
    first_open_rows,
    last_soon_day,
    open_actions_of,
    ratings_of_agency,
)
from models.plans.plan_rows import PlanRow
from models.rules.core.due_dates import distance

_SHOWN = 5


@side_card(roles={Role.MANAGER}, order=20)
def own_actions_card(session: Session, asked_by: Actor) -> SideCard | None:
    """The open actions that a manager's agency leads, those due first, each with its owner."""
    if not asked_by.is_agency_bound:
        return None
    (agency_id,) = asked_by.agency_ids
    rows = first_open_rows(session, agency_id, _SHOWN)
    if not rows:
        return None
    stands = open_actions_of(session, agency_id, today())
    more, where = f"All {stands.total} open actions", _open(agency_id)
    lines = [_line(row) for row in rows]
    return SideCard("actions", "My agency’s open actions", lines, open_shares(stands, agency_id), more, where)


def _line(row: PlanRow) -> SideLine:
    owner = "Me" if row.is_of(person_id()) else row.owner or "No owner yet"
    words = distance(row.action.due_on, today())
    shown = tag(words, "red") if row.is_late else tag(f"{words}, {row.stands.partition(':')[0]}", row.colour)
    return SideLine(row.action.text, address_of(row.action), tag=shown, small=f"{owner} · heard {row.heard}")


def open_shares(stands: OpenActions, agency_id: int) -> tuple[Share, ...]:
    """The agency's open actions by when they are due, each with the list of exactly these."""
    on = today()
    return shares_of(
        (
            Share("late", stands.late, "red", list_address(Action, lead_agency_id=agency_id, late="yes")),
            Share("due in the next 28 days", stands.soon, "amber", _open(agency_id, on, last_soon_day(on))),
            Share("later", stands.later, "track", _open(agency_id, last_soon_day(on) + timedelta(days=1))),
        )
    )


def rated_shares(session: Session, agency_id: int) -> tuple[Share, ...]:
    """The agency's actions by rating, open or complete, each with the list of exactly these."""
    return shares_of(
        Share(
            each.words, each.count, each.colour,
            list_address(Action, lead_agency_id=agency_id, brag_id=each.rating_id or "none"),
        )
        for each in ratings_of_agency(session, agency_id)
    )  # fmt: skip


@dataclass(frozen=True)
class AgencyActions:
    """An agency's actions by rating, and its open ones by when they are due; each number with its list."""

    rated: tuple[Share, ...]
    due: tuple[Share, ...]


def agency_actions(session: Session, agency_id: int) -> AgencyActions | None:
    """How the agency's actions stand, in two statements; None where whoever asks sees none of it."""
    rated = rated_shares(session, agency_id)
    due = open_shares(open_actions_of(session, agency_id, today()), agency_id) if rated else ()
    return AgencyActions(rated, due) if rated else None


def _open(agency_id: int, since: date | None = None, until: date | None = None) -> str:
    days = {"due_on_from": since, "due_on_to": until}
    return list_address(Action, lead_agency_id=agency_id, completion="undone", **days)
