"""Which agencies belong to the partnership, and how are they kept up to date?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    Button,
    Category,
    Panel,
    Screen,
    action,
    actor,
    in_list,
    kept_by,
    screen,
)
from admin_views.partnership.sharing_agreements import agreement_panel
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList


@screen
class AgencyScreen(Screen):
    """The agencies: everybody reads (an agency its own), administrators keep them."""

    model = Agency
    name, noun, plural = "Agencies", "agency", "agencies"
    url, category, menu_order = "/agencies", Category.PEOPLE, 20
    roles = kept_by(ADMINISTRATORS)
    column_list = ("name", "category_id", "covers", "is_statutory", "is_active")
    column_searchable_list = ("name", "code")
    column_filters = ("category_id", "covers", "is_statutory", "is_active")
    column_sortable_list = ("name", "category_id", "covers")
    column_default_sort = "name"
    form_columns = (
        "name",
        "category_id",
        "is_statutory",
        "covers",
        "partnership_role",
        "code",
        "contact_email",
        "is_active",
    )
    column_labels = {
        "covers": "Works with",
        "is_statutory": "Statutory partner",
        "partnership_role": "Role in the partnership",
        "contact_email": "Contact e-mail",
    }
    column_descriptions = {
        "code": "The short name used in case lists, if there is one.",
        "is_active": "Agencies that have left stay in old records but are no longer offered.",
    }
    form_args = {"category_id": {"narrow": in_list(ReferenceList.AGENCY_CATEGORY)}}

    def panels(self, session: Session, record: Agency) -> list[Panel]:
        people = select(Person).where(Person.agency_id == record.id, Person.is_active).order_by(Person.name)
        rows = [(one.name, one.role.label, one.job_title) for one in session.scalars(people)]
        more = Button("All people of this agency", f"/people/?agency_id={record.id}")
        found = [Panel("People", ("Name", "Role", "Job title"), rows, buttons=(more,))]
        reads_others = not actor().is_agency_bound or record.id in actor().agency_ids
        return [*found, agreement_panel(session, record)] if reads_others else found

    def buttons(self, record: Agency) -> list[Button]:
        """What the agency has to do, on paper and as a page; for its own people and those who read every plan."""
        if actor().is_agency_bound and record.id not in actor().agency_ids:
            return []
        actions = f"/action-plans/agency/{record.id}"
        return [
            Button("Its actions as PDF", f"{actions}/pdf/", is_post=True),
            Button("Read its actions as a page", f"{actions}/report/"),
        ]

    @action("retire", "Take out of use", "Take these agencies out of use?", roles=ADMINISTRATORS)
    def retire(self, session: Session, agencies: list[Agency]) -> str:
        """Agencies that have left are kept, but no longer offered in forms."""
        for agency in agencies:
            agency.is_active = False
        return f"{len(agencies)} agencies are out of use."
