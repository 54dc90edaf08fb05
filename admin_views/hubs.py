"""Which hubs are there, who is their officer, and who sits in their project teams?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.base import (
    ADMINISTRATORS,
    EVERYONE,
    STAFF,
    Button,
    Column,
    Fact,
    Group,
    Panel,
    Screen,
    screen,
    show_tag,
)
from admin_views.kit.formats import show_date
from models.access import Role
from models.clock import today
from models.hubs import Hub
from models.memberships import Membership, missing_core_seats
from models.people import Person


@screen
class HubScreen(Screen):
    """Hubs, for everybody to read and administrators to keep."""

    model = Hub
    title, noun, plural = "Hubs", "hub", "hubs"
    path, group, order = "hubs", Group.PEOPLE, 30
    may = {
        "list": EVERYONE,
        "details": EVERYONE,
        "create": ADMINISTRATORS,
        "edit": ADMINISTRATORS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    columns = ("name", Column("kind", show=show_tag), "officer_id", "is_active")
    search = ("name",)
    filters = ("kind", "officer_id", "is_active")
    sort = ("name", "kind")
    default_sort = "name"
    fields = ("name", "kind", "officer_id", "purpose", "is_active")
    text_areas = ("purpose",)
    labels = {"officer_id": "Officer", "is_active": "Active"}
    hints = {"purpose": "One or two sentences for people outside."}
    choices = {"officer_id": lambda people: people.where(Person.role == Role.OFFICER)}

    def facts(self, session: Session, record: Hub) -> list[Fact]:
        missing = missing_core_seats(session, record.id, today())
        words = ", ".join(seat.value.replace("_", " ") for seat in missing)
        return [
            Fact("Core membership", f"Missing: {words}" if missing else "Police, social care and health are present")
        ]

    def panels(self, session: Session, record: Hub) -> list[Panel]:
        statement = (
            select(Person.name, Membership.seat, Membership.starts_on, Membership.ends_on)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.hub_id == record.id)
            .order_by(Membership.ends_on.is_not(None), Membership.seat, Person.name)
        )
        rows = [
            (name, seat.label, show_date(starts_on), show_date(ends_on) if ends_on else "to date")
            for name, seat, starts_on, ends_on in session.execute(statement)
        ]
        buttons = [Button("All memberships", f"/memberships/?hub_id={record.id}")]
        return [Panel("Project team", ("Person", "Seat", "From", "To"), rows, buttons=buttons)]
