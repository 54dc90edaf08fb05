"""How is a case audit put into somebody's hands, and taken out again where that person is not independent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.undone_assignments import held_as_sent, held_before, offer_to_give_back
from admin_views.kit.base import OFFICERS, Button, PageSet, Panel, actor, expose, person_id, role
from admin_views.kit.fields import LineField, RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.saving import refuse_changed, undone_keys
from admin_views.partnership.hubs import may_run
from admin_views.tools.answer_sheets import AGENCY_PEOPLE
from models.audits.audit_assignments import assign_auditor, auditors_for, declare_involvement, involved_in
from models.audits.case_audits import CaseAudit
from models.audits.undone_assignments import Held, give_back
from models.core.access import Role
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words


class AssignForm(Form):
    """Who audits, and whose case it is."""

    auditor_id = RecordField("Auditor", loader=ChoiceLoader(Person), description="Of this agency, or an officer.")
    case_team = LineField(
        "Team that works with the case", validators=[Required()], description="Nobody audits their own team's case."
    )
    auditor_role = LineField("Auditor's role", description="Left empty, it is the person's job title.")


class InvolvementForm(Form):
    """Who has been involved in a case, and how."""

    person_id = RecordField("Person", loader=ChoiceLoader(Person))
    note = TextField("How", description="In a few words; name nobody of the family.")


def runs(session: Session, record: CaseAudit) -> bool:
    """Whether whoever asks is an officer who runs the audit's review."""
    if role() not in OFFICERS:
        return False
    return may_run(session, session.get_one(ThematicReview, record.review_id).hub_id)


def may_act(session: Session, record: CaseAudit) -> bool:
    """Whether whoever asks has a say in an open audit: officers of its hub, people of its agency."""
    return record.status.is_open and (runs(session, record) or actor().is_agency_bound)


def may_assign(session: Session, record: CaseAudit) -> bool:
    """Whether whoever asks may choose the auditor of an open audit."""
    is_manager = role() is Role.MANAGER and actor().is_agency_bound
    return record.status.is_open and (is_manager or runs(session, record))


class AssignmentPages(PageSet):
    """The pages of the audits' screen on which auditors are chosen: by officers, and by the agency's own manager."""

    @expose("/<int:record_id>/assign/", roles=OFFICERS | {Role.MANAGER}, methods=("GET", "POST"))
    def assign(self, record_id: int) -> ResponseReturnValue:
        """Choose the auditor, who must not be of the case's own team."""
        record = self.get_record(record_id)
        if not may_assign(self.session, record):
            abort(403)
        form = AssignForm(
            sent_form(), auditor_id=record.auditor_id, case_team=record.case_team, auditor_role=record.auditor_role
        )
        form.auditor_id.loader = _auditors(record.agency_id)
        title, back = f"Assign {record.reference}", self.details_url(record_id)
        return self.ask(form, back, lambda: self._assign(record, form), title=title, button="Assign", over=(record,),
                        panels=involvement_panels(self.session, record))  # fmt: skip

    def _assign(self, record: CaseAudit, form: AssignForm) -> str:
        auditor = self.session.get_one(Person, form.auditor_id.data)
        case_team, auditor_role = form.case_team.data or "", form.auditor_role.data or ""
        held = held_before([record])
        assign_auditor(self.session, record, auditor=auditor, case_team=case_team, auditor_role=auditor_role)
        said = f"{record.reference} is in the hands of {auditor.name}."
        offer_to_give_back(self.screen, held, [record], of=said)
        return said

    @expose("/assigned/undo/", roles=OFFICERS | {Role.MANAGER}, methods=("POST",))
    def undo_assigning(self) -> ResponseReturnValue:
        """Give audits back as they were held before, as long as nobody has changed them since."""
        keys, held = undone_keys(), held_as_sent()
        query = self.screen.get_query().where(CaseAudit.id.in_(keys)).order_by(CaseAudit.id)
        audits = list(self.session.scalars(query))
        if not keys or {audit.id for audit in audits} != {*keys} or not held.keys() >= {*keys}:
            abort(404)
        if not all(may_assign(self.session, audit) or not audit.status.is_open for audit in audits):
            abort(403)
        return self.press(self._page_of(audits), lambda: self._given_back(audits, held))

    def _given_back(self, audits: Sequence[CaseAudit], held: Mapping[int, Held]) -> str:
        refuse_changed(audits)
        give_back(self.session, [(audit, held[audit.id]) for audit in audits])
        words = count_words(len(audits), "audit is", "audits are")
        return f"{words} held as before. Whoever was told already is told again; letters not sent yet are withdrawn."

    def _page_of(self, audits: Sequence[CaseAudit]) -> str:
        """The page of the only audit; of several the cases of their review, and for a manager the list."""
        if len(audits) == 1:
            return str(self.details_url(audits[0].id))
        reviews = {audit.review_id for audit in audits}
        is_one = role() in OFFICERS and len(reviews) == 1
        return str(self.link("cases", review_id=reviews.pop()) if is_one else self.list_url())

    @expose("/<int:record_id>/involved/", roles=AGENCY_PEOPLE | OFFICERS, methods=("GET", "POST"))
    def declare(self, record_id: int) -> ResponseReturnValue:
        """Put on record who has been involved in the case and so cannot audit it."""
        record = self.get_record(record_id)
        if not may_act(self.session, record):
            abort(403)
        form = InvolvementForm(sent_form(), person_id=person_id() if record.auditor_id == person_id() else None)
        form.person_id.loader = _auditors(record.agency_id)
        title = f"Who has been involved in the case of {record.reference}"
        lead = "Whoever has been involved in a case cannot audit it. If the audit is in their hands, it is taken out."
        return self.ask(form, self.details_url(record_id), lambda: self._declared(record, form), title=title,
                        lead=lead, button="Put on record", panels=involvement_panels(self.session, record))  # fmt: skip

    def _declared(self, record: CaseAudit, form: InvolvementForm) -> str:
        person = self.session.get_one(Person, form.person_id.data)
        declare_involvement(self.session, record, person=person, note=form.note.data or "", declared_by_id=person_id())
        return f"{person.name} is on record as involved in the case and cannot audit it."

    def panels(self, session: Session, record: CaseAudit) -> list[Panel]:
        return involvement_panels(session, record)

    def buttons(self, record: CaseAudit) -> list[Button]:
        """Assign, and put on record who has been involved."""
        buttons = []
        if may_assign(self.session, record):
            tone = "" if record.auditor_id else "main"
            buttons.append(Button("Assign" if tone else "Assign anew", self.link("assign", record_id=record.id), tone))
        if may_act(self.session, record):
            buttons.append(Button("Declare involvement", self.link("declare", record_id=record.id)))
        return buttons


def _auditors(agency_id: int) -> ChoiceLoader:
    wanted = auditors_for(agency_id).with_only_columns(Person.id)

    def narrow(people: Select[Any]) -> Select[Any]:
        return people.where(Person.id.in_(wanted))

    return ChoiceLoader(Person, narrow)


def involvement_panels(session: Session, record: CaseAudit) -> list[Panel]:
    """Who cannot audit a case because they have been involved in it; nothing when there is nobody."""
    rows = [(person.name, person.team) for person in involved_in(session, record)]
    return [Panel("Involved in the case", ("Person", "Team"), rows)] if rows else []
