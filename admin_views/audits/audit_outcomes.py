"""How does an agency say that it does not know a case or that its record is poor, and an officer return an audit?"""

from __future__ import annotations

from datetime import timedelta

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.audit_assignments import may_act, runs
from admin_views.kit.base import OFFICERS, Button, PageSet, expose, person_id, role
from admin_views.kit.fields import ChoiceField, DayField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.tools.answer_sheets import AGENCY_PEOPLE, ANSWERERS
from models.audits.audit_outcomes import (
    return_audit,
    state_not_known,
    state_record,
    take_record_finding,
    withdraw_audit,
)
from models.audits.case_audits import AuditStatus, CaseAudit, RecordState, settle_case
from models.core.clock import today
from models.sampling.sample_cases import SampleCase

_DAYS_FOR_CHANGES = 7


class NoteForm(Form):
    """Words that go with what is done."""

    note = TextField("Note", description="Name nobody of the family.")


class ReasonForm(Form):
    """Why an audit is taken back."""

    reason = TextField("Reason", validators=[Required()])


class ChangesForm(Form):
    """What should be changed in an audit, and by when."""

    reason = TextField("What should be changed?", validators=[Required()], description="The auditor reads this.")
    due_on = DayField("Due again on", validators=[Required()])


class RecordForm(Form):
    """What is wrong with the record itself."""

    state = ChoiceField("The record is", kind=RecordState)
    note = TextField("What is missing or poor?", validators=[Required()], description="Name nobody of the family.")


def settle(session: Session, record: CaseAudit) -> None:
    """The hub's own record of the case follows at once where the hub acts; otherwise in the night's job."""
    if role() in OFFICERS:
        settle_case(session, session.get_one(SampleCase, record.sample_case_id))


def may_state_record(session: Session, record: CaseAudit) -> bool:
    """Whether whoever asks may say that the record is missing or poor: people of the agency while it is open."""
    is_ended = record.status in (AuditStatus.NOT_KNOWN, AuditStatus.WITHDRAWN)
    return record.record_state is None and not is_ended and (runs(session, record) or may_act(session, record))


class OutcomePages(PageSet):
    """The pages of the audits' screen on which something else is said of an audit than its answers."""

    @expose("/<int:record_id>/not-known/", roles=AGENCY_PEOPLE | OFFICERS, methods=("GET", "POST"))
    def not_known(self, record_id: int) -> ResponseReturnValue:
        """The agency does not know the case."""
        record, form = self._open_one(record_id), NoteForm(sent_form())
        lead = "Say so only when the agency has no record of this case at all. It then counts as no audit."
        title = f"The agency does not know the case of {record}"
        return self.ask(form, self.details_url(record_id), lambda: self._not_known(record, form), title=title,
                        button="The case is not known", lead=lead)  # fmt: skip

    def _not_known(self, record: CaseAudit, form: NoteForm) -> str:
        state_not_known(self.session, record, note=form.note.data or "")
        settle(self.session, record)
        return f"{record.reference}: the agency does not know the case."

    @expose("/<int:record_id>/record/", roles=ANSWERERS | OFFICERS, methods=("GET", "POST"))
    def record_state(self, record_id: int) -> ResponseReturnValue:
        """A missing or poor record is a finding, never a reason to leave the case out."""
        record, form = self.get_record(record_id), RecordForm(sent_form())
        if not may_state_record(self.session, record):
            abort(403)
        lead = "The case stays in the sample: a missing or poor record is itself a finding about the agency."
        return self.ask(form, self.details_url(record_id), lambda: self._state_record(record, form), lead=lead,
                        title=f"The record behind {record}", button="Make it a finding")  # fmt: skip

    def _state_record(self, record: CaseAudit, form: RecordForm) -> str:
        state_record(self.session, record, state=form.state.value(), note=form.note.data or "")
        if role() not in OFFICERS:
            return "Noted. It becomes a finding of the review overnight."
        take_record_finding(self.session, record, person_id=person_id())
        return "It stands among the findings of the review."

    @expose("/<int:record_id>/return/", roles=OFFICERS, methods=("GET", "POST"))
    def return_for_changes(self, record_id: int) -> ResponseReturnValue:
        """Give an audit back, with what should be changed."""
        record = self._run(record_id)
        form = ChangesForm(sent_form(), due_on=today() + timedelta(days=_DAYS_FOR_CHANGES))
        return self.ask(form, self.details_url(record_id), lambda: self._returned(record, form),
                        title=f"Return {record} for a change", button="Return it")  # fmt: skip

    def _returned(self, record: CaseAudit, form: ChangesForm) -> str:
        return_audit(self.session, record, reason=form.reason.data or "", due_on=form.due_on.data or today())
        return f"{record.reference} is returned."

    @expose("/<int:record_id>/withdraw/", roles=OFFICERS, methods=("GET", "POST"))
    def withdraw(self, record_id: int) -> ResponseReturnValue:
        """Take an audit back that will not come; the case can then be moderated without it."""
        record, form = self._run(record_id), ReasonForm(sent_form())
        return self.ask(form, self.details_url(record_id), lambda: self._withdrawn(record, form),
                        title=f"Withdraw {record}", button="Withdraw", tone="warning")  # fmt: skip

    def _withdrawn(self, record: CaseAudit, form: ReasonForm) -> str:
        withdraw_audit(self.session, record, reason=form.reason.data or "")
        settle(self.session, record)
        return f"{record.reference} is withdrawn."

    def buttons(self, record: CaseAudit) -> list[Button]:
        """What can be said of an audit beside filling it in."""
        buttons = []
        if may_state_record(self.session, record):
            buttons.append(Button("Record missing or poor", self.link("record_state", record_id=record.id)))
        if may_act(self.session, record):
            buttons.append(Button("Case not known", self.link("not_known", record_id=record.id)))
        if record.status.is_open and runs(self.session, record):
            buttons.append(Button("Withdraw", self.link("withdraw", record_id=record.id), "warning"))
        if record.status in (AuditStatus.SUBMITTED, AuditStatus.NOT_KNOWN) and runs(self.session, record):
            buttons.append(Button("Return for change", self.link("return_for_changes", record_id=record.id)))
        return buttons

    def _open_one(self, record_id: int) -> CaseAudit:
        record: CaseAudit = self.get_record(record_id)
        if not may_act(self.session, record):
            abort(403)
        return record

    def _run(self, record_id: int) -> CaseAudit:
        record: CaseAudit = self.get_record(record_id)
        if not runs(self.session, record):
            abort(403)
        return record
