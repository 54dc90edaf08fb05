"""Which agencies belong to the partnership, and how are they kept up to date?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    Button,
    Category,
    Fact,
    Importable,
    Panel,
    Place,
    Screen,
    action,
    actor,
    in_list,
    kept_by,
    role,
    screen,
)
from admin_views.kit.homes.agency_actions import AgencyActions, agency_actions
from admin_views.partnership.sharing_agreements import agreement_panel
from models.core.access import Role
from models.core.addresses import list_address
from models.documents.evidence_files import room_used
from models.partnership.agencies import Agency
from models.partnership.partnership_settings import the_partnership
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList
from models.plans.action_plans import ActionPlan
from models.rules.core.counts import count_words


@screen
class AgencyScreen(Screen):
    """The agencies: everybody reads (an agency its own), administrators keep them."""

    model = Agency
    name, noun, plural = "Agencies", "agency", "agencies"
    list_purpose = (
        "The organisations of the partnership: councils, police, health, schools, voluntary bodies. Enter them "
        "first, as people and actions belong to them."
    )
    url, category, menu_order = "/agencies", Category.PEOPLE, 5
    stands_in = Place.AGENCIES
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
    undone_by = {"retire": "restore", "restore": "retire"}
    undoes_edits = True
    importable = Importable(keys=(("name",), ("code",)), is_of_partnership=True)
    details_template = "agencies/agency.html"
    form_args = {"category_id": {"narrow": in_list(ReferenceList.AGENCY_CATEGORY)}}

    def facts(self, session: Session, record: Agency) -> list[Fact]:
        """For administrators, how much of its room for files the agency has used."""
        if role() is not Role.ADMINISTRATOR:
            return []
        most = the_partnership(session).agency_room_mb
        return [Fact("Room for files", f"{room_used(session, record.id) / 2**20:,.1f} of {most:,} MB used")]

    def actions_of(self, record: Agency) -> AgencyActions | None:
        """How the agency's actions stand; None where it has none, and for people of another agency."""
        is_others = actor().is_agency_bound and record.id not in actor().agency_ids
        return None if is_others else agency_actions(self.session, record.id)

    def panels(self, session: Session, record: Agency) -> list[Panel]:
        people = select(Person).where(Person.agency_id == record.id, Person.is_active).order_by(Person.name)
        rows = [(person.name, person.role.label, person.job_title) for person in session.scalars(people)]
        more = Button("All people of this agency", list_address(Person, agency_id=record.id))
        panels = [Panel("People", ("Name", "Role", "Job title"), rows, buttons=(more,))]
        reads_others = not actor().is_agency_bound or record.id in actor().agency_ids
        return [*panels, agreement_panel(session, record)] if reads_others else panels

    def buttons(self, record: Agency) -> list[Button]:
        """What the agency has to do, on paper and as a page; for its own people and those who read every plan."""
        if actor().is_agency_bound and record.id not in actor().agency_ids:
            return []
        return [
            Button("Its actions as PDF", list_address(ActionPlan, "agency", record.id, "pdf"), is_post=True),
            Button("Read its actions as a page", list_address(ActionPlan, "agency", record.id, "report")),
        ]

    @action("retire", "Take out of use", "Take these agencies out of use?", roles=ADMINISTRATORS)
    def retire(self, session: Session, agencies: list[Agency]) -> str:
        """Agencies that have left are kept, but no longer offered in forms."""
        for agency in agencies:
            agency.is_active = False
        return f"{count_words(len(agencies), 'agency is', 'agencies are')} out of use."

    @action("restore", "Put into use", "Offer these agencies again?", roles=ADMINISTRATORS)
    def restore(self, session: Session, agencies: list[Agency]) -> str:
        """Agencies that have come back are offered in forms again."""
        for agency in agencies:
            agency.is_active = True
        return f"{count_words(len(agencies), 'agency is', 'agencies are')} in use."
