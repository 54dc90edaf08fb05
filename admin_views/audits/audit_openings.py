"""How are a sample's case audits opened, and how do they all stand?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.audit_assignments import runs
from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, Panel, Part, actor, expose, role, tag
from admin_views.kit.fields import DayField, Required
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.looks import note_shown
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run
from models.audits.audit_openings import (
    agencies_to_audit,
    open_case_audits,
    pending_cases,
    pending_sentence,
)
from models.audits.case_audit_reports import SampleAudits, sample_audits
from models.audits.case_audits import OPEN, AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.core.addresses import address_of, list_address
from models.reviews.thematic_reviews import ThematicReview
from models.rules.audits.moderation_reports import grade_tone
from models.rules.core.counts import count_words
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import SampleCase

COLOURS = {
    AuditStatus.TO_ASSIGN: "grey",
    AuditStatus.ASSIGNED: "amber",
    AuditStatus.IN_PROGRESS: "amber",
    AuditStatus.RETURNED: "amber",
    AuditStatus.SUBMITTED: "blue",
    AuditStatus.MODERATED: "green",
}


class OpeningForm(Form):
    """By when the audits are due."""

    due_on = DayField("Due on", validators=[Required()])


class OpeningPages(PageSet):
    """The pages of the audits' screen that are about a whole sample."""

    @expose("/sample/<int:sample_id>/", roles=STAFF)
    def of_sample(self, sample_id: int) -> ResponseReturnValue:
        """Go on to the cases of the sample's review, where its audits stand."""
        return redirect(cases_address(self._sample(sample_id)))

    @expose("/sample/<int:sample_id>/open/", roles=OFFICERS, methods=("GET", "POST"))
    def open_audits(self, sample_id: int) -> ResponseReturnValue:
        """Give each invited agency a form for each selected case."""
        sample = self._sample(sample_id)
        review = self.session.get(ThematicReview, sample.review_id) if sample.review_id else None
        if review is not None and not may_run(self.session, review.hub_id):
            abort(403)
        waits = pending_sentence(pending_cases(self.session, sample_id))
        form, back = OpeningForm(sent_form(), due_on=sample.audits_due_on), cases_address(sample)
        lead = "Each agency invited to the case audits gets one form for each selected case that it has none of yet."
        lead = f"{lead} {waits}".strip()
        return self.ask(form, back, lambda: self._opened(sample, form), title=f"Open the audits of {sample}",
                        button="Open", lead=lead, panels=self._agencies(sample), back_words=str(sample))  # fmt: skip

    def _opened(self, sample: AuditSample, form: OpeningForm) -> str:
        return open_case_audits(self.session, sample, due_on=form.due_on.data).sentence

    def _agencies(self, sample: AuditSample) -> list[Panel]:
        may, without = agencies_to_audit(self.session, sample.review_id) if sample.review_id else ([], [])
        rows: list[tuple[Any, ...]] = [(agency.name, tag("Gets the cases", "green")) for agency in may]
        rows += [(agency.name, tag("No agreement in date: no cases", "red")) for agency in without]
        empty = "No agency is invited to the case audits yet."
        return [Panel("Agencies invited to the case audits", ("Agency", "What happens"), rows, empty=empty)]

    def buttons(self, record: CaseAudit) -> list[Button]:
        """The other agencies' audits of the same case beside this one."""
        there = list_address(Moderation, "case", record.sample_case_id)
        return [Button("Side by side", there)] if runs(self.session, record) else []

    def _sample(self, sample_id: int) -> AuditSample:
        sample = self.session.get(AuditSample, min(sample_id, 2**31 - 1))
        if sample is None or sample.drawn_at is None:
            abort(404)
        note_shown(sample)
        return sample


def show_status(audit: CaseAudit) -> Markup:
    """Where an audit stands, in its colour; what is late says so."""
    shown = tag(audit.status.label, COLOURS.get(audit.status, "grey"))
    return shown + Markup(" ") + tag("Late", "red") if audit.is_late else shown


def show_grade(label: str, code: str = "") -> Markup:
    """A grade as a word on its colour."""
    return tag(label, grade_tone(label, code))


def cases_address(sample: AuditSample, part: str = "") -> str:
    """Where the cases of a sample's review are read, or a part of that page; a sample of no review on its own page."""
    if sample.review_id is None:
        return address_of(sample)
    return f"{list_address(CaseAudit, 'review', sample.review_id)}{part and f'#{part}-{sample.id}'}"


def sample_buttons(sample: AuditSample) -> list[Button]:
    """For a sample's own page: its audits, its grades by level, and opening what is not open yet."""
    if sample.drawn_at is None or sample.review_id is None:
        return []
    buttons = [
        Button("Case audits", cases_address(sample)), Button("Grades by level", cases_address(sample, "grades")),
    ]  # fmt: skip
    if sample.status is SampleStatus.DRAWN and role() in OFFICERS:
        buttons.append(Button("Open the audits", list_address(CaseAudit, "sample", sample.id, "open"), "main"))
    return buttons


@review_panel(Part.CASES, order=45, is_for_agencies=True)
def case_audit_panel(session: Session, review: ThematicReview) -> Panel | None:
    """For the hub each sample with how its audits stand; for people of an agency their own audits."""
    if actor().is_agency_bound:
        return _own_panel(session, review)
    samples = session.scalars(
        select(AuditSample)
        .where(AuditSample.review_id == review.id, AuditSample.status == SampleStatus.DRAWN)
        .order_by(AuditSample.reference)
    ).all()
    rows = [_sample_row(sample, sample_audits(session, sample.id)) for sample in samples]
    return Panel("Case audits", ("Sample", "Cases", "Audits open", "Late", "Handed in", "Cases moderated"), rows,
                 empty="No sample is drawn yet.", buttons=_panel_buttons(review, samples))  # fmt: skip


def _panel_buttons(review: ThematicReview, samples: Sequence[AuditSample]) -> list[Button]:
    return [Button("Cases", list_address(CaseAudit, "review", review.id))] if samples else []


def _sample_row(sample: AuditSample, audits: SampleAudits) -> tuple[Any, ...]:
    late = tag(str(audits.late_count), "red") if audits.late_count else "0"
    handed_in = audits.count(AuditStatus.SUBMITTED, AuditStatus.MODERATED)
    moderated = sum(bool(row.grade) for row in audits.rows)
    words = f"{sample.reference} {sample.title}"
    return (
        link_to(sample, words),
        str(len(audits.rows)),
        str(audits.count(*OPEN)),
        late,
        str(handed_in),
        str(moderated),
    )


def _own_panel(session: Session, review: ThematicReview) -> Panel | None:
    rows = session.execute(
        select(CaseAudit, SampleCase.reference)
        .join(SampleCase, SampleCase.id == CaseAudit.sample_case_id)
        .where(CaseAudit.review_id == review.id)
        .order_by(CaseAudit.reference)
    ).all()
    note_shown(*(audit for audit, _ in rows))
    cells = [
        (link_to(audit, audit.reference), case, show_status(audit), show_date(audit.due_on)) for audit, case in rows
    ]
    if not cells:
        return None
    title = f"Case audits: {count_words(len(cells), 'case', 'cases')}"
    return Panel(title, ("Audit", "Case", "Standing", "Due"), cells)
