"""Which agencies have signed the Information Sharing Agreement, and where is the end near?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request
from markupsafe import Markup
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from admin_views.documents.evidence_files import FilePages
from admin_views.kit.base import (
    OFFICERS,
    READERS,
    Button,
    Category,
    Filter,
    Importable,
    Panel,
    Place,
    Screen,
    TextField,
    by_value,
    expose,
    kept_by,
    role,
    screen,
    tag,
)
from admin_views.kit.formats import show_date
from admin_views.kit.registry import link_to
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import SOON_DAYS, AgreementState, SharingAgreement, agreements_by_agency

_HELD = tuple((state.value, state.label) for state in AgreementState if state is not AgreementState.NO_AGREEMENT)


def state_of(agreement: Any) -> Any:
    """How one agreement stands today, in SQL."""
    day, last = today(), agreement.valid_until_on
    return case(
        (last < day, AgreementState.EXPIRED.value),
        (last <= day + timedelta(days=SOON_DAYS), AgreementState.EXPIRES_SOON.value),
        else_=AgreementState.IN_DATE.value,
    )


def show_state(word: str) -> str:
    """A state as a word on its colour."""
    state = AgreementState(word)
    return tag(state.label, state.colour)


class AgreementFiles(FilePages):
    """The signed papers, which the agency's own people read too."""

    def agency_of_file(self, record: SharingAgreement) -> int | None:
        return record.agency_id


@screen
class SharingAgreementScreen(Screen):
    """Signed agreements; officers keep them, each agency reads its own."""

    model = SharingAgreement
    page_sets = (AgreementFiles,)
    name, noun, plural = "Sharing agreements", "agreement", "agreements"
    list_purpose = (
        "Signed Information Sharing Agreements. An agency is sent cases only while its agreement is in date, so "
        "enter one for each agency that audits cases."
    )
    url, category, menu_order = "/sharing-agreements", Category.PEOPLE, 50
    stands_in = Place.AGENCIES
    roles = kept_by(OFFICERS, upload=OFFICERS)
    introduction = "Cases are sent only to agencies with a signed Information Sharing Agreement that is in date."
    column_list = ("agency_id", "version", "signed_on", "valid_until_on", "state")
    column_details_list = (*column_list, "title", "signed_by", "signed_by_role", "note")
    column_expressions = {"state": state_of}
    column_formatters = {"state": by_value(show_state)}
    column_searchable_list = ("title", "version", "signed_by")
    column_filters = (
        Filter("state", "Stands", options=_HELD, apply=lambda word: state_of(SharingAgreement) == word),
        "agency_id",
        "valid_until_on",
    )
    column_sortable_list = ("agency_id", "signed_on", "valid_until_on")
    column_default_sort = "valid_until_on"
    form_columns = (
        "agency_id",
        "title",
        "version",
        "signed_on",
        "signed_by",
        "signed_by_role",
        "valid_until_on",
        "note",
    )
    form_overrides = {"note": TextField}
    importable = Importable(keys=(("agency_id", "title", "version"), ("agency_id", "version")), is_of_partnership=True)
    column_labels = {
        "signed_on": "Signed on",
        "signed_by": "Signed by",
        "signed_by_role": "Role of the signatory",
        "valid_until_on": "Valid until",
        "state": "Stands",
    }
    column_descriptions = {"valid_until_on": "Its last day. An agreement that was withdrawn ends on the day of that."}

    def name_of(self, record: SharingAgreement) -> str:
        return f"{record} of {self.session.get(Agency, record.agency_id)}"

    def build_new_instance(self) -> SharingAgreement:
        return SharingAgreement(
            agency_id=request.args.get("agency_id", type=int), title="Information Sharing Agreement Protocol"
        )

    def list_buttons(self) -> list[Button]:
        return [Button("How each agency stands", self.link("agencies"))] if role() in READERS else []

    @expose("/agencies/", roles=READERS)
    def agencies(self) -> str:
        """Every agency with the state of its agreement, those without one first."""
        order = list(AgreementState)
        standings = sorted(agreements_by_agency(self.session, today()), key=lambda standing: order.index(standing[2]))
        rows = [
            (link_to(agency, agency.name), tag(state.label, state.colour), show_date(last_on), _add(agency, state))
            for agency, last_on, state in standings
        ]
        panel = Panel("Agencies", ("Agency", "Stands", "Last day", "Next"), rows)
        counts = [(counted, sum(state is counted for _, _, state in standings)) for counted in order]
        return self.render("sharing_agreements/agencies.html", panel=panel, counts=counts)


def _add(agency: Agency, state: AgreementState) -> Any:
    if state is AgreementState.IN_DATE or role() not in OFFICERS:
        return ""
    return Markup('<a href="{}">Add one</a>').format(_new_for(agency))


def _new_for(agency: Agency) -> str:
    """The address of the form for an agreement with an agency."""
    return list_address(SharingAgreement, "new", agency_id=agency.id)


def agreement_panel(session: Session, agency: Agency) -> Panel:
    """An agency's agreements, the latest first."""
    agreements = session.execute(
        select(SharingAgreement, state_of(SharingAgreement))
        .where(SharingAgreement.agency_id == agency.id)
        .order_by(SharingAgreement.valid_until_on.desc(), SharingAgreement.id.desc())
    )
    rows = [
        (
            link_to(agreement, f"Version {agreement.version}"),
            show_date(agreement.signed_on),
            show_date(agreement.valid_until_on),
            show_state(state),
        )
        for agreement, state in agreements
    ]
    empty = "No agreement: this agency can be sent no cases."
    buttons = [Button("Add an agreement", _new_for(agency))]
    headings = ("Agreement", "Signed", "Valid until", "Stands")
    return Panel("Information sharing", headings, rows, empty=empty, buttons=buttons)
