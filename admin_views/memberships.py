"""Who sits in which hub, for which agency, and from when to when?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.base import ADMINISTRATORS, OFFICERS, READERS, STAFF, Group, Screen, bulk_action, screen
from models.clock import today
from models.memberships import Membership


@screen
class MembershipScreen(Screen):
    """Dated seats in the hubs' project teams."""

    model = Membership
    title, noun, plural = "Memberships", "membership", "memberships"
    path, group, order = "memberships", Group.PEOPLE, 40
    may = {
        "list": READERS,
        "details": READERS,
        "create": OFFICERS,
        "edit": OFFICERS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    columns = ("person_id", "hub_id", "seat", "agency_id", "starts_on", "ends_on")
    filters = ("hub_id", "seat", "agency_id", "person_id", "starts_on")
    sort = ("person_id", "hub_id", "starts_on", "ends_on")
    default_sort = "-starts_on"
    fields = ("hub_id", "person_id", "agency_id", "seat", "starts_on", "ends_on", "note")
    text_areas = ("note",)
    labels = {"starts_on": "First day", "ends_on": "Last day"}
    hints = {"ends_on": "Leave empty while it lasts."}

    def name_of(self, record: Membership) -> str:
        return f"{self.noun.capitalize()} {record.id}"

    @bulk_action("End today", roles=OFFICERS, question="End these memberships today?")
    def end_today(self, session: Session, memberships: list[Membership]) -> str:
        """Let several seats end on one day."""
        for membership in memberships:
            membership.ends_on = max(today(), membership.starts_on)
        return f"{len(memberships)} memberships end today."
